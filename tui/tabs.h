/* SPDX-License-Identifier: GPL-2.0-only */
/* The line of screens: [1 Processes] [2 Locks] */
#ifndef RMAPSCOPE_TUI_TABS_H
#define RMAPSCOPE_TUI_TABS_H

#include "analysis/table.h"
#include "tui/term.h"

/*
 * tabs_draw - draw the @titles at line @y
 * @titles: screens, ends with NULL
 * @note: a text for the right end of the line
 */
void tabs_draw(const struct terminal *term, int y, const struct table_def *const *titles,
	       unsigned int current, const char *note);

/* Which of @titles is at @x, or -1. */
int tabs_at(const struct table_def *const *titles, int x);

#endif
