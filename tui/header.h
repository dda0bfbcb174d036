/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines above the tabs: the capture, its totals, and problems. */
#ifndef RMAPSCOPE_TUI_HEADER_H
#define RMAPSCOPE_TUI_HEADER_H

#include "tui/area.h"
#include "tui/term.h"
#include "tui/timeline.h"

/* Seconds of waits/s that the sparkline can show. */
#define SPARK_MAX_S 240

struct header {
	const struct capture_info *info;
	const struct timeline *time;
	double waits_per_s; /* over the window; negative: not known */
	struct capture_rates rates;
	int64_t rate[WINDOW_MAX_S]; /* waits in each second, up to the window's end */
	int nr_rates;		    /* number of elements that are set */
	const char *filter;	    /* a line of its own; "": none */
	const char *problem;	    /* lines of their own; or NULL */
	const char *advice;
};

/* The maximum width of the sparkline: more seconds need not be read. */
int header_spark_room(void);

/* Draw it into the first lines of @a. Returns the lines taken. */
int header_draw(const struct header *h, const struct terminal *term, const struct area *a);

#endif
