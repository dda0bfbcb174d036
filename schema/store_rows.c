// SPDX-License-Identifier: GPL-2.0-only
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/text.h"
#include "schema/enums.h"
#include "schema/store_internal.h"

static const char *const statement_sql[NR_STATEMENTS] = {
	[ST_META] = "INSERT OR REPLACE INTO meta VALUES (?, ?)",
	[ST_PROCESS] =
		"INSERT OR REPLACE INTO process (id, tgid, of_thread, comm, exe, cmdline, cgroup, "
		"first_ns, last_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_TASK] = "INSERT OR REPLACE INTO task (id, tid, tgid, comm, is_main, process_id, "
		    "first_ns, last_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_LOCK] = "INSERT OR REPLACE INTO lock (id, class, class_why, address, generation, "
		    "vma_id, first_ns, last_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_SITE] = "INSERT INTO site (id, symbol, offset, role) VALUES (?, ?, ?, ?)",
	[ST_STACK] = "INSERT INTO stack (id, site_id, frames) VALUES (?, ?, ?)",
	[ST_WAIT] =
		"INSERT INTO wait (id, start_ns, duration_ns, slept_ns, runnable_ns, spun_ns, lock_id, "
		"task_id, mode, site_id, stack_id, vma_id, holder_task_id, holder_site_id, "
		"holder_source, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_WAIT_FORGET] = "DELETE FROM wait WHERE id = ?",
	/* two commits in one nanosecond are one checkpoint, with all that was added */
	[ST_CHECKPOINT] = "INSERT INTO checkpoint (time_ns, wait_id, wait_min_ns, hold_id, "
			  "hold_min_ns, walk_id, stall_id, retry_id, skip_id, move_id) "
			  "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
			  "wait_id = excluded.wait_id, "
			  "wait_min_ns = min(coalesce(wait_min_ns, excluded.wait_min_ns), "
			  "coalesce(excluded.wait_min_ns, wait_min_ns)), "
			  "hold_id = excluded.hold_id, "
			  "hold_min_ns = min(coalesce(hold_min_ns, excluded.hold_min_ns), "
			  "coalesce(excluded.hold_min_ns, hold_min_ns)), "
			  "walk_id = excluded.walk_id, stall_id = excluded.stall_id, "
			  "retry_id = excluded.retry_id, skip_id = excluded.skip_id, "
			  "move_id = excluded.move_id",
	[ST_LOSS] = "INSERT OR REPLACE INTO loss (id, start_ns, end_ns, cpu, nr_lost, reason) "
		    "VALUES (?, ?, ?, ?, ?, ?)",
	[ST_ROLLUP] = "INSERT OR REPLACE INTO rollup (second, process_id, lock_id, vma_id, "
		      "site_id, mode, nr_waits, wait_ns, max_wait_ns, slept_ns, runnable_ns, "
		      "nr_uncertain, nr_holds, hold_ns, nr_retries, nr_moves, hist) "
		      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_SECOND_ROLLUP] = "INSERT OR REPLACE INTO second_rollup (second, nr_waits, wait_ns, "
			     "max_wait_ns, nr_uncertain, hist) VALUES (?, ?, ?, ?, ?, ?)",
	[ST_WAIT_VMA] = "UPDATE wait SET vma_id = ? WHERE id = ?",
	/* a wait is booked to the seconds in which it lasted when its holder is known */
	[ST_HOLDER_ROLLUP] =
		"INSERT INTO holder_rollup (second, lock_id, process_id, holder_task_id, nr_waits, "
		"wait_ns, runnable_ns) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
		"nr_waits = nr_waits + excluded.nr_waits, wait_ns = wait_ns + excluded.wait_ns, "
		"runnable_ns = iif(runnable_ns IS NULL, excluded.runnable_ns, "
		"runnable_ns + coalesce(excluded.runnable_ns, 0))",
	[ST_VMA] = "INSERT OR REPLACE INTO vma (id, process_id, start, end, perms, name, "
		   "from_ns, to_ns) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_LOCK_VMA] =
		"INSERT INTO lock_vma (lock_id, vma_id, from_ns, to_ns) VALUES (?, ?, ?, ?)",
	[ST_LOCK_VMA_END] = "UPDATE lock_vma SET to_ns = ? WHERE id = ?",
	[ST_HOLD] = "INSERT INTO hold (id, start_ns, duration_ns, lock_id, task_id, mode, site_id, "
		    "nr_waiters, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_HOLD_FORGET] = "DELETE FROM hold WHERE id = ?",
	[ST_WALK] = "INSERT INTO walk (start_ns, duration_ns, task_id, kind, site_id, pfn, "
		    "nr_pages, nr_vmas, nr_retries, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_WALK_ROLLUP] = "INSERT OR REPLACE INTO walk_rollup (second, kind, site_id, nr_walks, "
			   "walk_ns, max_walk_ns, nr_vmas, nr_retries, nr_contended, nr_uncertain, "
			   "hist) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_RETRY] = "INSERT INTO retry (time_ns, task_id, pfn, old_lock_id, new_lock_id, attempt, "
		     "slow) VALUES (?, ?, ?, ?, ?, ?, ?)",
	[ST_SKIP] = "INSERT INTO skip (time_ns, task_id, pfn, reason, site_id) "
		    "VALUES (?, ?, ?, ?, ?)",
	[ST_MOVE] = "INSERT INTO move (time_ns, task_id, pfn, nr_pages, old_lock_id, new_lock_id, "
		    "vma_id, root_changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_WAIT_PART] =
		"INSERT INTO wait_part (wait_id, nr, holder_task_id, holder_site_id, mode, "
		"duration_ns) VALUES (?, ?, ?, ?, ?, ?)",
	[ST_STALL] = "INSERT INTO stall (start_ns, duration_ns, task_id, wait_id, waker_task_id, "
		     "site_id, stack_id, io_wait, outcome) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_STORM] = "INSERT OR REPLACE INTO storm (id, kind, start_ns, duration_ns, outcome, "
		     "lock_id, nr_events, peak_per_s, nr_walkers, nr_movers, nr_moves, "
		     "walker_task_id, walker_site_id, mover_task_id, from_vma_id, to_vma_id) "
		     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	[ST_STRAGGLER] = "INSERT INTO straggler (time_ns, task_id, address, nr_pages, why, "
			 "other_task_id, other_ns) VALUES (?, ?, ?, ?, ?, ?, ?)",
	[ST_ORDER_EDGE] =
		"INSERT OR REPLACE INTO order_edge (id, held_class, taken_class, nr_taken, "
		"nr_tried, documented, time_ns, task_id, held_lock_id, taken_lock_id, "
		"held_site_id, taken_site_id, held_stack_id, taken_stack_id) "
		"VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
};

static sqlite3_stmt *begin_row(struct store *st, enum statement which)
{
	int rc;

	if (!st->stmt[which]) {
		rc = sqlite3_prepare_v3(st->db, statement_sql[which], -1, SQLITE_PREPARE_PERSISTENT,
					&st->stmt[which], NULL);
		if (rc != SQLITE_OK)
			store_fail(st, rc);
	}
	return st->stmt[which];
}

static int end_row(struct store *st, sqlite3_stmt *stmt)
{
	int rc;

	if (st->broken)
		return st->ret;
	rc = sqlite3_step(stmt);
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? 0 : store_fail(st, rc);
}

/* Likewise a row that SQLite numbers. */
static int end_numbered(struct store *st, sqlite3_stmt *stmt, int64_t *id)
{
	int ret = end_row(st, stmt);

	if (!ret)
		*id = sqlite3_last_insert_rowid(st->db);
	return ret;
}

/* The earliest start since the last checkpoint. */
static void note_start(int64_t *min_ns, int64_t start_ns)
{
	if (*min_ns == NO_TIME || start_ns < *min_ns)
		*min_ns = start_ns;
}

/* Binding: each takes the next column. Unknown values become NULL. */
struct binder {
	sqlite3_stmt *stmt;
	int at;
};

static void bind_int(struct binder *b, int64_t v)
{
	sqlite3_bind_int64(b->stmt, ++b->at, v);
}

static void bind_unless(struct binder *b, int64_t v, int64_t unknown)
{
	if (v == unknown)
		sqlite3_bind_null(b->stmt, ++b->at);
	else
		bind_int(b, v);
}

static void bind_id(struct binder *b, int64_t id)
{
	bind_unless(b, id, 0);
}

/* Text in a database is UTF-8; names of threads and files need not be. */
static void bind_text(struct binder *b, const char *text)
{
	char *copy;

	if (!text || !*text) {
		sqlite3_bind_null(b->stmt, ++b->at);
		return;
	}
	if (text_is_utf8(text)) {
		sqlite3_bind_text(b->stmt, ++b->at, text, -1, SQLITE_STATIC);
		return;
	}
	copy = strdup(text);
	if (copy)
		text_make_utf8(copy);
	sqlite3_bind_text(b->stmt, ++b->at, copy, -1, free);
}

int store_meta_text(struct store *st, const char *key, const char *value)
{
	struct binder b = { begin_row(st, ST_META), 0 };

	bind_text(&b, key);
	bind_text(&b, value);
	return end_row(st, b.stmt);
}

int store_meta_int(struct store *st, const char *key, int64_t value)
{
	struct binder b = { begin_row(st, ST_META), 0 };

	bind_text(&b, key);
	bind_int(&b, value);
	return end_row(st, b.stmt);
}

int store_process(struct store *st, const struct process_row *row)
{
	struct binder b = { begin_row(st, ST_PROCESS), 0 };

	bind_int(&b, row->id);
	bind_int(&b, row->tgid);
	bind_int(&b, row->of_thread);
	bind_text(&b, row->comm);
	bind_text(&b, row->exe);
	bind_text(&b, row->cmdline);
	bind_text(&b, row->cgroup);
	bind_int(&b, row->first_ns);
	bind_int(&b, row->last_ns);
	return end_row(st, b.stmt);
}

int store_task(struct store *st, const struct task_row *row)
{
	struct binder b = { begin_row(st, ST_TASK), 0 };

	bind_int(&b, row->id);
	bind_int(&b, row->tid);
	bind_unless(&b, row->tgid, -1);
	bind_text(&b, row->comm);
	bind_unless(&b, row->tgid < 0 ? -1 : row->tid == row->tgid, -1);
	bind_id(&b, row->process_id);
	bind_int(&b, row->first_ns);
	bind_int(&b, row->last_ns);
	return end_row(st, b.stmt);
}

int store_lock(struct store *st, const struct lock_row *row)
{
	struct binder b = { begin_row(st, ST_LOCK), 0 };

	bind_int(&b, row->id);
	bind_unless(&b, row->class, ENUM_NONE);
	bind_unless(&b, row->class == ENUM_NONE ? row->class_why : ENUM_NONE, ENUM_NONE);
	bind_int(&b, (int64_t)row->address);
	bind_int(&b, row->generation);
	bind_id(&b, row->vma_id);
	bind_int(&b, row->first_ns);
	bind_int(&b, row->last_ns);
	return end_row(st, b.stmt);
}

int store_site(struct store *st, const struct site_row *row)
{
	struct binder b = { begin_row(st, ST_SITE), 0 };

	bind_int(&b, row->id);
	bind_text(&b, row->symbol);
	bind_int(&b, row->offset);
	bind_unless(&b, row->role, ENUM_NONE);
	return end_row(st, b.stmt);
}

int store_stack(struct store *st, const struct stack_row *row)
{
	struct binder b = { begin_row(st, ST_STACK), 0 };

	bind_int(&b, row->id);
	bind_id(&b, row->site_id);
	bind_text(&b, row->frames);
	return end_row(st, b.stmt);
}

/* The row was open, and comes again. */
static int forget(struct store *st, enum statement which, int64_t id)
{
	struct binder b = { begin_row(st, which), 0 };

	bind_int(&b, id);
	return end_row(st, b.stmt);
}

int store_wait(struct store *st, struct wait_row *row)
{
	struct binder b = { begin_row(st, ST_WAIT), 0 };
	int ret = row->id ? forget(st, ST_WAIT_FORGET, row->id) : 0;

	if (ret)
		return ret;
	/* SQLite would give the id of a last row that was deleted once more */
	bind_int(&b, st->done.wait_id + 1);
	bind_int(&b, row->start_ns);
	bind_unless(&b, row->duration_ns, NO_TIME);
	bind_unless(&b, row->slept_ns, NO_TIME);
	bind_unless(&b, row->runnable_ns, NO_TIME);
	bind_unless(&b, row->spun_ns, NO_TIME);
	bind_int(&b, row->lock_id);
	bind_int(&b, row->task_id);
	bind_int(&b, row->mode);
	bind_id(&b, row->site_id);
	bind_id(&b, row->stack_id);
	bind_id(&b, row->vma_id);
	bind_id(&b, row->holder_task_id);
	bind_id(&b, row->holder_site_id);
	bind_int(&b, row->holder_source);
	bind_int(&b, row->outcome);
	ret = end_row(st, b.stmt);
	if (ret)
		return ret;
	row->id = ++st->done.wait_id;
	note_start(&st->done.wait_min_ns, row->start_ns);
	return 0;
}

int store_wait_vma(struct store *st, int64_t wait_id, int64_t vma_id)
{
	struct binder b = { begin_row(st, ST_WAIT_VMA), 0 };

	bind_id(&b, vma_id);
	bind_int(&b, wait_id);
	return end_row(st, b.stmt);
}

int store_loss(struct store *st, const struct loss_row *row)
{
	struct binder b = { begin_row(st, ST_LOSS), 0 };

	bind_id(&b, row->id);
	bind_unless(&b, row->start_ns, NO_TIME);
	bind_unless(&b, row->end_ns, NO_TIME);
	bind_unless(&b, row->cpu, LOSS_EVERY_CPU);
	bind_unless(&b, row->nr_lost, -1);
	bind_int(&b, row->reason);
	return end_row(st, b.stmt);
}

/* Bind @hist as the last column and end the row. */
static int end_row_hist(struct store *st, struct binder *b, const struct hist *hist)
{
	size_t max = hist_encoded_max(hist);
	uint8_t *blob = malloc(max ? max : 1);
	int ret;

	if (!blob)
		return store_fail(st, SQLITE_NOMEM);
	sqlite3_bind_blob(b->stmt, ++b->at, blob, hist_encode(hist, blob), SQLITE_STATIC);
	ret = end_row(st, b->stmt);
	free(blob);
	return ret;
}

int store_rollup(struct store *st, const struct rollup_row *row)
{
	struct binder b = { begin_row(st, ST_ROLLUP), 0 };

	bind_int(&b, row->second);
	bind_int(&b, row->process_id);
	bind_int(&b, row->lock_id);
	bind_int(&b, row->vma_id);
	bind_int(&b, row->site_id);
	bind_int(&b, row->mode);
	bind_int(&b, row->nr_waits);
	bind_int(&b, row->wait_ns);
	bind_int(&b, row->max_wait_ns);
	bind_unless(&b, row->slept_ns, NO_TIME);
	bind_unless(&b, row->runnable_ns, NO_TIME);
	bind_int(&b, row->nr_uncertain);
	bind_unless(&b, row->nr_holds, NO_TIME);
	bind_unless(&b, row->hold_ns, NO_TIME);
	bind_unless(&b, row->nr_retries, NO_TIME);
	bind_unless(&b, row->nr_moves, NO_TIME);
	return end_row_hist(st, &b, &row->hist);
}

int store_second_rollup(struct store *st, const struct second_rollup_row *row)
{
	struct binder b = { begin_row(st, ST_SECOND_ROLLUP), 0 };

	bind_int(&b, row->second);
	bind_int(&b, row->nr_waits);
	bind_int(&b, row->wait_ns);
	bind_int(&b, row->max_wait_ns);
	bind_int(&b, row->nr_uncertain);
	return end_row_hist(st, &b, &row->hist);
}

int store_holder_rollup(struct store *st, const struct holder_rollup_row *row)
{
	struct binder b = { begin_row(st, ST_HOLDER_ROLLUP), 0 };
	/* a wait of long ago may have ended only now: its second has no names any more */
	const bool named = st->names_from_ns == NO_TIME ||
			   row->second >= st->names_from_ns / (int64_t)NSEC_PER_SEC;

	bind_int(&b, row->second);
	bind_int(&b, named ? row->lock_id : 0);
	bind_int(&b, named ? row->process_id : 0);
	bind_int(&b, named ? row->holder_task_id : 0);
	bind_int(&b, row->nr_waits);
	bind_int(&b, row->wait_ns);
	bind_unless(&b, row->runnable_ns, NO_TIME);
	return end_row(st, b.stmt);
}

int store_vma(struct store *st, const struct vma_row *row)
{
	struct binder b = { begin_row(st, ST_VMA), 0 };

	bind_int(&b, row->id);
	bind_id(&b, row->process_id);
	bind_int(&b, (int64_t)row->start);
	bind_int(&b, (int64_t)row->end);
	bind_text(&b, row->perms);
	bind_text(&b, row->name);
	bind_unless(&b, row->from_ns, NO_TIME);
	bind_unless(&b, row->to_ns, NO_TIME);
	return end_row(st, b.stmt);
}

int store_lock_vma(struct store *st, struct lock_vma_row *row)
{
	struct binder b = { begin_row(st, row->id ? ST_LOCK_VMA_END : ST_LOCK_VMA), 0 };
	int ret;

	if (row->id) {
		bind_unless(&b, row->to_ns, NO_TIME);
		bind_int(&b, row->id);
		return end_row(st, b.stmt);
	}
	bind_int(&b, row->lock_id);
	bind_int(&b, row->vma_id);
	bind_unless(&b, row->from_ns, NO_TIME);
	bind_unless(&b, row->to_ns, NO_TIME);
	ret = end_row(st, b.stmt);
	row->id = sqlite3_last_insert_rowid(st->db);
	return ret;
}

int store_hold(struct store *st, struct hold_row *row)
{
	struct binder b = { begin_row(st, ST_HOLD), 0 };
	int ret = row->id ? forget(st, ST_HOLD_FORGET, row->id) : 0;

	if (ret)
		return ret;
	bind_int(&b, st->done.hold_id + 1);
	bind_int(&b, row->start_ns);
	bind_unless(&b, row->duration_ns, NO_TIME);
	bind_int(&b, row->lock_id);
	bind_int(&b, row->task_id);
	bind_int(&b, row->mode);
	bind_id(&b, row->site_id);
	bind_int(&b, row->nr_waiters);
	bind_int(&b, row->outcome);
	ret = end_row(st, b.stmt);
	if (ret)
		return ret;
	row->id = ++st->done.hold_id;
	note_start(&st->done.hold_min_ns, row->start_ns);
	return 0;
}

int store_walk(struct store *st, const struct walk_row *row)
{
	struct binder b = { begin_row(st, ST_WALK), 0 };

	bind_int(&b, row->start_ns);
	bind_unless(&b, row->duration_ns, NO_TIME);
	bind_int(&b, row->task_id);
	bind_int(&b, row->kind);
	bind_id(&b, row->site_id);
	bind_int(&b, (int64_t)row->pfn);
	bind_unless(&b, row->nr_pages, 0);
	bind_unless(&b, row->nr_vmas, -1);
	bind_int(&b, row->nr_retries);
	bind_int(&b, row->outcome);
	return end_numbered(st, b.stmt, &st->done.walk_id);
}

int store_walk_rollup(struct store *st, const struct walk_rollup_row *row)
{
	struct binder b = { begin_row(st, ST_WALK_ROLLUP), 0 };

	bind_int(&b, row->second);
	bind_int(&b, row->kind);
	bind_int(&b, row->site_id);
	bind_int(&b, row->nr_walks);
	bind_int(&b, row->walk_ns);
	bind_int(&b, row->max_walk_ns);
	bind_int(&b, row->nr_vmas);
	bind_int(&b, row->nr_retries);
	bind_int(&b, row->nr_contended);
	bind_int(&b, row->nr_uncertain);
	return end_row_hist(st, &b, &row->hist);
}

int store_retry(struct store *st, const struct retry_row *row)
{
	struct binder b = { begin_row(st, ST_RETRY), 0 };

	bind_int(&b, row->time_ns);
	bind_int(&b, row->task_id);
	bind_int(&b, (int64_t)row->pfn);
	bind_id(&b, row->old_lock_id);
	bind_id(&b, row->new_lock_id);
	bind_int(&b, row->attempt);
	bind_int(&b, row->slow);
	return end_numbered(st, b.stmt, &st->done.retry_id);
}

int store_skip(struct store *st, const struct skip_row *row)
{
	struct binder b = { begin_row(st, ST_SKIP), 0 };

	bind_int(&b, row->time_ns);
	bind_int(&b, row->task_id);
	bind_int(&b, (int64_t)row->pfn);
	bind_int(&b, row->reason);
	bind_id(&b, row->site_id);
	return end_numbered(st, b.stmt, &st->done.skip_id);
}

int store_move(struct store *st, const struct move_row *row)
{
	struct binder b = { begin_row(st, ST_MOVE), 0 };

	bind_int(&b, row->time_ns);
	bind_int(&b, row->task_id);
	bind_int(&b, (int64_t)row->pfn);
	bind_unless(&b, row->nr_pages, 0);
	bind_id(&b, row->old_lock_id);
	bind_id(&b, row->new_lock_id);
	bind_id(&b, row->vma_id);
	bind_int(&b, row->root_changed);
	return end_numbered(st, b.stmt, &st->done.move_id);
}

int store_wait_part(struct store *st, const struct wait_part_row *row)
{
	struct binder b = { begin_row(st, ST_WAIT_PART), 0 };

	bind_int(&b, row->wait_id);
	bind_int(&b, row->nr);
	bind_id(&b, row->holder_task_id);
	bind_id(&b, row->holder_site_id);
	bind_unless(&b, row->mode, ENUM_NONE);
	bind_int(&b, row->duration_ns);
	return end_row(st, b.stmt);
}

int store_stall(struct store *st, const struct stall_row *row)
{
	struct binder b = { begin_row(st, ST_STALL), 0 };

	bind_int(&b, row->start_ns);
	bind_unless(&b, row->duration_ns, NO_TIME);
	bind_int(&b, row->task_id);
	bind_id(&b, row->wait_id);
	bind_id(&b, row->waker_task_id);
	bind_id(&b, row->site_id);
	bind_id(&b, row->stack_id);
	bind_unless(&b, row->io_wait, -1);
	bind_int(&b, row->outcome);
	return end_numbered(st, b.stmt, &st->done.stall_id);
}

int store_storm(struct store *st, struct storm_row *row)
{
	struct binder b = { begin_row(st, ST_STORM), 0 };
	int ret;

	bind_id(&b, row->id);
	bind_int(&b, row->kind);
	bind_int(&b, row->start_ns);
	bind_int(&b, row->duration_ns);
	bind_int(&b, row->outcome);
	bind_id(&b, row->lock_id);
	bind_int(&b, row->nr_events);
	bind_int(&b, row->peak_per_s);
	bind_int(&b, row->nr_walkers);
	bind_unless(&b, row->nr_movers, NO_TIME);
	bind_unless(&b, row->nr_moves, NO_TIME);
	bind_id(&b, row->walker_task_id);
	bind_id(&b, row->walker_site_id);
	bind_id(&b, row->mover_task_id);
	bind_id(&b, row->from_vma_id);
	bind_id(&b, row->to_vma_id);
	ret = end_row(st, b.stmt);
	if (!ret && !row->id)
		row->id = sqlite3_last_insert_rowid(st->db);
	return ret;
}

int store_straggler(struct store *st, const struct straggler_row *row)
{
	struct binder b = { begin_row(st, ST_STRAGGLER), 0 };

	bind_int(&b, row->time_ns);
	bind_int(&b, row->task_id);
	bind_int(&b, (int64_t)row->address);
	bind_unless(&b, row->nr_pages, 0);
	bind_int(&b, row->why);
	bind_id(&b, row->other_task_id);
	bind_unless(&b, row->other_ns, NO_TIME);
	return end_row(st, b.stmt);
}

int store_order_edge(struct store *st, const struct order_edge_row *row)
{
	struct binder b = { begin_row(st, ST_ORDER_EDGE), 0 };

	bind_int(&b, row->id);
	bind_int(&b, row->held_class);
	bind_int(&b, row->taken_class);
	bind_int(&b, row->nr_taken);
	bind_int(&b, row->nr_tried);
	bind_unless(&b, row->documented, ENUM_NONE);
	bind_int(&b, row->time_ns);
	bind_int(&b, row->task_id);
	bind_id(&b, row->held_lock_id);
	bind_id(&b, row->taken_lock_id);
	bind_id(&b, row->held_site_id);
	bind_id(&b, row->taken_site_id);
	bind_id(&b, row->held_stack_id);
	bind_id(&b, row->taken_stack_id);
	return end_row(st, b.stmt);
}

static bool same_ids(const struct progress *a, const struct progress *b)
{
	return a->wait_id == b->wait_id && a->hold_id == b->hold_id && a->walk_id == b->walk_id &&
	       a->stall_id == b->stall_id && a->retry_id == b->retry_id &&
	       a->skip_id == b->skip_id && a->move_id == b->move_id;
}

int store_checkpoint(struct store *st, int64_t time_ns)
{
	struct binder b = { begin_row(st, ST_CHECKPOINT), 0 };

	if (same_ids(&st->done, &st->checkpointed))
		return 0;
	bind_int(&b, time_ns);
	bind_int(&b, st->done.wait_id);
	bind_unless(&b, st->done.wait_min_ns, NO_TIME);
	bind_int(&b, st->done.hold_id);
	bind_unless(&b, st->done.hold_min_ns, NO_TIME);
	bind_int(&b, st->done.walk_id);
	bind_int(&b, st->done.stall_id);
	bind_int(&b, st->done.retry_id);
	bind_int(&b, st->done.skip_id);
	bind_int(&b, st->done.move_id);
	st->done.wait_min_ns = st->done.hold_min_ns = NO_TIME;
	st->checkpointed = st->done;
	return end_row(st, b.stmt);
}
