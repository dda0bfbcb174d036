/* SPDX-License-Identifier: GPL-2.0-only */
/* Waits and holds summed by the second in which they ended. */
#ifndef RMAPSCOPE_MODEL_ROLLUP_H
#define RMAPSCOPE_MODEL_ROLLUP_H

#include <stdint.h>

#include "collector/model/holder_rollup.h"
#include "collector/model/sink.h"
#include "schema/rows.h"

struct rollup;

struct rollups {
	struct rollup *head;
	struct holder_rollups holders;
	int64_t newest;	  /* second */
	int64_t nr_waits; /* with a duration, in all */
	int64_t nr_uncertain;
};

/*
 * rollup_wait - count a finished or uncertain wait
 * @end_ns: when it ended
 * @process_id: of the waiter, 0 unknown
 */
int rollup_wait(struct rollups *rs, const struct wait_row *wait, int64_t process_id,
		uint64_t end_ns);

/* Likewise a hold; one without a duration is only counted. */
int rollup_hold(struct rollups *rs, const struct hold_row *hold, int64_t process_id,
		uint64_t end_ns);

/* Give what changed to @sink; forget seconds that are over. */
int rollups_flush(struct rollups *rs, const struct sink *sink);
void rollups_free(struct rollups *rs);

#endif
