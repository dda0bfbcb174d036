// SPDX-License-Identifier: GPL-2.0-only
/*
 * The kernel's own test device asks for exclusive access to small pages, to a
 * transparent huge page and to a file mapping; the CPU then takes them back.
 */
#include "workload.h"
#include <sys/ioctl.h>
#include <sys/sysmacros.h>

/* From the kernel's lib/test_hmm_uapi.h, which is not installed. */
struct hmm_dmirror_cmd {
	uint64_t addr;
	uint64_t ptr;
	uint64_t npages;
	uint64_t cpages;
	uint64_t faults;
};
#define HMM_DMIRROR_EXCLUSIVE _IOWR('H', 0x05, struct hmm_dmirror_cmd)

#define NR_PAGES 32UL
#define NODE	 "/tmp/hmm_dmirror0"

/* The device node, made from its major number if devtmpfs has none. */
static int open_device(void)
{
	char name[64];
	int major_nr, fd = open("/dev/hmm_dmirror0", O_RDWR);
	FILE *f;

	if (fd >= 0)
		return fd;
	f = fopen("/proc/devices", "r");
	while (f && fscanf(f, "%63s", name) == 1) {
		major_nr = atoi(name);
		if (fscanf(f, "%63s", name) != 1)
			break;
		if (strcmp(name, "HMM_DMIRROR"))
			continue;
		if (mknod(NODE, S_IFCHR | 0600, makedev(major_nr, 0)) && errno != EEXIST)
			die(NODE);
		fd = open(NODE, O_RDWR);
	}
	if (fd < 0)
		die("hmm_dmirror device (CONFIG_TEST_HMM)");
	return fd;
}

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
