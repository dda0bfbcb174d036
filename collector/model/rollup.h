/* SPDX-License-Identifier: GPL-2.0-only */
/* Waits, holds, moves and retries summed by the second in which they ended. */
#ifndef RMAPSCOPE_MODEL_ROLLUP_H
#define RMAPSCOPE_MODEL_ROLLUP_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/model/holder_rollup.h"
#include "collector/model/second_rollup.h"
#include "collector/model/sink.h"
#include "schema/rows.h"

struct rollup;

struct rollups {
	struct rollup *head;
	struct holder_rollups holders;
	struct second_rollups seconds;
	int64_t newest;	  /* second */
	int64_t nr_waits; /* with a duration, in all */
	int64_t nr_uncertain;
	/* traced: rows without any have 0 of them */
	bool watch_moves, watch_retries;
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

/* A folio has moved to another root, by process @process_id: a row of that root's. */
int rollup_move(struct rollups *rs, const struct move_row *move, int64_t process_id);

/* A walk of @process_id has started over: a row of the root that it had locked. */
int rollup_retry(struct rollups *rs, const struct retry_row *retry, int64_t process_id);

/* Give what changed to @sink; forget seconds that are over. */
int rollups_flush(struct rollups *rs, const struct sink *sink);
void rollups_free(struct rollups *rs);

#endif
