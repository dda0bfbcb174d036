/* SPDX-License-Identifier: GPL-2.0-only */
/* The line of screens: [1 VMAs] [2 Locks] */
#ifndef RMAPSCOPE_TUI_TABS_H
#define RMAPSCOPE_TUI_TABS_H

#include "analysis/views.h"
#include "tui/term.h"

/*
 * tabs_draw - draw the tabs of @views at line @y
 * @views: screens, ends without a table; a variant takes the first tab
 * @note: a text for the right end of the line; it hides tabs if it must
 */
void tabs_draw(const struct terminal *term, int y, const struct view_def *views,
	       unsigned int current, const char *note);

/* Which of @views has the tab at @x, or -1. */
int tabs_at(const struct view_def *views, unsigned int current, int x);

/* Which of @views has the @nr-th tab, from 0, or -1. */
int tabs_nth(const struct view_def *views, unsigned int nr);

#endif
