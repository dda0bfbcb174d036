/* SPDX-License-Identifier: GPL-2.0-only */
/* Time cut into the seconds in which it passed. */
#ifndef RMAPSCOPE_MODEL_SECOND_H
#define RMAPSCOPE_MODEL_SECOND_H

#include <stdint.h>

#include "lib/clock.h"

/*
 * Rows that long spans may add in a capture. A damaged file can say anything of
 * the time: what is beyond that is booked to one second.
 */
#define MAX_SPREAD 1000000

/* What has not lasted longer when the capture ends, or events were lost, is not booked. */
#define LASTS_NS ((int64_t)NSEC_PER_SEC)

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
