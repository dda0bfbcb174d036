/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether a capture could record something at all. Only this file decides that.
 *
 * An empty table means "nothing happened" only if the events that it is made from were
 * recorded. Table meta says which events were (keys formats, traced, came, profile);
 * databases of earlier versions have only some of these keys. Samples of the CPUs are no
 * events: keys samples_hz, no_samples, no_spin_samples and no_holder_samples say whether
 * there are any.
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
	SIGHT_SKIPS, /* and the walks that they are compared with */
	SIGHT_STORMS,
	SIGHT_MOVES,
	SIGHT_LINKS, /* which VMAs are linked to a lock */
	SIGHT_STRAGGLERS,
	SIGHT_ORDER,
	SIGHT_FRAMES,
	SIGHT_HOLDS,
	SIGHT_LOSSES,
	SIGHT_SAMPLES, /* of CPUs */
	SIGHT_WHY,     /* among these: what holders do while others wait */
	SIGHT_SPIN,    /* and who spins */
	NR_SIGHTS,
};

/* Enough for every reason, and for every sentence. */
#define SEEN_REASON_LEN 256
#define SEEN_EMPTY_LEN	320

/*
 * seen_reason - why the capture could not record @what, or not all of it
 * @reason: "": it could
 *
 * Returns 0 or a negative errno.
 */
int seen_reason(char reason[SEEN_REASON_LEN], struct db *db, enum sight what, struct error *err);

/*
 * seen_empty - one sentence about why a table is empty
 * @window: the window that is shown; NULL: the whole capture
 *
 * "not seen: needs profile stalls (...)" or "nothing happened: 10.000 s watched".
 * Returns 0 or a negative errno.
 */
int seen_empty(char text[SEEN_EMPTY_LEN], struct db *db, enum sight what,
	       const struct window *window, struct error *err);

/* As seen_reason(), for the waits at @at_ns. Inside a gap they were not seen, either. */
int seen_instant(char reason[SEEN_REASON_LEN], struct db *db, int64_t at_ns, struct error *err);

/* As seen_empty(), for the waits at @at_ns. */
int seen_nobody(char text[SEEN_EMPTY_LEN], struct db *db, int64_t at_ns, struct error *err);

#endif
