/* SPDX-License-Identifier: GPL-2.0-only */
/* The last line: keys and what they do, from the table in actions.c. */
#ifndef RMAPSCOPE_TUI_FUNCTION_BAR_H
#define RMAPSCOPE_TUI_FUNCTION_BAR_H

#include "tui/area.h"
#include "tui/term.h"

/* Draw it into the line @a. */
void function_bar_draw(const struct terminal *term, const struct area *a);

/* The key of what is at @x of a bar of @width columns, or 0. */
int function_bar_at(int x, int width);

#endif
