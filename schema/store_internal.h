/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files schema/store*.c share. */
#ifndef RMAPSCOPE_STORE_INTERNAL_H
#define RMAPSCOPE_STORE_INTERNAL_H

#include <sqlite3.h>

#include "schema/output_file.h"
#include "schema/store.h"

/* An INSERT for each table of rows.def, and what else is written again and again. */
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

/* The tables whose rows come in time order: see table checkpoint. */
enum ordered {
#define ROW(table)
#define ORDERED(table) AT_##table,
#define SPAN(table)    AT_##table,
#include "schema/rows.def"
	NR_ORDERED,
};

struct progress {
	int64_t id[NR_ORDERED];	    /* highest */
	int64_t min_ns[NR_ORDERED]; /* SPAN: earliest start since the last checkpoint; NO_TIME */
};

/* Where store_forget() goes on: the table, and the next id of each. */
#define NR_FORGET 5
struct forget {
	unsigned int table;
	int64_t next_id[NR_FORGET];
	int64_t before_ns; /* everything that is kept is later; NO_TIME: not known */
};

struct store {
	sqlite3 *db; /* NULL: settled, not placed yet */
	sqlite3_stmt *stmt[NR_STATEMENTS];
	struct output_file file;
	struct progress done, checkpointed;
	int64_t max_bytes, max_age_ns; /* 0: no limit */
	int64_t kept_from_ns;	       /* rows before it were deleted; NO_TIME: none */
	int64_t names_from_ns;	       /* likewise; sums before it name nothing, or are gone */
	struct forget forget;
	int64_t longest_commit_ns;
	bool broken;
	int ret;
	struct error err;
};

/*
 * store_fail - note that SQLite failed with @rc, and why
 *
 * The first failure stays: all later calls return it. Returns a negative errno.
 */
int store_fail(struct store *st, int rc);

/* The same for a failure whose message is in @st->err already. Returns @ret. */
int store_broken(struct store *st, int ret);

/* Run statements without arguments. Returns 0 or a negative errno, also of an earlier failure. */
int store_run(struct store *st, const char *sql);

/* Where a time is in the tables, if rows were added since the last. */
int store_checkpoint(struct store *st, int64_t time_ns);

/*
 * A number that a query with one argument gives; @none when it gives no row, or
 * NULL. Returns 0 or a negative errno.
 */
int store_number(struct store *st, const char *sql, int64_t arg, int64_t none, int64_t *value);

/* Delete processes, threads, locks and VMAs that nothing refers to any more; a slice per call. */
int store_forget(struct store *st);

/* Delete the oldest rows as far as the limits demand; a slice per call. */
int store_trim(struct store *st, int64_t time_ns);

#endif
