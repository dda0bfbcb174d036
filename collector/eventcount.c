// SPDX-License-Identifier: GPL-2.0-only
#include "collector/eventcount.h"

#include <errno.h>

#include "lib/clock.h"

void eventcount_init(struct eventcount *g)
{
	pthread_condattr_t attr;

	pthread_mutex_init(&g->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&g->cond, &attr);
	pthread_condattr_destroy(&attr);
	atomic_init(&g->seq, 0);
	atomic_init(&g->nr_waiting, 0);
}

void eventcount_destroy(struct eventcount *g)
{
	pthread_cond_destroy(&g->cond);
	pthread_mutex_destroy(&g->lock);
}

void eventcount_post(struct eventcount *g)
{
	atomic_fetch_add(&g->seq, 1);
	if (!atomic_load(&g->nr_waiting))
		return;
	pthread_mutex_lock(&g->lock);
	pthread_cond_broadcast(&g->cond);
	pthread_mutex_unlock(&g->lock);
}

void eventcount_wait(struct eventcount *g, uint64_t seq, uint64_t deadline_ns)
{
	struct timespec until = {
		.tv_sec = deadline_ns / NSEC_PER_SEC,
		.tv_nsec = deadline_ns % NSEC_PER_SEC,
	};

	pthread_mutex_lock(&g->lock);
	/*
	 * count first, then check: either the poster sees the waiter, or the waiter sees the post
	 */
	atomic_fetch_add(&g->nr_waiting, 1);
	while (atomic_load(&g->seq) == seq)
		if (pthread_cond_timedwait(&g->cond, &g->lock, &until) == ETIMEDOUT)
			break;
	atomic_fetch_sub(&g->nr_waiting, 1);
	pthread_mutex_unlock(&g->lock);
}
