/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Wait until another thread has done something.
 *
 * Read gate_seq(), check for work, and if there is none call gate_wait() with that
 * number. A gate_post() in between is not missed.
 */
#ifndef RMAPSCOPE_GATE_H
#define RMAPSCOPE_GATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

struct gate {
	pthread_mutex_t lock;
	pthread_cond_t cond;
	_Atomic uint64_t seq;
	_Atomic unsigned int nr_waiting;
};

void gate_init(struct gate *g);
void gate_destroy(struct gate *g);

static inline uint64_t gate_seq(struct gate *g)
{
	return atomic_load(&g->seq);
}

/* Wake all who wait. Costs one atomic add when nobody does. */
void gate_post(struct gate *g);

/* Wait for a post after @seq, at the longest until @deadline_ns (CLOCK_MONOTONIC). */
void gate_wait(struct gate *g, uint64_t seq, uint64_t deadline_ns);

#endif
