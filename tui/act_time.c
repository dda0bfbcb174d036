// SPDX-License-Identifier: GPL-2.0-only
/* Actions that move the window in time. */
#include <errno.h>
#include <stdio.h>

#include "analysis/instant.h"
#include "lib/clock.h"
#include "lib/saturate.h"
#include "tui/act.h"
#include "tui/app.h"

/* All actions have the same prototype; some do not use the key. */
#define UNUSED __attribute__((unused))

void act_pause(struct tui *tui, int key UNUSED)
{
	timeline_pause(&tui->time, &tui->feed.info);
	tui->reread = !tui->time.fixed;
}

void act_time_back(struct tui *tui, int key UNUSED)
{
	timeline_move(&tui->time, &tui->feed.info, -1);
	tui->reread = true;
}

void act_time_forward(struct tui *tui, int key UNUSED)
{
	if (tui->time.fixed)
		timeline_move(&tui->time, &tui->feed.info, 1);
	tui->reread = true;
}

void act_time_start(struct tui *tui, int key UNUSED)
{
	timeline_to_start(&tui->time, &tui->feed.info);
	tui->reread = true;
}

void act_time_end(struct tui *tui, int key UNUSED)
{
	timeline_to_end(&tui->time);
	tui->reread = true;
}

void act_widen(struct tui *tui, int key UNUSED)
{
	timeline_widen(&tui->time, 1);
	tui->reread = true;
}

void act_narrow(struct tui *tui, int key UNUSED)
{
	timeline_widen(&tui->time, -1);
	tui->reread = true;
}

static bool jump(struct tui *tui, const char *text)
{
	struct error err = { "" };
	int64_t at_ns;

	if (instant_parse(&at_ns, text, &tui->feed.info, &err)) {
		snprintf(tui->note, sizeof(tui->note), "%s", err.msg);
		return false;
	}
	timeline_to(&tui->time, &tui->feed.info, at_ns);
	tui->reread = true;
	return true;
}

void act_time_jump(struct tui *tui, int key UNUSED)
{
	prompt_ask(tui, "To the time", "", jump);
}

/* How far the key moves: one millisecond, or 100. */
static int64_t step_of(int key)
{
	return key == '(' || key == ')' ? 100 * NSEC_PER_MSEC : NSEC_PER_MSEC;
}

void act_time_step_back(struct tui *tui, int key)
{
	timeline_step(&tui->time, &tui->feed.info, -step_of(key));
	tui->reread = true;
}

void act_time_step_forward(struct tui *tui, int key)
{
	timeline_step(&tui->time, &tui->feed.info, step_of(key));
	tui->reread = true;
}

/* The last instant of a span from @start_ns to @end_ns: all its waiters are waiting then. */
static int64_t moment_of(int64_t start_ns, int64_t end_ns)
{
	return end_ns > start_ns ? end_ns - 1 : start_ns;
}

/* The time of the selected row, if the row is a span. */
static bool row_moment(const struct table_view *v, int64_t *at_ns)
{
	int start = table_column(v->def, "start_ns"),
	    duration = table_column(v->def, "duration_ns");
	const struct cell *row;

	if (start < 0 || duration < 0 || !v->nr_shown)
		return false;
	row = v->shown[v->selected];
	if (row[start].type != CELL_INT || row[duration].type != CELL_INT)
		return false;
	*at_ns = moment_of(row[start].i, sat_add(row[start].i, row[duration].i));
	return true;
}

void act_moment(struct tui *tui, int key UNUSED)
{
	int64_t at_ns;

	if (row_moment(tui_view(tui), &at_ns))
		timeline_to(&tui->time, &tui->feed.info, at_ns);
	tui_show(tui, view_by_name("blocked") - top_views);
	tui->reread = true;
}

/* Go to the next storm, long stall or missed frame, or to the previous one. */
static void step_event(struct tui *tui, int step)
{
	const struct capture_info *info = &tui->feed.info;
	const int64_t after_ns = timeline_at(&tui->time, info) + 1;
	struct capture_event event;
	struct error err = { "" };
	int ret;

	if (feed_begin(&tui->feed))
		return;
	/* the span that is shown ends right after the instant, see moment_of() */
	ret = capture_find_event(&event, tui->feed.db,
				 step > 0 || !tui->time.fixed ? after_ns : after_ns - 1, step,
				 &err);
	feed_end(&tui->feed, ret == -ENOENT ? 0 : ret, &err);
	if (ret == -ENOENT)
		snprintf(tui->note, sizeof(tui->note), "no storm, long stall or missed frame %s",
			 step > 0 ? "after this" : "before this");
	if (ret)
		return;
	snprintf(tui->note, sizeof(tui->note), "%s of %.3f ms; b: who waited at that time",
		 event.kind, ((double)event.end_ns - event.start_ns) / 1e6);
	timeline_to(&tui->time, info, moment_of(event.start_ns, event.end_ns));
	tui->reread = true;
}

void act_event_next(struct tui *tui, int key UNUSED)
{
	step_event(tui, 1);
}

void act_event_previous(struct tui *tui, int key UNUSED)
{
	step_event(tui, -1);
}
