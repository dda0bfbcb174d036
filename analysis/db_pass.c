// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/db_pass.h"

#include <sqlite3.h>

#include "analysis/db_internal.h"

struct run {
	const struct db_pass *pass;
	int ret; /* of the row that could not be added */
};

static void step(sqlite3_context *ctx, int nr_args, sqlite3_value **args)
{
	struct run *run = sqlite3_user_data(ctx);

	(void)nr_args;
	if (!run->ret)
		run->ret = run->pass->add(run->pass->ctx, args);
	if (run->ret)
		sqlite3_result_error(ctx, "a row could not be added", -1);
}

static void finish(sqlite3_context *ctx)
{
	sqlite3_result_null(ctx);
}

/* Define the function, or with @on false forget it. */
static int set_function(struct db *db, struct run *run, bool on)
{
	return sqlite3_create_function(db->db, run->pass->name, run->pass->nr_args,
				       SQLITE_UTF8 | SQLITE_DIRECTONLY, run, NULL, on ? step : NULL,
				       on ? finish : NULL);
}

int db_pass_run(struct db *db, const struct db_pass *pass, const char *sql, struct error *err)
{
	struct run run = { .pass = pass };
	sqlite3_stmt *stmt;
	int rc, ret;

	if (set_function(db, &run, true) != SQLITE_OK)
		return db_fail(db, err);
	ret = db_prepare(db, sql, &stmt, err);
	if (!ret) {
		rc = sqlite3_step(stmt);
		ret = run.ret ? run.ret : rc == SQLITE_ROW ? 0 : db_fail(db, err);
		db_release(db, stmt);
	}
	set_function(db, &run, false);
	return ret;
}
