// SPDX-License-Identifier: GPL-2.0-only
/*
 * wait-cost WAITS: what a wait for a lock costs the thread that waits, on its CPU.
 *
 *	cost/hold	changes the protection of many pages, over and over: holds the
 *			mmap_lock for writing for about a millisecond
 *	cost/wait	wakes up in between, takes the CPU from it, and changes the
 *			protection of one page: it sleeps until cost/hold is through
 *
 * For one CPU that counts its own time in instructions (see rung-cost). Of the calls in
 * which it slept exactly once, each of them one wait, the median of its CPU time is printed.
 */
#include "../workloads/workload.h"
#include "calls.h"
#include <sched.h>
#include <sys/prctl.h>

#define NR_PAGES 8192UL
#define PAUSE_NS 700000 /* between two calls: the other one is in the middle of its own */

static atomic_bool over;

static void *hold(void *area)
{
	prctl(PR_SET_NAME, "cost/hold");
	while (!atomic_load(&over))
		if (mprotect(area, NR_PAGES * PAGE_BYTES, PROT_READ) ||
		    mprotect(area, NR_PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE))
			die("mprotect");
	return NULL;
}

static int by_value(const void *a, const void *b)
{
	const uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

int main(int argc, char **argv)
{
	const struct sched_param first = { .sched_priority = 1 };
	const unsigned long wanted = argc > 1 ? strtoul(argv[1], NULL, 10) : 500;
	uint64_t *cpu_ns = wanted ? calloc(wanted, sizeof(*cpu_ns)) : NULL;
	unsigned long nr = 0, nr_calls = 0;
	pthread_t holder;
	char *area, *page;

	if (!cpu_ns)
		die("wait-cost WAITS");
	area = map_alone(NR_PAGES * PAGE_BYTES, PAGE_BYTES);
	touch(area, NR_PAGES * PAGE_BYTES, 1);
	page = map_alone(PAGE_BYTES, PAGE_BYTES);
	touch(page, PAGE_BYTES, 1);
	prctl(PR_SET_NAME, "cost/wait");
	if (pthread_create(&holder, NULL, hold, area))
		die("pthread_create");
	if (sched_setscheduler(0, SCHED_FIFO, &first))
		die("sched_setscheduler");
	/* calls without a wait do not end it, but too many of them do */
	while (nr < wanted && nr_calls < 20 * wanted) {
		const struct timespec pause = { .tv_nsec = PAUSE_NS };
		struct meter m;
		struct call c;

		nanosleep(&pause, NULL);
		call_begin(&m);
		if (mprotect(page, PAGE_BYTES, nr_calls++ % 2 ? PROT_READ | PROT_WRITE : PROT_READ))
			die("mprotect");
		c = call_end(&m);
		if (c.nr_slept == 1 && !c.nr_preempted)
			cpu_ns[nr++] = c.ns - c.most_off_ns;
	}
	atomic_store(&over, true);
	pthread_join(holder, NULL);
	if (nr < wanted) {
		fprintf(stderr, "wait-cost: %lu waits in %lu calls\n", nr, nr_calls);
		return 1;
	}
	qsort(cpu_ns, nr, sizeof(*cpu_ns), by_value);
	printf("workload=wait-cost waits=%lu calls=%lu median_cpu_ns=%lu p10_cpu_ns=%lu p90_cpu_ns=%lu\n",
	       nr, nr_calls, cpu_ns[nr / 2], cpu_ns[nr / 10], cpu_ns[nr * 9 / 10]);
	return 0;
}
