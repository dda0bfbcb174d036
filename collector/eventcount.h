/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An eventcount: wait until another thread has done something.
 *
 * Read eventcount_seq(), check for work, and if there is none call eventcount_wait() with that
 * number. An eventcount_post() in between is not missed.
 */
#ifndef RMAPSCOPE_EVENTCOUNT_H
#define RMAPSCOPE_EVENTCOUNT_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct eventcount {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	_Atomic uint64_t seq;
	_Atomic unsigned int nr_waiting;
};

void eventcount_init(struct eventcount *g);
void eventcount_destroy(struct eventcount *g);

static inline uint64_t eventcount_seq(struct eventcount *g)
{
	return atomic_load(&g->seq);
}

/* Wake all who wait. Costs one atomic add when nobody does. */
void eventcount_post(struct eventcount *g);

/* Wait for a post after @seq, at the longest until @deadline_ns (CLOCK_MONOTONIC). */
void eventcount_wait(struct eventcount *g, uint64_t seq, uint64_t deadline_ns);

#endif
