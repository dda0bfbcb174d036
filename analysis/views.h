/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The screens of `top`: for each its table, how it is drawn, and the detail tables
 * that Enter opens for one of its rows.
 */
#ifndef RMAPSCOPE_VIEWS_H
#define RMAPSCOPE_VIEWS_H

#include "analysis/table.h"

enum shape {
	SHAPE_TABLE,
	SHAPE_TREE,	/* rows in the order of a tree, indented by column "depth" */
	SHAPE_BARS,	/* a bar behind each row; its length is column chart of struct view_def */
	SHAPE_TIMELINE, /* likewise, placed in time: the bar begins at column "start_ns" */
	SHAPE_HEATMAP,	/* columns are times, rows are latencies */
};

struct view_def {
	const struct table_def *table;
	enum shape shape;
	bool of_instant;   /* its rows are of one instant; always with SHAPE_TREE */
	const char *early; /* column that is shown even on a narrow screen; or NULL */
	const char *chart; /* column that the bars show */
	/* reads the table if its SQL alone is not enough; or NULL */
	int (*read)(struct table *t, struct db *db, const struct window *window, struct error *err);
	/*
	 * Views that Enter opens for a row. The integers of the row are parameters of
	 * their SQL, by column names. Ends with a NULL table; NULL: no details.
	 */
	const struct view_def *details;
	const char *key; /* column that must not be NULL for that; or NULL */
	bool variant;	 /* has no tab: another form of the first screen */
};

/* The screens, in their order; ends with a NULL table. */
extern const struct view_def top_views[];

/* The screen called @name, or NULL. */
const struct view_def *view_by_name(const char *name);

/*
 * view_read - read the table of @view
 * @params: for a detail view, the ids of the row that it belongs to; or NULL
 *
 * As table_read().
 */
int view_read(struct table *t, const struct view_def *view, struct db *db,
	      const struct window *window, const struct param *params, struct error *err);

/*
 * view_empty - why @view has no rows in @window: one sentence
 *
 * Returns 0 or a negative errno.
 */
int view_empty(char text[SEEN_EMPTY_LEN], const struct view_def *view, struct db *db,
	       const struct window *window, struct error *err);

/* Detail views; each list ends with a NULL table. */
extern const struct view_def vma_views[], lock_views[], storm_views[], stall_views[];

/* The tables of the screens, in top_tables.c. */
extern const struct table_def top_vmas, top_processes, top_locks, top_storms, top_stalls, top_walks,
	top_heatmap;

#endif
