// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lost events: whatever part of one CPU's events is missing, no wait and no
 * stall gets a duration that it did not have.
 *
 * Histories of several threads on several CPUs are made with their true
 * waits and sleeps; then any range of one CPU's events is cut out and replaced by an
 * EVENT_LOSS, as the sources do it, and the model's rows are compared with
 * the truth.
 */
#include <errno.h>

#include "lib/clock.h"
#include "tests/unit/cut.h"
#include "tests/unit/random.h"

#define SECOND_NS  ((int64_t)NSEC_PER_SEC)
#define NR_CPUS	   3
#define NR_THREADS 6
#define NR_LOCKS   3
#define MAX_WAITS  200
#define FIRST_TID  100
#define NOBODY	   0 /* not a thread of the history */
#define STRANGER   (FIRST_TID + NR_THREADS)

struct true_wait {
	int32_t tid;
	uint64_t start_ns, end_ns; /* end_ns 0: open at the end */
	int64_t slept_ns;
	uint64_t woken_ns;	  /* last, and it has not slept since; or 0 */
	uint64_t queued_ns;	  /* then, or when it was switched out after that was told */
	bool released;		  /* then, as far as the waker tells */
	int64_t early_ns;	  /* without a CPU after earlier releases */
	int64_t early_max_ns;	  /* after all earlier wake-ups */
	unsigned int begin_event; /* its number in the history */
	int outcome;
};

#define NO_WAIT MAX_WAITS

struct true_sleep {
	int32_t tid;
	uint64_t start_ns, end_ns; /* end_ns 0: open at the end */
	unsigned int begin_event;
	unsigned int wait; /* index, or NO_WAIT */
	bool early;	   /* woken before it was switched out */
	int32_t waker;
};

enum doing {
	RUNNING,
	WAITING,
	SLEEPING,
	WOKEN, /* on the run queue */
};

struct history {
	struct random r;
	struct event ev[MAX_EVENTS];
	unsigned int nr;
	struct true_wait wait[MAX_WAITS];
	unsigned int nr_waits;
	struct true_sleep sleep[MAX_WAITS];
	unsigned int nr_sleeps;
	uint64_t now_ns;
	struct thread {
		enum doing doing;
		uint16_t cpu;
		uint64_t lock;
		uint64_t on_cpu_ns; /* since then */
		unsigned int wait;  /* index, or NO_WAIT */
		unsigned int sleep;
	} thread[NR_THREADS];
};

static void add(struct history *h, struct event ev)
{
	h->ev[h->nr++] = ev;
}

static void thread_begins(struct history *h, struct thread *t, int32_t tid)
{
	t->lock = 0xffff888000001000ULL + 0x1000 * random_below(&h->r, NR_LOCKS);
	t->wait = h->nr_waits++;
	h->wait[t->wait] = (struct true_wait){
		.tid = tid,
		.start_ns = h->now_ns,
		.begin_event = h->nr,
		.outcome = OUTCOME_OPEN,
	};
	t->doing = WAITING;
	add(h,
	    ev_begin(h->now_ns, tid, t->cpu, t->lock, random_below(&h->r, 2) ? F_READ : F_WRITE));
}

static void thread_ends(struct history *h, struct thread *t, int32_t tid)
{
	struct true_wait *w = &h->wait[t->wait];
	bool interrupted = random_below(&h->r, 8) == 0;

	w->end_ns = h->now_ns;
	w->outcome = interrupted ? OUTCOME_INTERRUPTED : OUTCOME_ACQUIRED;
	t->doing = RUNNING;
	t->wait = NO_WAIT;
	add(h, ev_end(h->now_ns, tid, t->cpu, t->lock, interrupted ? -EINTR : 0));
}

/* Somebody who is on a CPU: nobody wakes others in its sleep. */
static int32_t some_waker(struct history *h, int32_t tid)
{
	unsigned int i = random_below(&h->r, NR_THREADS);
	bool runs = h->thread[i].doing == RUNNING || h->thread[i].doing == WAITING;

	return runs && FIRST_TID + (int32_t)i != tid ? FIRST_TID + (int32_t)i : STRANGER;
}

static bool waits_for(const struct history *h, int32_t tid, uint64_t lock)
{
	return tid != STRANGER && h->thread[tid - FIRST_TID].doing == WAITING &&
	       h->thread[tid - FIRST_TID].lock == lock;
}

/* The thread did not get the lock after it was woken last. */
static void end_wake_up(struct history *h, struct thread *t)
{
	struct true_wait *w = &h->wait[t->wait];

	if (w->woken_ns) {
		w->early_max_ns += t->on_cpu_ns - w->queued_ns;
		w->early_ns += w->released ? t->on_cpu_ns - w->queued_ns : 0;
	}
	w->woken_ns = 0;
}

static void thread_woken(struct history *h, struct thread *t, int32_t tid)
{
	struct true_sleep *sl = &h->sleep[t->sleep];

	sl->waker = some_waker(h, tid);
	sl->end_ns = h->now_ns;
	if (sl->wait != NO_WAIT) {
		h->wait[sl->wait].slept_ns += sl->end_ns - sl->start_ns;
		end_wake_up(h, t);
		h->wait[sl->wait].woken_ns = h->wait[sl->wait].queued_ns = h->now_ns;
		h->wait[sl->wait].released = !waits_for(h, sl->waker, t->lock);
	}
	t->doing = WOKEN;
	add(h, ev_waking(h->now_ns, sl->waker, random_below(&h->r, NR_CPUS), tid));
}

/* Sometimes the wake-up is told before the switch, which it takes no time after. */
static void thread_sleeps(struct history *h, struct thread *t, int32_t tid)
{
	struct true_sleep *sl = &h->sleep[t->sleep = h->nr_sleeps++];
	bool early = random_below(&h->r, 4) == 0;

	*sl = (struct true_sleep){
		.tid = tid,
		.wait = t->wait,
		.early = early,
	};
	if (t->wait != NO_WAIT)
		end_wake_up(h, t);
	if (early) {
		sl->start_ns = h->now_ns;
		thread_woken(h, t, tid);
		h->now_ns++;
		if (t->wait != NO_WAIT)
			h->wait[t->wait].queued_ns = h->now_ns;
	}
	sl->start_ns = h->now_ns;
	if (early)
		sl->end_ns = h->now_ns;
	else
		t->doing = SLEEPING;
	sl->begin_event = h->nr;
	add(h, ev_switch(h->now_ns, tid, t->cpu, S_UNINTERRUPTIBLE, NOBODY));
}

/* One thing that thread number @i may do next. */
static void thread_step(struct history *h, unsigned int i)
{
	struct thread *t = &h->thread[i];
	int32_t tid = FIRST_TID + i;

	switch (t->doing) {
	case RUNNING:
		if (random_below(&h->r, 3) == 0)
			/* a mutex, nothing to us */
			add(h, ev_begin(h->now_ns, tid, t->cpu, 0x1000, F_MUTEX));
		else if (random_below(&h->r, 3) == 0)
			thread_sleeps(h, t, tid);
		else
			thread_begins(h, t, tid);
		return;
	case WAITING:
		if (random_below(&h->r, 2))
			thread_ends(h, t, tid);
		else
			thread_sleeps(h, t, tid);
		return;
	case SLEEPING:
		thread_woken(h, t, tid);
		return;
	case WOKEN:
		t->cpu = random_below(&h->r, NR_CPUS);
		t->doing = t->wait == NO_WAIT ? RUNNING : WAITING;
		t->on_cpu_ns = h->now_ns;
		add(h, ev_switch(h->now_ns, NOBODY, t->cpu, S_RUNNING, tid));
		return;
	}
}

static void history_make(struct history *h, uint64_t seed, unsigned int nr)
{
	unsigned int i;

	memset(h, 0, sizeof(*h));
	h->r = random_from(seed);
	h->now_ns = NSEC_PER_SEC;
	for (i = 0; i < NR_THREADS; i++) {
		h->thread[i].cpu = random_below(&h->r, NR_CPUS);
		h->thread[i].wait = NO_WAIT;
	}
	/* one may be two events */
	while (h->nr < nr - 1) {
		/* no two at once; about ten seconds in all */
		h->now_ns += 1 + random_below(&h->r, 160 * NSEC_PER_MSEC);
		thread_step(h, random_below(&h->r, NR_THREADS));
	}
}

static void play(struct fixture *f, const struct history *h, const struct cut *c)
{
	unsigned int i;

	memset(f, 0, sizeof(*f));
	/* two threads a process */
	fixture_start(f, true);
	f->m.stalls.keep = true;
	for (i = 0; i < NR_THREADS; i++)
		assert_int_equal(tasks_seed(&f->m.tasks, FIRST_TID + i, 1000 + i / 2), 0);
	cut_play(f, h->ev, h->nr, c);
}

static bool overlaps(const struct true_wait *w, const struct cut *c)
{
	return cut_overlaps(c, w->start_ns, w->end_ns);
}

/* The model's row of the true wait @w, or NULL. */
static const struct wait_row *row_of(struct fixture *f, const struct true_wait *w)
{
	unsigned int i;

	for (i = 0; i < f->seen.nr_waits; i++)
		if (f->seen.wait[i].start_ns == (int64_t)w->start_ns &&
		    seen_task_of(&f->seen, f->seen.wait[i].task_id)->tid == w->tid)
			return &f->seen.wait[i];
	return NULL;
}

static void check_waits(struct fixture *f, const struct history *h, const struct cut *c,
			uint64_t seed)
{
	unsigned int i, nr_rows = 0, nr_uncertain = 0, want_uncertain = 0;

	for (i = 0; i < h->nr_waits; i++) {
		const struct true_wait *w = &h->wait[i];
		const struct wait_row *row = row_of(f, w);

		if (c->lost[w->begin_event]) {
			check(!row);
			continue;
		}
		check(row);
		nr_rows++;
		if (overlaps(w, c)) {
			want_uncertain++;
			check(row->outcome == OUTCOME_UNCERTAIN);
			check(row->duration_ns == NO_TIME);
			check(row->slept_ns == NO_TIME);
			check(row->holder_task_id == 0);
		} else if (!w->end_ns) {
			check(row->outcome == OUTCOME_OPEN);
			check(row->duration_ns == NO_TIME);
		} else {
			check(row->outcome == w->outcome);
			check(row->duration_ns == (int64_t)(w->end_ns - w->start_ns));
			check(row->slept_ns == w->slept_ns);
			/* that the waker waits for the lock itself may be lost */
			check(row->early_runnable_ns >= w->early_ns &&
			      row->early_runnable_ns <= w->early_max_ns);
			check(row->runnable_ns ==
			      row->early_runnable_ns +
				      (w->woken_ns ? (int64_t)(w->end_ns - w->woken_ns) : 0));
			check(w->outcome == OUTCOME_ACQUIRED || !row->holder_task_id);
		}
	}
	/* and no wait that never was */
	check(nr_rows == f->seen.nr_waits);
	for (i = 0; i < f->seen.nr_waits; i++)
		nr_uncertain += f->seen.wait[i].outcome == OUTCOME_UNCERTAIN;
	check(nr_uncertain == want_uncertain);
	check(f->seen.nr_losses == 1);
	check(f->seen.loss[0].cpu == (int32_t)c->cpu);
	/* what was lost before all events has no known beginning */
	check(f->seen.loss[0].start_ns == (c->start_ns ? (int64_t)c->start_ns : NO_TIME));
	check(f->seen.loss[0].end_ns == (int64_t)c->end_ns);
	check(f->seen.loss[0].nr_lost == c->last - c->first + 1);
}

/* The model's row of the true sleep @sl, or NULL. */
static const struct stall_row *stall_of(struct fixture *f, const struct true_sleep *sl)
{
	unsigned int i;

	for (i = 0; i < f->seen.nr_stalls; i++)
		if (f->seen.stall[i].start_ns == (int64_t)sl->start_ns &&
		    seen_task_of(&f->seen, f->seen.stall[i].task_id)->tid == sl->tid)
			return &f->seen.stall[i];
	return NULL;
}

static void check_stall(struct fixture *f, const struct history *h, const struct true_sleep *sl,
			const struct cut *c, uint64_t seed)
{
	const struct stall_row *row = stall_of(f, sl);
	const struct wait_row *w = sl->wait == NO_WAIT ? NULL : row_of(f, &h->wait[sl->wait]);

	check(row);
	check((row->duration_ns == NO_TIME) == (row->outcome != OUTCOME_ACQUIRED));
	if (cut_overlaps(c, sl->start_ns, sl->end_ns)) {
		check(row->outcome == OUTCOME_UNCERTAIN);
	} else if (!sl->end_ns) {
		check(row->outcome == OUTCOME_OPEN);
	} else if (sl->early && row->duration_ns == NO_TIME) {
		/* it has not run since, or the wake-up before it is lost */
		check(row->outcome == OUTCOME_OPEN || c);
	} else {
		check(row->duration_ns == (int64_t)(sl->end_ns - sl->start_ns));
		check(seen_task_of(&f->seen, row->waker_task_id)->tid == sl->waker);
	}
	/* explained by no other wait, and by its own where that is known to last */
	check(!row->wait_id || (w && row->wait_id == w->id));
	check(row->wait_id || !w || (c && c->end_ns > h->wait[sl->wait].start_ns));
}

/* What a wait slept is what its stalls say. */
static void check_slept(struct fixture *f, const struct cut *c, uint64_t seed)
{
	unsigned int i, k;

	for (i = 0; i < f->seen.nr_waits; i++) {
		const struct wait_row *w = &f->seen.wait[i];
		int64_t slept_ns = 0;

		for (k = 0; k < f->seen.nr_stalls; k++)
			if (f->seen.stall[k].wait_id == w->id &&
			    f->seen.stall[k].duration_ns != NO_TIME)
				slept_ns += f->seen.stall[k].duration_ns;
		if (w->duration_ns != NO_TIME)
			check(w->slept_ns == slept_ns);
	}
}

static void check_stalls(struct fixture *f, const struct history *h, const struct cut *c,
			 uint64_t seed)
{
	unsigned int i, nr = 0;

	for (i = 0; i < h->nr_sleeps; i++) {
		if (is_lost(c, h->sleep[i].begin_event))
			continue;
		nr++;
		check_stall(f, h, &h->sleep[i], c, seed);
	}
	/* and none that never was */
	check(nr == f->seen.nr_stalls);
	check_slept(f, c, seed);
}

/* The roll-ups are the sums of the rows, lock by lock. */
static void check_rollups(struct fixture *f, const struct cut *c, uint64_t seed)
{
	unsigned int k, i;

	for (k = 0; k < f->seen.nr_locks; k++) {
		int64_t id = f->seen.lock[k].id, max_ns = 0, got_max_ns = 0;
		int64_t nr = 0, wait_ns = 0, slept_ns = 0, runnable_ns = 0, nr_uncertain = 0;
		struct lasted lasted = { 0 };
		uint64_t hist = 0;

		for (i = 0; i < f->seen.nr_waits; i++) {
			const struct wait_row *w = &f->seen.wait[i];

			if (w->lock_id != id)
				continue;
			nr_uncertain += w->outcome == OUTCOME_UNCERTAIN;
			if (w->duration_ns == NO_TIME) {
				add_lasted(&lasted, f, c, w->start_ns, w->outcome == OUTCOME_OPEN);
				continue;
			}
			nr++;
			hist++;
			wait_ns += w->duration_ns;
			slept_ns += w->slept_ns;
			runnable_ns += w->runnable_ns;
			max_ns = w->duration_ns > max_ns ? w->duration_ns : max_ns;
		}
		for (i = 0; i < f->seen.nr_rollups; i++) {
			const struct rollup_row *r = &f->seen.rollup[i].row;

			if (r->lock_id != id)
				continue;
			nr_uncertain -= r->nr_uncertain;
			nr -= r->nr_waits;
			wait_ns -= r->wait_ns;
			slept_ns -= r->slept_ns == NO_TIME ? 0 : r->slept_ns;
			runnable_ns -= r->runnable_ns == NO_TIME ? 0 : r->runnable_ns;
			check(r->wait_ns <= SECOND_NS * NR_THREADS);
			check(r->slept_ns == NO_TIME ||
			      (r->slept_ns >= 0 && r->slept_ns <= r->wait_ns));
			check(r->runnable_ns == NO_TIME ||
			      (r->runnable_ns >= 0 && r->runnable_ns <= r->wait_ns));
			hist -= f->seen.rollup[i].hist_count;
			got_max_ns = r->max_wait_ns > got_max_ns ? r->max_wait_ns : got_max_ns;
		}
		check(nr == 0);
		check(is_lasted(&lasted, -wait_ns));
		check(slept_ns <= 0 && -slept_ns <= lasted.open_ns + lasted.most_ns);
		/* more, where a waiter was on its way to a CPU for long, and slept again */
		check(runnable_ns <= 0);
		check(nr_uncertain == 0);
		check(hist == 0);
		check(got_max_ns == max_ns);
	}
}

static void without_a_loss_the_rows_are_the_true_waits(void **state)
{
	static struct history h;
	struct fixture f;
	uint64_t seed;
	unsigned int i;

	(void)state;
	for (seed = 1; seed <= 100; seed++) {
		struct cut none = { 0 };
		const struct cut *c = &none;

		history_make(&h, seed, MAX_EVENTS);
		play(&f, &h, NULL);
		check(f.seen.nr_waits == h.nr_waits);
		for (i = 0; i < h.nr_waits; i++) {
			const struct wait_row *row = row_of(&f, &h.wait[i]);
			bool open = !h.wait[i].end_ns;

			check(row && row->outcome == h.wait[i].outcome);
			check(row->duration_ns ==
			      (open ? NO_TIME : (int64_t)(h.wait[i].end_ns - h.wait[i].start_ns)));
			check(open || row->slept_ns == h.wait[i].slept_ns);
			check(open || row->early_runnable_ns == h.wait[i].early_ns);
		}
		check_rollups(&f, c, seed);
		check_stalls(&f, &h, NULL, seed);
		fixture_stop(&f);
	}
}

static bool cut_of(struct cut *c, const struct history *h, unsigned int cpu, unsigned int first,
		   unsigned int last)
{
	return cut_make(c, h->ev, h->nr, h->now_ns, cpu, first, last);
}

/* Call @fn for every cut of some histories. */
static void for_every_cut(void (*fn)(struct fixture *f, const struct history *h,
				     const struct cut *c, uint64_t seed))
{
	static struct history h;
	uint64_t seed;

	for (seed = 1; seed <= 12; seed++) {
		unsigned int cpu, first, last;
		struct fixture f;
		struct cut c;

		history_make(&h, seed, 90);
		for (cpu = 0; cpu < NR_CPUS; cpu++)
			for (first = 0; cut_of(&c, &h, cpu, first, first); first++)
				for (last = first; cut_of(&c, &h, cpu, first, last); last++) {
					play(&f, &h, &c);
					fn(&f, &h, &c, seed);
					fixture_stop(&f);
				}
	}
}

static void no_cut_gives_a_wait_a_duration_that_it_did_not_have(void **state)
{
	(void)state;
	for_every_cut(check_waits);
}

static void just_rollups(struct fixture *f, const struct history *h, const struct cut *c,
			 uint64_t seed)
{
	(void)h;
	check_rollups(f, c, seed);
}

static void no_cut_gives_a_stall_a_duration_that_it_did_not_have(void **state)
{
	(void)state;
	for_every_cut(check_stalls);
}

static void rollups_are_the_sums_of_the_rows_for_every_cut(void **state)
{
	(void)state;
	for_every_cut(just_rollups);
}

/*
 * The same, small: a wait of second 1 is counted, its second is over; then
 * one that began inside a gap in second 1, and never ended, is counted there.
 */
static void an_uncertain_wait_of_a_second_that_is_over_takes_nothing_from_it(void **state)
{
	struct fixture *f = *state;
	int64_t nr_waits = 0, nr_uncertain = 0;
	unsigned int i;

	feed(f, ev_begin(1 * NSEC_PER_SEC, 100, 0, 0x1000, F_WRITE));
	feed(f, ev_end(1 * NSEC_PER_SEC + 500, 100, 0, 0x1000, 0));
	feed(f, ev_loss(1 * NSEC_PER_SEC + 1000, 1 * NSEC_PER_SEC + 9000, 1, 5));
	feed(f, ev_begin(1 * NSEC_PER_SEC + 2000, 101, 0, 0x1000, F_WRITE));
	for (i = 2; i < 10; i++) {
		feed(f, ev_begin(i * NSEC_PER_SEC, 100, 0, 0x2000, F_WRITE));
		feed(f, ev_end(i * NSEC_PER_SEC + 1, 100, 0, 0x2000, 0));
		flush(f, i * NSEC_PER_SEC);
	}
	finish(f);
	for (i = 0; i < f->seen.nr_rollups; i++) {
		nr_waits += f->seen.rollup[i].row.nr_waits;
		nr_uncertain += f->seen.rollup[i].row.nr_uncertain;
	}
	assert_int_equal(nr_waits, 9);
	assert_int_equal(nr_uncertain, 1);
}

static void an_unknown_number_of_lost_events_is_told_as_that(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_loss(1000, 2000, 3, LOST_UNKNOWN));
	assert_int_equal(f->seen.nr_losses, 1);
	assert_int_equal(f->seen.loss[0].nr_lost, LOST_UNKNOWN);
	assert_int_equal(f->seen.loss[0].reason, LOSS_OVERRUN);
	assert_int_equal(f->seen.loss[0].cpu, 3);
}

static void two_gaps_that_overlap_taint_until_the_later_end(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_loss(1000, 5000, 0, 1));
	feed(f, ev_loss(1500, 2000, 1, 1));
	feed(f, ev_begin(3000, 100, 2, 0x1000, F_WRITE));
	feed(f, ev_end(6000, 100, 2, 0x1000, 0));
	assert_int_equal(only_wait(f)->outcome, OUTCOME_UNCERTAIN);
	feed(f, ev_begin(5000, 100, 2, 0x1000, F_WRITE));
	feed(f, ev_end(6000, 100, 2, 0x1000, 0));
	assert_int_equal(f->seen.wait[1].outcome, OUTCOME_ACQUIRED);
}

/* A gap that is told again and again, and losses of a CPU meanwhile. */
static void a_gap_that_is_not_over_lasts_to_the_end(void **state)
{
	struct fixture *f = *state;
	struct event gap = ev_loss(2000, 2000, ALL_CPUS, LOST_UNKNOWN);

	gap.loss.start_ns = 1000;
	gap.loss.reason = LOSS_NOT_RECORDED;
	feed(f, gap);
	feed(f, ev_loss(2100, 2200, 1, 5));
	gap.time_ns = gap.loss.end_ns = 3000;
	feed(f, gap);
	assert_int_equal(f->seen.nr_losses, 2);
	assert_int_equal(f->seen.loss[0].end_ns, 3000);
	feed(f, ev_loss(3100, 3200, 1, 6));
	assert_int_equal(f->seen.loss[0].end_ns, 3000);
	gap.time_ns = 4000;
	gap.loss.end_ns = LOSS_TO_END_NS;
	feed(f, gap);
	finish(f);
	assert_int_equal(f->seen.nr_losses, 3);
	assert_int_equal(f->seen.loss[0].start_ns, 1000);
	assert_int_equal(f->seen.loss[0].end_ns, NO_TIME);
	assert_int_equal(f->seen.loss[0].nr_lost, LOST_UNKNOWN);
	assert_int_equal(f->seen.loss[1].end_ns, 2200);
	assert_int_equal(f->seen.loss[2].end_ns, 3200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_loss_the_rows_are_the_true_waits),
		cmocka_unit_test(no_cut_gives_a_wait_a_duration_that_it_did_not_have),
		cmocka_unit_test(no_cut_gives_a_stall_a_duration_that_it_did_not_have),
		cmocka_unit_test(rollups_are_the_sums_of_the_rows_for_every_cut),
		cmocka_unit_test_setup_teardown(
			an_uncertain_wait_of_a_second_that_is_over_takes_nothing_from_it,
			fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(an_unknown_number_of_lost_events_is_told_as_that,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(a_gap_that_is_not_over_lasts_to_the_end,
						fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(two_gaps_that_overlap_taint_until_the_later_end,
						fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("loss", tests, NULL, NULL);
}
