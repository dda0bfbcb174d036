// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/wait_part.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "collector/model/hold.h"
#include "collector/model/lock.h"
#include "collector/model/wait.h"

/*
 * Times are counted in 1/65536 ns, so that the rounding error of dividing by the number of
 * holders is negligible. Differences are right for 78 hours at a time.
 */
#define UNIT_SHIFT 16

struct holder_key {
	int64_t task_id, site_id, mode;
};

/* One holder's part of the time. */
struct holder_time {
	UT_hash_handle hh; /* by key */
	struct holder_key key;
	uint64_t nr;	/* 1, 2, ...: distinguishes holders with the same key */
	uint64_t held;	/* in units, from holds that have ended */
	uint64_t since; /* held_times.each when the present hold began */
	int64_t changed_ns;
	bool holds; /* now */
};

struct held_times {
	struct holder_time *by_key;
	uint64_t nr, last_holder_nr;
	int64_t now_ns;	   /* counted up to this time */
	int64_t nobody_ns; /* time without a known holder */
	uint64_t each;	   /* in units: the part of a holder that held it all the time */
	unsigned int nr_holders;
	bool all_known;
};

static bool all_known(const struct locks *ls, const struct lock *lock)
{
	return lock->heritage.known_gap == ls->nr_gaps + 1;
}

static void add_time_until(struct held_times *a, int64_t now_ns)
{
	int64_t passed_ns = now_ns - a->now_ns;

	if (passed_ns <= 0)
		return;
	if (a->nr_holders && a->all_known)
		a->each += ((uint64_t)passed_ns << UNIT_SHIFT) / a->nr_holders;
	else
		a->nobody_ns += passed_ns;
	a->now_ns = now_ns;
}

static uint64_t held_of(const struct held_times *a, const struct holder_time *s)
{
	return s->held + (s->holds ? a->each - s->since : 0);
}

static int add_holder(struct held_times *a, struct hold *hold)
{
	/* without holes: it is hashed */
	const struct holder_key key = { hold->row.task_id, hold->row.site_id, hold->row.mode };
	struct holder_time *s;

	HASH_FIND(hh, a->by_key, &key, sizeof(key), s);
	if (!s) {
		s = calloc(1, sizeof(*s));
		if (!s)
			return -ENOMEM;
		s->key = key;
		s->nr = ++a->last_holder_nr;
		HASH_ADD(hh, a->by_key, key, sizeof(s->key), s);
	}
	s->holds = true;
	s->since = a->each;
	s->changed_ns = a->now_ns;
	hold->holder_time = s;
	a->nr_holders++;
	return 0;
}

static void remove_holder(struct held_times *a, struct hold *hold)
{
	struct holder_time *s = hold->holder_time;

	if (!s)
		return;
	s->held = held_of(a, s);
	s->holds = false;
	s->changed_ns = a->now_ns;
	hold->holder_time = NULL;
	a->nr_holders--;
}

/* For threads that wait already, the time until now has no known holder. */
static int start_held_times(struct locks *ls, struct lock *lock, int64_t now_ns)
{
	struct held_times *a = calloc(1, sizeof(*a));
	struct hold *hold;
	struct wait *w;
	int ret = 0;

	if (!a)
		return -ENOMEM;
	lock->held_times = a;
	a->nr = ++ls->last_held_times_nr;
	a->now_ns = now_ns;
	a->all_known = all_known(ls, lock);
	DL_FOREACH(lock->holds, hold)
	{
		if (!ret && !hold->tainted)
			ret = add_holder(a, hold);
	}
	DL_FOREACH(lock->waits, w)
	{
		if (w->part_start.held_times_nr || w->part_start.unfit || w->row.start_ns > now_ns)
			continue;
		w->part_start.held_times_nr = a->nr;
		w->part_start.nobody_ns = w->row.start_ns - now_ns;
	}
	return ret;
}

void parts_close(struct lock *lock)
{
	struct held_times *a = lock->held_times;
	struct holder_time *s, *tmp;
	struct hold *hold;

	if (!a)
		return;
	DL_FOREACH(lock->holds, hold)
	hold->holder_time = NULL;
	HASH_ITER(hh, a->by_key, s, tmp) {
		HASH_DEL(a->by_key, s);
		free(s);
	}
	free(a);
	lock->held_times = NULL;
}

/* Drop holders that have not held it since the oldest open wait began. */
static void forget_idle(struct held_times *a, const struct lock *lock)
{
	struct holder_time *s, *tmp;

	HASH_ITER(hh, a->by_key, s, tmp) {
		if (s->holds || (lock->waits && s->changed_ns >= lock->waits->row.start_ns))
			continue;
		HASH_DEL(a->by_key, s);
		free(s);
	}
}

int parts_wait_begin(struct locks *ls, struct lock *lock, struct part_start *start, int64_t now_ns)
{
	const struct holder_time *s;
	struct held_times *a;

	/* its holds are not traced, or none was seen yet */
	if (!lock->held_times && !lock->holds && !all_known(ls, lock))
		return 0;
	if (!lock->held_times && start_held_times(ls, lock, now_ns))
		return -ENOMEM;
	a = lock->held_times;
	add_time_until(a, now_ns);
	if (a->now_ns != now_ns)
		/* clocks out of step */
		return 0;
	forget_idle(a, lock);
	start->holder_time = calloc(HASH_COUNT(a->by_key) + 1, sizeof(*start->holder_time));
	if (!start->holder_time)
		return -ENOMEM;
	for (s = a->by_key; s; s = s->hh.next) {
		start->holder_time[start->nr_holder_times].nr = s->nr;
		start->holder_time[start->nr_holder_times++].held = held_of(a, s);
	}
	start->held_times_nr = a->nr;
	start->nobody_ns = a->nobody_ns;
	return 0;
}

void parts_wait_free(struct part_start *start)
{
	parts_wait_sleeps(start);
	free(start->holder_time);
}

/* The parts but the last, nobody's, in order of first hold; returns their number. */
static unsigned int split(const struct held_times *a, const struct part_start *start,
			  struct wait_part_row *part)
{
	unsigned int nr = 0, i = 0;
	const struct holder_time *s;

	for (s = a->by_key; s; s = s->hh.next) {
		uint64_t held = held_of(a, s);
		int64_t part_ns;

		/* both are in the order of their numbers */
		while (i < start->nr_holder_times && start->holder_time[i].nr < s->nr)
			i++;
		if (i < start->nr_holder_times && start->holder_time[i].nr == s->nr)
			held -= start->holder_time[i].held;
		part_ns = held >> UNIT_SHIFT;
		if (part_ns)
			part[nr++] = (struct wait_part_row){
				.holder_task_id = s->key.task_id,
				.holder_site_id = s->key.site_id,
				.mode = s->key.mode,
				.duration_ns = part_ns,
				.holder_ran_ns = NO_TIME,
				.holder_runnable_ns = NO_TIME,
				.holder_lock_ns = NO_TIME,
				.holder_slept_ns = NO_TIME,
			};
	}
	return nr;
}

/* The rounding error goes to the first of the largest parts, so that the parts add up. */
static void add_rest(struct wait_part_row *part, unsigned int nr, int64_t rest_ns)
{
	struct wait_part_row *largest = part;
	unsigned int i;

	for (i = 1; i < nr; i++)
		if (part[i].duration_ns > largest->duration_ns)
			largest = &part[i];
	largest->duration_ns += rest_ns;
}

/* The parts of a wait until some time in it. */
struct parts_until_woken {
	uint64_t held_times_nr;
	int64_t nobody_ns;
	unsigned int nr;
	struct wait_part_row part[]; /* room for one more: nobody's */
};

static struct parts_until_woken *parts_until_now(const struct held_times *a,
						 const struct part_start *start)
{
	size_t room = HASH_COUNT(a->by_key) + 1;
	struct parts_until_woken *p = calloc(1, sizeof(*p) + room * sizeof(*p->part));

	if (!p)
		return NULL;
	p->held_times_nr = a->nr;
	p->nr = split(a, start, p->part);
	p->nobody_ns = a->nobody_ns - start->nobody_ns;
	return p;
}

/* How long each holder has held the lock at one time. */
struct held_snapshot {
	uint64_t held_times_nr;
	int64_t nobody_ns;
	unsigned int nr;
	struct holder_held holder[];
};

static struct held_snapshot *take_snapshot(const struct held_times *a)
{
	const struct holder_time *s;
	struct held_snapshot *snap;

	snap = calloc(1, sizeof(*snap) + HASH_COUNT(a->by_key) * sizeof(*snap->holder));
	if (!snap)
		return NULL;
	snap->held_times_nr = a->nr;
	snap->nobody_ns = a->nobody_ns;
	for (s = a->by_key; s; s = s->hh.next)
		snap->holder[snap->nr++] = (struct holder_held){ s->nr, held_of(a, s) };
	return snap;
}

/* What holder @nr had held at a time whose list is @h, in the order of numbers. */
static uint64_t held_in(const struct holder_held *h, unsigned int nr_holders, uint64_t nr)
{
	unsigned int i;

	for (i = 0; i < nr_holders && h[i].nr < nr; i++)
		;
	return i < nr_holders && h[i].nr == nr ? h[i].held : 0;
}

int parts_wait_runs(struct lock *lock, struct part_start *start, int64_t now_ns)
{
	struct held_times *a = lock ? lock->held_times : NULL;

	if (!a || !start->woken || start->woken->held_times_nr != a->nr || start->runs)
		return 0;
	add_time_until(a, now_ns);
	if (a->now_ns != now_ns)
		/* clocks out of step */
		return 0;
	start->runs = take_snapshot(a);
	return start->runs ? 0 : -ENOMEM;
}

/* The time between the two is treated as if it had passed before the wait began. */
int parts_wait_leave_out(struct part_start *start)
{
	const struct held_snapshot *from = start->woken, *to = start->runs;
	struct holder_held *h;
	unsigned int i;

	if (!to) {
		start->unfit = true;
		return 0;
	}
	/* holders that were forgotten since do not hold it any more */
	h = calloc(to->nr + 1, sizeof(*h));
	if (!h)
		return -ENOMEM;
	for (i = 0; i < to->nr; i++) {
		h[i] = to->holder[i];
		h[i].held -= held_in(from->holder, from->nr, h[i].nr);
		h[i].held += held_in(start->holder_time, start->nr_holder_times, h[i].nr);
	}
	free(start->holder_time);
	start->holder_time = h;
	start->nr_holder_times = to->nr;
	start->nobody_ns += to->nobody_ns - from->nobody_ns;
	return 0;
}

int parts_wait_woken(struct lock *lock, struct part_start *start, int64_t now_ns)
{
	struct held_times *a = lock ? lock->held_times : NULL;

	parts_wait_sleeps(start);
	start->unknown = !a;
	if (!a || start->held_times_nr != a->nr)
		return 0;
	add_time_until(a, now_ns);
	if (a->now_ns != now_ns)
		/* clocks out of step */
		return 0;
	start->until = parts_until_now(a, start);
	start->woken = take_snapshot(a);
	return start->until && start->woken ? 0 : -ENOMEM;
}

void parts_wait_sleeps(struct part_start *start)
{
	free(start->until);
	free(start->woken);
	free(start->runs);
	start->until = NULL;
	start->woken = start->runs = NULL;
	start->unknown = false;
}

/* They add up to @whole_ns. Adds nobody's, the last. */
static void complete(struct parts_until_woken *p, int64_t whole_ns)
{
	int64_t rest_ns = whole_ns - p->nobody_ns;
	unsigned int i;

	for (i = 0; i < p->nr; i++)
		rest_ns -= p->part[i].duration_ns;
	if (p->nobody_ns || !p->nr)
		p->part[p->nr++] = (struct wait_part_row){
			.mode = ENUM_NONE,
			.duration_ns = p->nobody_ns,
			.holder_ran_ns = NO_TIME,
			.holder_runnable_ns = NO_TIME,
			.holder_lock_ns = NO_TIME,
			.holder_slept_ns = NO_TIME,
		};
	add_rest(p->part, p->nr, rest_ns);
}

/*
 * It is known what the last holder of a wait did from when it got the lock until it
 * released it. A thread that held it for writing held it alone: if it did so once,
 * this is its part.
 */
static void explain_last(struct parts_until_woken *p, const struct wait_row *wait)
{
	const int64_t ns = wait->holder_ran_ns + wait->holder_runnable_ns + wait->holder_lock_ns +
			   wait->holder_slept_ns;
	unsigned int i;

	for (i = 0; i < p->nr && wait->holder_ran_ns != NO_TIME; i++) {
		struct wait_part_row *part = &p->part[i];

		if (part->holder_task_id != wait->holder_task_id || part->mode != MODE_WRITE ||
		    part->holder_site_id != wait->holder_site_id || part->duration_ns != ns)
			continue;
		part->holder_ran_ns = wait->holder_ran_ns;
		part->holder_runnable_ns = wait->holder_runnable_ns;
		part->holder_lock_ns = wait->holder_lock_ns;
		part->holder_slept_ns = wait->holder_slept_ns;
	}
}

int parts_give(struct lock *lock, struct part_start *start, const struct wait_row *wait,
	       const struct sink *sink)
{
	const int64_t end_ns = wait->start_ns + wait->duration_ns;
	const int64_t cpu_ns = wait->runnable_ns == NO_TIME ? 0 : wait->runnable_ns;
	struct held_times *a = lock->held_times;
	struct parts_until_woken *p;
	unsigned int i;
	int ret = 0;

	if (!a || start->unfit || start->held_times_nr != a->nr || wait->duration_ns == NO_TIME ||
	    wait->holder_source != HOLDER_EXACT)
		return 0;
	add_time_until(a, end_ns);
	if (a->now_ns != end_ns)
		/* clocks out of step */
		return 0;
	if (wait->duration_ns <= cpu_ns || (cpu_ns && !start->until && !start->unknown))
		return 0;
	if (!start->until)
		start->until = parts_until_now(a, start);
	p = start->until;
	if (!p)
		return -ENOMEM;
	if (start->unknown) {
		p->nr = 0;
		p->nobody_ns = wait->duration_ns - cpu_ns;
	}
	complete(p, wait->duration_ns - cpu_ns);
	explain_last(p, wait);
	for (i = 0; i < p->nr && !ret; i++) {
		p->part[i].wait_id = wait->id;
		p->part[i].nr = i;
		ret = sink->wait_part(sink->ctx, &p->part[i]);
	}
	return ret;
}

/* Count up to now, if a thread waits for the lock. Returns 0 or a negative errno. */
static int held_times_now(struct locks *ls, struct lock *lock, int64_t now_ns)
{
	if (!lock->waits)
		return 0;
	if (!lock->held_times)
		return start_held_times(ls, lock, now_ns);
	add_time_until(lock->held_times, now_ns);
	return 0;
}

int parts_acquired(struct locks *ls, struct lock *lock, struct hold *hold, int64_t now_ns)
{
	int ret = held_times_now(ls, lock, now_ns);

	if (hold->tainted)
		return ret;
	/* a writer holds it alone */
	if (hold->row.mode == MODE_WRITE)
		lock->heritage.known_gap = ls->nr_gaps + 1;
	if (ret || !lock->held_times)
		return ret;
	lock->held_times->all_known = all_known(ls, lock);
	return hold->holder_time ? 0 : add_holder(lock->held_times, hold);
}

int parts_released(struct locks *ls, struct lock *lock, struct hold *hold, int64_t now_ns)
{
	int ret = held_times_now(ls, lock, now_ns);

	if (!ret && lock->held_times)
		remove_holder(lock->held_times, hold);
	return ret;
}

int parts_contradicted(struct locks *ls, struct lock *lock, int64_t now_ns)
{
	if (all_known(ls, lock)) {
		lock->heritage.known_gap = 0;
		/* a hold was missed: open waits get no parts */
		parts_close(lock);
	}
	return held_times_now(ls, lock, now_ns);
}
