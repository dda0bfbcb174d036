/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The screens of `top`: a table each, how it is drawn, and the tables that
 * tell more of one of its rows.
 */
#ifndef RMAPSCOPE_VIEWS_H
#define RMAPSCOPE_VIEWS_H

#include "analysis/table.h"

enum shape {
	SHAPE_TABLE,
	SHAPE_TREE,	/* rows in the order of a tree, indented by column "depth" */
	SHAPE_BARS,	/* a bar behind each row, as long as column @chart says */
	SHAPE_TIMELINE, /* likewise, from column "start_ns" on, at its place in time */
	SHAPE_HEATMAP,	/* columns are times, rows are latencies */
};

struct view_def {
	const struct table_def *table;
	enum shape shape;
	const char *early; /* column that a narrow screen shows, too; or NULL */
	const char *chart; /* column that the bars show */
	/* where the table's SQL alone is not enough */
	int (*read)(struct table *t, struct db *db, const struct window *window, struct error *err);
	/*
	 * What tells more of a row: views whose SQL takes the row's integers by
	 * the names of their columns. Ends without a table; NULL: there is none.
	 */
	const struct view_def *details;
	const char *key; /* column that must be known for that; or NULL */
	bool variant;	 /* no tab of its own: another form of the first screen */
};

/* Screens, over a window; ends without a table. */
extern const struct view_def top_views[];

/* The screen called @name, or NULL. */
const struct view_def *view_by_name(const char *name);

/*
 * view_read - read the table of @view
 * @params: what tells a detail which row it is of; or NULL
 *
 * As table_read().
 */
int view_read(struct table *t, const struct view_def *view, struct db *db,
	      const struct window *window, const struct param *params, struct error *err);

/*
 * view_empty - why @view shows nothing over @window: a sentence of seen.h
 *
 * Returns 0 or a negative errno.
 */
int view_empty(char text[SEEN_EMPTY_LEN], const struct view_def *view, struct db *db,
	       const struct window *window, struct error *err);

/* Details; each ends without a table. */
extern const struct view_def vma_views[], lock_views[], storm_views[], stall_views[];

/* What a screen shows; top_tables.c. */
extern const struct table_def top_vmas, top_processes, top_locks, top_storms, top_stalls, top_walks,
	top_heatmap;

#endif
