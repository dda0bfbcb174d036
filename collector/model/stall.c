// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/stall.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/model/slice.h"
#include "lib/clock.h"
#include "schema/enums.h"

/* How long a wake-up is kept that arrives before its sleep. */
#define KEEP_WOKEN_NS NSEC_PER_SEC

static struct sleeper *find(const struct stalls *ss, int32_t tid)
{
	struct sleeper *s;

	HASH_FIND_INT(ss->by_tid, &tid, s);
	return s;
}

static struct sleeper *get(struct stalls *ss, int32_t tid)
{
	struct sleeper *s = find(ss, tid);

	if (s)
		return s;
	s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->tid = tid;
	HASH_ADD_INT(ss->by_tid, tid, s);
	return s;
}

static void drop(struct stalls *ss, struct sleeper *s)
{
	HASH_DEL(ss->by_tid, s);
	free(s->kept);
	free(s);
}

static int keep_for_wait(struct sleeper *s, const struct stall_row *row)
{
	struct stall_row *grown = realloc(s->kept, (s->nr_kept + 1) * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	s->kept = grown;
	s->kept[s->nr_kept++] = *row;
	return 0;
}

static int give_row(struct stalls *ss, struct sleeper *s, const struct stall_row *row)
{
	return s->waits ? keep_for_wait(s, row) : ss->sink->stall(ss->sink->ctx, row);
}

/* Write the row of the latest sleep, which was held back until its reason is known. */
static int settle(struct stalls *ss, struct sleeper *s)
{
	if (!s->unsettled)
		return 0;
	s->unsettled = false;
	return give_row(ss, s, &s->row);
}

/* The rwsem that a thread with this stack sleeps for: its class, if it can only be one. */
static void read_rwsem(struct sleeper *s, const struct stack *stack)
{
	unsigned int classes;

	s->rwsem_mode = stack->rwsem_mode;
	if (stack->rwsem_mode == ENUM_NONE)
		return;
	classes = stack->classes[stack->rwsem_mode];
	if (classes && !(classes & (classes - 1)))
		s->class = __builtin_ctz(classes);
}

/* Where the thread falls asleep, from the stack of its sched_switch. */
static int read_stack(struct stalls *ss, struct sleeper *s, const struct event *ev)
{
	const struct stack *stack;
	int ret = 0;

	s->site_id = s->stack_id = 0;
	s->io_wait = -1;
	s->rwsem_mode = s->class = ENUM_NONE;
	if (!ev->stack)
		return 0;
	stack = stack_resolve(ss->sites, ev->stack, ss->sink, &ret);
	if (!stack)
		return ret;
	s->stack_id = stack->id;
	read_rwsem(s, stack);
	if (stack->site) {
		s->site_id = stack->site->row.id;
		s->io_wait = stack->io_wait;
	}
	return 0;
}

/*
 * The sleep of @s is over, or nothing more will be known of it.
 * @duration_ns: NO_TIME when not known
 * @waker: 0 when not known; else waker_slice_id is of it
 */
static int give(struct stalls *ss, struct sleeper *s, int64_t duration_ns, int32_t waker,
		int outcome)
{
	struct stall_row row = {
		.start_ns = s->since_ns,
		.duration_ns = duration_ns,
		.task_id = s->task_id,
		.wait_id = s->wait_id,
		.site_id = s->site_id,
		.stack_id = s->stack_id,
		.io_wait = s->io_wait,
		.rwsem_mode = s->rwsem_mode,
		.class = s->class,
		.slice_id = s->slice_id,
		.outcome = outcome,
	};

	s->asleep = false;
	s->woken_ns = 0;
	if (!ss->keep)
		return 0;
	if (waker) {
		const struct task *task = task_get(ss->tasks, waker, s->since_ns);

		if (!task)
			return -ENOMEM;
		row.waker_task_id = task->row.id;
		row.waker_slice_id = s->waker_slice_id;
	}
	if (!ss->watch_reason || outcome != OUTCOME_ACQUIRED)
		return give_row(ss, s, &row);
	s->row = row;
	s->unsettled = true;
	return 0;
}

/* Woken at @now_ns, or at the very moment that it went to sleep. */
static int woken(struct stalls *ss, struct sleeper *s, uint64_t now_ns, int32_t waker)
{
	/* clocks of two CPUs that are out of step give no duration */
	if (gap_covers(ss->gap, s->since_ns) || now_ns < s->since_ns)
		return give(ss, s, NO_TIME, 0, OUTCOME_UNCERTAIN);
	s->slept_ns += now_ns - s->since_ns;
	return give(ss, s, now_ns - s->since_ns, waker, OUTCOME_ACQUIRED);
}

/* The thread recorded an event, so it is awake; its wake-up lies in the past. */
static int at_work(struct stalls *ss, struct sleeper *s, uint64_t now_ns)
{
	int ret = settle(ss, s);

	if (ret)
		return ret;
	if (!s->asleep) {
		s->woken_ns = 0;
		return 0;
	}
	/*
	 * try_to_wake_up() is traced before it waits for the sleeper to be off its
	 * CPU: the wake-up may come first. It slept no time, whenever it runs.
	 */
	if (s->woken_ns)
		return woken(ss, s, s->since_ns, s->waker);
	if (now_ns > s->since_ns)
		s->slept_ns += now_ns - s->since_ns;
	return give(ss, s, NO_TIME, 0, OUTCOME_UNCERTAIN);
}

static int falls_asleep(struct stalls *ss, const struct event *ev)
{
	const struct task *task;
	struct sleeper *s = ss->keep ? get(ss, ev->tid) : find(ss, ev->tid);
	int ret;

	if (!s)
		return ss->keep ? -ENOMEM : 0;
	s->asleep = true;
	s->since_ns = ev->time_ns;
	s->wait_id = 0;
	if (!ss->keep)
		return 0;
	ret = settle(ss, s) ?: read_stack(ss, s, ev);
	if (!ret)
		s->slice_id = slices_now(ss->slices, ev->tid, &ret);
	if (ret)
		return ret;
	task = task_get(ss->tasks, ev->tid, ev->time_ns);
	if (!task)
		return -ENOMEM;
	s->task_id = task->row.id;
	/* the collector's threads are seen until they have excluded themselves */
	if (ss->self_tgid && task->row.tgid == ss->self_tgid)
		s->asleep = false;
	return 0;
}

static int sched_switch(void *machine, const struct event *ev)
{
	struct stalls *ss = machine;
	struct sleeper *prev = find(ss, ev->tid), *next;
	int ret = 0;

	/* the wake-up that ended that sleep was not recorded */
	if (prev && prev->asleep)
		ret = at_work(ss, prev, ev->time_ns);
	if (ret)
		return ret;
	if (is_falling_asleep(ev))
		ret = falls_asleep(ss, ev);
	else if (prev)
		prev->woken_ns = 0;
	next = ret ? NULL : find(ss, ev->sched_switch.next_tid);
	return next ? at_work(ss, next, ev->time_ns) : ret;
}

/* A wake-up in an interrupt has no waker; the idle task wakes in interrupts only. */
static int sched_waking(void *machine, const struct event *ev)
{
	struct stalls *ss = machine;

	int32_t tid = ev->sched_waking.tid;
	int32_t waker = ev->in_irq || ev->tid == tid ? 0 : ev->tid;
	struct sleeper *s = ss->keep ? get(ss, tid) : find(ss, tid);
	int ret = 0;

	if (!s)
		return ss->keep ? -ENOMEM : 0;
	ret = settle(ss, s);
	if (!ret && !s->woken_ns)
		s->waker_slice_id = waker && ss->keep ? slices_now(ss->slices, waker, &ret) : 0;
	if (ret)
		return ret;
	if (s->asleep && !s->woken_ns)
		return woken(ss, s, ev->time_ns, waker);
	/*
	 * Switched out twice without an event in between: it may have run, and may
	 * sleep for another reason now. This is rare if all sched_switch events are
	 * recorded.
	 */
	if (s->asleep)
		ret = give(ss, s, NO_TIME, 0, OUTCOME_UNCERTAIN);
	/* it may have run inside the gap */
	if (!gap_covers(ss->gap, ev->time_ns)) {
		s->woken_ns = ev->time_ns;
		s->waker = waker;
	}
	return ret;
}

/*
 * Event sched_blocked_reason, from whoever wakes a thread, right behind its
 * sched_waking. The stack, if there is one, shows the function more precisely.
 */
static int blocked_reason(void *machine, const struct event *ev)
{
	struct stalls *ss = machine;
	struct sleeper *s = find(ss, ev->sched_blocked_reason.tid);
	const struct site *site;
	int ret = 0;

	if (!s || !s->unsettled)
		return 0;
	s->row.io_wait = !!ev->sched_blocked_reason.io_wait;
	if (!s->row.site_id) {
		site = site_at(ss->sites, ev->sched_blocked_reason.caller, ss->sink, &ret);
		s->row.site_id = site ? site->row.id : 0;
		s->row.rwsem_mode = site ? rwsem_mode_of(site->symbol) : ENUM_NONE;
	}
	return ret ?: settle(ss, s);
}

/* Every sleep may have ended in the gap, and a thread that was woken may sleep again. */
static int loss(void *machine, const struct event *ev)
{
	struct stalls *ss = machine;
	struct sleeper *s, *tmp;
	int ret;

	(void)ev;
	HASH_ITER(hh, ss->by_tid, s, tmp) {
		s->woken_ns = 0;
		ret = settle(ss, s);
		if (!ret && s->asleep)
			ret = give(ss, s, NO_TIME, 0, OUTCOME_UNCERTAIN);
		if (ret)
			return ret;
	}
	return 0;
}

/* Any other event: the thread was awake, if the event is its own. */
static int at_any_work(void *machine, const struct event *ev)
{
	return ev->in_irq ? 0 : stalls_awake(machine, ev->tid, ev->time_ns);
}

/* The scheduler may wait for a spinlock on its way to the next thread, after sched_switch. */
static int contention_begin(void *machine, const struct event *ev)
{
	return ev->contention_begin.flags & LCB_F_SPIN ? 0 : at_any_work(machine, ev);
}

int stalls_awake(struct stalls *ss, int32_t tid, uint64_t now_ns)
{
	struct sleeper *s = find(ss, tid);

	return s ? at_work(ss, s, now_ns) : 0;
}

int stalls_wait_begin(struct stalls *ss, int32_t tid)
{
	struct sleeper *s = get(ss, tid);

	int ret = s ? settle(ss, s) : -ENOMEM;

	if (ret)
		return ret;
	s->waits = true;
	s->slept_ns = 0;
	return 0;
}

int64_t stalls_slept_ns(const struct stalls *ss, int32_t tid)
{
	const struct sleeper *s = find(ss, tid);

	return s ? s->slept_ns : 0;
}

int64_t stalls_slept_until(const struct stalls *ss, int32_t tid, int64_t now_ns)
{
	const struct sleeper *s = find(ss, tid);
	int64_t ns = s ? s->slept_ns : 0;

	/* a thread whose wake-up was recorded before its sleep slept no time */
	if (s && s->asleep && !s->woken_ns && now_ns > (int64_t)s->since_ns)
		ns += now_ns - (int64_t)s->since_ns;
	return ns;
}

int stalls_wait_end(struct stalls *ss, int32_t tid, int64_t wait_id)
{
	struct sleeper *s = find(ss, tid);
	unsigned int i;
	int ret = 0;

	if (!s || !s->waits)
		return 0;
	ret = settle(ss, s);
	for (i = 0; i < s->nr_kept && !ret; i++) {
		s->kept[i].wait_id = wait_id;
		ret = ss->sink->stall(ss->sink->ctx, &s->kept[i]);
	}
	s->nr_kept = 0;
	s->waits = false;
	s->wait_id = wait_id;
	if (!ss->keep)
		drop(ss, s);
	return ret;
}

/* Forget who was woken long before @now_ns. */
static int flush(void *machine, uint64_t now_ns)
{
	struct stalls *ss = machine;
	struct sleeper *s, *tmp;
	int ret = 0;

	HASH_ITER(hh, ss->by_tid, s, tmp) {
		/* its reason cannot arrive any more */
		if (s->unsettled &&
		    (uint64_t)s->row.start_ns + s->row.duration_ns + KEEP_WOKEN_NS < now_ns)
			ret = settle(ss, s);
		if (ret)
			return ret;
		if (!s->asleep && !s->waits && !s->unsettled &&
		    s->woken_ns + KEEP_WOKEN_NS < now_ns)
			drop(ss, s);
	}
	return 0;
}

/* All waits are over, too. */
static int finish(void *machine, int64_t end_ns)
{
	struct stalls *ss = machine;
	struct sleeper *s, *tmp;
	int ret;

	(void)end_ns;
	HASH_ITER(hh, ss->by_tid, s, tmp) {
		ret = settle(ss, s);
		if (!ret && s->asleep)
			ret = give(ss, s, NO_TIME, 0,
				   gap_covers(ss->gap, s->since_ns) ? OUTCOME_UNCERTAIN
								    : OUTCOME_OPEN);
		if (ret)
			return ret;
	}
	return 0;
}

static void free_all(void *machine)
{
	struct stalls *ss = machine;
	struct sleeper *s, *tmp;

	HASH_ITER(hh, ss->by_tid, s, tmp)
		drop(ss, s);
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	*(struct stalls *)machine = (struct stalls){
		.tasks = all->tasks,
		.sites = all->sites,
		.slices = all->slices,
		.sink = all->sink,
		.gap = all->gap,
		.watch_reason = opt->has[EVENT_SCHED_BLOCKED_REASON],
		.keep = opt->keep_stalls && opt->has[EVENT_SCHED_SWITCH],
		.self_tgid = opt->self_tgid,
	};
	return true;
}

static const struct hearing hears[] = {
	{ EVENT_SCHED_SWITCH, sched_switch },
	{ EVENT_SCHED_WAKING, sched_waking },
	{ EVENT_SCHED_BLOCKED_REASON, blocked_reason },
	{ EVENT_CONTENTION_BEGIN, contention_begin },
	{ EVENT_CONTENTION_END, NULL }, /* stalls_awake() gets the reason */
	{ EVENT_CONTENDED_RELEASE, NULL },
	{ EVENT_TASK, NULL },
	{ EVENT_FRAME_START, NULL },
	{ EVENT_FRAME_END, NULL },
	{ EVENT_TRACK_BEGIN, NULL }, /* its clock may be coarser than ours */
	{ EVENT_TRACK_END, NULL },
	{ EVENT_TRACK_LOST, NULL },
	{ EVENT_SAMPLES_LOST, NULL },
	{ EVENT_SAMPLED, NULL }, /* by another thread, maybe */
	{ EVENT_CPU_SAMPLE,
	  NULL }, /* an NMI may come between the event of a switch and the switch */
	{ EVENT_LOSS, loss },
	{ NR_EVENTS, NULL },
};

const struct machine stalls_machine = {
	.init = init,
	.hears = hears,
	.hear_others = at_any_work,
	.flush = flush,
	.finish = finish,
	.free = free_all,
};
