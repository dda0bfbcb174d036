/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The threads: readers decode their lanes into rings, one consumer thread
 * merges the rings by time and drives the model and the store.
 *
 * When the consumer falls behind, the rings fill up, the readers stop reading the
 * kernel's buffers, and the kernel counts what it overwrites.
 */
#ifndef RMAPSCOPE_PIPELINE_H
#define RMAPSCOPE_PIPELINE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/eventcount.h"
#include "collector/lane.h"
#include "collector/merge.h"
#include "collector/source.h"
#include "lib/error.h"

/* What is done with the merged events, all from the one consumer thread. */
struct consumer {
	void *ctx;
	/* One event, in time order. Returns 0 or a negative errno. */
	int (*event)(void *ctx, const struct event *ev);
	/*
	 * At least every 150 ms, and once at the end: write out what there is.
	 * @complete_ns: every event before this time has been given.
	 */
	int (*flush)(void *ctx, uint64_t complete_ns, struct error *err);
	/* In each new thread before it works; NULL for none. */
	void (*thread_started)(void *ctx);
};

struct reader {
	struct pipeline *p;
	pthread_t thread;
	unsigned int first; /* serves lanes first, first + nr_readers, ... */
};

struct pipeline {
	struct source *src;
	struct consumer consumer;
	struct lane *lanes;
	struct merge merge;
	struct eventcount data; /* posted by readers: events, watermarks */
	struct eventcount room; /* posted by the consumer: free slots */
	struct reader *readers;
	unsigned int nr_readers, nr_started;
	pthread_t consumer_thread;
	bool consumer_started;
	int done_fd; /* eventfd, readable once the consumer ended */
	_Atomic bool abort;
	_Atomic uint64_t nr_events;
	pthread_mutex_t lock;	/* ret, err, nr_ready, going */
	pthread_cond_t changed; /* nr_ready, going, abort */
	unsigned int nr_ready;	/* threads that wait for pipeline_go() */
	bool going;
	int ret;
	struct error err;
};

/*
 * pipeline_start - make the threads, which then wait for pipeline_go()
 * @max_readers: at most so many reader threads
 *
 * Each has called @consumer->thread_started when this returns 0. @src stays the
 * caller's and must live until pipeline_join().
 */
int pipeline_start(struct pipeline *p, struct source *src, const struct consumer *consumer,
		   unsigned int max_readers, struct error *err);

/* Let the threads work. */
void pipeline_go(struct pipeline *p);

/* End before the input does: pipeline_join() then fails with @why. */
void pipeline_abort(struct pipeline *p, const char *why);

/*
 * pipeline_join - wait for the end and free everything
 *
 * Live sources end only after source stop. Returns 0 or the first error of
 * any thread.
 */
int pipeline_join(struct pipeline *p, struct error *err);

#endif
