/* SPDX-License-Identifier: GPL-2.0-only */
/* For how long a capture watched: what rates and "nothing happened" refer to. */
#ifndef RMAPSCOPE_WATCHED_H
#define RMAPSCOPE_WATCHED_H

#include <stdint.h>

#include "analysis/db.h"

struct window;

/*
 * watched_ns - for how long of @window the capture watched
 *
 * Not before its first event, not after its last one, and not in a gap of all CPUs in
 * which nothing was recorded, or not all that is needed for a duration (loss reasons
 * not_recorded and unmarked). Where single CPUs lost events, the others were watched.
 *
 * Sets *@ns, maybe to 0: then no rate is known. Returns 0 or a negative errno.
 */
int watched_ns(int64_t *ns, struct db *db, const struct window *window, struct error *err);

#endif
