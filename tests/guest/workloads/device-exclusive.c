// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own test device asks for exclusive access to small pages, to a
 * transparent huge page and to a file mapping; the CPU then takes them back.
 */
#include "hmm.h"

#define NR_PAGES 32UL

/* Pages that the device got, of nr_pages from p on, one at a time. */
static unsigned long make_exclusive(int fd, char *p, unsigned long nr_pages)
{
	unsigned long got = 0;
	char *mirror = map_anon(PAGE_BYTES);

	for (unsigned long i = 0; i < nr_pages; i++) {
		struct hmm_dmirror_cmd cmd = {
			.addr = (uintptr_t)p + i * PAGE_BYTES,
			.ptr = (uintptr_t)mirror,
			.npages = 1,
		};

		if (!ioctl(fd, HMM_DMIRROR_EXCLUSIVE, &cmd))
			got++;
	}
	munmap(mirror, PAGE_BYTES);
	return got;
}

int main(void)
{
	unsigned long small, huge, file, rounds = 8;
	int fd = open_device(), memfd;
	char *p, *q, *r;

	small = huge = file = 0;
	write_file("/sys/kernel/mm/transparent_hugepage/enabled", "madvise");
	p = map_alone(NR_PAGES * PAGE_BYTES, PAGE_BYTES);
	q = map_alone(THP_BYTES, THP_BYTES);
	if (madvise(q, THP_BYTES, MADV_HUGEPAGE))
		die("MADV_HUGEPAGE");
	memfd = memfd_create("device-exclusive", 0);
	if (memfd < 0 || ftruncate(memfd, PAGE_BYTES))
		die("memfd");
	r = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, memfd, 0);
	for (unsigned long i = 0; i < rounds; i++) {
		touch(p, NR_PAGES * PAGE_BYTES, 1);
		touch(q, THP_BYTES, 1);
		touch(r, PAGE_BYTES, 1);
		small += make_exclusive(fd, p, NR_PAGES);
		huge += make_exclusive(fd, q, NR_PAGES);
		file += make_exclusive(fd, r, 1);
	}
	touch(p, NR_PAGES * PAGE_BYTES, 2);
	touch(q, THP_BYTES, 2);
	printf("workload=device-exclusive rounds=%lu small_pages=%lu huge_page_pages=%lu file_pages=%lu asked_each=%lu\n",
	       rounds, small, huge, file, rounds * NR_PAGES);
	return !small;
}
