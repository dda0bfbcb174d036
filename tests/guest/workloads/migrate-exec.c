// SPDX-License-Identifier: GPL-2.0-only
/*
 * Migration races with exec: children exec in a loop, each shifting its new
 * stack, while one thread moves pages between the nodes with move_pages(2),
 * one compacts memory and one walks the idle page bitmap.
 */
#include "workload.h"
#include <sys/syscall.h>

#define NR_PAGES 256UL
#define BITMAP	 "/sys/kernel/mm/page_idle/bitmap"

static atomic_bool stop;
static atomic_ulong moved, failed, compactions, walks;
static char *shared;

static void *mover(void *arg)
{
	void *pages[NR_PAGES];
	int nodes[NR_PAGES], status[NR_PAGES], node = 0;

	(void)arg;
	for (unsigned long i = 0; i < NR_PAGES; i++)
		pages[i] = shared + i * PAGE_BYTES;
	while (!atomic_load(&stop)) {
		node = !node;
		for (unsigned long i = 0; i < NR_PAGES; i++)
			nodes[i] = node;
		if (syscall(SYS_move_pages, 0, NR_PAGES, pages, nodes, status,
			    2 /* MPOL_MF_MOVE */) < 0)
			die("move_pages");
		for (unsigned long i = 0; i < NR_PAGES; i++)
			atomic_fetch_add(status[i] == node ? &moved : &failed, 1);
	}
	return NULL;
}

static void *compacter(void *arg)
{
	(void)arg;
	while (!atomic_load(&stop)) {
		if (write_file("/proc/sys/vm/compact_memory", "1"))
			die("/proc/sys/vm/compact_memory");
		atomic_fetch_add(&compactions, 1);
	}
	return NULL;
}

static void *idler(void *arg)
{
	static uint64_t bits[512];
	int fd = open(BITMAP, O_RDWR);

	(void)arg;
	if (fd < 0)
		die(BITMAP);
	while (!atomic_load(&stop)) {
		memset(bits, 0xff, sizeof(bits));
		for (off_t at = 0; pwrite(fd, bits, sizeof(bits), at) > 0; at += sizeof(bits))
			;
		for (off_t at = 0; pread(fd, bits, sizeof(bits), at) > 0; at += sizeof(bits))
			;
		atomic_fetch_add(&walks, 1);
	}
	close(fd);
	return NULL;
}

int main(int argc, char **argv)
{
	double seconds = seconds_arg(argc, argv, 4), end;
	pthread_t threads[3];
	unsigned long execs = 0;

	if (argc > 1 && !strcmp(argv[1], "--child"))
		return 0;
	shared = map_alone(NR_PAGES * PAGE_BYTES, PAGE_BYTES);
	touch(shared, NR_PAGES * PAGE_BYTES, 1);
	start_thread(&threads[0], mover, NULL);
	start_thread(&threads[1], compacter, NULL);
	start_thread(&threads[2], idler, NULL);
	for (end = now() + seconds; now() < end; execs++) {
		char *big = map_anon(64 * 1024);
		pid_t pid;
		int status;

		/* a long argument: the stack that is shifted has many pages */
		memset(big, 'a', 64 * 1024 - 1);
		pid = fork();
		if (pid < 0)
			die("fork");
		if (!pid) {
			execl("/proc/self/exe", argv[0], "--child", big, NULL);
			_exit(127);
		}
		if (waitpid(pid, &status, 0) != pid || status)
			die("exec");
		munmap(big, 64 * 1024);
	}
	atomic_store(&stop, true);
	for (int i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	printf("workload=migrate-exec seconds=%g execs=%lu pages_moved=%lu pages_not_moved=%lu compactions=%lu idle_passes=%lu\n",
	       seconds, execs, atomic_load(&moved), atomic_load(&failed), atomic_load(&compactions),
	       atomic_load(&walks));
	return !(execs && atomic_load(&moved));
}
