// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/wait.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "collector/model/hold.h"
#include "collector/model/second.h"
#include "collector/model/slice.h"
#include "collector/model/wait_holder.h"
#include "lib/clock.h"

/*
 * The rwsem of an anon_vma, and of an address_space, lies within so many bytes
 * of the structure whose address the kernel series gives.
 */
#define RWSEM_WITHIN 1024

/* An open wait this old is written before it ends, so that it can be seen. */
#define SHOW_OPEN_NS (20 * NSEC_PER_MSEC)

static bool is_vma_lock(const struct wait *w)
{
	return w->key.vm_start;
}

static void leave_lock(struct waits *ws, struct wait *w)
{
	struct lock *lock = lock_find(ws->locks, &w->key);

	if (!lock || w->tainted)
		return;
	DL_DELETE(lock->waits, w);
	if (!--lock->nr_waits)
		parts_close(lock);
}

static void free_wait(struct waits *ws, struct wait *w)
{
	HASH_DEL(ws->by_tid, w);
	parts_wait_free(&w->part_start);
	free(w);
}

static int give_wait(struct waits *ws, struct wait *w)
{
	struct lock *lock = lock_find(ws->locks, &w->key);
	int ret = ws->sink->wait(ws->sink->ctx, &w->row);

	if (!ret && lock)
		ret = parts_give(lock, &w->part_start, &w->row, ws->sink);
	return ret ?: stalls_wait_end(ws->stalls, w->tid, w->row.id);
}

static int64_t between(int64_t ns, int64_t min_ns, int64_t max_ns)
{
	return ns < min_ns ? min_ns : ns > max_ns ? max_ns : ns;
}

/* How long it waited for a CPU after releases, out of the time that it did not sleep. */
static void measure_runnable(const struct waits *ws, struct wait *w, uint64_t end_ns)
{
	int64_t awake_ns = w->row.duration_ns;

	if (w->freed_ns == NO_TIME) {
		/* it never slept, or its wake-up was not seen */
		if (ws->sees_switches && ws->sees_wakings && !w->slept)
			w->row.runnable_ns = w->row.early_runnable_ns = 0;
		return;
	}
	if (w->row.slept_ns != NO_TIME)
		awake_ns -= w->row.slept_ns;
	w->row.early_runnable_ns = between(w->early_cpu_ns, 0, awake_ns);
	w->row.runnable_ns =
		w->row.early_runnable_ns +
		between((int64_t)end_ns - w->freed_ns, 0, awake_ns - w->row.early_runnable_ns);
}

/* When the lock was released, as far as is known. */
static int64_t freed_ns(const struct wait *w, int64_t end_ns)
{
	return w->freed_ns != NO_TIME && w->freed_ns < end_ns ? w->freed_ns : end_ns;
}

/* How much of the wait, until then, the waiter was on a CPU. */
static int64_t ran_ns(const struct waits *ws, const struct wait *w, int64_t end_ns)
{
	const struct activity_query q = {
		.tid = w->tid,
		.from_ns = w->row.start_ns,
		.until_ns = freed_ns(w, end_ns),
	};
	int64_t ns[NR_ACTIVITIES];

	activity_split(ws->activities, &q, ns);
	return ns[ACTIVITY_RUNS];
}

static void measure(struct waits *ws, struct wait *w, uint64_t end_ns)
{
	w->row.duration_ns = end_ns - w->row.start_ns;
	if (ws->sees_switches)
		w->row.slept_ns = stalls_slept_ns(ws->stalls, w->tid);
	if (w->row.slept_ns > w->row.duration_ns)
		w->row.slept_ns = w->row.duration_ns;
	measure_runnable(ws, w, end_ns);
	w->row.ran_ns = ran_ns(ws, w, end_ns);
	/* the wait ended before the kernel's own event, if there is one */
	if (w->from_series && ws->watch_spin && !w->inner && !is_vma_lock(w))
		w->row.spun_ns = w->row.duration_ns;
	if (w->row.spun_ns > w->row.duration_ns)
		w->row.spun_ns = w->row.duration_ns;
}

/*
 * What the holder did until it let the lock go. Unknown for a holder of which is only
 * known that it held the lock when the wait began: its release was not recorded.
 */
static void explain(struct waits *ws, struct wait *w, int64_t end_ns)
{
	struct wait_row *row = &w->row;
	struct activity_query q = {
		.tid = w->named_tid,
		/* a recorded hold proves since when */
		.key = w->held_ns == NO_TIME ? &w->key : NULL,
		.from_ns = row->start_ns,
		.until_ns = w->let_go_ns != NO_TIME ? w->let_go_ns : freed_ns(w, end_ns),
		/*
		 * unless the lock was released meanwhile, and another thread took it before the
		 * waiter
		 */
		.held_then = w->owner_tid == w->named_tid && !w->early_cpu_ns,
		.ran_then = true,
	};
	int64_t ns[NR_ACTIVITIES];

	if (row->holder_source != HOLDER_WAKER && row->holder_source != HOLDER_EXACT)
		return;
	if (w->held_ns > q.from_ns)
		q.from_ns = w->held_ns;
	/* a waker is not blamed for the time before another thread released the lock */
	if (w->held_ns == NO_TIME && w->early_cpu_ns && w->early_end_ns > q.from_ns)
		q.from_ns = w->early_end_ns;
	activity_split(ws->activities, &q, ns);
	row->holder_ran_ns = ns[ACTIVITY_RUNS];
	row->holder_runnable_ns = ns[ACTIVITY_QUEUES];
	row->holder_lock_ns = ns[ACTIVITY_SLEEPS_LOCK];
	row->holder_slept_ns = ns[ACTIVITY_SLEEPS];
}

/* Fill in the parts of a row that depend on the end of the wait, or a possible end, at @end_ns. */
static struct wait_end end_of(const struct wait *w, uint64_t end_ns)
{
	return (struct wait_end){
		.tid = w->tid,
		.key = w->key,
		.vm_end = w->vm_end,
		.from_series = w->from_series,
		.site = w->site,
		.fault = w->fault,
		.vma = w->vma,
		.process_id = w->process_id,
		.time_ns = end_ns,
		.booked = w->booked,
	};
}

/* The state of a wait at @until_ns if no event since has changed it. */
static struct wait_so_far so_far(const struct waits *ws, const struct wait *w, int64_t until_ns)
{
	struct wait_so_far now = { until_ns, NO_TIME, NO_TIME };

	if (ws->sees_switches)
		now.slept_ns = stalls_slept_until(ws->stalls, w->tid, until_ns);
	if (w->freed_ns != NO_TIME)
		now.runnable_ns =
			w->early_cpu_ns + (until_ns > w->freed_ns ? until_ns - w->freed_ns : 0);
	else if (ws->sees_switches && ws->sees_wakings)
		now.runnable_ns = w->early_cpu_ns;
	return now;
}

/* @least_ns: of those that have lasted longer */
static int book_all(struct waits *ws, int64_t until_ns, int64_t least_ns)
{
	struct wait *w, *tmp;
	int ret = 0;

	HASH_ITER(hh, ws->by_tid, w, tmp) {
		const struct wait_so_far now = so_far(ws, w, until_ns);
		struct wait_end end = end_of(w, until_ns);

		/* a wait that began inside a gap may have ended */
		if (w->tainted || until_ns <= w->booked.until_ns ||
		    until_ns - w->row.start_ns <= least_ns)
			continue;
		ret = attribution_lasts(ws->attribution, &w->row, &end, &now);
		if (ret)
			break;
		w->booked = end.booked;
	}
	return ret;
}

static int book(void *machine, int64_t until_ns)
{
	return book_all(machine, until_ns, 0);
}

/* The wait has ended, with the lock or without. Frees @w. */
static int close_wait(struct waits *ws, struct wait *w, uint64_t end_ns, int outcome)
{
	const struct wait_end end = end_of(w, end_ns);
	struct lock *lock = lock_find(ws->locks, &w->key);
	int ret;

	/* clocks of two CPUs that are out of step give no duration either */
	if (w->tainted || (int64_t)end_ns < w->row.start_ns)
		outcome = OUTCOME_UNCERTAIN;
	w->row.outcome = outcome;
	task_last_seen(ws->tasks, w->tid, w->row.task_id, end_ns);
	ret = wait_holder_end(ws, w, end_ns, outcome);
	if (outcome == OUTCOME_UNCERTAIN)
		w->row.spun_ns = NO_TIME;
	else
		measure(ws, w, end_ns);
	if (!ret && outcome == OUTCOME_ACQUIRED) {
		explain(ws, w, end_ns);
		ret = activity_touches(ws->activities, w->tid, &w->key, TOUCH_GOT, end_ns);
	}
	if (outcome != OUTCOME_UNCERTAIN && lock)
		lock_last_seen(ws->locks, lock, end_ns);
	if (!ret)
		ret = attribution_ending(ws->attribution, &w->row, &end);
	if (!ret)
		ret = give_wait(ws, w);
	if (!ret)
		ret = attribution_ended(ws->attribution, &w->row, &end);
	leave_lock(ws, w);
	free_wait(ws, w);
	return ret;
}

/*
 * The end of the wait is missing. It may have ended long ago, so the thread's sleep
 * since then is not known to belong to it. Frees @w.
 */
static int close_unended(struct waits *ws, struct wait *w, uint64_t now_ns)
{
	int ret = stalls_wait_end(ws->stalls, w->tid, 0);

	return ret ?: close_wait(ws, w, now_ns, OUTCOME_UNCERTAIN);
}

/* What a contention_begin event of either kind says. */
struct wait_begin {
	struct lock_key key;
	unsigned int classes; /* CLASS_BIT of the event; CLASS_UNSEEN: the stack may show it */
	int mode;
	uint64_t ip;	 /* 0: the stack shows the mode */
	int32_t owner;	 /* tid of the holder, 0 unknown */
	uint64_t vm_end; /* VMA locks only */
	bool from_series;
};

static int learn_owner(struct waits *ws, struct wait *w, const struct wait_begin *b)
{
	struct task *owner;

	if (b->owner <= 0 || b->owner == w->tid)
		return 0;
	owner = task_get(ws->tasks, b->owner, w->row.start_ns);
	if (!owner)
		return -ENOMEM;
	w->owner_tid = b->owner;
	w->owner_task_id = w->row.holder_task_id = owner->row.id;
	w->row.holder_source = HOLDER_OWNER;
	return 0;
}

static int learn_site(struct waits *ws, struct wait *w, const struct wait_begin *b)
{
	int ret = 0;
	struct site *site;

	if (!b->ip)
		return 0;
	site = site_at(ws->sites, b->ip, ws->sink, &ret);
	if (site) {
		w->row.site_id = site->row.id;
		w->site = site;
	}
	return ret;
}

/* Each thread that holds the lock now has one more waiter. */
static int join_lock(struct waits *ws, struct lock *lock, struct wait *w)
{
	struct hold *hold;
	int ret = parts_wait_begin(ws->locks, lock, &w->part_start, w->row.start_ns);

	DL_APPEND(lock->waits, w);
	lock->nr_waits++;
	DL_FOREACH(lock->holds, hold)
	hold->row.nr_waiters++;
	return ret ?: stalls_wait_begin(ws->stalls, w->tid);
}

/*
 * The address of the page fault that the thread is in: that of its last event of a
 * fault. 0 (unknown) if that is from before the end of a gap, because the event of a
 * later fault may have been lost.
 */
static uint64_t fault_of(const struct waits *ws, const struct wait *w)
{
	const struct task *task = task_find(ws->tasks, w->tid);

	if (!task || !task->fault_ns || gap_covers(ws->gap, task->fault_ns) ||
	    task->fault_ns > (uint64_t)w->row.start_ns)
		return 0;
	return task->fault;
}

/* What the stack of @ev, which began the wait or is inside it, says of it. */
static int read_stack(struct waits *ws, const struct event *ev, struct wait *w)
{
	struct stack *stack;
	int ret;

	if (!ev->stack || w->row.stack_id)
		return 0;
	stack = stack_resolve(ws->sites, ev->stack, ws->sink, &ret);
	if (!stack)
		return ret;
	w->row.stack_id = stack->id;
	if (stack->site) {
		w->row.site_id = stack->site->row.id;
		w->site = stack->site;
	}
	if (stack->in_user_fault)
		w->fault = fault_of(ws, w);
	return 0;
}

/* The lock that is waited for, if the event and its stack identify it. */
static struct lock *lock_of(struct waits *ws, const struct event *ev, const struct wait_begin *b,
			    int *ret)
{
	unsigned int classes = b->classes;
	const struct stack *stack = NULL;
	struct lock *lock;

	if (classes == CLASS_UNSEEN && ev->stack) {
		stack = stack_resolve(ws->sites, ev->stack, ws->sink, ret);
		if (!stack)
			return NULL;
		classes = stack->classes[b->mode];
	}
	mms_before_use(ws->mms, &b->key, ev->tid);
	lock = lock_used(ws->locks, &b->key, classes, ev->time_ns, ws->sink, ret);
	if (lock)
		*ret = mms_used(ws->mms, lock, ev->tid, stack, classes);
	return *ret ? NULL : lock;
}

static int begin(struct waits *ws, const struct event *ev, const struct wait_begin *b)
{
	struct wait *w = waits_find(ws, ev->tid);
	struct task *task;
	struct lock *lock;
	int64_t slice_id;
	int ret = 0;

	if (w)
		ret = close_unended(ws, w, ev->time_ns);
	if (ret)
		return ret;
	task = task_get(ws->tasks, ev->tid, ev->time_ns);
	if (!task)
		return -ENOMEM;
	lock = lock_of(ws, ev, b, &ret);
	if (!lock)
		return ret;
	slice_id = slices_now(ws->slices, ev->tid, &ret);
	if (ret)
		return ret;
	w = calloc(1, sizeof(*w));
	if (!w)
		return -ENOMEM;
	w->tid = ev->tid;
	w->key = b->key;
	w->vm_end = b->vm_end;
	w->from_series = b->from_series;
	w->process_id = task->row.process_id;
	w->freed_ns = w->on_cpu_ns = w->held_ns = w->let_go_ns = w->queued_ns = NO_TIME;
	w->booked.until_ns = ev->time_ns;
	w->tainted = gap_covers(ws->gap, ev->time_ns);
	w->row = (struct wait_row){
		.start_ns = ev->time_ns,
		.duration_ns = NO_TIME,
		.slept_ns = NO_TIME,
		.runnable_ns = NO_TIME,
		.early_runnable_ns = NO_TIME,
		.spun_ns = NO_TIME,
		.ran_ns = NO_TIME,
		.holder_ran_ns = NO_TIME,
		.holder_runnable_ns = NO_TIME,
		.holder_lock_ns = NO_TIME,
		.holder_slept_ns = NO_TIME,
		.lock_id = lock->row.id,
		.task_id = task->row.id,
		.mode = b->mode,
		.holder_source = HOLDER_UNKNOWN,
		.slice_id = slice_id,
		.outcome = OUTCOME_OPEN,
	};
	HASH_ADD_INT(ws->by_tid, tid, w);
	activity_announce(ws->activities, ev->time_ns);
	/* a wait that began inside a gap may have ended: it does not count as a waiter */
	if (!w->tainted)
		ret = join_lock(ws, lock, w);
	if (!ret)
		ret = learn_owner(ws, w, b);
	if (!ret)
		ret = learn_site(ws, w, b);
	return ret ?: read_stack(ws, ev, w);
}

/*
 * The kernel's own event inside a wait that the kernel series traces. The rwsem
 * of a VMA lock, where it has one (until Linux 6.14), is allocated by itself.
 */
static bool is_inner(const struct wait *w, uint64_t rwsem)
{
	if (!w || !w->from_series)
		return false;
	return is_vma_lock(w) || (rwsem >= w->key.address && rwsem - w->key.address < RWSEM_WITHIN);
}

/* Whether the stack of a wait on a PREEMPT_RT kernel shows an rwlock. */
static bool is_rwlock(struct waits *ws, const struct event *ev, int *ret)
{
	const struct stack *stack;

	if (!(ev->contention_begin.flags & LCB_F_RT) || !ev->stack)
		return false;
	stack = stack_resolve(ws->sites, ev->stack, ws->sink, ret);
	return stack && stack->of_rwlock;
}

static int contention_begin(void *machine, const struct event *ev)
{
	struct waits *ws = machine;
	uint32_t flags = ev->contention_begin.flags & ~LCB_F_RT;
	struct wait *w = waits_find(ws, ev->tid);
	const struct wait_begin b = {
		.key = { .address = ev->contention_begin.lock },
		.classes = ev->contention_begin.classes,
		.mode = flags == LCB_F_WRITE ? MODE_WRITE : MODE_READ,
		.owner = ev->contention_begin.owner,
	};
	int ret = 0;

	/* files come unfiltered: mutexes, spinlocks, percpu-rwsems */
	if ((flags != LCB_F_READ && flags != LCB_F_WRITE) || is_rwlock(ws, ev, &ret) || ret)
		return ret;
	if (!is_inner(w, ev->contention_begin.lock))
		return begin(ws, ev, &b);
	if (!w->inner) {
		w->inner = ev->contention_begin.lock;
		if ((int64_t)ev->time_ns >= w->row.start_ns)
			w->row.spun_ns = ev->time_ns - w->row.start_ns;
	}
	/* its stack is used for the outer wait */
	return read_stack(ws, ev, w);
}

static int contention_end(void *machine, const struct event *ev)
{
	struct waits *ws = machine;
	struct wait *w = waits_find(ws, ev->tid);
	int ret;

	/* ends carry no flags: most belong to locks of other kinds */
	if (!w || w->from_series || w->key.address != ev->contention_end.lock)
		return 0;
	w->vma = (struct vma_at){
		.tgid = ev->contention_end.tgid,
		.mm = ev->contention_end.mm,
		.start = ev->contention_end.vm_start,
		.end = ev->contention_end.vm_end,
	};
	if ((int64_t)ev->contention_end.spun_until_ns >= w->row.start_ns)
		w->row.spun_ns = ev->contention_end.spun_until_ns - w->row.start_ns;
	ret = stalls_awake(ws->stalls, w->tid, ev->time_ns);
	return ret
		       ?: close_wait(ws, w, ev->time_ns,
				     ev->contention_end.ret ? OUTCOME_INTERRUPTED
							    : OUTCOME_ACQUIRED);
}

static int traced_begin(void *machine, const struct event *ev)
{
	struct waits *ws = machine;
	const int class = lock_class_of(ev->id);
	const struct wait_begin b = {
		.key = { ev->lock_op.lock, ev->lock_op.vm_start },
		.classes = CLASS_BIT(class),
		.mode = class == LOCK_VMA || ev->lock_op.write ? MODE_WRITE : MODE_READ,
		.ip = ev->lock_op.ip,
		.owner = ev->lock_op.owner,
		.vm_end = ev->lock_op.vm_end,
		.from_series = true,
	};

	return begin(ws, ev, &b);
}

static int traced_end(void *machine, const struct event *ev)
{
	struct waits *ws = machine;
	struct wait *w = waits_find(ws, ev->tid);

	if (!w || !w->from_series || w->key.address != ev->lock_op.lock ||
	    w->key.vm_start != ev->lock_op.vm_start)
		return 0;
	return close_wait(ws, w, ev->time_ns, OUTCOME_ACQUIRED);
}

/* Every wait that is open now may have ended in the gap. */
static int loss(void *machine, const struct event *ev)
{
	struct waits *ws = machine;
	struct wait *w, *tmp;
	int ret;

	/* a later release may be missing */
	releases_free(&ws->releases);
	HASH_ITER(hh, ws->by_tid, w, tmp) {
		ret = close_wait(ws, w, ev->time_ns, OUTCOME_UNCERTAIN);
		if (ret)
			return ret;
	}
	return 0;
}

static int exited(void *machine, const struct event *ev)
{
	struct waits *ws = machine;
	struct wait *w;

	wait_holder_dies(ws, ev);
	w = waits_find(ws, ev->sched_process_exit.tid);
	return w ? close_unended(ws, w, ev->time_ns) : 0;
}

static int contended_release(void *machine, const struct event *ev)
{
	struct waits *ws = machine;

	activity_announce(ws->activities, ev->time_ns);
	return releases_add(&ws->releases, ev);
}

static int write_open(struct waits *ws, struct wait *w)
{
	struct wait_row row;
	int ret;

	wait_holder_shown(w, &row);
	row.spun_ns = NO_TIME; /* not over yet */
	ret = ws->sink->wait(ws->sink->ctx, &row);
	w->row.id = row.id;
	return ret;
}

/* Write waits that have been open for long. */
static int flush(void *machine, uint64_t now_ns)
{
	struct waits *ws = machine;
	struct wait *w, *tmp;
	int ret;

	releases_flush(&ws->releases, now_ns);
	HASH_ITER(hh, ws->by_tid, w, tmp) {
		if (w->row.id || (uint64_t)w->row.start_ns + SHOW_OPEN_NS > now_ns)
			continue;
		ret = write_open(ws, w);
		if (ret)
			return ret;
	}
	return 0;
}

static int finish(void *machine, int64_t end_ns)
{
	struct waits *ws = machine;
	struct wait *w, *tmp;
	int ret = book_all(ws, end_ns, LASTS_NS);

	if (ret)
		return ret;
	HASH_ITER(hh, ws->by_tid, w, tmp) {
		if (w->tainted)
			ret = close_wait(ws, w, w->row.start_ns, OUTCOME_UNCERTAIN);
		else
			ret = write_open(ws, w) ?: stalls_wait_end(ws->stalls, w->tid, w->row.id);
		if (ret)
			return ret;
	}
	return 0;
}

static void free_all(void *machine)
{
	struct waits *ws = machine;
	struct wait *w, *tmp;

	HASH_ITER(hh, ws->by_tid, w, tmp)
		free_wait(ws, w);
	releases_free(&ws->releases);
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	*(struct waits *)machine = (struct waits){
		.tasks = all->tasks,
		.locks = all->locks,
		.mms = all->mms,
		.sites = all->sites,
		.slices = all->slices,
		.attribution = all->attribution,
		.stalls = all->stalls,
		.activities = all->activities,
		.sink = all->sink,
		.gap = all->gap,
		/* of a file, once one came */
		.sees_switches = opt->has[EVENT_SCHED_SWITCH] && !opt->may_lack,
		.sees_wakings = opt->has[EVENT_SCHED_WAKING] && !opt->may_lack,
		.watch_spin = opt->has[EVENT_CONTENTION_BEGIN] &&
			      opt->has[EVENT_ANON_VMA_CONTENTION_BEGIN],
		.releases.seen = opt->traced && opt->traced[EVENT_CONTENDED_RELEASE],
		.self_tgid = opt->self_tgid,
	};
	return true;
}

static const struct hearing hears[] = {
	{ EVENT_CONTENTION_BEGIN, contention_begin },
	{ EVENT_CONTENTION_END, contention_end },
	{ EVENT_CONTENDED_RELEASE, contended_release },
	{ EVENT_ANON_VMA_CONTENTION_BEGIN, traced_begin },
	{ EVENT_I_MMAP_CONTENTION_BEGIN, traced_begin },
	{ EVENT_VMA_LOCK_CONTENTION_BEGIN, traced_begin },
	{ EVENT_ANON_VMA_CONTENTION_END, traced_end },
	{ EVENT_I_MMAP_CONTENTION_END, traced_end },
	{ EVENT_VMA_LOCK_CONTENTION_END, traced_end },
	{ EVENT_SCHED_WAKING, wait_holder_waking },
	{ EVENT_SCHED_SWITCH, wait_holder_switch },
	{ EVENT_SIGNAL_GENERATE, wait_holder_signal },
	{ EVENT_SCHED_PROCESS_EXEC, wait_holder_dies },
	{ EVENT_SCHED_PROCESS_EXIT, exited },
	{ EVENT_LOSS, loss },
	{ NR_EVENTS, NULL },
};

const struct machine waits_machine = {
	.init = init,
	.hears = hears,
	.book = book,
	.flush = flush,
	.finish = finish,
	.free = free_all,
};
