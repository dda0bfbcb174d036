/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read the rows of a table that overlap an instant, without reading the whole table.
 * Table checkpoint has the highest id at certain times, so rows with higher ids ended
 * later. It also has the earliest start in each range of ids between two checkpoints: a
 * range that starts after the instant is skipped.
 */
#ifndef RMAPSCOPE_OVERLAP_H
#define RMAPSCOPE_OVERLAP_H

#include <stdint.h>

#include "analysis/db.h"

struct sqlite3_stmt;

struct overlap_queries {
	/* ?1: the instant. The last checkpoint until it: its highest id */
	const char *before;
	/* the later ones, in their order: highest id, and earliest start since the previous one */
	const char *later;
	const char *rows;      /* ?1: the instant; ?2, ?3: ids above ?2, up to ?3 */
	const char *open_rows; /* ?1: the instant; NULL: the table has no open rows */
};

/*
 * overlap_read - hand every row to @row, which returns 0 or a negative errno
 *
 * Without checkpoints the whole table is read.
 */
int overlap_read(const struct overlap_queries *s, struct db *db, int64_t at_ns,
		 int (*row)(void *ctx, struct sqlite3_stmt *stmt), void *ctx, struct error *err);

#endif
