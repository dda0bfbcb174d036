// SPDX-License-Identifier: GPL-2.0-only
/*
 * UFFDIO_MOVE of pages that are swapped out and read ahead: their folios are in the
 * swap cache and were never mapped, so that they have no anon_vma.
 */
#include "move.h"

#ifndef MADV_PAGEOUT
#define MADV_PAGEOUT 21
#endif

#define NR_PAGES 16UL
#define BYTES	 (NR_PAGES * PAGE_BYTES)
#define ROUNDS	 8

/* How many pages of an area are swap entries. */
static unsigned long swapped(const char *p)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	unsigned long nr = 0;
	uint64_t entry;

	for (unsigned long i = 0; i < NR_PAGES; i++) {
		if (pread(pagemap, &entry, 8, ((uintptr_t)p / PAGE_BYTES + i) * 8) != 8)
			die("pagemap");
		nr += entry >> 62 & 1;
	}
	close(pagemap);
	return nr;
}

int main(int argc, char **argv)
{
	double end = now() + seconds_arg(argc, argv, 60);
	unsigned long moves = 0, entries = 0;
	char *from = map_alone(BYTES, PAGE_BYTES), *to = map_alone(BYTES, PAGE_BYTES);
	int uffd = open_uffd();

	register_area(uffd, to, BYTES);
	for (int i = 0; i < ROUNDS; i++) {
		touch(from, BYTES, 7);
		while (swapped(from) < NR_PAGES && now() < end)
			if (madvise(from, BYTES, MADV_PAGEOUT))
				die("MADV_PAGEOUT");
		if (madvise(from, BYTES, MADV_WILLNEED))
			die("MADV_WILLNEED");
		entries += swapped(from);
		for (size_t at = 0; at < BYTES; at += PAGE_BYTES, moves++)
			move_page(uffd, to + at, from + at);
		for (size_t at = 0; at < BYTES; at += PAGE_BYTES)
			if (to[at] != 7)
				die("a page that was moved has other contents");
		forget_pages(to, BYTES);
	}
	printf("workload=move-swap rounds=%d moves=%lu swap_entries=%lu\n", ROUNDS, moves, entries);
	return entries != moves;
}
