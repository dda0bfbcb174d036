/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The queue from the reader of a lane to the model: a single-producer
 * single-consumer ring (Concurrency Kit) and a watermark.
 */
#ifndef RMAPSCOPE_LANE_H
#define RMAPSCOPE_LANE_H

#include <ck_ring.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/stack_pair.h"

/* Watermark of a lane that will give no more events. */
#define LANE_ENDED UINT64_MAX

struct lane {
	ck_ring_t ring;
	struct event *slots;
	/*
	 * Every event before this time is in the ring already. Written by the
	 * reader after the events, read by the merge before it looks at the
	 * ring.
	 */
	_Atomic uint64_t complete_ns;
	/* the reader's own */
	bool ended;
	struct stack_pair pair;
};

/* @nr_slots: a power of two. Returns 0 or -ENOMEM. */
int lane_init(struct lane *lane, unsigned int nr_slots);
void lane_free(struct lane *lane);

/* Reader: how many events fit now. */
unsigned int lane_room(const struct lane *lane);

/* Reader: append; the caller has asked lane_room(). */
void lane_put(struct lane *lane, const struct event *ev, unsigned int nr);

/* Model: take the oldest event. False when the ring is empty. */
bool lane_take(struct lane *lane, struct event *ev);

#endif
