/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A table on the screen: column heads, rows, selection, sorting, search and
 * filter. The selection follows its row through refreshes, once it was moved.
 */
#ifndef RMAPSCOPE_TUI_TABLE_VIEW_H
#define RMAPSCOPE_TUI_TABLE_VIEW_H

#include "analysis/views.h"
#include "tui/area.h"
#include "tui/columns.h"
#include "tui/term.h"

/* Longest search or filter text, in bytes. */
#define PATTERN_MAX 128

struct table_view {
	const struct view_def *view;
	const struct table_def *def; /* of @view */
	struct table table;
	struct window window;	    /* that @table was read for */
	char empty[SEEN_EMPTY_LEN]; /* why it has no rows */
	bool loaded;		    /* @table has been read */
	bool focused;		    /* this table has the keys */
	struct cell **shown;	    /* rows that pass the filter */
	size_t nr_shown;
	size_t selected, top; /* indices into @shown; @top is the first row on the screen */
	bool follow;	      /* the selection follows the row named @row_name */
	char row_name[256];
	unsigned int sort; /* or SORT_AS_READ */
	bool descending;
	char filter[PATTERN_MAX], search[PATTERN_MAX];
	struct columns columns;
	struct area area; /* where it was drawn: heads, then rows; height 0: not drawn */
};

void table_view_init(struct table_view *v, const struct view_def *view);
void table_view_free(struct table_view *v);

/*
 * Show @t from now on, as read for @window; takes it over.
 * @empty: why it has no rows
 */
void table_view_set(struct table_view *v, struct table *t, const struct window *window,
		    const char *empty);

/* Why it cannot be sorted, or NULL. */
const char *table_view_unsorted(const struct table_view *v);

/* Why no row is shown. */
const char *table_view_empty(const struct table_view *v);

/* Draw heads and rows into @a. */
void table_view_draw(struct table_view *v, const struct terminal *term, const struct area *a);

void table_view_sort(struct table_view *v, unsigned int column, bool descending);
/* As a click on the head: the other order when it is the sort column already. */
void table_view_sort_toggle(struct table_view *v, unsigned int column);
/* Numbers start with the largest, texts with the first. */
bool table_view_descends(const struct table_view *v, unsigned int column);

/* Select the row @by further, or the first or last. */
void table_view_move(struct table_view *v, long by);
void table_view_first(struct table_view *v);
void table_view_last(struct table_view *v);
/* Rows that fit on the screen. */
long table_view_page(const struct table_view *v);

/* Show only rows with @pattern in a visible cell; "": all. */
void table_view_filter(struct table_view *v, const char *pattern);

/*
 * Select the next row that has the search text, from the selected one on, or
 * @skip it; @step -1: backwards. Wraps around. False: no row has it.
 */
bool table_view_find(struct table_view *v, int step, bool skip);

/* Select the first row with this number in the column @name. False: there is none. */
bool table_view_select(struct table_view *v, const char *name, int64_t number);

/* A click: selects a row, or sorts by the column whose head was hit. */
void table_view_click(struct table_view *v, int y, int x);

#endif
