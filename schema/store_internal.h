/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of struct store, for the files schema/store*.c. */
#ifndef RMAPSCOPE_STORE_INTERNAL_H
#define RMAPSCOPE_STORE_INTERNAL_H

#include <sqlite3.h>

#include "schema/output_file.h"
#include "schema/store.h"

/* The prepared statements: an INSERT for each table of rows.def, and others. */
enum statement {
#define ROW(table) ST_##table,
#include "schema/rows.def"
	ST_META,
	ST_CHECKPOINT,
	ST_WAIT_FORGET,
	ST_WAIT_VMA,
	ST_HOLD_FORGET,
	ST_LOCK_VMA_END,
	NR_STATEMENTS,
};

/* The tables whose rows are in time order: those in table checkpoint. */
enum ordered {
#define ROW(table)
#define ORDERED(table) AT_##table,
#define SPAN(table)    AT_##table,
#include "schema/rows.def"
	NR_ORDERED,
};

/* The content of a row of table checkpoint. */
struct checkpoint_ids {
	int64_t id[NR_ORDERED];	    /* highest id */
	int64_t min_ns[NR_ORDERED]; /* SPAN: earliest start since the last checkpoint; NO_TIME */
};

/* Where store_forget() continues: the table, and the next id of each table. */
#define NR_FORGET 5
struct forget {
	unsigned int table;
	int64_t next_id[NR_FORGET];
	int64_t before_ns; /* everything that is kept is later; NO_TIME: unknown */
};

struct store {
	sqlite3 *db; /* NULL: settled, not placed yet */
	sqlite3_stmt *stmt[NR_STATEMENTS];
	struct output_file file;
	struct checkpoint_ids done, checkpointed;
	int64_t max_bytes, max_age_ns; /* 0: no limit */
	int64_t kept_from_ns;	       /* rows before it were deleted; NO_TIME: none */
	int64_t names_from_ns;	       /* sums before it have no names, or were deleted */
	struct forget forget;
	int64_t longest_commit_ns;
	int64_t schema_cookie; /* SQLite's schema version after the schema was created */
	bool broken;
	int ret;
	struct error err;
};

/*
 * store_fail - note that SQLite failed with @rc, and why
 *
 * All later calls return the first failure. Returns a negative errno.
 */
int store_fail(struct store *st, int rc);

/* The same for a failure @ret whose message is already in @st->err. Returns @ret. */
int store_broken(struct store *st, int ret);

/*
 * Run statements without parameters. Returns 0 or a negative errno; also that of an earlier
 * failure.
 */
int store_run(struct store *st, const char *sql);

/* Write a row of table checkpoint for @time_ns, if rows were added since the last one. */
int store_checkpoint(struct store *st, int64_t time_ns);

/*
 * Set *@value to the number that a query with one parameter returns; to @none if it
 * returns no row or NULL. Returns 0 or a negative errno.
 */
int store_number(struct store *st, const char *sql, int64_t arg, int64_t none, int64_t *value);

/* Delete some processes, threads, locks and VMAs that nothing refers to any more. */
int store_forget(struct store *st);

/* Delete some of the oldest rows, if the limits demand it. */
int store_trim(struct store *st, int64_t time_ns);

#endif
