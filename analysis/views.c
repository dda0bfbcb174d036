// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/views.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "analysis/blocked.h"
#include "analysis/filter.h"
#include "analysis/group_tables.h"
#include "analysis/heatmap_table.h"
#include "analysis/tree_rows.h"

struct passing {
	struct db *db;
	struct error *err;
	int ret;
};

/* A filter selects waiters; the rows above them are kept with them. */
static bool waiter_passes(void *ctx, const struct cell *row)
{
	const struct cell *class = &row[BLOCKED_CLASS];
	struct passing *p = ctx;
	int ret;

	if (strcmp(row[BLOCKED_KIND].text, "waiter") || row[BLOCKED_TASK_ID].type != CELL_INT)
		return false;
	ret = filter_passes(p->db, row[BLOCKED_TASK_ID].i,
			    class->type == CELL_TEXT ? class->text : NULL, p->err);
	p->ret = ret < 0 ? ret : p->ret;
	return ret > 0;
}

static int read_blocked(struct table *t, struct db *db, const struct window *window,
			struct error *err)
{
	struct passing p = { db, err, 0 };
	int ret = blocked_read(t, db, window_at(window), err);

	if (ret || !filter_of(db))
		return ret;
	t->nr_rows = tree_filter(t->rows, t->nr_rows, BLOCKED_DEPTH, waiter_passes, &p);
	if (p.ret)
		table_free(t);
	return p.ret;
}

const struct view_def top_views[] = {
	{ .table = &top_vmas, .read = top_vmas_read, .details = vma_views },
	{ .table = &top_locks, .read = top_locks_read, .details = lock_views },
	{ .table = &blocked_table,
	  .shape = SHAPE_TREE,
	  .read = read_blocked,
	  .early = "age_ns",
	  .details = lock_views,
	  .key = "lock_id" },
	{ .table = &top_storms, .details = storm_views },
	{ .table = &top_stalls, .details = stall_views },
	{ .table = &top_walks },
	{ .table = &top_heatmap, .shape = SHAPE_HEATMAP, .read = top_heatmap_read },
	{ .table = &top_processes,
	  .read = top_processes_read,
	  .details = vma_views,
	  .variant = true },
	{ .table = NULL },
};

const struct view_def *view_by_name(const char *name)
{
	const struct view_def *v;

	for (v = top_views; v->table; v++)
		if (!strcmp(v->table->name, name))
			return v;
	return NULL;
}

int view_read(struct table *t, const struct view_def *view, struct db *db,
	      const struct window *window, const struct param *params, struct error *err)
{
	char refused[SEEN_REASON_LEN];

	filter_refuses(refused, sizeof(refused), db, view->table->unfiltered);
	if (refused[0]) {
		table_begin(t, view->table);
		return table_end(t) ? error_set(err, -ENOMEM, "out of memory") : 0;
	}
	if (view->read)
		return view->read(t, db, window, err);
	return table_read_of(t, view->table, db, window, params, err);
}

int view_empty(char text[SEEN_EMPTY_LEN], const struct view_def *view, struct db *db,
	       const struct window *window, struct error *err)
{
	char refused[SEEN_REASON_LEN];

	filter_refuses(refused, sizeof(refused), db, view->table->unfiltered);
	if (refused[0]) {
		snprintf(text, SEEN_EMPTY_LEN, "not shown: %s", refused);
		return 0;
	}
	if (view->shape == SHAPE_TREE || view->of_instant)
		return seen_nobody(text, db, window_at(window), err);
	return seen_empty(text, db, view->table->sight, window, err);
}
