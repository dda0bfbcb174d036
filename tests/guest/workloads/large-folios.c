// SPDX-License-Identifier: GPL-2.0-only
/*
 * Anonymous memory in large folios, of 64 KiB and of 2 MiB: copied on write and
 * reused after a fork, moved by mremap() and between the nodes, written out, and
 * unmapped in part; and reclaim meets some that are mlocked in part, and gives up.
 */
#include "workload.h"
#include <sys/syscall.h>

#define THP    "/sys/kernel/mm/transparent_hugepage/"
#define ROUNDS 4

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

/* The parent writes to what a child had read, when it is the parent's alone again. */
static void copy_on_write(char *p, size_t bytes)
{
	int status;
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid) {
		touch(p, bytes / 4, 2);
		_exit(0);
	}
	if (waitpid(pid, &status, 0) != pid || status)
		die("child");
	touch(p, bytes, 3);
}

/* Returns 1 when the first page is at the node then. */
static unsigned long migrate(char *p, int node)
{
	void *page = p;
	int status;

	if (syscall(SYS_move_pages, 0, 1UL, &page, &node, &status, 2 /* MPOL_MF_MOVE */) < 0)
		die("move_pages");
	return status == node;
}

/* New folios, for a copy may be of small pages; what was just touched takes several turns. */
static void give_up(const char *dir)
{
	char *p = map_alone(THP_BYTES / 2, THP_BYTES);

	if (madvise(p, THP_BYTES / 2, MADV_HUGEPAGE))
		die("MADV_HUGEPAGE");
	touch(p, THP_BYTES / 2, 5);
	for (size_t at = 0; at < THP_BYTES / 2; at += 16 * PAGE_BYTES)
		if (mlock(p + at + PAGE_BYTES, PAGE_BYTES))
			die("mlock");
	for (int i = 0; i < 4; i++)
		reclaim_memcg(dir, THP_BYTES * 2);
	munmap(p, THP_BYTES / 2);
}

int main(void)
{
	unsigned long migrated = 0, swapped = vmstat("pswpout"), faults = vmstat("thp_fault_alloc");
	const char *dir = enter_memcg("large-folios");
	char *area, *to;

	write_file(THP "enabled", "madvise");
	if (write_file(THP "hugepages-64kB/enabled", "madvise"))
		die(THP "hugepages-64kB");
	for (int i = 0; i < ROUNDS; i++) {
		/* 2 MiB and then 1 MiB of smaller ones */
		area = map_alone(THP_BYTES + THP_BYTES / 2, THP_BYTES);
		to = map_alone(THP_BYTES + THP_BYTES / 2, THP_BYTES);
		if (madvise(area, THP_BYTES + THP_BYTES / 2, MADV_HUGEPAGE))
			die("MADV_HUGEPAGE");
		touch(area, THP_BYTES + THP_BYTES / 2, 1);
		copy_on_write(area, THP_BYTES + THP_BYTES / 2);
		for (size_t at = 0; at < THP_BYTES + THP_BYTES / 2; at += THP_BYTES / 4)
			migrated += migrate(area + at, i & 1);
		if (mremap(area, THP_BYTES + THP_BYTES / 2, THP_BYTES + THP_BYTES / 2,
			   MREMAP_MAYMOVE | MREMAP_FIXED, to) != to)
			die("mremap");
		/* a part of each goes, then the rest is written out and read again */
		munmap(to + THP_BYTES / 2, PAGE_BYTES * 4);
		munmap(to + THP_BYTES + THP_BYTES / 4, PAGE_BYTES * 4);
		madvise(to, THP_BYTES / 2, MADV_PAGEOUT);
		madvise(to + THP_BYTES, THP_BYTES / 4, MADV_PAGEOUT);
		touch(to, THP_BYTES / 2, 4);
		touch(to + THP_BYTES, THP_BYTES / 4, 4);
		give_up(dir);
		munmap(to, THP_BYTES + THP_BYTES / 2);
	}
	write_file(THP "hugepages-64kB/enabled", "never");
	swapped = vmstat("pswpout") - swapped;
	faults = vmstat("thp_fault_alloc") - faults;
	printf("workload=large-folios rounds=%d huge_faults=%lu migrated=%lu pages_swapped_out=%lu\n",
	       ROUNDS, faults, migrated, swapped);
	return !(faults && swapped);
}
