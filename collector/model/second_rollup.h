/* SPDX-License-Identifier: GPL-2.0-only */
/* All waits, summed by the second in which they ended. */
#ifndef RMAPSCOPE_MODEL_SECOND_ROLLUP_H
#define RMAPSCOPE_MODEL_SECOND_ROLLUP_H

#include <stdint.h>

#include "collector/model/sink.h"
#include "schema/rows.h"

struct second_rollup;

struct second_rollups {
	struct second_rollup *head; /* a few: newest first */
};

/* Count @wait in @second; one without a duration is only counted. Returns 0 or -ENOMEM. */
int second_rollup_add(struct second_rollups *ss, const struct wait_row *wait, int64_t second);

/* Give what changed to @sink; forget seconds before @oldest. */
int second_rollups_flush(struct second_rollups *ss, int64_t oldest, const struct sink *sink);
void second_rollups_free(struct second_rollups *ss);

#endif
