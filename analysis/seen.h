/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a capture could see a thing at all: the one place that decides it.
 *
 * An empty table means "nothing happened" only where the events that tell of it
 * were recorded. Which ones that were is in table meta (formats, traced, came,
 * profile); of a file of an earlier version, what it has of that.
 */
#ifndef RMAPSCOPE_SEEN_H
#define RMAPSCOPE_SEEN_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/db.h"
#include "lib/error.h"

struct window;

/* What a table shows. */
enum sight {
	SIGHT_WAITS,
	SIGHT_STALLS,
	SIGHT_WALKS,
	SIGHT_RETRIES,
	SIGHT_STORMS,
	SIGHT_MOVES,
	SIGHT_LINKS, /* which VMAs hang on a lock */
	SIGHT_STRAGGLERS,
	SIGHT_ORDER,
	SIGHT_LOSSES,
	NR_SIGHTS,
};

/* Room for any reason, and for any sentence. */
#define SEEN_REASON_LEN 256
#define SEEN_EMPTY_LEN	320

/*
 * seen_reason - why the capture could not see (all of) a thing
 * @reason: "" when it could
 *
 * Returns 0 or a negative errno.
 */
int seen_reason(char reason[SEEN_REASON_LEN], struct db *db, enum sight what, struct error *err);

/*
 * seen_empty - why there is nothing to show, as one sentence
 * @window: that was asked for; NULL: the whole capture
 *
 * "not seen: it takes profile stalls (...)", or "nothing happened: 10.000 s
 * watched". Returns 0 or a negative errno.
 */
int seen_empty(char text[SEEN_EMPTY_LEN], struct db *db, enum sight what,
	       const struct window *window, struct error *err);

/* seen_instant - as seen_reason(), of who waited at @at_ns: not seen in a gap, either */
int seen_instant(char reason[SEEN_REASON_LEN], struct db *db, int64_t at_ns, struct error *err);

/* As seen_empty(), why nobody is shown who waited at @at_ns. */
int seen_nobody(char text[SEEN_EMPTY_LEN], struct db *db, int64_t at_ns, struct error *err);

#endif
