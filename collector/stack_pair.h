/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Join an event with its kernel stack, which are two records, into one event.
 *
 * The stack is the next record of the same CPU and thread. An interrupt between
 * the two may add records of its own. So the last event of a batch waits for
 * the next batch: its stack may be the first record there.
 */
#ifndef RMAPSCOPE_STACK_PAIR_H
#define RMAPSCOPE_STACK_PAIR_H

#include <stdint.h>

#include "collector/event.h"

/* An event that waits for its stack, and records of interrupts behind it. */
#define STACK_PAIR_HELD 16

/* Of one lane. */
struct stack_pair {
	struct event held[STACK_PAIR_HELD];
	unsigned int nr_held;
	uint64_t last_ns; /* of the newest record, that of a stack included */
};

/*
 * stack_pair_begin - put the events that wait in front of the next batch
 * @ev: has room for STACK_PAIR_HELD events and the batch
 *
 * Returns the number of events put there; the batch goes behind them.
 */
unsigned int stack_pair_begin(struct stack_pair *sp, struct event *ev);

/*
 * stack_pair_end - give each stack in @ev[0..@nr) to its event, in place
 * @complete_ns: the source has given everything before this time
 *
 * Records of stacks are gone afterwards; one that belongs to no event of
 * ours is dropped. Returns how many events there are to give now: the last
 * ones may wait for their stack, unless it cannot come any more.
 */
unsigned int stack_pair_end(struct stack_pair *sp, struct event *ev, unsigned int nr,
			    uint64_t complete_ns);

/* The time up to which the lane is complete, when the source is up to @complete_ns. */
uint64_t stack_pair_complete_ns(const struct stack_pair *sp, uint64_t complete_ns);

#endif
