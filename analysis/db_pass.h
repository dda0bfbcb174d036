/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read all rows of a query in the middle of one statement: several times faster than a step per
 * row, since SQLite calls us as an aggregate function.
 */
#ifndef RMAPSCOPE_DB_PASS_H
#define RMAPSCOPE_DB_PASS_H

#include "analysis/db.h"

struct sqlite3_value;

struct db_pass {
	const char *name; /* of the aggregate function; an SQL name */
	int nr_args;
	/* Takes a row; may use other statements. Returns 0 or a negative errno, which ends it. */
	int (*add)(void *ctx, struct sqlite3_value **args);
	void *ctx;
};

/*
 * db_pass_run - give each row of @sql to @pass->add
 * @sql: "SELECT name(columns) FROM ..."
 *
 * No statement may be active that uses the function. If add() fails, it has set the error.
 * Returns 0 or a negative errno.
 */
int db_pass_run(struct db *db, const struct db_pass *pass, const char *sql, struct error *err);

#endif
