/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SQL functions for histogram blobs: hist_count(h), hist_quantile(h, q),
 * hist_between(h, from, to) and the aggregate hist_merge(h). They are part of rmapscope,
 * and also a loadable extension for any sqlite3 shell.
 */
#ifndef RMAPSCOPE_HIST_SQL_H
#define RMAPSCOPE_HIST_SQL_H

struct sqlite3;

/* Returns SQLITE_OK or an SQLite error code. */
int hist_sql_register(struct sqlite3 *db);

#endif
