/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal: start, stop, input, and the look of each kind of text. */
#ifndef RMAPSCOPE_TUI_TERM_H
#define RMAPSCOPE_TUI_TERM_H

#include <curses.h>
#include <stdbool.h>

#include "lib/error.h"

/* Smallest window with something to see. */
#define TERM_MIN_ROWS 8
#define TERM_MIN_COLS 40

enum look {
	LOOK_NORMAL,
	LOOK_TITLE,
	LOOK_LABEL,
	LOOK_VALUE,
	LOOK_LIVE,
	LOOK_PAUSED,
	LOOK_END,
	LOOK_ALARM,
	LOOK_NOTICE,
	LOOK_TAB,
	LOOK_TAB_CURRENT,
	LOOK_HEAD,
	LOOK_HEAD_SORT,
	LOOK_SELECTED,
	LOOK_BAR_KEY,
	LOOK_BAR_LABEL,
	LOOK_SPARK,
	LOOK_SPARK_WINDOW,
	LOOK_HEAT_1, /* the palest of five */
	LOOK_HEAT_5 = LOOK_HEAT_1 + 4,
	NR_LOOKS,
};

struct terminal {
	SCREEN *curses;
	attr_t look[NR_LOOKS];
};

/*
 * term_start - take the terminal over
 *
 * Returns 0 or a negative errno with one line that says what is wrong with
 * the terminal: not one, too small, or of a type that cannot do it.
 */
int term_start(struct terminal *term, struct error *err);
/* Give it back as it was. */
void term_stop(struct terminal *term);

/* Text drawn from here on looks like @look. */
void term_look(const struct terminal *term, enum look look);

/* Follow a window that has changed its size. */
void term_resize(void);
bool term_too_small(void);

#endif
