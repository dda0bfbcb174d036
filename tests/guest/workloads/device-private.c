// SPDX-License-Identifier: GPL-2.0-only
/*
 * Small pages and a transparent huge page go to the memory of the kernel's own test
 * device, are shared by a fork there, and come back: as the device says, when the
 * child touches them, and when it exits with them.
 */
#include "hmm.h"

#define NR_PAGES 64UL
#define BYTES	 (NR_PAGES * PAGE_BYTES)
#define ROUNDS	 4

/* Asks the device; returns how many pages it says it has dealt with. */
static unsigned long ask(int fd, unsigned long what, char *p, size_t bytes)
{
	char *mirror = map_anon(bytes);
	struct hmm_dmirror_cmd cmd = {
		.addr = (uintptr_t)p,
		.ptr = (uintptr_t)mirror,
		.npages = bytes / PAGE_BYTES,
	};
	int ret = ioctl(fd, what, &cmd);

	munmap(mirror, bytes);
	return ret ? 0 : cmd.cpages;
}

/* A child reads one half, so that it comes back, and exits with the other. */
static void share(char *p, size_t bytes)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		for (size_t i = 0; i < bytes / 2; i += PAGE_BYTES)
			if (p[i] != 1)
				_exit(1);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die("the child read something else");
}

int main(void)
{
	unsigned long there = 0, back = 0;
	int fd = open_device();
	char *p, *q;

	write_file("/sys/kernel/mm/transparent_hugepage/enabled", "madvise");
	p = map_alone(BYTES, PAGE_BYTES);
	q = map_alone(THP_BYTES, THP_BYTES);
	if (madvise(q, THP_BYTES, MADV_HUGEPAGE))
		die("MADV_HUGEPAGE");
	for (int i = 0; i < ROUNDS; i++) {
		touch(p, BYTES, 1);
		touch(q, THP_BYTES, 1);
		there += ask(fd, HMM_DMIRROR_MIGRATE_TO_DEV, p, BYTES);
		there += ask(fd, HMM_DMIRROR_MIGRATE_TO_DEV, q, THP_BYTES);
		if (i & 1) {
			share(p, BYTES);
			share(q, THP_BYTES);
		}
		back += ask(fd, HMM_DMIRROR_MIGRATE_TO_SYS, p, BYTES / 2);
		back += ask(fd, HMM_DMIRROR_MIGRATE_TO_SYS, q, THP_BYTES / 2);
	}
	/* the last of them come back by a fault */
	touch(p, BYTES, 2);
	touch(q, THP_BYTES, 2);
	printf("workload=device-private rounds=%d pages_to_device=%lu pages_to_system=%lu\n",
	       ROUNDS, there, back);
	return !there;
}
