/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SQL functions for shares of samples: share_low(n, of) and share_high(n, of), where n of `of`
 * samples are of a kind. They are the ends of the interval, in percent with two decimals, that
 * contains the true share with 95 % probability, if the samples are independent (Wilson 1927).
 * NULL unless 0 <= n <= of and of > 0.
 */
#ifndef RMAPSCOPE_ESTIMATE_SQL_H
#define RMAPSCOPE_ESTIMATE_SQL_H

struct sqlite3;

/* Returns SQLITE_OK or an SQLite error code. */
int estimate_sql_register(struct sqlite3 *db);

#endif
