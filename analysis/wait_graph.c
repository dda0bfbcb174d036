// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/wait_graph.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "analysis/overlap.h"
#include "analysis/wait_cycle.h"
#include "lib/saturate.h"
#include "schema/enums.h"
#include "schema/fragments.h"
#include "schema/sql.h"

/*
 * If holds are not traced, an exact holder is known from its release at the end of the
 * wait. For an earlier instant this proves no more than a wake-up does (source 1).
 */
#define HOLDER_SOURCE                                                                              \
	"iif(holder_source = " SQL_HOLDER_EXACT " AND NOT EXISTS (SELECT 1 FROM main.wait_part p " \
	"WHERE p.wait_id = wait.id), " SQL_HOLDER_WAKER ", holder_source)"

/* Queries for overlap_read(): rows that ended after the instant, and open rows. */
#define WAIT_COLUMNS                                                                               \
	"SELECT start_ns, duration_ns, lock_id, task_id, mode, site_id, holder_task_id, "          \
	"holder_site_id, " HOLDER_SOURCE ", outcome, " FREED_NS(wait) " FROM main.wait "
#define HOLD_COLUMNS "SELECT start_ns, lock_id, task_id, mode, site_id FROM main.hold "
#define ENDED_LATER                                                                                \
	"WHERE id > ?2 AND id <= ?3 AND start_ns <= ?1 AND duration_ns IS NOT NULL "               \
	"AND start_ns + duration_ns > ?1"
#define STILL_OPEN "WHERE outcome = " SQL_OUTCOME_OPEN " AND start_ns <= ?1"

static struct graph_task *task_of(struct wait_graph *g, int64_t id)
{
	struct graph_task *t;

	HASH_FIND(hh, g->tasks, &id, sizeof(id), t);
	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->id = id;
	HASH_ADD(hh, g->tasks, id, sizeof(t->id), t);
	return t;
}

static struct graph_lock *find_lock(struct wait_graph *g, int64_t id)
{
	struct graph_lock *l;

	HASH_FIND(hh, g->locks, &id, sizeof(id), l);
	return l;
}

static struct graph_lock *lock_of(struct wait_graph *g, int64_t id)
{
	struct graph_lock *l = find_lock(g, id);

	if (l)
		return l;
	l = calloc(1, sizeof(*l));
	if (!l)
		return NULL;
	l->id = id;
	HASH_ADD(hh, g->locks, id, sizeof(l->id), l);
	return l;
}

static int grow_waits(struct wait_graph *g)
{
	size_t more = g->room ? g->room * 2 : 64;
	struct graph_wait **grown;

	if (g->nr_waits < g->room)
		return 0;
	grown = realloc(g->waits, more * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	g->waits = grown;
	g->room = more;
	return 0;
}

static int64_t int_or(sqlite3_stmt *stmt, int column, int64_t unknown)
{
	return sqlite3_column_type(stmt, column) == SQLITE_NULL
		       ? unknown
		       : sqlite3_column_int64(stmt, column);
}

static int add_wait_row(void *ctx, sqlite3_stmt *stmt)
{
	struct wait_graph *g = ctx;
	struct graph_lock *lock = lock_of(g, sqlite3_column_int64(stmt, 2));
	struct graph_task *task = task_of(g, sqlite3_column_int64(stmt, 3));
	struct graph_wait *w;

	if (!lock || !task || grow_waits(g))
		return -ENOMEM;
	if (task->wait)
		/* a thread waits for one lock: the clocks of two CPUs are out of step */
		return 0;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->task = task;
	w->lock = lock;
	w->start_ns = sqlite3_column_int64(stmt, 0);
	w->end_ns = INT64_MAX;
	if (sqlite3_column_type(stmt, 1) != SQLITE_NULL)
		w->end_ns = sat_add(w->start_ns, sqlite3_column_int64(stmt, 1));
	w->mode = sqlite3_column_int(stmt, 4);
	w->site_id = sqlite3_column_int64(stmt, 5);
	w->holder_task_id = sqlite3_column_int64(stmt, 6);
	w->holder_site_id = sqlite3_column_int64(stmt, 7);
	w->holder_source = sqlite3_column_int(stmt, 8);
	w->acquired = sqlite3_column_int(stmt, 9) == OUTCOME_ACQUIRED;
	w->runnable = w->end_ns != INT64_MAX && g->at_ns >= int_or(stmt, 10, w->end_ns);
	task->wait = w;
	g->waits[g->nr_waits++] = w;
	return 0;
}

static int add_hold(struct graph_lock *lock, struct graph_task *task, const struct graph_hold *what)
{
	struct graph_hold *h, *had;

	LL_FOREACH(lock->holds, had)
	{
		if (had->task == task && had->mode == what->mode)
			return 0;
	}
	h = malloc(sizeof(*h));
	if (!h)
		return -ENOMEM;
	*h = *what;
	h->task = task;
	h->lock = lock;
	LL_APPEND(lock->holds, h);
	LL_APPEND2(task->holds, h, next_of_task);
	return 0;
}

static int add_hold_row(void *ctx, sqlite3_stmt *stmt)
{
	struct wait_graph *g = ctx;
	struct graph_lock *lock = find_lock(g, sqlite3_column_int64(stmt, 1));
	const struct graph_hold hold = {
		.start_ns = sqlite3_column_int64(stmt, 0),
		.mode = sqlite3_column_int(stmt, 3),
		.site_id = int_or(stmt, 4, 0),
		.source = HOLDER_EXACT,
	};
	struct graph_task *task;

	if (!lock)
		/* nobody waits for it */
		return 0;
	task = task_of(g, sqlite3_column_int64(stmt, 2));
	return task ? add_hold(lock, task, &hold) : -ENOMEM;
}

/*
 * Whether wait @a names the holder of its lock better than @b does. The lock word names
 * the owner at the start of a wait: the latest start is best. A wake-up names the holder
 * at the end of a wait: the earliest end is best.
 */
static bool better_claim(const struct graph_wait *a, const struct graph_wait *b)
{
	if (!b || a->holder_source != b->holder_source)
		return !b || a->holder_source > b->holder_source;
	if (a->holder_source == HOLDER_OWNER)
		return a->start_ns > b->start_ns;
	return a->end_ns < b->end_ns;
}

/* Add the hold that the waits for a lock suggest, if no hold of it was recorded. */
static int add_suggested_hold(struct wait_graph *g, struct graph_lock *lock)
{
	const struct graph_wait *w, *best = NULL;
	struct graph_task *task;

	LL_FOREACH(lock->waits, w)
	{
		/* an exact holder got the lock later: its hold is not in the graph */
		if (!w->holder_task_id || w->holder_source == HOLDER_EXACT)
			continue;
		if (w->runnable)
			continue;
		/* a thread that wakes a waiter which gets no lock may not have held it */
		if (w->holder_source == HOLDER_WAKER && !w->acquired)
			continue;
		HASH_FIND(hh, g->tasks, &w->holder_task_id, sizeof(int64_t), task);
		/* a thread that waits for this lock does not hold it */
		if (task && task->wait && task->wait->lock == lock)
			continue;
		if (better_claim(w, best))
			best = w;
	}
	if (!best)
		return 0;
	task = task_of(g, best->holder_task_id);
	return task ? add_hold(lock, task,
			       &(struct graph_hold){
				       .start_ns = -1,
				       .mode = best->holder_source == HOLDER_OWNER ? MODE_WRITE
										   : ENUM_NONE,
				       .site_id = best->holder_site_id,
				       .source = best->holder_source,
			       })
		    : -ENOMEM;
}

static int compare_waits(const void *pa, const void *pb)
{
	const struct graph_wait *a = *(struct graph_wait *const *)pa;
	const struct graph_wait *b = *(struct graph_wait *const *)pb;

	if (a->start_ns != b->start_ns)
		return a->start_ns < b->start_ns ? -1 : 1;
	return (a->task->id > b->task->id) - (a->task->id < b->task->id);
}

/* Build the queues of the locks, the longest wait first. */
static void queue_waits(struct wait_graph *g)
{
	size_t i;

	if (g->nr_waits)
		qsort(g->waits, g->nr_waits, sizeof(*g->waits), compare_waits);
	for (i = g->nr_waits; i-- > 0;)
		LL_PREPEND(g->waits[i]->lock->waits, g->waits[i]);
}

int wait_graph_read(struct wait_graph *g, struct db *db, int64_t at_ns, struct error *err)
{
	static const struct overlap_queries waits = {
		.before = LAST_CHECKPOINT(?1, wait_id),
		.later = LATER_CHECKPOINTS(?1, wait_id, wait_min_ns),
		.rows = WAIT_COLUMNS ENDED_LATER,
		.open_rows = WAIT_COLUMNS STILL_OPEN,
	};
	static const struct overlap_queries holds = {
		.before = LAST_CHECKPOINT(?1, hold_id),
		.later = LATER_CHECKPOINTS(?1, hold_id, hold_min_ns),
		.rows = HOLD_COLUMNS ENDED_LATER,
		.open_rows = HOLD_COLUMNS STILL_OPEN,
	};
	struct graph_lock *lock, *tmp;
	int ret;

	memset(g, 0, sizeof(*g));
	g->at_ns = at_ns;
	ret = overlap_read(&waits, db, at_ns, add_wait_row, g, err);
	if (!ret && g->nr_waits)
		ret = overlap_read(&holds, db, at_ns, add_hold_row, g, err);
	if (ret)
		return ret;
	queue_waits(g);
	HASH_ITER(hh, g->locks, lock, tmp) {
		if (!ret && !lock->holds)
			ret = add_suggested_hold(g, lock);
	}
	if (!ret)
		ret = wait_cycles_mark(g);
	return ret ? error_set(err, ret, "out of memory") : 0;
}

void wait_graph_free(struct wait_graph *g)
{
	struct graph_lock *lock, *next_lock;
	struct graph_task *task, *next_task;
	struct graph_hold *hold, *next_hold;

	HASH_ITER(hh, g->locks, lock, next_lock) {
		LL_FOREACH_SAFE(lock->holds, hold, next_hold)
		{
			free(hold);
		}
		HASH_DEL(g->locks, lock);
		free(lock);
	}
	HASH_ITER(hh, g->tasks, task, next_task) {
		free(task->wait);
		HASH_DEL(g->tasks, task);
		free(task);
	}
	free(g->waits);
}
