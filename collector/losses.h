/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gaps of a file, found by a reading of all of it: what was lost is often told behind
 * events that are later than the beginning of the gap.
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
 * Where there are very many, the last ones become one. Returns 0 or -ENOMEM.
 */
int losses_add(struct losses *l, uint16_t cpu, uint64_t start_ns, uint64_t end_ns, uint64_t nr,
	       enum stored_value reason);
void losses_free(struct losses *l);

#endif
