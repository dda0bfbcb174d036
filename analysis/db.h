/* SPDX-License-Identifier: GPL-2.0-only */
/* A database, opened to read: finished, or being written by another process. */
#ifndef RMAPSCOPE_DB_H
#define RMAPSCOPE_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

struct db;
struct sqlite3;
struct sqlite3_stmt;

/*
 * db_open - open @path read-only and check that it is one of ours
 *
 * A newer schema, a foreign or a damaged file is refused with one clear line, and
 * so is one with a schema that is not exactly ours: a stranger's views and triggers
 * are never run. Of an older schema version a temporary copy is read. Nothing is
 * written into the file, and nothing made beside it but the index (-shm) of a log
 * that has none.
 */
int db_open(struct db **db, const char *path, struct error *err);
void db_close(struct db *db);

/* Whether a copy is read, which does not change with the file. */
bool db_is_copy(const struct db *db);

/* A long read ends with -EINTR when @stop says so; a blocked SIGINT, SIGTERM or SIGHUP does, too. */
void db_stop_when(struct db *db, bool (*stop)(void));

/*
 * Begin and end one consistent view of a file that is being written. -ESTALE: it
 * is not the file any more that was opened and checked; open it again.
 */
int db_begin(struct db *db, struct error *err);
void db_end(struct db *db);

/*
 * db_take - count @bytes of memory that what a statement gives is kept in
 *
 * Returns 0, or -EBADMSG with @err when the file is too small to hold so much.
 */
int db_take(struct db *db, size_t bytes, struct error *err);

/*
 * db_prepare - a statement of @sql, its parameters NULL; prepared once, and kept
 *
 * Returns 0 or a negative errno; then db_release() when its rows were read.
 */
int db_prepare(struct db *db, const char *sql, struct sqlite3_stmt **stmt, struct error *err);
void db_release(struct db *db, struct sqlite3_stmt *stmt);

const char *db_path(const struct db *db);

/*
 * db_meta_int - an integer of table meta
 *
 * Returns 0, -ENOENT when the key is not there, or another negative errno.
 */
int db_meta_int(struct db *db, const char *key, int64_t *value, struct error *err);
/* Likewise a text, cut to @room. */
int db_meta_text(struct db *db, const char *key, char *value, unsigned int room, struct error *err);

/* Why the last SQLite call failed: fills @err and returns a negative errno. */
int db_fail(struct db *db, struct error *err);

#endif
