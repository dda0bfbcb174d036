/* SPDX-License-Identifier: GPL-2.0-only */
/* A series of numbers as a line of bars, one column each. */
#ifndef RMAPSCOPE_TUI_SPARKLINE_H
#define RMAPSCOPE_TUI_SPARKLINE_H

#include <stdint.h>

#include "tui/area.h"
#include "tui/term.h"

/* Instead of a number of bright values: draw all in the look that text has now. */
#define SPARKLINE_PLAIN (~0U)

/*
 * sparkline_draw - the @nr values at @y, @x of @a, scaled to the largest
 * @value: oldest first; 0 is a dot
 * @bright: the last so many stand out
 */
void sparkline_draw(const struct terminal *term, const struct area *a, int y, int x,
		    const int64_t *value, unsigned int nr, unsigned int bright);

#endif
