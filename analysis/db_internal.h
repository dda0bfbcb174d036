/* SPDX-License-Identifier: GPL-2.0-only */
/* The inside of struct db, for the files that implement analysis/db.h. */
#ifndef RMAPSCOPE_DB_INTERNAL_H
#define RMAPSCOPE_DB_INTERNAL_H

#include "analysis/db.h"
#include "analysis/db_file.h"
#include "analysis/db_guard.h"

struct filter;

/* The temporary tables of a filter. */
struct filter_state {
	int64_t task_id, process_id, lock_id; /* they cover rows up to these ids */
	uint64_t built_ns;		      /* when they were last filled from scratch */
	bool sums_are_less; /* a thread passes whose process does not: see filter.h */
};

/* Statements that are kept prepared: more than any screen needs. */
#define NR_STATEMENTS 64

struct db {
	struct sqlite3 *db;
	char *path;
	struct db_file file;
	struct db_guard guard;
	bool copy;	/* a converted copy of a file with an older schema */
	int64_t cookie; /* SQLite's schema_version when the schema was checked */
	struct sqlite3_stmt *stmt[NR_STATEMENTS];
	unsigned int nr_stmts;
	const struct filter *filter; /* of analysis/filter.h, or NULL */
	struct filter_state filter_state;
	bool has_wait_sums; /* wait_sums_make() was called in this transaction */
};

/*
 * db_connect - open the file of @db->path, to read or to write
 *
 * Only its header was checked then. Returns 0 or a negative errno; call
 * db_disconnect() in either case.
 */
int db_connect(struct db *db, bool write, struct error *err);
void db_disconnect(struct db *db);

/*
 * db_check - check that it is a database of ours
 * @version: set to its schema version, at most SCHEMA_VERSION
 *
 * Call this in a transaction that lasts until the last statement that relies on it.
 *
 * Returns 0 or a negative errno.
 */
int db_check(struct db *db, int64_t *version, struct error *err);

/*
 * db_define - run statements of our own that create or fill temporary tables and views
 *
 * The file is not changed. Returns 0 or a negative errno.
 */
int db_define(struct db *db, const char *sql, struct error *err);

/*
 * db_let_write - let statements write, while ours fill temporary tables
 *
 * The file is opened read-only in any case. End it with @on false before a statement reads
 * the file again.
 */
void db_let_write(struct db *db, bool on);

/*
 * Set *@sql to the statement that created the temporary view @name; free() it. Returns 0 or a
 * negative errno.
 */
int db_view_text(struct db *db, const char *name, char **sql, struct error *err);

/* Set *@value to the single integer that @sql returns. Returns 0 or a negative errno. */
int db_query_int(struct db *db, const char *sql, int64_t *value, struct error *err);

/* Set @err to why the guard has ended a read. Returns a negative errno. */
int db_interrupted(const struct db *db, struct error *err);

#endif
