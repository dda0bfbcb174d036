// SPDX-License-Identifier: GPL-2.0-only
/*
 * KSM merges equal pages of a process and its child, and the idle page bitmap,
 * page-out and writes then walk and unmerge them.
 */
#include "workload.h"

#define NR_PAGES 256UL
#define BYTES	 (NR_PAGES * PAGE_BYTES)
#define KSM	 "/sys/kernel/mm/ksm/"
#define BITMAP	 "/sys/kernel/mm/page_idle/bitmap"

/* Two passes over the bits of all memory: mark idle, then look. */
static unsigned long walk_idle(void)
{
	static uint64_t bits[512];
	unsigned long words = 0;
	int fd = open(BITMAP, O_RDWR);

	if (fd < 0)
		die(BITMAP);
	memset(bits, 0xff, sizeof(bits));
	for (off_t at = 0; pwrite(fd, bits, sizeof(bits), at) > 0; at += sizeof(bits))
		;
	for (off_t at = 0; pread(fd, bits, sizeof(bits), at) > 0; at += sizeof(bits))
		words += sizeof(bits) / 8;
	close(fd);
	return words;
}

int main(int argc, char **argv)
{
	double end = now() + seconds_arg(argc, argv, 60);
	const char *dir = enter_memcg("ksm-merge");
	unsigned long words, swapped = vmstat("pswpout");
	long sharing;
	char *p = map_alone(BYTES, PAGE_BYTES);
	pid_t pid;

	if (madvise(p, BYTES, MADV_MERGEABLE))
		die("MADV_MERGEABLE");
	touch(p, BYTES, 3);
	write_file(KSM "pages_to_scan", "10000");
	write_file(KSM "sleep_millisecs", "0");
	if (write_file(KSM "run", "1"))
		die(KSM "run");
	/* ksmd says nothing when it is done: look until it has shared enough */
	while ((sharing = read_number(KSM "pages_sharing")) < (long)NR_PAGES / 2 && now() < end)
		usleep(10000);
	write_file(KSM "run", "0");

	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		touch(p, BYTES / 4, 4);
		_exit(0);
	}
	waitpid(pid, NULL, 0);
	words = walk_idle();
	reclaim_memcg(dir, BYTES);
	madvise(p, BYTES, MADV_PAGEOUT);
	swapped = vmstat("pswpout") - swapped;
	touch(p, BYTES, 5);
	write_file(KSM "run", "2");

	printf("workload=ksm-merge pages=%lu pages_sharing=%ld idle_words=%lu pages_swapped_out=%lu\n",
	       NR_PAGES, sharing, words, swapped);
	return !(sharing >= (long)NR_PAGES / 2 && words);
}
