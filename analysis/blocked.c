// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/blocked.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "analysis/wait_graph.h"
#include "lib/saturate.h"
#include "schema/enums.h"
#include "schema/fragments.h"

static const struct column columns[] = {
	[BLOCKED_DEPTH] = { "depth", "DEPTH", UNIT_ID, 2, "0 for a root of the forest", true },
	[BLOCKED_NAME] = { "name", "THREAD / LOCK", UNIT_TEXT, 24,
			   "thread, or class and address of a lock that the thread above holds",
			   false },
	[BLOCKED_KIND] = { "kind", "KIND", UNIT_TEXT, 6,
			   "holder, lock, or waiter for the lock above", false },
	[BLOCKED_TID] = { "tid", "TID", UNIT_ID, 7, "thread id", false },
	[BLOCKED_PROCESS] = { "process", "PROCESS", UNIT_TEXT, 15, "name of the main thread",
			      false },
	[BLOCKED_TGID] = { "tgid", "PID", UNIT_ID, 7, "process id", false },
	[BLOCKED_MODE] = { "mode", "MODE", UNIT_TEXT, 5,
			   "read or write: of the wait; of a lock: of the hold", false },
	[BLOCKED_ROLE] = { "role", "ROLE", UNIT_TEXT, 13,
			   "what the thread waits for; of a lock: what it is held for", false },
	[BLOCKED_AGE] = { "age_ns", "AGE ms", UNIT_NS, 10,
			  "waited so far; of a lock: held so far, where exact", false },
	[BLOCKED_SOURCE] = { "source", "KNOWN BY", UNIT_TEXT, 8,
			     "how the holder above is known: exact, owner, waker, unknown", false },
	[BLOCKED_STATE] = { "state", "STATE", UNIT_TEXT, 7,
			    "running: waits for no lock; waiting; runnable: the lock was released, "
			    "the thread waits for a CPU; cycle: waits for a thread that waits for "
			    "it; above: a lock whose waiters are listed above",
			    false },
	[BLOCKED_COMM] = { "comm", "COMM", UNIT_TEXT, 15, "name of the thread", true },
	[BLOCKED_CLASS] = { "class", "CLASS", UNIT_TEXT, 11, "what the lock guards", true },
	[BLOCKED_LOCK] = { "lock", "LOCK", UNIT_TEXT, 16,
			   "address, with #N when reused for the Nth time; of a waiter: the lock "
			   "that it waits for",
			   true },
	[BLOCKED_TASK_ID] = { "task_id", "TASK", UNIT_ID, 7, "task.id", true },
	[BLOCKED_LOCK_ID] = { "lock_id", "LOCK ID", UNIT_ID, 7, "lock.id", true },
	{ 0 },
};

const struct table_def blocked_table = {
	.name = "blocked",
	.title = "Blocked",
	.help = "who waits for whom",
	.columns = columns,
	.tree = true,
};

enum name {
	NAME_TASK,
	NAME_LOCK,
	NAME_ROLE,
	NAME_LABEL,
	NR_NAMES,
};

#define LOCK LOCK_NAME(l)

static const char *const name_sql[NR_NAMES] = {
	[NAME_TASK] = "SELECT t.tid, t.comm, t.tgid, p.comm FROM task t "
		      "LEFT JOIN process p ON p.id = t.process_id WHERE t.id = ?1",
	[NAME_LOCK] = "SELECT e.label, " LOCK ", coalesce(e.label, 'lock') || ' ' || " LOCK
		      " FROM lock l LEFT JOIN enum e ON "
		      "e.domain = 'lock_class' AND e.value = l.class WHERE l.id = ?1",
	[NAME_ROLE] = "SELECT e.label FROM site s JOIN enum e ON e.domain = 'role' AND "
		      "e.value = s.role WHERE s.id = ?1",
	[NAME_LABEL] = "SELECT label FROM enum WHERE domain = ?2 AND value = ?1",
};

/* A row still to be added: a thread, or a lock below the thread that holds it. */
struct item {
	struct graph_task *task; /* NULL: a lock */
	struct graph_lock *lock;
	const struct graph_hold *hold; /* of the lock; NULL: the holder is unknown */
	unsigned int depth;
};

struct items {
	struct item *item;
	size_t nr, room;
};

struct forest {
	struct table *t;
	struct db *db;
	struct error *err;
	sqlite3_stmt *stmt[NR_NAMES];
	int64_t at_ns;
	struct items stack; /* rows still to be added, the next one last */
	struct items roots; /* trees still to be added */
};

/* Run query @which for @id. Returns 0 at its row, -ENOENT without one, or a negative errno. */
static int look_up(struct forest *f, enum name which, int64_t id, const char *domain)
{
	sqlite3_stmt *stmt = f->stmt[which];
	int rc;

	sqlite3_reset(stmt);
	sqlite3_bind_int64(stmt, 1, id);
	if (domain)
		sqlite3_bind_text(stmt, 2, domain, -1, SQLITE_STATIC);
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		return 0;
	return rc == SQLITE_DONE ? -ENOENT : db_fail(f->db, f->err);
}

/* Set @cell to column @i of the row of query @which. */
static int set_text(struct forest *f, struct cell *cell, enum name which, int i)
{
	return table_set_text(f->t, cell, (const char *)sqlite3_column_text(f->stmt[which], i));
}

static void set_int(struct cell *cell, int64_t v)
{
	*cell = (struct cell){ .type = CELL_INT, .i = v };
}

static int set_label(struct forest *f, struct cell *cell, const char *domain, int value)
{
	int ret = value == ENUM_NONE ? -ENOENT : look_up(f, NAME_LABEL, value, domain);

	if (!ret)
		ret = set_text(f, cell, NAME_LABEL, 0);
	return ret == -ENOENT ? 0 : ret;
}

static int set_role(struct forest *f, struct cell *cell, int64_t site_id)
{
	int ret = look_up(f, NAME_ROLE, site_id, NULL);

	if (!ret)
		ret = set_text(f, cell, NAME_ROLE, 0);
	return ret == -ENOENT ? 0 : ret;
}

static int set_task(struct forest *f, struct cell *row, int64_t id)
{
	int ret = look_up(f, NAME_TASK, id, NULL);

	set_int(&row[BLOCKED_TASK_ID], id);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	set_int(&row[BLOCKED_TID], sqlite3_column_int64(f->stmt[NAME_TASK], 0));
	if (sqlite3_column_type(f->stmt[NAME_TASK], 2) != SQLITE_NULL)
		set_int(&row[BLOCKED_TGID], sqlite3_column_int64(f->stmt[NAME_TASK], 2));
	ret = set_text(f, &row[BLOCKED_NAME], NAME_TASK, 1);
	if (!ret)
		ret = set_text(f, &row[BLOCKED_COMM], NAME_TASK, 1);
	return ret ? ret : set_text(f, &row[BLOCKED_PROCESS], NAME_TASK, 3);
}

static int set_lock(struct forest *f, struct cell *row, int64_t id, bool name)
{
	int ret = look_up(f, NAME_LOCK, id, NULL);

	set_int(&row[BLOCKED_LOCK_ID], id);
	if (ret)
		return ret == -ENOENT ? 0 : ret;
	ret = set_text(f, &row[BLOCKED_CLASS], NAME_LOCK, 0);
	if (!ret)
		ret = set_text(f, &row[BLOCKED_LOCK], NAME_LOCK, 1);
	return ret || !name ? ret : set_text(f, &row[BLOCKED_NAME], NAME_LOCK, 2);
}

static struct cell *add_row(struct forest *f, unsigned int depth, const char *kind)
{
	struct cell *row = table_add(f->t);

	if (!row || table_set_text(f->t, &row[BLOCKED_KIND], kind))
		return NULL;
	set_int(&row[BLOCKED_DEPTH], depth);
	return row;
}

static int push(struct items *items, const struct item *item)
{
	size_t more = items->room ? items->room * 2 : 64;
	struct item *grown;

	if (items->nr == items->room) {
		grown = realloc(items->item, more * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		items->item = grown;
		items->room = more;
	}
	items->item[items->nr++] = *item;
	return 0;
}

/* Make the items pushed since @from pop in the order in which they were pushed. */
static void reverse(struct items *items, size_t from)
{
	size_t to = items->nr;

	while (from + 1 < to) {
		struct item item = items->item[from];

		items->item[from++] = items->item[--to];
		items->item[to] = item;
	}
}

static int put_task(struct forest *f, struct graph_task *task, unsigned int depth)
{
	const struct graph_wait *w = task->wait;
	const struct graph_hold *hold;
	struct cell *row;
	size_t from = f->stack.nr;
	int ret;

	if (task->shown)
		return 0;
	task->shown = true;
	row = add_row(f, depth, w ? "waiter" : "holder");
	ret = row ? set_task(f, row, task->id) : -ENOMEM;
	if (!ret)
		ret = table_set_text(f->t, &row[BLOCKED_STATE],
				     !w		   ? "running"
				     : w->cycle	   ? "cycle"
				     : w->runnable ? "runnable"
						   : "waiting");
	if (!ret && w) {
		set_int(&row[BLOCKED_AGE], sat_sub(f->at_ns, w->start_ns));
		ret = set_lock(f, row, w->lock->id, false);
		if (!ret)
			ret = set_label(f, &row[BLOCKED_MODE], "lock_mode", w->mode);
		if (!ret)
			ret = set_role(f, &row[BLOCKED_ROLE], w->site_id);
	}
	for (hold = task->holds; !ret && hold; hold = hold->next_of_task)
		ret = push(&f->stack, &(struct item){ NULL, hold->lock, hold, depth + 1 });
	reverse(&f->stack, from);
	return ret;
}

static const char *lock_state(const struct graph_lock *lock)
{
	const struct graph_wait *w;

	if (lock->shown)
		return "above";
	LL_FOREACH(lock->waits, w)
	{
		/* the root of this tree waits for it: this closes the cycle */
		if (w->cycle && w->task->shown)
			return "cycle";
	}
	return NULL;
}

static int put_lock_row(struct forest *f, const struct graph_lock *lock,
			const struct graph_hold *hold, unsigned int depth)
{
	struct cell *row = add_row(f, depth, "lock");
	int ret = row ? set_lock(f, row, lock->id, true) : -ENOMEM;

	if (!ret)
		ret = set_label(f, &row[BLOCKED_SOURCE], "holder_source",
				hold ? hold->source : HOLDER_UNKNOWN);
	if (!ret)
		ret = table_set_text(f->t, &row[BLOCKED_STATE], lock_state(lock));
	if (ret || !hold)
		return ret;
	if (hold->start_ns >= 0)
		set_int(&row[BLOCKED_AGE], sat_sub(f->at_ns, hold->start_ns));
	ret = set_label(f, &row[BLOCKED_MODE], "lock_mode", hold->mode);
	return ret ? ret : set_role(f, &row[BLOCKED_ROLE], hold->site_id);
}

static int put_lock(struct forest *f, struct graph_lock *lock, const struct graph_hold *hold,
		    unsigned int depth)
{
	const struct graph_hold *other;
	const struct graph_wait *w;
	size_t from = f->stack.nr;
	int ret = put_lock_row(f, lock, hold, depth);

	if (lock->shown)
		return ret;
	lock->shown = true;
	LL_FOREACH(lock->holds, other)
	{
		if (!ret && !other->task->wait)
			ret = push(&f->roots, &(struct item){ .task = other->task });
	}
	LL_FOREACH(lock->waits, w)
	{
		if (!ret)
			ret = push(&f->stack, &(struct item){ w->task, NULL, NULL, depth + 1 });
	}
	reverse(&f->stack, from);
	return ret;
}

/* Add all rows on the stack, and the rows below them. */
static int put_tree(struct forest *f)
{
	int ret = 0;

	while (!ret && f->stack.nr) {
		const struct item i = f->stack.item[--f->stack.nr];

		ret = i.task ? put_task(f, i.task, i.depth) : put_lock(f, i.lock, i.hold, i.depth);
	}
	return ret;
}

/* Add the tree of @root, and the trees of threads that hold the same locks. */
static int put_trees(struct forest *f, struct graph_task *root)
{
	size_t i;
	int ret;

	f->roots.nr = 0;
	ret = push(&f->roots, &(struct item){ .task = root });
	for (i = 0; !ret && i < f->roots.nr; i++) {
		ret = push(&f->stack, &f->roots.item[i]);
		if (!ret)
			ret = put_tree(f);
	}
	return ret;
}

static int put_unknown(struct forest *f, struct graph_lock *lock)
{
	int ret = add_row(f, 0, "holder") ? 0 : -ENOMEM;

	if (!ret)
		ret = push(&f->stack, &(struct item){ .lock = lock, .depth = 1 });
	return ret ? ret : put_tree(f);
}

/* Find the root above @w and add its tree. @mark must differ from the mark of every thread. */
static int put_above(struct forest *f, const struct graph_wait *w, unsigned int mark)
{
	while (w->lock->holds && !w->cycle) {
		struct graph_task *holder = w->lock->holds->task;

		if (!holder->wait || holder->mark == mark)
			return put_trees(f, holder);
		holder->mark = mark;
		w = holder->wait;
	}
	return w->cycle ? put_trees(f, w->task) : put_unknown(f, w->lock);
}

static int put_forest(struct forest *f, const struct wait_graph *g)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < g->nr_waits; i++)
		if (!g->waits[i]->task->shown)
			/* above the marks that wait_cycle.c uses */
			ret = put_above(f, g->waits[i], i + 16);
	return ret;
}

static int prepare(struct forest *f)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < NR_NAMES; i++)
		ret = db_prepare(f->db, name_sql[i], &f->stmt[i], f->err);
	return ret;
}

int blocked_read(struct table *t, struct db *db, int64_t at_ns, struct error *err)
{
	struct forest f = { .t = t, .db = db, .err = err, .at_ns = at_ns };
	struct wait_graph g;
	unsigned int i;
	int ret;

	table_begin(t, &blocked_table);
	ret = wait_graph_read(&g, db, at_ns, err);
	if (!ret)
		ret = prepare(&f);
	if (!ret)
		ret = put_forest(&f, &g);
	if (!ret)
		ret = table_end(t);
	for (i = 0; i < NR_NAMES; i++)
		db_release(db, f.stmt[i]);
	free(f.stack.item);
	free(f.roots.item);
	wait_graph_free(&g);
	if (ret == -ENOMEM)
		error_set(err, ret, "out of memory");
	if (ret)
		table_free(t);
	return ret;
}

size_t blocked_nr_in_cycle(const struct table *t)
{
	size_t i, nr = 0;

	for (i = 0; i < t->nr_rows; i++) {
		const struct cell *row = t->rows[i];

		nr += row[BLOCKED_STATE].type == CELL_TEXT &&
		      !strcmp(row[BLOCKED_STATE].text, "cycle") &&
		      !strcmp(row[BLOCKED_KIND].text, "waiter");
	}
	return nr;
}
