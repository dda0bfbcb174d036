// SPDX-License-Identifier: GPL-2.0-only
/*
 * A chain of forks shares anonymous pages, and memcg reclaim pages them out
 * while further children are born, write to them and die: folio_referenced(),
 * unmap, and reclaim that finds the anon_vma lock taken.
 */
#include "workload.h"

#define NR_PAGES 512UL
#define DEPTH	 6

static atomic_ulong *forks;

/* Forks and waits for short-lived children until the time is over. */
static void churn(char *p, double end)
{
	while (now() < end) {
		pid_t pid = fork();

		if (pid < 0)
			die("fork");
		if (!pid) {
			touch(p, NR_PAGES * PAGE_BYTES / 4, 2);
			_exit(0);
		}
		waitpid(pid, NULL, 0);
		atomic_fetch_add(forks, 1);
	}
}

int main(int argc, char **argv)
{
	double seconds = seconds_arg(argc, argv, 4), end;
	const char *dir = enter_memcg("fork-pageout");
	unsigned long swapped = vmstat("pswpout"), calls = 0;
	int depth = 0;
	pid_t pid = 0;
	char *p;

	forks = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p = map_alone(NR_PAGES * PAGE_BYTES, PAGE_BYTES);
	touch(p, NR_PAGES * PAGE_BYTES, 1);
	end = now() + seconds;

	while (depth < DEPTH && !(pid = fork()))
		depth++;
	if (pid < 0)
		die("fork");
	if (depth) {
		churn(p, end);
		if (depth < DEPTH)
			waitpid(pid, NULL, 0);
		_exit(0);
	}
	while (now() < end) {
		reclaim_memcg(dir, NR_PAGES * PAGE_BYTES / 2);
		calls++;
		/* the youngest bit survives, so that some are found referenced */
		for (unsigned long i = 0; i < NR_PAGES; i += 8)
			(void)*(volatile char *)(p + i * PAGE_BYTES);
	}
	waitpid(pid, NULL, 0);
	swapped = vmstat("pswpout") - swapped;
	printf("workload=fork-pageout seconds=%g depth=%d forks=%lu reclaims=%lu pages_swapped_out=%lu\n",
	       seconds, DEPTH, atomic_load(forks), calls, swapped);
	return !(atomic_load(forks) && swapped);
}
