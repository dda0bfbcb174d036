/* SPDX-License-Identifier: GPL-2.0-only */
/* Bars behind the rows of a table: how much (a histogram), or when (a timeline). */
#ifndef RMAPSCOPE_TUI_BARS_H
#define RMAPSCOPE_TUI_BARS_H

#include "analysis/views.h"
#include "tui/area.h"

/* With fewer columns no bars are drawn. */
#define BARS_MIN_WIDTH 8

struct bars {
	enum shape shape;
	int value, start;      /* columns of the table; -1: there is none */
	double max;	       /* SHAPE_BARS: the longest */
	double from_ns, to_ns; /* SHAPE_TIMELINE: what the width stands for */
};

/* Measure the rows that are shown. */
void bars_init(struct bars *b, const struct view_def *view, struct cell *const *rows,
	       size_t nr_rows);

/* Draw the bar of @row into line @y of @a. */
void bars_draw(const struct bars *b, const struct area *a, int y, const struct cell *row);

#endif
