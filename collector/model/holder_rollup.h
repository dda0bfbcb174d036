/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sums per second of waits by their holder: the number of waits in the second in
 * which they ended, their time in the seconds in which it passed.
 */
#ifndef RMAPSCOPE_MODEL_HOLDER_ROLLUP_H
#define RMAPSCOPE_MODEL_HOLDER_ROLLUP_H

#include <stdint.h>

#include "schema/rows.h"
#include "schema/sink.h"

struct holder_rollup;

struct holder_rollups {
	struct holder_rollup *head;
};

/*
 * holder_rollup_add - count @wait, which has a duration, and book its time
 * @end_ns: when it ended
 * @nr_spread: see second_cut()
 *
 * Its holder is known only now. Returns 0 or -ENOMEM.
 */
int holder_rollup_add(struct holder_rollups *hs, const struct wait_row *wait, int64_t process_id,
		      int64_t end_ns, unsigned int *nr_spread);

/* Give what is new to @sink, and forget it. */
int holder_rollups_flush(struct holder_rollups *hs, const struct sink *sink);
void holder_rollups_free(struct holder_rollups *hs);

#endif
