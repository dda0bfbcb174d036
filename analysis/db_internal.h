/* SPDX-License-Identifier: GPL-2.0-only */
/* An open database, for those who open it: see analysis/db.h. */
#ifndef RMAPSCOPE_DB_INTERNAL_H
#define RMAPSCOPE_DB_INTERNAL_H

#include "analysis/db.h"
#include "analysis/db_file.h"
#include "analysis/db_guard.h"

struct known;

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

/* The single integer that @sql gives. Returns 0 or a negative errno. */
int db_query_int(struct db *db, const char *sql, int64_t *value, struct error *err);

/* Why the guard has ended a read. Returns a negative errno. */
int db_interrupted(const struct db *db, struct error *err);

#endif
