/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The writer of a database.
 *
 * Rows are inserted in an open transaction. After store_commit(), readers see them, and
 * they survive a kill of this process. After a failure every call returns the same
 * error, and the file has what was committed before.
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
 * store_create - begin a new database for @path
 * @force: replace an existing file; otherwise it is refused with -EEXIST
 *
 * It is created beside @path. A file at @path is kept until store_place() or
 * store_finish().
 */
int store_create(struct store **st, const char *path, bool force, struct error *err);

/*
 * store_settle - write everything so far to disk
 *
 * This makes store_place() fast. No rows can be written in between.
 */
int store_settle(struct store *st, struct error *err);

/*
 * store_place - move the database to its path, and go on writing it there
 *
 * From now on readers can open it, and see each store_commit(). After a failure, an older
 * file at the path is unchanged.
 */
int store_place(struct store *st, struct error *err);

/*
 * store_limit - delete the oldest rows from now on, to stay within limits
 * @max_bytes: size of the file; 0: no limit
 * @max_age_ns: age of rows, compared with the time of store_commit(); 0: no limit
 *
 * Rows of single waits, holds, walks, ... are deleted first, roll-ups only if that is
 * not enough. Open waits and holds are kept. Table meta says from when rows and roll-ups
 * are kept.
 */
int store_limit(struct store *st, int64_t max_bytes, int64_t max_age_ns);

/* Write a row. Each returns 0 or a negative errno; the message is in store_error(). */
int store_meta_text(struct store *st, const char *key, const char *value);
int store_meta_int(struct store *st, const char *key, int64_t value);
/* A row of each table of rows.def: store_process(), store_task(), ... */
#define ROW(table)	int store_##table(struct store *st, const struct table##_row *row);
#define NUMBERED(table) int store_##table(struct store *st, struct table##_row *row);
#include "schema/rows.def"
/* Set the VMA of a wait that was written without one. */
int store_wait_vma(struct store *st, int64_t wait_id, int64_t vma_id);

/* The store as a sink for the model. It must outlive the model. */
struct sink store_sink(struct store *st);

/*
 * store_commit - end the transaction and begin the next
 * @time_ns: all events before this time were processed
 *
 * Fails with -ESTALE if another program has removed, replaced or cut the file.
 */
int store_commit(struct store *st, int64_t time_ns, struct error *err);

/* The first failure; its message is "" if there was none. */
const struct error *store_error(const struct store *st);

/*
 * store_finish - commit, merge the write-ahead log into the file, close it
 *
 * Moves the file to its path, if it is not there yet and nothing has failed. Frees @st in
 * any case.
 */
int store_finish(struct store *st, struct error *err);

/* Close the file and remove it. Frees @st. */
void store_discard(struct store *st);

#endif
