// SPDX-License-Identifier: GPL-2.0-only
#include "tui/timeline.h"

#include <stdio.h>

#include "analysis/table.h"
#include "lib/clock.h"

#define SEC ((int64_t)NSEC_PER_SEC)

static const unsigned int widths[] = { 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600 };

#define NR_WIDTHS ((int)(sizeof(widths) / sizeof(*widths)))

int64_t timeline_at(const struct timeline *t, const struct capture_info *info)
{
	return t->fixed ? t->at_ns : info->last_ns;
}

/* The end of the second that @ns is in, or ends. */
static int64_t second_end(int64_t ns)
{
	return (ns + SEC - 1) / SEC * SEC;
}

struct window timeline_window(const struct timeline *t, const struct capture_info *info)
{
	/* the last event is part of the window */
	const int64_t last = info->last_ns + 1;
	/* an instant at the edge of a second shows the second before it */
	int64_t end_ns = second_end(t->moved ? t->at_ns : t->at_ns + 1);
	struct window w;

	if (!t->fixed || end_ns > last)
		end_ns = last;
	w = capture_window(info, end_ns, t->window_s);
	w.at_ns = timeline_at(t, info);
	return w;
}

void timeline_pause(struct timeline *t, const struct capture_info *info)
{
	if (t->fixed) {
		timeline_to_end(t);
		return;
	}
	t->at_ns = info->last_ns;
	t->fixed = true;
	t->moved = false;
	t->nr_open = info->nr_open;
	t->longest_open_ns = info->longest_open_ns;
}

void timeline_to_end(struct timeline *t)
{
	t->fixed = t->moved = false;
}

void timeline_to(struct timeline *t, const struct capture_info *info, int64_t time_ns)
{
	if (time_ns >= info->last_ns) {
		timeline_to_end(t);
		return;
	}
	t->fixed = t->moved = true;
	t->at_ns = time_ns < info->first_ns ? info->first_ns : time_ns;
}

/* To the end of @second, and not before the first one. */
static void to_second(struct timeline *t, const struct capture_info *info, int64_t second)
{
	const int64_t first = info->first_ns / SEC + 1;

	timeline_to(t, info, (second < first ? first : second) * SEC);
}

void timeline_move(struct timeline *t, const struct capture_info *info, int steps)
{
	const int64_t step = t->window_s >= 20 ? t->window_s / 10 : 1;
	const int64_t at_ns = timeline_at(t, info);
	/* from within a second, first go to its edge in the direction of the move */
	const int64_t edge = (steps < 0 ? second_end(at_ns) : at_ns) / SEC;

	to_second(t, info, edge + steps * step);
}

void timeline_step(struct timeline *t, const struct capture_info *info, int64_t ns)
{
	timeline_to(t, info, timeline_at(t, info) + ns);
}

void timeline_to_start(struct timeline *t, const struct capture_info *info)
{
	to_second(t, info, info->first_ns / SEC + t->window_s);
}

void timeline_widen(struct timeline *t, int by)
{
	int i;

	for (i = 0; i < NR_WIDTHS - 1 && widths[i] < t->window_s; i++)
		;
	/* between two steps, "narrower" means the smaller one */
	if (by > 0 && widths[i] > t->window_s)
		by = 0;
	i += by;
	t->window_s = widths[i < 0 ? 0 : i >= NR_WIDTHS ? NR_WIDTHS - 1 : i];
}

void timeline_text(const struct timeline *t, const struct capture_info *info, char *buf,
		   size_t room)
{
	const struct column time = { .unit = UNIT_TIME };
	struct cell cell = { .type = CELL_INT, .i = t->at_ns - info->first_ns };
	char at[32], of[32];

	if (!t->fixed) {
		snprintf(buf, room, "%s", info->recording ? "LIVE" : "END");
		return;
	}
	cell_format(at, sizeof(at), &time, &cell);
	cell.i = info->last_ns - info->first_ns;
	cell_format(of, sizeof(of), &time, &cell);
	if (t->moved)
		snprintf(buf, room, "AT %s of %s s", at, of);
	else
		snprintf(buf, room, "PAUSED %s s", at);
}
