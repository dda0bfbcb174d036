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
	uint64_t off_ns;   /* part of it off the CPU: at least so much */
	long nr_preempted; /* times that another thread took the CPU */
	long nr_slept;	   /* times that the thread gave it up to wait */
};

/* A call that has begun. */
struct meter {
	uint64_t start_ns, cpu_ns;
	struct rusage usage;
};

static inline uint64_t thread_cpu_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
}

/* The CPU time is read outside of the wall time: what a call seems to be off the CPU, it was. */
static inline void call_begin(struct meter *m)
{
	getrusage(RUSAGE_THREAD, &m->usage);
	m->cpu_ns = thread_cpu_ns();
	m->start_ns = now_ns();
}

static inline struct call call_end(const struct meter *m)
{
	struct call c = { .start_ns = m->start_ns, .ns = now_ns() - m->start_ns };
	uint64_t cpu_ns = thread_cpu_ns() - m->cpu_ns;
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	c.off_ns = c.ns > cpu_ns ? c.ns - cpu_ns : 0;
	c.nr_preempted = usage.ru_nivcsw - m->usage.ru_nivcsw;
	c.nr_slept = usage.ru_nvcsw - m->usage.ru_nvcsw;
	return c;
}

static inline bool calls_overlap(const struct call *a, const struct call *b)
{
	return a->start_ns < b->start_ns + b->ns && b->start_ns < a->start_ns + a->ns;
}

#endif
