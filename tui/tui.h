/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The screens of `rmapscope top`, on a database that is finished or growing.
 *
 * Reads through analysis/ only. Every view of top_views[] is a screen.
 */
#ifndef RMAPSCOPE_TUI_H
#define RMAPSCOPE_TUI_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

struct filter;

struct tui_options {
	const char *path;      /* database to show */
	unsigned int delay_ms; /* between refreshes; 0: 1000 */
	unsigned int window_s; /* seconds that rates are over; 0: as kept, or 10 */
	const char *screen; /* name of the first one, NULL: as kept, or the first of top_views[] */
	bool open_first;    /* open the details of that one's first row, as soon as it has one */
	int64_t open_pid;   /* of its first row of this process; 0: of any */
	/* what is wrong with the recorder behind @path, asked at each refresh; or NULL */
	int (*problem)(void *ctx, struct error *err);
	void *ctx;
	const struct filter *filter; /* what is shown; or NULL */
	int64_t at_ns;		     /* the time to begin with; 0: the end */
	const char *advice; /* a line for the header, e.g. what the capture lacks; or NULL */
};

/*
 * tui_run - show @opt->path until the user quits
 *
 * SIGINT, SIGTERM and SIGHUP end it as q does, also where the caller keeps
 * them blocked; a second one kills. The terminal is as before on return, and
 * after a crash. Returns 0, or a negative errno with @err set.
 */
int tui_run(const struct tui_options *opt, struct error *err);

#endif
