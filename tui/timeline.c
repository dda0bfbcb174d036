// SPDX-License-Identifier: GPL-2.0-only
#include "tui/timeline.h"

#include <stdio.h>

#include "lib/clock.h"

#define SEC ((int64_t)NSEC_PER_SEC)

static const unsigned int widths[] = { 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600 };

#define NR_WIDTHS ((int)(sizeof(widths) / sizeof(*widths)))

/*
 * Windows begin at whole seconds and roll-ups cover them, so one that is moved
 * ends just before the next: it is as many seconds wide as it says.
 */
static int64_t end_of_second(int64_t second)
{
	return second * SEC - 1;
}

int64_t timeline_end(const struct timeline *t, const struct capture_info *info)
{
	int64_t full = end_of_second(t->end_ns / SEC + 1);

	/* the last event is part of the window */
	if (!t->fixed)
		return info->last_ns + 1;
	/* the roll-ups of a second that a pause fell into have gone on */
	return !t->moved && full > info->last_ns ? info->last_ns + 1 : full;
}

void timeline_pause(struct timeline *t, const struct capture_info *info)
{
	if (t->fixed) {
		timeline_to_end(t);
		return;
	}
	t->end_ns = timeline_end(t, info);
	t->fixed = true;
	t->moved = false;
	t->nr_open = info->nr_open;
	t->longest_open_ns = info->longest_open_ns;
}

void timeline_to_end(struct timeline *t)
{
	t->fixed = t->moved = false;
}

/* The first end at which something can be seen. */
static int64_t earliest(const struct capture_info *info)
{
	return end_of_second(info->first_ns / SEC + 1);
}

static void go_to(struct timeline *t, const struct capture_info *info, int64_t end_ns)
{
	if (end_ns < earliest(info))
		end_ns = earliest(info);
	if (end_ns >= info->last_ns) {
		timeline_to_end(t);
		return;
	}
	t->fixed = t->moved = true;
	t->end_ns = end_ns;
}

void timeline_move(struct timeline *t, const struct capture_info *info, int steps)
{
	int64_t step = t->window_s >= 20 ? t->window_s / 10 : 1;
	int64_t past = timeline_end(t, info) + t->moved;

	/* from within a second to its edge on the side that we go to */
	past = steps < 0 ? (past + SEC - 1) / SEC : past / SEC;
	go_to(t, info, end_of_second(past + steps * step));
}

void timeline_to(struct timeline *t, const struct capture_info *info, int64_t time_ns)
{
	go_to(t, info, end_of_second(time_ns / SEC + 1));
}

void timeline_to_start(struct timeline *t, const struct capture_info *info)
{
	go_to(t, info, end_of_second(info->first_ns / SEC + t->window_s));
}

void timeline_widen(struct timeline *t, int by)
{
	int i;

	for (i = 0; i < NR_WIDTHS - 1 && widths[i] < t->window_s; i++)
		;
	/* between two steps, narrower is the one below */
	if (by > 0 && widths[i] > t->window_s)
		by = 0;
	i += by;
	t->window_s = widths[i < 0 ? 0 : i >= NR_WIDTHS ? NR_WIDTHS - 1 : i];
}

/* Since the capture's first event: [H:]MM:SS.T */
static void elapsed(const struct capture_info *info, int64_t time_ns, char *buf, size_t room)
{
	int64_t tenths = (time_ns - info->first_ns + SEC / 20) / (SEC / 10), s;

	if (tenths < 0)
		tenths = 0;
	s = tenths / 10;
	if (s >= 3600)
		snprintf(buf, room, "%d:%02d:%02d.%d", (int)(s / 3600), (int)(s / 60 % 60),
			 (int)(s % 60), (int)(tenths % 10));
	else
		snprintf(buf, room, "%d:%02d.%d", (int)(s / 60), (int)(s % 60), (int)(tenths % 10));
}

void timeline_text(const struct timeline *t, const struct capture_info *info, char *buf,
		   size_t room)
{
	char at[32], of[32];

	if (!t->fixed) {
		snprintf(buf, room, "%s", info->recording ? "LIVE" : "END");
		return;
	}
	elapsed(info, t->end_ns, at, sizeof(at));
	elapsed(info, info->last_ns, of, sizeof(of));
	if (t->moved)
		snprintf(buf, room, "AT %s of %s", at, of);
	else
		snprintf(buf, room, "PAUSED %s", at);
}
