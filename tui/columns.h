/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which columns of a table are on the screen, and where.
 *
 * The leading text and id columns name the row: they stay when the others
 * scroll sideways.
 */
#ifndef RMAPSCOPE_TUI_COLUMNS_H
#define RMAPSCOPE_TUI_COLUMNS_H

#include "analysis/table.h"

/* More than fit on any screen. */
#define MAX_COLUMNS 64

struct columns {
	unsigned int place[MAX_COLUMNS]; /* the column at each place, from the left */
	bool hidden[MAX_COLUMNS];	 /* hidden by the user */
	unsigned int nr_names;		 /* places below name the row */
	unsigned int scrolled;		 /* columns scrolled out to their right */
	int least[MAX_COLUMNS];		 /* a number is never cut, a text may be */
	int wanted[MAX_COLUMNS];	 /* what the content has needed so far */
	/* set by columns_layout(), for drawing and clicks */
	unsigned int nr_shown, shown[MAX_COLUMNS];
	int x[MAX_COLUMNS], width[MAX_COLUMNS];
	bool more; /* columns to the right are left out */
};

/* @early: column to show right after the first visible one, or NULL. */
void columns_init(struct columns *c, const struct table_def *def, const char *early);

/*
 * Widen to the content of @rows. Columns never become narrower, so that they do not move at each
 * refresh.
 */
void columns_measure(struct columns *c, const struct table_def *def, struct cell *const *rows,
		     size_t nr_rows);

/*
 * Place as many columns as fit into @room terminal columns. The texts that are cut
 * get the remaining room.
 */
void columns_layout(struct columns *c, const struct table_def *def, int room);

/* Scroll by @by columns; not past the last. */
void columns_scroll(struct columns *c, const struct table_def *def, int by);

/* The column at @x, or -1. */
int columns_at(const struct columns *c, int x);

/* Whether column @i can be seen at all. */
bool columns_visible(const struct columns *c, const struct table_def *def, unsigned int i);

/* The column @by visible ones after @column, or @column at either end. */
unsigned int columns_step(const struct columns *c, const struct table_def *def, unsigned int column,
			  int by);

#endif
