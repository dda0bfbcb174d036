// SPDX-License-Identifier: GPL-2.0-only
/*
 * Huge pages of hugetlbfs: private ones that are copied on write and reused, and
 * shared ones of a file that two processes map; both are migrated between the nodes,
 * and the file is truncated while it is mapped.
 */
#include "workload.h"
#include <sys/syscall.h>

#define NR_PAGES 4UL
#define BYTES	 (NR_PAGES * THP_BYTES)
#define ROUNDS	 4
#define POOL	 "/proc/sys/vm/nr_hugepages"

#ifndef MFD_HUGETLB
#define MFD_HUGETLB 4U
#endif

static void touch_huge(char *p, char value)
{
	for (size_t i = 0; i < BYTES; i += THP_BYTES)
		p[i] = value;
}

/* Moves the pages to a node, whoever maps them; returns how many are there then. */
static unsigned long migrate(char *p, int node)
{
	int nodes[NR_PAGES], status[NR_PAGES];
	unsigned long there = 0;
	void *pages[NR_PAGES];

	for (unsigned long i = 0; i < NR_PAGES; i++) {
		pages[i] = p + i * THP_BYTES;
		nodes[i] = node;
	}
	if (syscall(SYS_move_pages, 0, NR_PAGES, pages, nodes, status, 4 /* MPOL_MF_MOVE_ALL */) <
	    0)
		die("move_pages");
	for (unsigned long i = 0; i < NR_PAGES; i++)
		there += status[i] == node;
	return there;
}

/* A child that has the pages, and writes to some of them, until it is told to go. */
static pid_t share(char *p, size_t bytes, int *go)
{
	int ready[2], leave[2];
	pid_t pid;
	char c;

	if (pipe(ready) || pipe(leave))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid) {
		close(leave[1]);
		for (size_t i = 0; i < bytes; i += THP_BYTES)
			p[i] = 2;
		if (write(ready[1], "r", 1) != 1 || read(leave[0], &c, 1))
			_exit(1);
		_exit(0);
	}
	if (read(ready[0], &c, 1) != 1)
		die("read");
	close(ready[0]);
	close(ready[1]);
	close(leave[0]);
	*go = leave[1];
	return pid;
}

static void dismiss(pid_t pid, int go)
{
	int status;

	close(go);
	if (waitpid(pid, &status, 0) != pid || status)
		die("child");
}

int main(void)
{
	unsigned long migrated = 0, reused = 0;
	int fd, go;
	pid_t pid;
	char *p, *q;

	if (write_file(POOL, "%lu", 4 * NR_PAGES) || read_number(POOL) < (long)(3 * NR_PAGES))
		die(POOL);
	fd = memfd_create("hugetlb", MFD_HUGETLB);
	if (fd < 0 || ftruncate(fd, BYTES))
		die("memfd");
	p = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1,
		 0);
	q = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED || q == MAP_FAILED)
		die("mmap");
	for (int i = 0; i < ROUNDS; i++) {
		touch_huge(p, 1);
		touch_huge(q, 1);
		/* one page is copied, the others are the parent's alone again */
		pid = share(p, THP_BYTES, &go);
		migrated += migrate(p, i & 1);
		dismiss(pid, go);
		touch_huge(p, 3);
		reused += NR_PAGES - 1;

		pid = share(q, BYTES, &go);
		migrated += migrate(q, i & 1);
		if (ftruncate(fd, 0) || ftruncate(fd, BYTES))
			die("ftruncate");
		dismiss(pid, go);
	}
	munmap(p, BYTES);
	munmap(q, BYTES);
	close(fd);
	write_file(POOL, "0");
	printf("workload=hugetlb rounds=%d pages_migrated=%lu pages_reused=%lu\n", ROUNDS, migrated,
	       reused);
	return !migrated;
}
