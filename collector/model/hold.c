// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/hold.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "collector/model/activity.h"
#include "collector/model/second.h"
#include "collector/model/wait.h"
#include "collector/model/wait_holder.h"
#include "collector/model/wait_part.h"
#include "lib/clock.h"

/* Shorter holds that nobody waited for are in the roll-ups only. */
#define KEEP_NS NSEC_PER_MSEC

static struct hold_key key_of(const struct event *ev)
{
	return (struct hold_key){
		.lock = { ev->lock_op.lock, 0 },
		.tid = ev->tid,
		.mode = ev->lock_op.write ? MODE_WRITE : MODE_READ,
	};
}

/* Frees @h. */
static int close_hold(struct holds *hs, struct hold *h, uint64_t end_ns, int outcome)
{
	struct lock *lock = lock_find(hs->locks, &h->key.lock);
	int ret;

	if (lock)
		DL_DELETE(lock->holds, h);
	HASH_DEL(hs->by_key, h);
	task_last_seen(hs->tasks, h->key.tid, h->row.task_id, end_ns);
	h->row.outcome = h->tainted ? OUTCOME_UNCERTAIN : outcome;
	if ((int64_t)end_ns < h->row.start_ns)
		h->row.outcome = OUTCOME_UNCERTAIN;
	if (h->row.outcome == OUTCOME_ACQUIRED) {
		h->row.duration_ns = end_ns - h->row.start_ns;
		if (lock)
			lock_last_seen(hs->locks, lock, end_ns);
	}
	ret = rollup_hold(hs->rollups, &h->row, h->process_id, end_ns, h->booked_ns);
	if (!ret && (hs->keep_all || h->row.nr_waiters || h->row.duration_ns > (int64_t)KEEP_NS))
		ret = hs->sink->hold(hs->sink->ctx, &h->row);
	free(h);
	return ret;
}

/* The release of @h is missing. */
static int close_unreleased(struct holds *hs, struct hold *h, uint64_t now_ns)
{
	struct lock *lock = lock_find(hs->locks, &h->key.lock);
	int ret = 0;

	/* the release of a hold that began inside a gap was lost there */
	if (lock && !h->tainted) {
		ret = parts_released(hs->locks, lock, h, now_ns);
		if (!ret)
			ret = parts_contradicted(hs->locks, lock, now_ns);
	}
	return ret ?: close_hold(hs, h, now_ns, OUTCOME_UNCERTAIN);
}

static int acquired(void *machine, const struct event *ev)
{
	struct holds *hs = machine;
	const int class = lock_class_of(ev->id);
	const struct hold_key key = key_of(ev);
	struct site *site;
	struct task *task;
	struct lock *lock;
	struct hold *h;
	int ret = 0;

	if (!ev->lock_op.success)
		return 0;
	HASH_FIND(hh, hs->by_key, &key, sizeof(key), h);
	if (h)
		ret = close_unreleased(hs, h, ev->time_ns);
	if (ret)
		return ret;
	task = task_get(hs->tasks, ev->tid, ev->time_ns);
	if (!task)
		return -ENOMEM;
	lock = lock_used(hs->locks, &key.lock, CLASS_BIT(class), ev->time_ns, hs->sink, &ret);
	if (!lock)
		return ret;
	site = site_at(hs->sites, ev->lock_op.ip, hs->sink, &ret);
	h = ret ? NULL : calloc(1, sizeof(*h));
	if (!h)
		return ret ?: -ENOMEM;
	h->key = key;
	h->process_id = task->row.process_id;
	h->tainted = gap_covers(hs->gap, ev->time_ns);
	h->row = (struct hold_row){
		.start_ns = ev->time_ns,
		.duration_ns = NO_TIME,
		.lock_id = lock->row.id,
		.task_id = task->row.id,
		.mode = key.mode,
		.site_id = site ? site->row.id : 0,
		/* this thread's own wait ended just before */
		.nr_waiters = lock->nr_waits,
		.outcome = OUTCOME_OPEN,
	};
	h->booked_ns = ev->time_ns;
	HASH_ADD(hh, hs->by_key, key, sizeof(h->key), h);
	DL_APPEND(lock->holds, h);
	/* a waiter may ask later what this thread has done since then */
	if (lock->nr_waits)
		ret = activity_touches(hs->waits->activities, ev->tid, &key.lock, TOUCH_GOT,
				       ev->time_ns);
	return ret ?: parts_acquired(hs->locks, lock, h, ev->time_ns);
}

static int released(void *machine, const struct event *ev)
{
	struct holds *hs = machine;
	const struct hold_key key = key_of(ev);
	struct lock *lock = lock_find(hs->locks, &key.lock);
	struct hold *h;
	int ret;

	HASH_FIND(hh, hs->by_key, &key, sizeof(key), h);
	if (!h)
		/* acquired before the capture, or in a gap */
		return lock ? parts_contradicted(hs->locks, lock, ev->time_ns) : 0;
	if (lock && !h->tainted) {
		ret = wait_holder_released(hs->waits, lock, h, ev->time_ns)
			      ?: parts_released(hs->locks, lock, h, ev->time_ns);
		if (ret)
			return ret;
	}
	return close_hold(hs, h, ev->time_ns, OUTCOME_ACQUIRED);
}

static int loss(void *machine, const struct event *ev)
{
	struct holds *hs = machine;
	struct hold *h, *tmp;
	int ret;

	HASH_ITER(hh, hs->by_key, h, tmp) {
		ret = close_hold(hs, h, ev->time_ns, OUTCOME_UNCERTAIN);
		if (ret)
			return ret;
	}
	hs->locks->nr_gaps++;
	return 0;
}

static bool is_looked_at(const struct lock *lock)
{
	const struct wait *w;

	DL_FOREACH(lock->waits, w)
	{
		if (w->row.id)
			return true;
	}
	return false;
}

/*
 * Write the holds that an open wait which is written is for, so that its holder can be shown.
 */
static int flush(void *machine, uint64_t complete_ns)
{
	struct holds *hs = machine;
	struct hold *h, *tmp;
	struct lock *lock;
	int ret;

	(void)complete_ns;
	HASH_ITER(hh, hs->by_key, h, tmp) {
		lock = h->row.id || h->tainted || !h->row.nr_waiters
			       ? NULL
			       : lock_find(hs->locks, &h->key.lock);
		if (!lock || !is_looked_at(lock))
			continue;
		ret = hs->sink->hold(hs->sink->ctx, &h->row);
		if (ret)
			return ret;
	}
	return 0;
}

/* @least_ns: only holds that have lasted longer than this */
static int book_all(struct holds *hs, int64_t until_ns, int64_t least_ns)
{
	struct hold *h, *tmp;
	int ret;

	HASH_ITER(hh, hs->by_key, h, tmp) {
		if (h->tainted || until_ns - h->row.start_ns <= least_ns)
			continue;
		ret = rollup_hold_lasts(hs->rollups, &h->row, h->process_id, &h->booked_ns,
					until_ns);
		if (ret)
			return ret;
	}
	return 0;
}

static int book(void *machine, int64_t until_ns)
{
	return book_all(machine, until_ns, 0);
}

static int finish(void *machine, int64_t end_ns)
{
	struct holds *hs = machine;
	struct hold *h, *tmp;
	int ret = book_all(hs, end_ns, LASTS_NS);

	if (ret)
		return ret;
	HASH_ITER(hh, hs->by_key, h, tmp) {
		if (h->tainted)
			ret = close_hold(hs, h, h->row.start_ns, OUTCOME_UNCERTAIN);
		else
			ret = hs->sink->hold(hs->sink->ctx, &h->row);
		if (ret)
			return ret;
	}
	return 0;
}

static void free_all(void *machine)
{
	struct holds *hs = machine;
	struct hold *h, *tmp;

	HASH_ITER(hh, hs->by_key, h, tmp) {
		HASH_DEL(hs->by_key, h);
		free(h);
	}
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	*(struct holds *)machine = (struct holds){
		.tasks = all->tasks,
		.locks = all->locks,
		.sites = all->sites,
		.waits = all->waits,
		.rollups = all->rollups,
		.sink = all->sink,
		.gap = all->gap,
		.keep_all = opt->keep_all,
	};
	return true;
}

static const struct hearing hears[] = {
	{ EVENT_ANON_VMA_LOCK_ACQUIRE_RETURNED, acquired },
	{ EVENT_I_MMAP_LOCK_ACQUIRE_RETURNED, acquired },
	{ EVENT_ANON_VMA_LOCK_RELEASED, released },
	{ EVENT_I_MMAP_LOCK_RELEASED, released },
	{ EVENT_LOSS, loss },
	{ NR_EVENTS, NULL },
};

const struct machine holds_machine = {
	.init = init,
	.hears = hears,
	.book = book,
	.flush = flush,
	.finish = finish,
	.free = free_all,
};
