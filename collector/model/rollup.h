/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waits, holds, moves and retries summed by seconds: their number and how long
 * they were by the second in which they ended, their time by the seconds in which
 * it passed.
 */
#ifndef RMAPSCOPE_MODEL_ROLLUP_H
#define RMAPSCOPE_MODEL_ROLLUP_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/model/holder_rollup.h"
#include "collector/model/per_second.h"
#include "schema/rows.h"
#include "schema/sink.h"

struct rollup;

struct rollups {
	struct rollup *head;
	struct holder_rollups holders;
	struct per_second_sums seconds;
	int64_t newest;		/* second */
	int64_t oldest;		/* those before it are not in memory any more */
	unsigned int nr_spread; /* seconds that spans were spread over, see second.h */
	int64_t nr_waits;	/* with a duration, in all */
	int64_t nr_uncertain;
	/* traced: rows without any have 0 of them */
	bool watch_moves, watch_retries;
};

/* The part of a wait that has been booked, or is to be booked. */
struct wait_so_far {
	int64_t until_ns;
	int64_t slept_ns;    /* until then, or a little later; NO_TIME when not known */
	int64_t runnable_ns; /* until then; likewise */
};

/*
 * rollup_wait_lasts - book the time of a wait that goes on
 * @process_id: of the waiter, 0 unknown
 * @booked: how far it was when that was done before; becomes what is booked now
 */
int rollup_wait_lasts(struct rollups *rs, const struct wait_row *wait, int64_t process_id,
		      struct wait_so_far *booked, const struct wait_so_far *now);

/*
 * rollup_wait - count a finished or uncertain wait, and book the rest of its time
 * @end_ns: when it ended
 * @process_id: of the waiter, 0 unknown
 * @booked: NULL: nothing was booked before
 */
int rollup_wait(struct rollups *rs, const struct wait_row *wait, int64_t process_id,
		uint64_t end_ns, const struct wait_so_far *booked);

/* Likewise a hold, of which the time before @booked_ns is in the sums. */
int rollup_hold_lasts(struct rollups *rs, const struct hold_row *hold, int64_t process_id,
		      int64_t *booked_ns, int64_t until_ns);
int rollup_hold(struct rollups *rs, const struct hold_row *hold, int64_t process_id,
		uint64_t end_ns, int64_t booked_ns);

/* A folio has moved to another root, by process @process_id: a row of that root's. */
int rollup_move(struct rollups *rs, const struct move_row *move, int64_t process_id);

/* A walk of @process_id has started over: a row of the root that it had locked. */
int rollup_retry(struct rollups *rs, const struct retry_row *retry, int64_t process_id);

/* Give what changed to @sink; forget seconds that are over. */
int rollups_flush(struct rollups *rs, const struct sink *sink);
void rollups_free(struct rollups *rs);

#endif
