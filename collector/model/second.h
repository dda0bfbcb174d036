/* SPDX-License-Identifier: GPL-2.0-only */
/* Time cut into the seconds in which it passed. */
#ifndef RMAPSCOPE_MODEL_SECOND_H
#define RMAPSCOPE_MODEL_SECOND_H

#include <stdint.h>

#include "lib/clock.h"

/*
 * The number of rows that long spans may add in a capture. Times in a damaged file
 * can be arbitrary: beyond this number, the rest of a span is booked to one second.
 */
#define MAX_SPREAD 1000000

/* A span that is shorter than this when the capture ends, or events are lost, is not booked. */
#define LASTS_NS ((int64_t)NSEC_PER_SEC)

/*
 * When within a span a part of it (sleep, samples) took place is unknown: it is
 * spread evenly. Returns the part of @sum for the first @part_ns of @whole_ns.
 */
static inline int64_t in_proportion(int64_t sum, int64_t part_ns, int64_t whole_ns)
{
	return (__int128)sum * part_ns / whole_ns;
}

/*
 * second_cut - the end of the piece of @from_ns..@to_ns that is in one second
 * @nr: counts the cuts of a capture
 */
static inline int64_t second_cut(int64_t from_ns, int64_t to_ns, unsigned int *nr)
{
	int64_t rest_ns;

	if (from_ns < 0)
		/* before all clocks */
		return to_ns < 0 ? to_ns : 0;
	rest_ns = NSEC_PER_SEC - from_ns % NSEC_PER_SEC;
	if (to_ns - from_ns <= rest_ns || *nr >= MAX_SPREAD)
		return to_ns;
	++*nr;
	return from_ns + rest_ns;
}

#endif
