/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All gaps in the events, for a machine that handles a time only after later gaps
 * were reported. Other machines need only the latest gap: gap.h.
 */
#ifndef RMAPSCOPE_MODEL_GAPS_H
#define RMAPSCOPE_MODEL_GAPS_H

#include <stdbool.h>
#include <stdint.h>

struct gaps {
	/* in the order of their starts; a later one ends later, too */
	struct {
		int64_t start_ns, end_ns;
	} * item;
	unsigned int nr, room;
};

/* Returns 0 or -ENOMEM. */
int gaps_add(struct gaps *gaps, int64_t start_ns, int64_t end_ns);
/* Whether @time_ns lies in a gap. */
bool gaps_cover(const struct gaps *gaps, int64_t time_ns);
void gaps_free(struct gaps *gaps);

#endif
