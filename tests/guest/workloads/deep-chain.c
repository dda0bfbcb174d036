// SPDX-License-Identifier: GPL-2.0-only
/*
 * Locks that are held for long: a chain of forks, hundreds deep, shares one page.
 * Walks of its reverse mapping, through the idle page bitmap, visit the VMA of each
 * process with the anon_vma lock held for reading. The last process of the chain
 * has a child that forks, too: a new process gets, and one that exits leaves, the
 * anon_vma of every ancestor with the same lock held for writing.
 *
 * deep-chain [SECONDS [DEPTH]]
 */
#include "page_idle.h"

#define DEPTH	   400
#define NR_WALKERS 2
#define NR_FORKERS 12

/* Shared by all processes. */
struct totals {
	atomic_ulong idle_writes, forks;
	atomic_bool ready, stop;
};

static struct totals *totals;
static int end_of_time[2]; /* a pipe that is closed then */

static void await_chain(void)
{
	while (!atomic_load(&totals->ready))
		usleep(10000);
}

static void *walk(void *arg)
{
	uint64_t pfn = *(uint64_t *)arg;
	int bitmap = open_bitmap();

	await_chain();
	while (!atomic_load(&totals->stop)) {
		set_idle(bitmap, pfn);
		atomic_fetch_add(&totals->idle_writes, 1);
	}
	return NULL;
}

static void fork_and_wait(void)
{
	pid_t pid = fork();

	if (pid < 0)
		die("fork");
	if (!pid)
		_exit(0);
	waitpid(pid, NULL, 0);
	atomic_fetch_add(&totals->forks, 1);
}

/* Forks the rest of the chain, and waits until the time is over. */
static void grow(unsigned long depth)
{
	pid_t pid = 0;

	close(end_of_time[1]);
	for (unsigned long i = 1; i < depth; i++) {
		pid = fork();
		if (pid < 0)
			die("fork");
		if (pid) {
			char none;

			while (read(end_of_time[0], &none, 1) > 0)
				;
			waitpid(pid, NULL, 0);
			_exit(0);
		}
	}
	for (int i = 1; i < NR_FORKERS && !pid; i++)
		pid = fork();
	atomic_store(&totals->ready, true);
	while (!atomic_load(&totals->stop))
		fork_and_wait();
	while (wait(NULL) > 0)
		;
	_exit(0);
}

int main(int argc, char **argv)
{
	double seconds = seconds_arg(argc, argv, 4), end;
	unsigned long depth = argc > 2 ? strtoul(argv[2], NULL, 10) : DEPTH;
	pthread_t walkers[NR_WALKERS];
	uint64_t pfn;
	pid_t pid;
	char *p;

	totals = mmap(NULL, PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p = map_alone(PAGE_BYTES, PAGE_BYTES);
	touch(p, PAGE_BYTES, 1);
	pfn = pfn_of(p);
	fill_reclaim_lists();
	if (pipe(end_of_time))
		die("pipe");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		grow(depth);
	for (int i = 0; i < NR_WALKERS; i++)
		start_thread(&walkers[i], walk, &pfn);
	await_chain();
	for (end = now() + seconds; now() < end;)
		usleep(10000);
	atomic_store(&totals->stop, true);
	close(end_of_time[1]);
	for (int i = 0; i < NR_WALKERS; i++)
		pthread_join(walkers[i], NULL);
	waitpid(pid, NULL, 0);
	printf("workload=deep-chain seconds=%g depth=%lu walkers=%d forkers=%d idle_writes=%lu forks=%lu\n",
	       seconds, depth, NR_WALKERS, NR_FORKERS, atomic_load(&totals->idle_writes),
	       atomic_load(&totals->forks));
	return !(atomic_load(&totals->idle_writes) && atomic_load(&totals->forks));
}
