/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The latest gap in the events: a span that began before its end may have ended in
 * it, and events within it are missing.
 *
 * One for all state machines; model.c moves its end once all have heard of a loss.
 */
#ifndef RMAPSCOPE_MODEL_GAP_H
#define RMAPSCOPE_MODEL_GAP_H

#include <stdbool.h>
#include <stdint.h>

struct gap {
	int64_t end_ns; /* 0: there was none; INT64_MAX: it lasts to the end of the capture */
};

/* Whether an event of @time_ns is from before the end of the gap. */
static inline bool gap_covers(const struct gap *gap, int64_t time_ns)
{
	return time_ns < gap->end_ns;
}

/* When it ends; 0: there was none. */
static inline int64_t gap_end(const struct gap *gap)
{
	return gap->end_ns;
}

/* Another gap lasts until @end_ns. */
static inline void gap_extend(struct gap *gap, int64_t end_ns)
{
	if (end_ns > gap->end_ns)
		gap->end_ns = end_ns;
}

#endif
