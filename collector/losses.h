/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gaps of a file, found by reading all of it first: a loss is often recorded
 * behind events that are later than the start of the gap.
 */
#ifndef RMAPSCOPE_LOSSES_H
#define RMAPSCOPE_LOSSES_H

#include <stdint.h>

#include "collector/event.h"

struct losses {
	struct event *ev; /* [nr]: EVENT_LOSS, not in order */
	uint32_t nr, room;
};

/*
 * losses_add - one more gap
 * @cpu: or ALL_CPUS
 * @end_ns: LOSS_TO_END_NS: of the capture
 * @nr: of events; 0: not known
 * @reason: LOSS_*
 *
 * If there are too many gaps, the last ones are merged into one. Returns 0 or -ENOMEM.
 */
int losses_add(struct losses *l, uint16_t cpu, uint64_t start_ns, uint64_t end_ns, uint64_t nr,
	       enum stored_value reason);
void losses_free(struct losses *l);

#endif
