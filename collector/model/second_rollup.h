/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * All waits, summed by seconds: their number by the second in which they ended,
 * their time by the seconds in which it passed.
 */
#ifndef RMAPSCOPE_MODEL_SECOND_ROLLUP_H
#define RMAPSCOPE_MODEL_SECOND_ROLLUP_H

#include <stdint.h>

#include "schema/rows.h"
#include "schema/sink.h"

struct second_rollup;

struct second_rollups {
	struct second_rollup *head; /* by second */
};

/* Book @ns of waiting to @second. Returns 0 or -ENOMEM. */
int second_rollup_book(struct second_rollups *ss, int64_t second, int64_t ns);

/* Count @wait, which ended in @second. Returns 0 or -ENOMEM. */
int second_rollup_add(struct second_rollups *ss, const struct wait_row *wait, int64_t second);

/* Give what changed to @sink; forget seconds before @oldest. */
int second_rollups_flush(struct second_rollups *ss, int64_t oldest, const struct sink *sink);
void second_rollups_free(struct second_rollups *ss);

#endif
