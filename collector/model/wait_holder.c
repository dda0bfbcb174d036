// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/wait_holder.h"

#include <errno.h>
#include <utlist.h>

#include "collector/model/hold.h"
#include "collector/model/slice.h"
#include "collector/model/wait.h"

/* The waker of the waiter did not release the lock, or not for this waiter. */
static void forget_waker(const struct wait *w, struct wait_row *row)
{
	if (row->holder_source != HOLDER_WAKER)
		return;
	row->holder_task_id = w->owner_task_id;
	row->holder_slice_id = 0;
	row->holder_source = w->owner_task_id ? HOLDER_OWNER : HOLDER_UNKNOWN;
}

static void forget_holder(struct wait *w)
{
	w->row.holder_task_id = w->row.holder_site_id = w->row.holder_slice_id = 0;
	w->row.holder_source = HOLDER_UNKNOWN;
}

/* From @now_ns on it waits for a CPU, unless it sleeps again. @lock may be NULL. */
static int freed(struct waits *ws, struct wait *w, struct lock *lock, int64_t now_ns)
{
	w->freed_ns = now_ns;
	activity_announce(ws->activities, now_ns);
	return parts_wait_woken(lock, &w->part_start, now_ns);
}

/* The rwsem in the kernel's own events; 0: there was no such event yet. */
static uint64_t rwsem_of(const struct wait *w)
{
	return w->from_series ? w->inner : w->key.address;
}

/* Whether a traced hold proves the holder. */
static bool is_by_hold(const struct wait *w)
{
	return w->row.holder_source == HOLDER_EXACT && !w->by_release;
}

/* Releases of the lock are recorded: the waker proves nothing beyond them. */
static bool releases_are_seen(const struct waits *ws, const struct wait *w)
{
	const struct lock *lock = lock_find(ws->locks, &w->key);

	if (ws->releases.seen && rwsem_of(w))
		return true;
	return w->from_series && lock && lock->row.class != ENUM_NONE &&
	       ws->sees_releases & CLASS_BIT(lock->row.class);
}

static int name_release(struct waits *ws, struct wait *w, const struct release *r)
{
	struct task *task = task_get(ws->tasks, r->tid, r->time_ns);
	const struct stack *stack = NULL;
	int ret = 0;

	if (!task)
		return -ENOMEM;
	if (r->stack)
		stack = stack_resolve(ws->sites, r->stack, ws->sink, &ret);
	w->row.holder_task_id = task->row.id;
	w->row.holder_site_id = stack && stack->site ? stack->site->row.id : 0;
	w->row.holder_slice_id = 0;
	w->row.holder_source = HOLDER_EXACT;
	w->named_tid = r->tid;
	w->held_ns = w->let_go_ns = NO_TIME;
	w->by_release = true;
	return ret;
}

/*
 * A thread that waits for a lock does not hold it. It wakes others when it enters the
 * queue, or leaves it because it is killed: rwsem_del_wake_waiter() of
 * kernel/locking/rwsem.c.
 */
static bool waits_itself(const struct waits *ws, const struct wait *w, int32_t tid)
{
	const struct wait *own = waits_find(ws, tid);

	return own && is_same_lock(&own->key, &w->key);
}

/* The releaser of a lock itself wakes the next waiter in the queue. */
static int woken_by(struct waits *ws, struct wait *w, const struct event *ev)
{
	const struct release *r = releases_last(&ws->releases, rwsem_of(w));
	const struct task *waker = task_get(ws->tasks, ev->tid, ev->time_ns);
	int64_t slice_id;
	int ret;

	if (!waker)
		return -ENOMEM;
	slice_id = slices_now(ws->slices, ev->tid, &ret);
	if (ret)
		return ret;
	w->waker = ev->tid;
	if (is_by_hold(w)) {
		w->granted = w->row.holder_task_id == waker->row.id;
		if (w->granted)
			w->row.holder_slice_id = slice_id;
		return 0;
	}
	if (releases_are_seen(ws, w)) {
		w->granted = r && r->tid == ev->tid;
		ret = w->granted ? name_release(ws, w, r) : 0;
		if (w->granted)
			w->row.holder_slice_id = slice_id;
		return ret;
	}
	forget_waker(w, &w->row);
	/* the collector's signal ends its COMMAND */
	if (waits_itself(ws, w, ev->tid) || (ws->self_tgid && waker->row.tgid == ws->self_tgid))
		return 0;
	w->row.holder_task_id = waker->row.id;
	w->row.holder_slice_id = slice_id;
	w->row.holder_source = HOLDER_WAKER;
	w->named_tid = ev->tid;
	w->held_ns = w->let_go_ns = NO_TIME;
	return 0;
}

/* Whether the last wake-up was a release, as far as is seen. */
static bool was_released(const struct wait *w)
{
	return w->granted || w->row.holder_source == HOLDER_WAKER;
}

/*
 * The lock was released, and another thread took it before the waiter was on a CPU.
 * The time until the waiter was on a CPU counts for no holder. The time that it then
 * ran, maybe spinning, does.
 */
static int add_early_cpu(struct wait *w)
{
	const int64_t from_ns = w->queued_ns > w->freed_ns ? w->queued_ns : w->freed_ns;

	if (w->freed_ns == NO_TIME || w->on_cpu_ns == NO_TIME || w->on_cpu_ns <= from_ns ||
	    !was_released(w))
		return 0;
	w->early_cpu_ns += w->on_cpu_ns - from_ns;
	w->early_end_ns = w->on_cpu_ns;
	return parts_wait_leave_out(&w->part_start);
}

/* @h has released the lock: until then, @w waited for it. */
static void name_hold(struct wait *w, const struct wait_hold *h)
{
	w->row.holder_task_id = h->task_id;
	w->row.holder_site_id = h->site_id;
	w->row.holder_slice_id = 0;
	w->row.holder_source = HOLDER_EXACT;
	w->named_tid = h->tid;
	w->held_ns = h->from_ns;
	w->let_go_ns = h->until_ns;
	w->by_release = false;
	w->missed.task_id = 0;
}

/*
 * The waiter did not get the lock when it was woken, because another thread took it
 * first. That thread has released the lock since; or its release was recorded, but it
 * was preempted before it let the lock go.
 */
static int was_too_late(struct wait *w)
{
	int ret = add_early_cpu(w);

	if (w->missed.task_id)
		name_hold(w, &w->missed);
	return ret;
}

/* A wake-up from an interrupt does not come from the interrupted thread. */
int wait_holder_waking(void *machine, const struct event *ev)
{
	struct waits *ws = machine;
	struct wait *w = waits_find(ws, ev->sched_waking.tid);
	int ret;

	ws->sees_wakings = true;
	if (!w)
		return 0;
	ret = was_too_late(w);
	if (ret)
		return ret;
	w->resumed = w->asleep;
	w->asleep = w->granted = false;
	w->waker = 0;
	w->on_cpu_ns = w->queued_ns = NO_TIME;
	ret = freed(ws, w, lock_find(ws->locks, &w->key), ev->time_ns);
	if (ret || ev->in_irq || ev->tid == w->tid || ev->tid == 0)
		return ret;
	ret = activity_touches(ws->activities, ev->tid, &w->key, TOUCH_LET_GO, ev->time_ns);
	return ret ? ret : woken_by(ws, w, ev);
}

/*
 * A waiter that sleeps again did not get the lock when it was woken: by a signal
 * that it has not acted upon, by the freezer, or by a release after which another
 * thread was faster. A wake-up may be recorded before the sleep that it ends.
 */
static int sleeps(struct wait *w, int64_t now_ns)
{
	int ret;

	w->slept = true;
	if (w->freed_ns != NO_TIME && !w->resumed) {
		w->resumed = true;
		w->queued_ns = now_ns;
		return 0;
	}
	ret = was_too_late(w);
	w->asleep = true;
	forget_waker(w, &w->row);
	w->freed_ns = NO_TIME;
	w->granted = false;
	w->waker = 0;
	parts_wait_sleeps(&w->part_start);
	return ret;
}

static int runs(struct waits *ws, struct wait *w, int64_t now_ns)
{
	w->asleep = false;
	w->resumed = true;
	if (w->freed_ns == NO_TIME || w->on_cpu_ns != NO_TIME)
		return 0;
	w->on_cpu_ns = now_ns;
	activity_announce(ws->activities, now_ns);
	return parts_wait_runs(lock_find(ws->locks, &w->key), &w->part_start, now_ns);
}

int wait_holder_switch(void *machine, const struct event *ev)
{
	struct waits *ws = machine;
	struct wait *prev = waits_find(ws, ev->tid);
	struct wait *next = waits_find(ws, ev->sched_switch.next_tid);

	int ret = 0;

	ws->sees_switches = true;
	if (prev && is_falling_asleep(ev))
		ret = sleeps(prev, ev->time_ns);
	if (!ret && next)
		ret = runs(ws, next, ev->time_ns);
	return ret;
}

/*
 * The thread @waker has woken @tid and all other threads of its process that it could
 * wake: to end them, or for exec. If a release was recorded as well, the thread that
 * released stays the holder.
 */
static void woken_to_die(struct waits *ws, int32_t waker, int32_t tid)
{
	const int32_t tgid = task_tgid(ws->tasks, tid);
	struct wait *w, *tmp;

	HASH_ITER(hh, ws->by_tid, w, tmp) {
		if (w->waker != waker || w->granted)
			continue;
		if (w->tid != tid && (tgid < 0 || task_tgid(ws->tasks, w->tid) != tgid))
			continue;
		forget_waker(w, &w->row);
		w->waker = 0;
	}
}

/* send_signal_locked() of kernel/signal.c wakes first, and then records the event. */
int wait_holder_signal(void *machine, const struct event *ev)
{
	if (!ev->in_irq)
		woken_to_die(machine, ev->tid, ev->signal_generate.tid);
	return 0;
}

/* zap_other_threads() sends no signal. */
int wait_holder_dies(void *machine, const struct event *ev)
{
	woken_to_die(machine, ev->tid, ev->tid);
	return 0;
}

int wait_holder_released(struct waits *ws, struct lock *lock, const struct hold *hold,
			 int64_t now_ns)
{
	const struct wait_hold ended = {
		.task_id = hold->row.task_id,
		.site_id = hold->row.site_id,
		.tid = hold->key.tid,
		.from_ns = hold->row.start_ns,
		.until_ns = now_ns,
	};
	struct wait *w;
	int ret = 0;

	if (lock->row.class != ENUM_NONE)
		ws->sees_releases |= CLASS_BIT(lock->row.class);
	DL_FOREACH(lock->waits, w)
	{
		/* a thread that shares the lock with others releases it, too */
		if (w->row.task_id == ended.task_id)
			continue;
		activity_announce(ws->activities, now_ns);
		if (w->granted) {
			w->missed = ended;
			continue;
		}
		name_hold(w, &ended);
		/* the earlier wake-up was for something else */
		if (!ret && w->freed_ns != NO_TIME)
			ret = freed(ws, w, lock, now_ns);
	}
	return ret;
}

/*
 * The last release before the waiter got the lock, if no wake-up belongs to it: the
 * waiter was not asleep, or something else woke it.
 */
static int find_release(struct waits *ws, struct wait *w, int64_t end_ns)
{
	const struct release *r = releases_last(&ws->releases, rwsem_of(w));
	bool woken = w->freed_ns != NO_TIME;

	forget_waker(w, &w->row);
	if (!r || !r->tid || r->tid == w->tid || r->time_ns < w->row.start_ns ||
	    r->time_ns > end_ns)
		return 0;
	/* an interrupt has released it, or has sent a signal */
	if (woken && !w->waker && r->time_ns < w->freed_ns)
		return 0;
	if (woken && r->time_ns > w->freed_ns)
		w->freed_ns = r->time_ns;
	return name_release(ws, w, r);
}

int wait_holder_end(struct waits *ws, struct wait *w, int64_t end_ns, int outcome)
{
	/* a signal that ends a wait proves no holder */
	if (outcome != OUTCOME_ACQUIRED) {
		forget_holder(w);
		return 0;
	}
	if (ws->releases.seen && rwsem_of(w) && !w->granted && !is_by_hold(w))
		return find_release(ws, w, end_ns);
	return 0;
}

void wait_holder_shown(const struct wait *w, struct wait_row *row)
{
	*row = w->row;
	/* the releaser does not hold the lock any more */
	forget_waker(w, row);
}
