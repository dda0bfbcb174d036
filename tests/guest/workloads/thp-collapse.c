// SPDX-License-Identifier: GPL-2.0-only
/*
 * khugepaged collapses anonymous memory while threads fault its neighbourhood,
 * and MADV_COLLAPSE collapses a file, whose page tables in another process are
 * retracted.
 */
#include "workload.h"

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif
#define KHUGEPAGED "/sys/kernel/mm/transparent_hugepage/khugepaged/"
#define NR_AREAS   4

static atomic_bool stop;
static atomic_ulong faults;

static void *faulter(void *arg)
{
	char *p = arg;

	while (!atomic_load(&stop)) {
		touch(p, THP_BYTES, 1);
		if (madvise(p, THP_BYTES, MADV_DONTNEED))
			die("MADV_DONTNEED");
		atomic_fetch_add(&faults, THP_BYTES / PAGE_BYTES);
	}
	return NULL;
}

/* Collapses a file that a child has mapped; returns how often it worked. */
static unsigned long collapse_file(void)
{
	unsigned long done = 0;
	int fd = memfd_create("thp-collapse", 0);
	char *p;

	if (fd < 0 || ftruncate(fd, THP_BYTES * 2))
		die("memfd");
	p = mmap(NULL, THP_BYTES * 2, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		die("mmap");
	p = (char *)(((uintptr_t)p + THP_BYTES - 1) & ~(THP_BYTES - 1));
	for (int i = 0; i < 8; i++) {
		int ready[2], go[2], status;
		char c;
		pid_t pid;

		if (pipe(ready) || pipe(go))
			die("pipe");
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid) {
			touch(p, THP_BYTES, 2);
			if (write(ready[1], "r", 1) != 1 || read(go[0], &c, 1) != 1)
				_exit(1);
			touch(p, THP_BYTES, 3);
			_exit(0);
		}
		if (read(ready[0], &c, 1) != 1)
			die("read");
		touch(p, THP_BYTES, 1);
		done += !madvise(p, THP_BYTES, MADV_COLLAPSE);
		if (write(go[1], "g", 1) != 1)
			die("write");
		waitpid(pid, &status, 0);
		close(ready[0]);
		close(ready[1]);
		close(go[0]);
		close(go[1]);
		/* drop it, so that the next round starts with small pages */
		if (ftruncate(fd, 0) || ftruncate(fd, THP_BYTES * 2))
			die("ftruncate");
	}
	return done;
}

int main(int argc, char **argv)
{
	double end = now() + seconds_arg(argc, argv, 60);
	unsigned long before, collapsed, files;
	char *p[NR_AREAS], *beside;
	pthread_t thread;

	write_file("/sys/kernel/mm/transparent_hugepage/enabled", "madvise");
	write_file("/sys/kernel/mm/transparent_hugepage/shmem_enabled", "advise");
	write_file(KHUGEPAGED "scan_sleep_millisecs", "1");
	write_file(KHUGEPAGED "alloc_sleep_millisecs", "1");
	write_file(KHUGEPAGED "pages_to_scan", "8192");
	before = read_number(KHUGEPAGED "pages_collapsed");

	beside = map_alone(THP_BYTES, THP_BYTES);
	start_thread(&thread, faulter, beside);
	for (int i = 0; i < NR_AREAS; i++) {
		p[i] = map_alone(THP_BYTES, THP_BYTES);
		touch(p[i], THP_BYTES, 1);
		if (madvise(p[i], THP_BYTES, MADV_HUGEPAGE))
			die("MADV_HUGEPAGE");
	}
	while ((collapsed = read_number(KHUGEPAGED "pages_collapsed") - before) < NR_AREAS &&
	       now() < end)
		usleep(10000);
	files = collapse_file();
	atomic_store(&stop, true);
	pthread_join(thread, NULL);

	printf("workload=thp-collapse collapsed_by_khugepaged=%lu files_collapsed=%lu faults=%lu\n",
	       collapsed, files, atomic_load(&faults));
	return !(collapsed && files && atomic_load(&faults));
}
