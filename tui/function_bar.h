/* SPDX-License-Identifier: GPL-2.0-only */
/* The last line: keys and what they do, from the table in keys.c. */
#ifndef RMAPSCOPE_TUI_FUNCTION_BAR_H
#define RMAPSCOPE_TUI_FUNCTION_BAR_H

#include "tui/term.h"

void function_bar_draw(const struct terminal *term, int y);

/* The key of what is at @x, or 0. */
int function_bar_at(int x);

#endif
