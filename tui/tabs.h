/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The line of screens: [1 VMAs] [2 Locks]. In a narrow line their names are
 * shortened, all but that of the current one.
 */
#ifndef RMAPSCOPE_TUI_TABS_H
#define RMAPSCOPE_TUI_TABS_H

#include "analysis/views.h"
#include "tui/area.h"
#include "tui/term.h"

/*
 * tabs_draw - draw the tabs of @views into the line @a
 * @views: screens, ends without a table; a variant takes the first tab
 */
void tabs_draw(const struct terminal *term, const struct area *a, const struct view_def *views,
	       unsigned int current);

/* Columns that they take with their whole names. */
int tabs_width(const struct view_def *views, unsigned int current);

/* Which of @views has the tab at @x of a line of @width columns, or -1. */
int tabs_at(const struct view_def *views, unsigned int current, int x, int width);

/* Which of @views has the @nr-th tab, from 0, or -1. */
int tabs_nth(const struct view_def *views, unsigned int nr);

#endif
