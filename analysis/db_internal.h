/* SPDX-License-Identifier: GPL-2.0-only */
/* An open database, for those who open it: see analysis/db.h. */
#ifndef RMAPSCOPE_DB_INTERNAL_H
#define RMAPSCOPE_DB_INTERNAL_H

#include "analysis/db.h"
#include "analysis/db_file.h"
#include "analysis/db_guard.h"

struct known;
struct filter;

/* Up to which ids, and when, the temporary tables of a filter were made. */
struct filter_state {
	int64_t task_id, process_id, lock_id;
	uint64_t built_ns;
	bool sums_are_less; /* threads pass whose processes do not */
};

/* Queries that are run again and again: more than any screen has. */
#define NR_STATEMENTS 64

struct db {
	struct sqlite3 *db;
	char *path;
	struct db_file file;
	struct db_guard guard;
	bool copy;	/* of a file with an older schema */
	int64_t cookie; /* of the schema that was checked */
	struct sqlite3_stmt *stmt[NR_STATEMENTS];
	unsigned int nr_stmts;
	const struct filter *filter; /* of analysis/filter.h, or NULL */
	struct filter_state filter_state;
};

/*
 * db_connect - open the file of @db->path, to read or to write
 *
 * Nothing in it has been looked at but its header. Returns 0 or a negative errno;
 * db_disconnect() either way.
 */
int db_connect(struct db *db, bool write, struct error *err);
void db_disconnect(struct db *db);

/*
 * db_check - whether it is a database of ours; in a transaction, which is to last
 *	until the last statement that relies on it
 * @version: set to its schema version, at most SCHEMA_VERSION
 * @known: set to that schema, to be freed; may be NULL
 *
 * Returns 0 or a negative errno.
 */
int db_check(struct db *db, int64_t *version, struct known **known, struct error *err);

/*
 * db_define - run statements of ours that make or fill temporary tables and views
 *
 * Nothing of the file is changed. Returns 0 or a negative errno.
 */
int db_define(struct db *db, const char *sql, struct error *err);

/* The statement that made the temporary view @name, to be freed. Returns 0 or a negative errno. */
int db_view_text(struct db *db, const char *name, char **sql, struct error *err);

/* The single integer that @sql gives. Returns 0 or a negative errno. */
int db_query_int(struct db *db, const char *sql, int64_t *value, struct error *err);

/* Why the guard has ended a read. Returns a negative errno. */
int db_interrupted(const struct db *db, struct error *err);

#endif
