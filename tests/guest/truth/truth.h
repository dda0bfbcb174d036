/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef TRUTH_H
#define TRUTH_H
/*
 * What programs need that know how long a lock is held, and who waits for it:
 * walks that take long, as thousands of VMAs map the page; and a look whether
 * others are asleep.
 */
#include "../workloads/page_idle.h"
#include "../workloads/workload.h"
#include <sys/syscall.h>

/*
 * VMAs that begin at the same offset of one anon_vma: each is a copy of the first
 * page of two, which leaves the VMA of both as it is. The first has the page.
 */
static inline char *make_copies(char *two_pages, unsigned long nr_copies)
{
	char *first = NULL;

	if (write_file("/proc/sys/vm/max_map_count", "%lu", nr_copies + 1000))
		die("/proc/sys/vm/max_map_count");
	for (unsigned long i = 0; i < nr_copies; i++) {
		/* mremap(3) of some libraries hands over its last argument only with MREMAP_FIXED */
		char *p = (char *)syscall(SYS_mremap, two_pages, PAGE_BYTES, PAGE_BYTES,
					  MREMAP_MAYMOVE | MREMAP_DONTUNMAP, NULL);

		if (p == MAP_FAILED)
			die("mremap");
		if (!i)
			first = p;
	}
	return first;
}

/* Whether a thread is asleep in the kernel, and not to be woken by a signal. */
static inline bool sleeps(pid_t tid)
{
	char path[32], text[512] = "";
	const char *state;
	int stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	stat = open(path, O_RDONLY);
	if (stat < 0 || read(stat, text, sizeof(text) - 1) < 0)
		die(path);
	close(stat);
	state = strrchr(text, ')');
	return state && !strncmp(state, ") D", 3);
}

#endif
