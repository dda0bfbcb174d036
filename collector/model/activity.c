// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/activity.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "collector/model/wait.h"
#include "lib/clock.h"

/* How many acquires and releases of locks are kept per thread; earlier ones are unknown. */
#define NR_TOUCHES 16

/* A release wakes several readers one after the other. */
#define ONE_RELEASE_NS ((int64_t)NSEC_PER_MSEC)

/* Marks that are kept before unused ones are looked for. */
#define MARKS_MIN 32

/* Where more switches are missing, a file was filtered: see collector/continuity.h. */
#define LINKS_PER_HIDDEN 16

/* How long a thread that has ended is kept: a waiter may get the lock after that. */
#define KEEP_ENDED_NS NSEC_PER_SEC

/*
 * prev_state of sched_switch, see stall.h: bits of a thread that is to be woken (S, D, T, t, I,
 * P), or never runs again (EXIT_DEAD, EXIT_ZOMBIE); without them it stays runnable.
 */
#define STATE_ENDS   0x30
#define STATE_SLEEPS 0xff

/* One activity of a thread, and what it had done before. */
struct mark {
	int64_t from_ns, until_ns;	/* until_ns: INT64_MAX while it lasts */
	int kind;			/* ACTIVITY_* */
	uint64_t before[NR_ACTIVITIES]; /* wraps around with the times of a damaged file */
};

struct touch {
	struct lock_key key;
	enum activity_touch what;
	int64_t time_ns;
};

struct activity {
	struct activity *prev, *next; /* in activities.ended */
	int32_t tid;
	unsigned int epoch; /* the epoch that the following members belong to */
	bool known;	    /* @now is */
	bool woken;	    /* while it ran, and since then it has not been switched out */
	bool doubtful;	    /* @now: was it woken for this sleep, or for an earlier one? */
	bool seen_out;	    /* a switch from it to another thread was recorded */
	bool ended;
	int64_t ended_ns;
	struct mark now;
	struct mark *kept; /* earlier ones, by time */
	unsigned int nr_kept, room;
	struct touch touch[NR_TOUCHES]; /* the latest is at (nr_touches - 1) % NR_TOUCHES */
	unsigned int nr_touches;
};

struct activity_cpu {
	bool known;
	int32_t tid; /* the thread that was switched to last */
};

static struct activity *find(const struct activities *as, int32_t tid)
{
	const uint32_t nr = (uint32_t)tid >> ACTIVITY_PAGE_BITS;

	/* a damaged file can name any id */
	if (tid <= 0 || nr >= ACTIVITY_NR_PAGES || !as->page[nr])
		return NULL;
	return as->page[nr][tid & ((1 << ACTIVITY_PAGE_BITS) - 1)];
}

/* NULL with *@ret 0: there is no such thread. */
static struct activity *get(struct activities *as, int32_t tid, int *ret)
{
	const uint32_t nr = (uint32_t)tid >> ACTIVITY_PAGE_BITS;
	struct activity *a, **page;

	*ret = 0;
	if (tid <= 0 || nr >= ACTIVITY_NR_PAGES)
		return NULL;
	*ret = -ENOMEM;
	if (!as->page[nr])
		as->page[nr] = calloc(1 << ACTIVITY_PAGE_BITS, sizeof(*page));
	page = as->page[nr];
	if (!page)
		return NULL;
	page += tid & ((1 << ACTIVITY_PAGE_BITS) - 1);
	a = *page ?: calloc(1, sizeof(*a));
	if (!a)
		return NULL;
	*ret = 0;
	*page = a;
	a->tid = tid;
	return a;
}

/* The past of @a, and what it does now, are unknown from here on. */
static void forget(struct activity *a, unsigned int epoch)
{
	a->epoch = epoch;
	a->known = a->woken = a->doubtful = false;
	a->nr_kept = 0;
}

static void drop(struct activities *as, struct activity *a)
{
	if (a->ended)
		DL_DELETE(as->ended, a);
	as->page[a->tid >> ACTIVITY_PAGE_BITS][a->tid & ((1 << ACTIVITY_PAGE_BITS) - 1)] = NULL;
	free(a->kept);
	free(a);
}

/* Switches before @now_ns are missing, possibly of every thread. */
static void begin_epoch(struct activities *as, int64_t now_ns)
{
	as->epoch++;
	as->epoch_ns = now_ns;
}

/* --- the past of a thread */

static const struct mark *mark_at(const struct activity *a, int64_t at_ns)
{
	unsigned int low = 0, high = a->nr_kept;

	if (a->known && at_ns >= a->now.from_ns)
		return a->doubtful ? NULL : &a->now;
	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (a->kept[middle].until_ns < at_ns)
			low = middle + 1;
		else
			high = middle;
	}
	/* the activities between two marks were not kept */
	return low < a->nr_kept && a->kept[low].from_ns <= at_ns ? &a->kept[low] : NULL;
}

static bool is_at(const struct mark *m, int64_t time_ns)
{
	return time_ns >= m->from_ns && time_ns <= m->until_ns;
}

/* Whether a query about the time from or until then may come when @w ends. */
static bool is_needed_by(const struct wait *w, const struct mark *m)
{
	return is_at(m, w->row.start_ns) || is_at(m, w->freed_ns) || is_at(m, w->held_ns) ||
	       is_at(m, w->let_go_ns) || is_at(m, w->early_end_ns);
}

static bool is_needed(const struct activities *as, const struct activity *a, const struct mark *m)
{
	const struct wait *w;
	unsigned int i;

	for (i = 0; i < NR_TOUCHES; i++)
		if (a->touch[i].what == TOUCH_GOT && is_at(m, a->touch[i].time_ns))
			return true;
	for (w = as->waits->by_tid; w; w = w->hh.next)
		if (is_needed_by(w, m))
			return true;
	return false;
}

/*
 * Drop marks that no open wait is at. A wait may get to know of a release a little
 * later, so the last marks stay. The oldest wait is the first of its table. All waits
 * are checked only if it has lasted for long.
 */
static void drop_unneeded(const struct activities *as, struct activity *a)
{
	const struct wait *oldest = as->waits->by_tid;
	const unsigned int last = a->nr_kept - MARKS_MIN / 4;
	unsigned int i, first = 0, nr = 0;
	bool thorough;

	while (first < last && (!oldest || a->kept[first].until_ns < oldest->row.start_ns))
		first++;
	thorough = a->nr_kept - first > a->nr_kept / 2;
	for (i = first; i < a->nr_kept; i++)
		if (!thorough || i >= last || is_needed(as, a, &a->kept[i]))
			a->kept[nr++] = a->kept[i];
	a->nr_kept = nr;
}

static int grow(struct activity *a)
{
	const unsigned int room = a->room ? 2 * a->room : MARKS_MIN;
	struct mark *grown = realloc(a->kept, room * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	a->kept = grown;
	a->room = room;
	return 0;
}

static int keep(const struct activities *as, struct activity *a)
{
	int ret = 0;

	if (a->nr_kept == a->room) {
		if (a->room)
			drop_unneeded(as, a);
		if (a->nr_kept * 2 >= a->room)
			ret = grow(a);
	}
	if (!ret)
		a->kept[a->nr_kept++] = a->now;
	return ret;
}

/* @a does something else from @now_ns on. */
static int change(struct activities *as, struct activity *a, int64_t now_ns, int kind)
{
	int ret = 0;

	/* clocks of two CPUs may be a little out of step */
	if (now_ns < a->now.from_ns)
		now_ns = a->now.from_ns;
	a->now.until_ns = now_ns;
	if (as->asked_ns >= a->now.from_ns)
		ret = keep(as, a);
	a->now.before[a->now.kind] += (uint64_t)now_ns - a->now.from_ns;
	a->now.from_ns = now_ns;
	a->now.until_ns = INT64_MAX;
	a->now.kind = kind;
	a->doubtful = false;
	return ret;
}

/* Likewise; what it did before is not known. */
static void begin(struct activity *a, int64_t now_ns, int kind)
{
	a->known = true;
	a->now = (struct mark){ .from_ns = now_ns, .until_ns = INT64_MAX, .kind = kind };
}

/* --- events */

/* How a switch continues the last one on its CPU. */
enum link {
	LINK_FIRST, /* it is the first one */
	LINK_FITS,
	LINK_LACKS_IN, /* the switch to its thread is missing, and no other one */
	LINK_LACKS,    /* others may be missing */
};

/*
 * Some kernels do not record the switch from the idle task to the next thread. The collector
 * records none of its own threads, and so may a system do with its agents: none of their
 * switches to others is seen. In a file of some processes that holds for many threads.
 */
static bool is_hidden(struct activities *as, const struct activity *before,
		      const struct activity_cpu *c, int32_t tid)
{
	if (!c->tid)
		return true;
	if (as->self_tgid && task_tgid(as->tasks, c->tid) == as->self_tgid &&
	    task_tgid(as->tasks, tid) == as->self_tgid)
		return true;
	if (!before || before->seen_out || as->nr_hidden * LINKS_PER_HIDDEN >= as->nr_links)
		return false;
	as->nr_hidden++;
	return true;
}

static enum link link_of(struct activities *as, const struct activity_cpu *c, int32_t tid)
{
	struct activity *before;

	if (!c->known)
		return LINK_FIRST;
	as->nr_links++;
	if (c->tid == tid)
		return LINK_FITS;
	before = find(as, c->tid);
	if (!is_hidden(as, before, c, tid))
		return LINK_LACKS;
	as->lacks_idle |= !c->tid;
	/* it is unknown when it stopped running */
	if (before)
		forget(before, as->epoch);
	return LINK_LACKS_IN;
}

static int follow(struct activities *as, const struct event *ev, enum link *link)
{
	struct activity_cpu *c;

	if (ev->cpu >= as->nr_cpus) {
		c = realloc(as->cpus, (ev->cpu + 1) * sizeof(*c));
		if (!c)
			return -ENOMEM;
		memset(&c[as->nr_cpus], 0, (ev->cpu + 1 - as->nr_cpus) * sizeof(*c));
		as->cpus = c;
		as->nr_cpus = ev->cpu + 1;
	}
	c = &as->cpus[ev->cpu];
	*link = link_of(as, c, ev->tid);
	c->known = true;
	c->tid = ev->sched_switch.next_tid;
	return 0;
}

static void ends(struct activities *as, struct activity *a, int64_t now_ns)
{
	a->ended_ns = now_ns;
	if (!a->ended)
		DL_APPEND(as->ended, a);
	a->ended = true;
}

static int switched_out(struct activities *as, struct activity *a, const struct event *ev,
			enum link link)
{
	const bool sleeps = ev->sched_switch.prev_state & STATE_SLEEPS, woken = a->woken;
	int ret, kind = ACTIVITY_QUEUES;

	a->seen_out = true;
	if (a->epoch != as->epoch)
		forget(a, as->epoch);
	/* it ran since before the first switch: all later switches are known */
	if (!a->known && link != LINK_LACKS_IN && !as->lacks_idle)
		begin(a, as->epoch_ns, ACTIVITY_RUNS);
	if (!a->known || a->now.kind != ACTIVITY_RUNS) {
		/* the switch to it is missing */
		forget(a, as->epoch);
		begin(a, ev->time_ns, ACTIVITY_RUNS);
	}
	if (sleeps && !woken)
		kind = waits_find(as->waits, a->tid) ? ACTIVITY_SLEEPS_LOCK : ACTIVITY_SLEEPS;
	ret = change(as, a, ev->time_ns, kind);
	/*
	 * try_to_wake_up() is traced before it waits for the sleeper to be off its CPU, so that
	 * wake-up may be for this sleep. If it is woken again, it was not.
	 */
	a->doubtful = sleeps && woken;
	a->woken = false;
	if (ev->sched_switch.prev_state & STATE_ENDS)
		ends(as, a, ev->time_ns);
	return ret;
}

static int switched_in(struct activities *as, struct activity *a, const struct event *ev)
{
	/* a new one of that id */
	if (a->ended)
		DL_DELETE(as->ended, a);
	a->ended = false;
	if (a->epoch != as->epoch)
		forget(a, as->epoch);
	a->woken = false;
	if (a->known && a->now.kind == ACTIVITY_QUEUES)
		return change(as, a, ev->time_ns, ACTIVITY_RUNS);
	/* its wake-up is missing, or it is new, or the switch away from it was not recorded */
	forget(a, as->epoch);
	begin(a, ev->time_ns, ACTIVITY_RUNS);
	return 0;
}

static int sched_switch(void *machine, const struct event *ev)
{
	struct activities *as = machine;
	struct activity *a;
	enum link link;
	int ret = follow(as, ev, &link);

	if (ret)
		return ret;
	if (as->epoch_ns == NO_TIME || link == LINK_LACKS)
		begin_epoch(as, ev->time_ns);
	a = get(as, ev->tid, &ret);
	if (a)
		ret = switched_out(as, a, ev, link);
	a = ret ? NULL : get(as, ev->sched_switch.next_tid, &ret);
	return a ? switched_in(as, a, ev) : ret;
}

static int sched_waking(void *machine, const struct event *ev)
{
	struct activities *as = machine;
	struct activity *a = find(as, ev->sched_waking.tid);

	if (!a || a->epoch != as->epoch || !a->known)
		return 0;
	if (a->doubtful) {
		/* so the earlier wake-up was for an earlier sleep */
		a->doubtful = false;
		a->now.kind =
			waits_find(as->waits, a->tid) ? ACTIVITY_SLEEPS_LOCK : ACTIVITY_SLEEPS;
	}
	if (a->now.kind == ACTIVITY_RUNS)
		a->woken = true;
	/* a thread that waits for a CPU may have been preempted just before it slept */
	if (a->now.kind != ACTIVITY_SLEEPS_LOCK && a->now.kind != ACTIVITY_SLEEPS)
		return 0;
	return change(as, a, ev->time_ns, ACTIVITY_QUEUES);
}

/* Another life of the id. */
static int newtask(void *machine, const struct event *ev)
{
	struct activities *as = machine;
	struct activity *a = find(as, ev->task_newtask.tid);

	if (a)
		drop(as, a);
	return 0;
}

static int loss(void *machine, const struct event *ev)
{
	struct activities *as = machine;
	unsigned int i;

	(void)ev;
	begin_epoch(as, NO_TIME);
	for (i = 0; i < as->nr_cpus; i++)
		as->cpus[i].known = false;
	return 0;
}

/* --- questions */

void activity_announce(struct activities *as, int64_t now_ns)
{
	if (now_ns > as->asked_ns)
		as->asked_ns = now_ns;
}

static struct touch *touch_before(struct activity *a, unsigned int nr)
{
	return nr <= NR_TOUCHES && nr <= a->nr_touches
		       ? &a->touch[(a->nr_touches - nr) % NR_TOUCHES]
		       : NULL;
}

int activity_touches(struct activities *as, int32_t tid, const struct lock_key *key,
		     enum activity_touch what, int64_t now_ns)
{
	struct activity *a;
	struct touch *last;
	int ret;

	if (!as->on)
		return 0;
	if (what == TOUCH_GOT)
		activity_announce(as, now_ns);
	a = get(as, tid, &ret);
	if (!a)
		return ret;
	last = touch_before(a, 1);
	if (what == TOUCH_LET_GO && last && last->what == what && is_same_lock(&last->key, key) &&
	    now_ns - last->time_ns < ONE_RELEASE_NS)
		last->time_ns = now_ns;
	else
		a->touch[a->nr_touches++ % NR_TOUCHES] = (struct touch){ *key, what, now_ns };
	return 0;
}

/* Since when @a held the lock at @q->until_ns; NO_TIME: not known. */
static int64_t held_from(struct activity *a, const struct activity_query *q)
{
	const struct touch *t = NULL;
	unsigned int i;

	if (!q->key)
		return q->from_ns;
	for (i = 1; (t = touch_before(a, i)) && t->time_ns > q->from_ns; i++) {
		if (!is_same_lock(&t->key, q->key))
			continue;
		if (t->what == TOUCH_GOT && t->time_ns <= q->until_ns)
			return t->time_ns;
		if (t->what == TOUCH_LET_GO && t->time_ns < q->until_ns - ONE_RELEASE_NS)
			return NO_TIME;
	}
	return q->held_then && (t || i <= NR_TOUCHES) ? q->from_ns : NO_TIME;
}

/*
 * The thread has run since the first switch of the epoch, because no switch of it was recorded
 * since.
 */
static bool ran_all_the_time(const struct activities *as, const struct activity *a,
			     const struct activity_query *q)
{
	return q->ran_then && !as->lacks_idle && as->epoch_ns != NO_TIME &&
	       q->from_ns >= as->epoch_ns && (!a || a->epoch != as->epoch || !a->known);
}

static bool split(const struct activity *a, const struct activity_query *q, int64_t from_ns,
		  int64_t ns[NR_ACTIVITIES])
{
	const struct mark *first = mark_at(a, from_ns), *last = mark_at(a, q->until_ns);
	uint64_t spent[NR_ACTIVITIES], sum = 0;
	unsigned int i;

	if (!first || !last || (q->ran_then && last->kind != ACTIVITY_RUNS))
		return false;
	for (i = 0; i < NR_ACTIVITIES; i++)
		spent[i] = last->before[i] - first->before[i];
	spent[last->kind] += q->until_ns - last->from_ns;
	spent[first->kind] -= from_ns - first->from_ns;
	for (i = 0; i < NR_ACTIVITIES; i++) {
		if (spent[i] > (uint64_t)q->until_ns - from_ns)
			return false;
		sum += spent[i];
	}
	if (sum != (uint64_t)q->until_ns - from_ns)
		return false;
	for (i = 0; i < NR_ACTIVITIES; i++)
		ns[i] = spent[i];
	return true;
}

bool activity_split(const struct activities *as, const struct activity_query *q,
		    int64_t ns[NR_ACTIVITIES])
{
	struct activity *a = find(as, q->tid);
	const int64_t from_ns = a			  ? held_from(a, q)
				: !q->key || q->held_then ? q->from_ns
							  : NO_TIME;
	unsigned int i;

	for (i = 0; i < NR_ACTIVITIES; i++)
		ns[i] = NO_TIME;
	if (!as->on || q->tid <= 0 || from_ns < 0 || from_ns > q->until_ns)
		return false;
	if (ran_all_the_time(as, a, q)) {
		for (i = 0; i < NR_ACTIVITIES; i++)
			ns[i] = 0;
		ns[ACTIVITY_RUNS] = q->until_ns - from_ns;
		return true;
	}
	return a && a->epoch == as->epoch && split(a, q, from_ns, ns);
}

/* --- the machine */

static int flush(void *machine, uint64_t complete_ns)
{
	struct activities *as = machine;

	while (as->ended && as->ended->ended_ns + (int64_t)KEEP_ENDED_NS < (int64_t)complete_ns)
		drop(as, as->ended);
	return 0;
}

static void free_all(void *machine)
{
	struct activities *as = machine;
	unsigned int i, k;

	for (i = 0; i < ACTIVITY_NR_PAGES; i++) {
		for (k = 0; as->page[i] && k < 1 << ACTIVITY_PAGE_BITS; k++)
			if (as->page[i][k])
				drop(as, as->page[i][k]);
		free(as->page[i]);
		as->page[i] = NULL;
	}
	free(as->cpus);
	as->cpus = NULL;
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	*(struct activities *)machine = (struct activities){
		.epoch_ns = NO_TIME,
		.asked_ns = NO_TIME,
		.tasks = all->tasks,
		.waits = all->waits,
		.on = opt->keep_stalls && !opt->one_process && opt->has[EVENT_SCHED_SWITCH] &&
		      opt->has[EVENT_SCHED_WAKING],
		.self_tgid = opt->self_tgid,
	};
	return ((struct activities *)machine)->on;
}

static const struct hearing hears[] = {
	{ EVENT_SCHED_SWITCH, sched_switch },
	{ EVENT_SCHED_WAKING, sched_waking },
	{ EVENT_TASK_NEWTASK, newtask },
	{ EVENT_LOSS, loss },
	{ NR_EVENTS, NULL },
};

const struct machine activities_machine = {
	.init = init,
	.hears = hears,
	.deaf_in_gaps = true,
	.flush = flush,
	.free = free_all,
};
