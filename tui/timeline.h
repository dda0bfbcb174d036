/* SPDX-License-Identifier: GPL-2.0-only */
/* Which part of the capture is on the screen: its end, or a time in the past. */
#ifndef RMAPSCOPE_TUI_TIMELINE_H
#define RMAPSCOPE_TUI_TIMELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/capture.h"

/* Longest window. */
#define WINDOW_MAX_S 3600

struct timeline {
	bool fixed; /* at @at_ns; else it follows the capture's end */
	bool moved; /* fixed by a move in time, not by a pause */
	int64_t at_ns;
	unsigned int window_s;
	/* if fixed: the number of waits that were open at that instant, and the longest */
	int64_t nr_open, longest_open_ns;
};

/* The instant that is shown. */
int64_t timeline_at(const struct timeline *t, const struct capture_info *info);

/*
 * The window that is shown: it ends with the second that the instant is in, as
 * sums per second do, or where the events have come.
 */
struct window timeline_window(const struct timeline *t, const struct capture_info *info);

/* Stop at the time that is shown, or follow the capture's end again. */
void timeline_pause(struct timeline *t, const struct capture_info *info);
/* Move by @steps, each a tenth of the window and at least a second. */
void timeline_move(struct timeline *t, const struct capture_info *info, int steps);
/* Move by exactly @ns. */
void timeline_step(struct timeline *t, const struct capture_info *info, int64_t ns);
/* Move to exactly @time_ns. */
void timeline_to(struct timeline *t, const struct capture_info *info, int64_t time_ns);
void timeline_to_start(struct timeline *t, const struct capture_info *info);
void timeline_to_end(struct timeline *t);

/* The next wider (@by 1) or narrower (-1) window: 1, 2, 5, 10, 20, ... */
void timeline_widen(struct timeline *t, int by);

/* "LIVE", "END", "PAUSED 12.345 s" or "AT 12.345 of 29.700 s", as `t` takes it. */
void timeline_text(const struct timeline *t, const struct capture_info *info, char *buf,
		   size_t room);

#endif
