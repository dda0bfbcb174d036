// SPDX-License-Identifier: GPL-2.0-only
/*
 * mremap() of anonymous memory back and forth, and mprotect() that splits and
 * merges it: page tables that move, VMAs that enter and leave an anon_vma.
 */
#include "workload.h"

#define NR_PAGES 64UL
#define BYTES	 (NR_PAGES * PAGE_BYTES)

int main(int argc, char **argv)
{
	double end, seconds = seconds_arg(argc, argv, 2);
	unsigned long remaps = 0, splits = 0;
	char *side[2], *p;
	int from = 0;

	side[0] = map_alone(BYTES, PAGE_BYTES);
	side[1] = map_alone(BYTES, PAGE_BYTES);
	touch(side[0], BYTES, 7);
	for (end = now() + seconds; now() < end; from = !from) {
		p = mremap(side[from], BYTES, BYTES, MREMAP_MAYMOVE | MREMAP_FIXED, side[!from]);
		if (p != side[!from] || p[BYTES - PAGE_BYTES] != 7)
			die("mremap");
		remaps++;
		if (mprotect(p + BYTES / 4, BYTES / 2, PROT_READ))
			die("mprotect");
		splits++;
		if (mprotect(p + BYTES / 4, BYTES / 2, PROT_READ | PROT_WRITE))
			die("mprotect");
	}
	printf("workload=remap seconds=%g remaps=%lu splits=%lu\n", seconds, remaps, splits);
	return !(remaps && splits);
}
