/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The one writer of a database.
 *
 * Rows go into an open transaction; store_commit() makes them durable for
 * readers and against a kill. After a failure every call returns the same
 * error and the file holds what was committed before.
 */
#ifndef RMAPSCOPE_STORE_H
#define RMAPSCOPE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"
#include "schema/rows.h"
#include "schema/sink.h"

struct store;

/*
 * store_create - begin a new database that is to be at @path
 * @force: replace an existing file; else that is refused with -EEXIST
 *
 * It is made beside @path. What is at @path stays until store_place() or
 * store_finish().
 */
int store_create(struct store **st, const char *path, bool force, struct error *err);

/*
 * store_settle - write to disk what there is so far
 *
 * After that store_place() takes no time. No rows can be written in between.
 */
int store_settle(struct store *st, struct error *err);

/*
 * store_place - move the database to its path, and go on writing it there
 *
 * From now on others see it, and each store_commit(). On failure what was at the
 * path before is still there.
 */
int store_place(struct store *st, struct error *err);

/*
 * store_limit - from now on delete the oldest rows, to stay within limits
 * @max_bytes: of the file; 0: no limit
 * @max_age_ns: of rows, by the time given to store_commit(); 0: no limit
 *
 * Rows of single spans are deleted first, roll-ups only if that is not enough. Open
 * waits and holds stay. Table meta says from when rows and roll-ups are kept.
 */
int store_limit(struct store *st, int64_t max_bytes, int64_t max_age_ns);

/* Rows; each returns 0 or a negative errno, the message is in store_error(). */
int store_meta_text(struct store *st, const char *key, const char *value);
int store_meta_int(struct store *st, const char *key, int64_t value);
/* A row of each table of rows.def: store_process(), store_task(), ... */
#define ROW(table)	int store_##table(struct store *st, const struct table##_row *row);
#define NUMBERED(table) int store_##table(struct store *st, struct table##_row *row);
#include "schema/rows.def"
/* The VMA of a wait that was written without one. */
int store_wait_vma(struct store *st, int64_t wait_id, int64_t vma_id);

/* The store as the model's sink. It must outlive the model. */
struct sink store_sink(struct store *st);

/*
 * store_commit - end the transaction and begin the next
 * @time_ns: every event before this time has been given
 *
 * Fails with -ESTALE when somebody has removed or replaced the file.
 */
int store_commit(struct store *st, int64_t time_ns, struct error *err);

/* What went wrong, "" when nothing has. */
const struct error *store_error(const struct store *st);

/*
 * store_finish - commit, fold the write-ahead log into one file, close
 *
 * Moves it to its path, if it is not there yet and nothing has failed. Frees @st in
 * any case.
 */
int store_finish(struct store *st, struct error *err);

/* Close after a failure and remove the file. Frees @st. */
void store_discard(struct store *st);

#endif
