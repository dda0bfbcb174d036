// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/frame.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "schema/enums.h"

/*
 * The reasons that do not mean that a frame was late: for SurfaceFlinger
 * (frameworks/native, FrameTimeline.cpp), frames that wait for their turn are no
 * jank.
 */
#define BIT(value) (1U << (value))
#define NO_JANK                                                                                    \
	(BIT(JANK_NONE) | BIT(JANK_BUFFER_STUFFING) | BIT(JANK_SF_STUFFING) |                      \
	 BIT(JANK_NON_ANIMATING) | BIT(JANK_DISPLAY_NOT_ON) | BIT(JANK_DISPLAY_MODE_CHANGE) |      \
	 BIT(JANK_DISPLAY_POWER_CHANGE))

/* The process whose work was expected. */
struct frame_key {
	int64_t token;
	int32_t tgid;
	int32_t kind;
};

struct frame {
	UT_hash_handle hh; /* by cookie */
	struct frame *prev, *next;
	int64_t cookie;
	bool expected;
	struct frame_key key;
	struct frame_row row;
};

struct frame_deadline {
	UT_hash_handle hh;
	struct frame_key key;
	int64_t end_ns;
};

/* One reason, or how it was presented, is enough; without any it is unknown. */
static int is_missed(const struct event *ev)
{
	const int present = ev->frame_start.present;

	if (ev->frame_start.jank)
		return !!(ev->frame_start.jank & ~NO_JANK);
	if (present == PRESENT_LATE || present == PRESENT_DROPPED)
		return 1;
	return present == PRESENT_ON_TIME || present == PRESENT_EARLY ? 0 : -1;
}

static struct frame *find(const struct frames *fs, int64_t cookie)
{
	struct frame *f;

	HASH_FIND(hh, fs->open, &cookie, sizeof(cookie), f);
	return f;
}

static void set_deadline(const struct frames *fs, struct frame *f)
{
	const struct frame_deadline *d;

	HASH_FIND(hh, fs->deadlines, &f->key, sizeof(f->key), d);
	f->row.deadline_ns = d ? d->end_ns : NO_TIME;
}

/* Pass the row to the sink, and free @f. */
static int give(struct frames *fs, struct frame *f, int outcome)
{
	int ret;

	f->row.outcome = outcome;
	if (outcome != OUTCOME_ACQUIRED)
		f->row.end_ns = NO_TIME;
	set_deadline(fs, f);
	ret = fs->sink->frame(fs->sink->ctx, &f->row);
	free(f);
	return ret;
}

static int give_open(struct frames *fs, struct frame *f, int outcome)
{
	HASH_DEL(fs->open, f);
	if (!f->expected)
		return give(fs, f, outcome);
	free(f);
	return 0;
}

static int give_ended(struct frames *fs, struct frame *f)
{
	const int64_t ns = f->row.end_ns - f->row.start_ns;
	const bool sure = ns >= 0 && ns < FRAME_MAX_NS && !gaps_cover(&fs->gaps, f->row.end_ns);

	DL_DELETE(fs->ended, f);
	fs->nr_ended--;
	return give(fs, f, sure ? OUTCOME_ACQUIRED : OUTCOME_UNCERTAIN);
}

static int name_process(struct frames *fs, struct frame *f, const struct event *ev)
{
	const int32_t tgid = ev->frame_start.tgid;
	const struct task *task;
	int ret;

	if (tgid <= 0)
		return 0;
	/* unless the trace itself says otherwise */
	ret = task_tgid(fs->tasks, tgid) < 0 ? tasks_seed(fs->tasks, tgid, tgid) : 0;
	task = ret ? NULL : task_get(fs->tasks, tgid, ev->time_ns);
	if (!task)
		return -ENOMEM;
	f->row.task_id = task->row.id;
	f->row.process_id = task->row.process_id;
	return 0;
}

static int frame_start(void *machine, const struct event *ev)
{
	struct frames *fs = machine;
	struct frame *f = find(fs, ev->frame_start.cookie);
	int ret = 0;

	/* the end of that one is missing */
	if (f)
		ret = give_open(fs, f, OUTCOME_UNCERTAIN);
	if (!ret && HASH_COUNT(fs->open) == FRAMES_HELD)
		ret = give_open(fs, fs->open, OUTCOME_UNCERTAIN);
	if (ret)
		return ret;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->cookie = ev->frame_start.cookie;
	f->expected = ev->frame_start.expected;
	f->key.token = ev->frame_start.token;
	f->key.tgid = ev->frame_start.tgid;
	f->key.kind = ev->frame_start.kind;
	f->row = (struct frame_row){
		.kind = ev->frame_start.kind,
		.start_ns = ev->frame_start.start_ns,
		.end_ns = NO_TIME,
		.layer = ev->frame_start.layer,
		.token = ev->frame_start.token,
		.display_token = ev->frame_start.display_token,
		.jank = ev->frame_start.jank,
		.present = ev->frame_start.present,
		.on_time = ev->frame_start.on_time,
		.missed = is_missed(ev),
	};
	HASH_ADD(hh, fs->open, cookie, sizeof(f->cookie), f);
	return f->expected ? 0 : name_process(fs, f, ev);
}

/* What was expected of a frame is the same for all layers of the process. */
static int add_deadline(struct frames *fs, const struct frame *f, int64_t end_ns)
{
	struct frame_deadline *d;

	if (f->key.token < 0 || end_ns < f->row.start_ns)
		return 0;
	HASH_FIND(hh, fs->deadlines, &f->key, sizeof(f->key), d);
	if (d) /* to the end of the line: the first in it is the oldest */
		HASH_DEL(fs->deadlines, d);
	else if (HASH_COUNT(fs->deadlines) == FRAMES_HELD) {
		d = fs->deadlines;
		HASH_DEL(fs->deadlines, d);
	} else {
		d = calloc(1, sizeof(*d));
	}
	if (!d)
		return -ENOMEM;
	d->key = f->key;
	d->end_ns = end_ns;
	HASH_ADD(hh, fs->deadlines, key, sizeof(d->key), d);
	return 0;
}

static int frame_end(void *machine, const struct event *ev)
{
	struct frames *fs = machine;
	struct frame *f = find(fs, ev->frame_end.cookie);
	int ret;

	if (!f)
		return 0;
	HASH_DEL(fs->open, f);
	if (f->expected) {
		ret = add_deadline(fs, f, ev->frame_end.end_ns);
		free(f);
		return ret;
	}
	f->row.end_ns = ev->frame_end.end_ns;
	DL_APPEND(fs->ended, f);
	return ++fs->nr_ended > FRAMES_HELD ? give_ended(fs, fs->ended) : 0;
}

static int loss(void *machine, const struct event *ev)
{
	struct frames *fs = machine;

	return gaps_add(&fs->gaps, ev->loss.start_ns ?: ev->time_ns, ev->loss.end_ns);
}

static int flush(void *machine, uint64_t complete_ns)
{
	struct frames *fs = machine;
	struct frame *f, *tmp;
	int ret = 0;

	DL_FOREACH_SAFE(fs->ended, f, tmp)
	{
		if (!ret &&
		    (f->row.end_ns < f->row.start_ns || (uint64_t)f->row.end_ns < complete_ns))
			ret = give_ended(fs, f);
	}
	return ret;
}

static int finish(void *machine, int64_t end_ns)
{
	struct frames *fs = machine;
	struct frame *f, *tmp;
	int ret = flush(fs, UINT64_MAX);

	(void)end_ns;
	HASH_ITER(hh, fs->open, f, tmp) {
		if (!ret)
			ret = give_open(fs, f,
					gap_covers(fs->gap, f->row.start_ns) ? OUTCOME_UNCERTAIN
									     : OUTCOME_OPEN);
	}
	return ret;
}

static void free_all(void *machine)
{
	struct frames *fs = machine;
	struct frame *f, *tmp;
	struct frame_deadline *d, *dtmp;

	HASH_ITER(hh, fs->open, f, tmp) {
		HASH_DEL(fs->open, f);
		free(f);
	}
	DL_FOREACH_SAFE(fs->ended, f, tmp)
	free(f);
	HASH_ITER(hh, fs->deadlines, d, dtmp) {
		HASH_DEL(fs->deadlines, d);
		free(d);
	}
	gaps_free(&fs->gaps);
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	*(struct frames *)machine = (struct frames){
		.gap = all->gap,
		.tasks = all->tasks,
		.sink = all->sink,
	};
	return opt->has[EVENT_FRAME_START];
}

static const struct hearing hears[] = {
	{ EVENT_FRAME_START, frame_start },
	{ EVENT_FRAME_END, frame_end },
	{ EVENT_LOSS, loss },
	{ NR_EVENTS, NULL },
};

const struct machine frames_machine = {
	.init = init,
	.hears = hears,
	.flush = flush,
	.finish = finish,
	.free = free_all,
};
