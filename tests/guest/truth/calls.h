/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef CALLS_H
#define CALLS_H
/*
 * What a thread does while it makes one call, as the scheduler counts it for the
 * thread itself: how long it was off its CPU, and why it left it.
 */
#include "../workloads/workload.h"
#include <sys/resource.h>

/* Times are nanoseconds of CLOCK_MONOTONIC. */
struct call {
	uint64_t start_ns, ns;
	uint64_t off_ns;      /* part of it off the CPU: at least so much */
	uint64_t most_off_ns; /* and at most so much */
	long nr_preempted;    /* times that another thread took the CPU */
	long nr_slept;	      /* times that the thread gave it up to wait */
};

/* A call that has begun. */
struct meter {
	uint64_t start_ns;
	uint64_t outer_cpu_ns, inner_cpu_ns; /* read before and after start_ns */
	struct rusage usage;
};

static inline uint64_t thread_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/*
 * The CPU time is read outside of the wall time: so long at most it was on a CPU. And within it:
 * so long at least. It may lose its CPU between two of these.
 */
static inline void call_begin(struct meter *m)
{
	getrusage(RUSAGE_THREAD, &m->usage);
	m->outer_cpu_ns = thread_cpu_ns();
	m->start_ns = now_ns();
	m->inner_cpu_ns = thread_cpu_ns();
}

static inline uint64_t call_off_ns(const struct call *c, uint64_t cpu_ns)
{
	return c->ns > cpu_ns ? c->ns - cpu_ns : 0;
}

static inline struct call call_end(const struct meter *m)
{
	const uint64_t inner_cpu_ns = thread_cpu_ns() - m->inner_cpu_ns;
	struct call c = { .start_ns = m->start_ns, .ns = now_ns() - m->start_ns };
	const uint64_t outer_cpu_ns = thread_cpu_ns() - m->outer_cpu_ns;
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	c.off_ns = call_off_ns(&c, outer_cpu_ns);
	c.most_off_ns = call_off_ns(&c, inner_cpu_ns);
	c.nr_preempted = usage.ru_nivcsw - m->usage.ru_nivcsw;
	c.nr_slept = usage.ru_nvcsw - m->usage.ru_nvcsw;
	return c;
}

static inline bool calls_overlap(const struct call *a, const struct call *b)
{
	return a->start_ns < b->start_ns + b->ns && b->start_ns < a->start_ns + a->ns;
}

#endif
