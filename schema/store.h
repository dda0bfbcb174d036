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
int store_process(struct store *st, const struct process_row *row);
int store_task(struct store *st, const struct task_row *row);
int store_lock(struct store *st, const struct lock_row *row);
int store_site(struct store *st, const struct site_row *row);
int store_stack(struct store *st, const struct stack_row *row);
/*
 * Sets @row->id. A row that comes again replaces the former and gets a new
 * id, so that ids rise with the time at which waits end.
 */
int store_wait(struct store *st, struct wait_row *row);
/* Likewise. */
int store_hold(struct store *st, struct hold_row *row);
/* The VMA of a wait that was written without one. */
int store_wait_vma(struct store *st, int64_t wait_id, int64_t vma_id);
int store_vma(struct store *st, const struct vma_row *row);
/* Sets @row->id at the first call; a later one updates to_ns. */
int store_lock_vma(struct store *st, struct lock_vma_row *row);
int store_walk(struct store *st, const struct walk_row *row);
int store_walk_rollup(struct store *st, const struct walk_rollup_row *row);
int store_retry(struct store *st, const struct retry_row *row);
int store_skip(struct store *st, const struct skip_row *row);
int store_move(struct store *st, const struct move_row *row);
int store_wait_part(struct store *st, const struct wait_part_row *row);
int store_stall(struct store *st, const struct stall_row *row);
/* Sets @row->id at the first call; a later one replaces the row. */
int store_storm(struct store *st, struct storm_row *row);
int store_straggler(struct store *st, const struct straggler_row *row);
int store_order_edge(struct store *st, const struct order_edge_row *row);
int store_loss(struct store *st, const struct loss_row *row);
int store_rollup(struct store *st, const struct rollup_row *row);
int store_second_rollup(struct store *st, const struct second_rollup_row *row);
int store_holder_rollup(struct store *st, const struct holder_rollup_row *row);

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
