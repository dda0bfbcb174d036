/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rows that overlap an instant, by table checkpoint: its rows bound the ids that
 * ended later, and the earliest start of each stretch tells which of them may
 * have begun before.
 */
#ifndef RMAPSCOPE_STRETCHES_H
#define RMAPSCOPE_STRETCHES_H

#include <stdint.h>

#include "analysis/db.h"

struct sqlite3_stmt;

struct stretches {
	/* gives the time, the highest id, the earliest start since the one before */
	const char *checkpoints;
	const char *rows;      /* ?1 the instant; of ids above ?2, up to ?3 */
	const char *open_rows; /* ?1 the instant; NULL: none are stored open */
};

/*
 * stretches_read - hand every row to @row, which returns 0 or a negative errno
 *
 * A file without checkpoints is read as a whole.
 */
int stretches_read(const struct stretches *s, struct db *db, int64_t at_ns,
		   int (*row)(void *ctx, struct sqlite3_stmt *stmt), void *ctx, struct error *err);

#endif
