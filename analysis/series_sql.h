/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * series(at, nr, value), an aggregate function for SQL: nr sums. Each value is added to
 * the sum with index at. The result is a text for UNIT_SERIES, "0 12 7".
 */
#ifndef RMAPSCOPE_SERIES_SQL_H
#define RMAPSCOPE_SERIES_SQL_H

struct sqlite3;

/* Returns SQLITE_OK or an SQLite error code. */
int series_sql_register(struct sqlite3 *db);

#endif
