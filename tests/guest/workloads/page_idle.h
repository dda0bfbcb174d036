/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef PAGE_IDLE_H
#define PAGE_IDLE_H
/*
 * The idle page bitmap: setting a page's bit walks its reverse mapping once
 * (mm/page_idle.c).
 */
#include "workload.h"

#define PAGE_IDLE_BITMAP "/sys/kernel/mm/page_idle/bitmap"

static inline int open_bitmap(void)
{
	int bitmap = open(PAGE_IDLE_BITMAP, O_RDWR | O_CLOEXEC);

	if (bitmap < 0)
		die(PAGE_IDLE_BITMAP);
	return bitmap;
}

/*
 * The frame number of a page that was written to. One that is on its way to
 * another frame has none until it is read.
 */
static inline uint64_t pfn_of(const char *p)
{
	int pagemap = open("/proc/self/pagemap", O_RDONLY);
	uint64_t entry;

	do {
		(void)*(const volatile char *)p;
		if (pagemap < 0 || pread(pagemap, &entry, 8, (uintptr_t)p / PAGE_BYTES * 8) != 8)
			die("pagemap");
	} while (!(entry >> 63));
	close(pagemap);
	return entry & ((1ULL << 55) - 1);
}

/* Where the bitmap has the word with a frame's bit. */
static inline off_t word_of(uint64_t pfn)
{
	return pfn / 64 * 8;
}

/* Of a word within which memory ends, the kernel does what it says and returns 0. */
static inline void set_idle(int bitmap, uint64_t pfn)
{
	uint64_t bit = 1ULL << (pfn % 64);

	if (pwrite(bitmap, &bit, 8, word_of(pfn)) < 0)
		die(PAGE_IDLE_BITMAP);
}

/* Only pages on the lists of reclaim are walked: puts them there. */
static inline void fill_reclaim_lists(void)
{
	if (write_file("/proc/sys/vm/drop_caches", "1"))
		die("/proc/sys/vm/drop_caches");
}

#endif
