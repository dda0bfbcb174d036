/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time-ordered merge of all lanes behind a watermark.
 *
 * An event is delivered once no lane can still give an earlier one: a lane with an
 * event waiting is bounded by that event, an empty lane by its watermark. An idle CPU
 * raises its watermark whenever it is read, so it never delays the others.
 */
#ifndef RMAPSCOPE_MERGE_H
#define RMAPSCOPE_MERGE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/lane.h"
#include "collector/twins.h"

struct merge_head {
	struct event ev;
	bool full;
	uint64_t complete_ns;
};

struct merge {
	struct lane *lanes;
	struct merge_head *heads;
	unsigned int nr_lanes;
	uint64_t last_ns; /* time of the latest event that went out */
	uint64_t nr_late; /* events that came after a later one went out */
	/* [nr_lanes], the caller's; NULL: no event can be in two lanes */
	const uint16_t *lane_buffer;
	struct twins twins;
};

/* @lanes stay the caller's. Returns 0 or -ENOMEM. */
int merge_init(struct merge *m, struct lane *lanes, unsigned int nr_lanes);
void merge_free(struct merge *m);

/*
 * merge_run - give up to @max events, in time order, to @fn
 * @ended: set when every lane has ended and is empty
 *
 * An event that several buffers recorded is given once, as in the first one, with the
 * stack from any of them. Returns the number of events given, or the first non-zero
 * result of @fn.
 */
int merge_run(struct merge *m, unsigned int max, int (*fn)(void *ctx, const struct event *ev),
	      void *ctx, bool *ended);

#endif
