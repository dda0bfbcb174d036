/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sums of all waits per second, for table second_rollup. A wait is counted in the second
 * in which it ended; its time is divided among the seconds in which it passed.
 */
#ifndef RMAPSCOPE_PER_SECOND_H
#define RMAPSCOPE_PER_SECOND_H

#include <stdint.h>

#include "schema/rows.h"
#include "schema/sink.h"

struct per_second_sum;

struct per_second_sums {
	struct per_second_sum *head; /* by second */
};

/* Add @ns of waiting to @second. Returns 0 or -ENOMEM. */
int per_second_book(struct per_second_sums *ss, int64_t second, int64_t ns);

/* Count @wait, which ended in @second. Returns 0 or -ENOMEM. */
int per_second_add(struct per_second_sums *ss, const struct wait_row *wait, int64_t second);

/* Pass sums that have changed to @sink; forget seconds before @oldest. */
int per_second_flush(struct per_second_sums *ss, int64_t oldest, const struct sink *sink);
void per_second_free(struct per_second_sums *ss);

#endif
