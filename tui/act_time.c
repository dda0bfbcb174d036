// SPDX-License-Identifier: GPL-2.0-only
/* Actions that move the window in time. */
#include <errno.h>
#include <stdio.h>

#include "analysis/instant.h"
#include "lib/clock.h"
#include "tui/act.h"
#include "tui/app.h"

/* The actions have one shape, whether they need the key or not. */
#define UNUSED __attribute__((unused))

#define SEC_NS ((int64_t)NSEC_PER_SEC)

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

/* To the next storm or long stall behind what is shown, or the one before. */
static void step_event(struct tui *tui, int step)
{
	const struct capture_info *info = &tui->feed.info;
	int64_t end_ns = timeline_end(&tui->time, info);
	struct capture_event event;
	struct error err = { "" };
	int ret;

	if (feed_begin(&tui->feed))
		return;
	/* the window ends with the second that the last one found ended in */
	ret = capture_find_event(&event, tui->feed.db,
				 step > 0 ? end_ns : end_ns / SEC_NS * SEC_NS - 1, step, &err);
	feed_end(&tui->feed, ret == -ENOENT ? 0 : ret, &err);
	if (ret == -ENOENT)
		snprintf(tui->note, sizeof(tui->note), "no storm or long stall %s",
			 step > 0 ? "after this" : "before this");
	if (ret)
		return;
	snprintf(tui->note, sizeof(tui->note), "%s of %.3f ms", event.kind,
		 (event.end_ns - event.start_ns) / 1e6);
	timeline_to(&tui->time, info, event.end_ns);
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
