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
 * A file with a newer schema, a file of another program and a damaged file are refused
 * with one line. So is a file whose schema differs from ours in anything: views and
 * triggers of others are never run. A file of an older schema version is read through
 * a converted temporary copy. The file is never written to. The only file that may be
 * created beside it is the index (-shm) of a write-ahead log that has none.
 */
int db_open(struct db **db, const char *path, struct error *err);
void db_close(struct db *db);

/* Whether a temporary copy is read, which does not follow changes of the file. */
bool db_is_copy(const struct db *db);

/*
 * End a long read with -EINTR if @stop() returns true, or a blocked SIGINT, SIGTERM or SIGHUP
 * is pending.
 */
void db_stop_when(struct db *db, bool (*stop)(void));

/*
 * Begin and end a read transaction: one consistent view of a file that is being written.
 * -ESTALE: another program has changed the file since it was checked; open it again.
 */
int db_begin(struct db *db, struct error *err);
void db_end(struct db *db);

/*
 * db_take - count @bytes of memory that results of a statement take
 *
 * Returns 0, or -EBADMSG with @err if a file of this size cannot hold so much.
 */
int db_take(struct db *db, size_t bytes, struct error *err);

/*
 * db_prepare - prepare @sql, or reuse the statement that was prepared before
 *
 * All parameters are NULL. Returns 0 or a negative errno. Call db_release() when its
 * rows were read.
 */
int db_prepare(struct db *db, const char *sql, struct sqlite3_stmt **stmt, struct error *err);
void db_release(struct db *db, struct sqlite3_stmt *stmt);

const char *db_path(const struct db *db);

/*
 * db_meta_int - an integer of table meta
 *
 * Returns 0, -ENOENT if there is no such key, or another negative errno.
 */
int db_meta_int(struct db *db, const char *key, int64_t *value, struct error *err);
/* The same for a text, cut to @room. */
int db_meta_text(struct db *db, const char *key, char *value, unsigned int room, struct error *err);

/* Why the last SQLite call failed: fills @err and returns a negative errno. */
int db_fail(struct db *db, struct error *err);

#endif
