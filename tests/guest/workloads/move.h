/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef MOVE_H
#define MOVE_H
/*
 * Pages that move from one area to another with UFFDIO_MOVE. Both areas must be
 * registered, and have an anon_vma.
 */
#include "workload.h"

#include "../../../cli/workload/uffdio_move.h"
#include <sys/syscall.h>

/* A userfaultfd that can move. */
static inline int open_uffd(void)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_MOVE };
	int uffd = syscall(SYS_userfaultfd, O_CLOEXEC);

	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api))
		die("userfaultfd with UFFD_FEATURE_MOVE");
	return uffd;
}

static inline void register_area(int uffd, char *p, size_t bytes)
{
	struct uffdio_register reg = {
		.range = { .start = (uintptr_t)p, .len = bytes },
		.mode = UFFDIO_REGISTER_MODE_MISSING,
	};

	if (ioctl(uffd, UFFDIO_REGISTER, &reg))
		die("UFFDIO_REGISTER");
}

/* An area takes pages where it has none. */
static inline void forget_pages(char *p, size_t bytes)
{
	if (madvise(p, bytes, MADV_DONTNEED))
		die("MADV_DONTNEED");
}

/* Moves one page; returns how often it had to try again. */
static inline unsigned long move_page(int uffd, char *to, char *from)
{
	struct uffdio_move move = {
		.dst = (uintptr_t)to,
		.src = (uintptr_t)from,
		.len = PAGE_BYTES,
	};
	unsigned long nr_again = 0;

	while (ioctl(uffd, UFFDIO_MOVE, &move)) {
		if (errno != EAGAIN && errno != EBUSY)
			die("UFFDIO_MOVE");
		nr_again++;
	}
	return nr_again;
}

#endif
