/* SPDX-License-Identifier: GPL-2.0-only */
/* For whom was waited, summed by the second in which the waits ended. */
#ifndef RMAPSCOPE_MODEL_HOLDER_ROLLUP_H
#define RMAPSCOPE_MODEL_HOLDER_ROLLUP_H

#include <stdint.h>

#include "collector/model/sink.h"
#include "schema/rows.h"

struct holder_rollup;

struct holder_rollups {
	struct holder_rollup *head;
};

/* Count @wait, which has a duration, in @second. Returns 0 or -ENOMEM. */
int holder_rollup_add(struct holder_rollups *hs, const struct wait_row *wait, int64_t process_id,
		      int64_t second);

/* Give what is new to @sink, and forget it. */
int holder_rollups_flush(struct holder_rollups *hs, const struct sink *sink);
void holder_rollups_free(struct holder_rollups *hs);

#endif
