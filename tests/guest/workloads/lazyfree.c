// SPDX-License-Identifier: GPL-2.0-only
/*
 * Pages that were given back with MADV_FREE and written to since: reclaim cannot throw
 * them away, and its walk gives up at the first (try_to_unmap_one(), mm/rmap.c).
 */
#include "workload.h"

#define NR_PAGES 32UL
#define BYTES	 (NR_PAGES * PAGE_BYTES)
#define ROUNDS	 4

int main(void)
{
	char *p = map_alone(BYTES, PAGE_BYTES);
	unsigned long swapped = vmstat("pswpout"), kept = 0;

	for (int i = 0; i < ROUNDS; i++) {
		touch(p, BYTES, 1);
		if (madvise(p, BYTES, MADV_FREE))
			die("MADV_FREE");
		touch(p, BYTES, 2);
		if (madvise(p, BYTES, MADV_PAGEOUT))
			die("MADV_PAGEOUT");
		for (size_t at = 0; at < BYTES; at += PAGE_BYTES)
			kept += p[at] == 2;
		madvise(p, BYTES, MADV_DONTNEED);
	}
	swapped = vmstat("pswpout") - swapped;
	printf("workload=lazyfree rounds=%d pages_kept=%lu pages_swapped_out=%lu\n", ROUNDS, kept,
	       swapped);
	return kept != ROUNDS * NR_PAGES;
}
