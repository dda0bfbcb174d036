// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/views.h"

#include <string.h>

#include "analysis/blocked.h"
#include "analysis/group_tables.h"
#include "analysis/heatmap_table.h"

static int read_blocked(struct table *t, struct db *db, const struct window *window,
			struct error *err)
{
	return blocked_read(t, db, window_at(window), err);
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
	if (view->read)
		return view->read(t, db, window, err);
	return table_read_of(t, view->table, db, window, params, err);
}

int view_empty(char text[SEEN_EMPTY_LEN], const struct view_def *view, struct db *db,
	       const struct window *window, struct error *err)
{
	if (view->shape == SHAPE_TREE)
		return seen_nobody(text, db, window_at(window), err);
	return seen_empty(text, db, view->table->sight, window, err);
}
