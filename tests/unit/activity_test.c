// SPDX-License-Identifier: GPL-2.0-only
/* What the holder of a lock did while others waited, event by event. */
#include <errno.h>

#include "lib/clock.h"
#include "tests/unit/fixture.h"
#include "tests/unit/random.h"

#define LOCK   0xffff888000001000ULL
#define OTHER  0xffff888000002000ULL
#define HOLDER 100
#define WAITER 200
#define THIRD  300
#define BUSY   400
#define IDLE   0

/* On which CPU each of them is. */
#define OF_HOLDER 0
#define OF_WAITER 1
#define OF_THIRD  2

static void start(struct fixture *f, bool keep_stalls, bool one_process)
{
	bool has[NR_EVENTS];

	memset(has, 1, sizeof(has));
	has[EVENT_SCHED_BLOCKED_REASON] = false;
	model_free(&f->m);
	model_init(&f->m, &(struct model_options){
				  .sink = &f->sink,
				  .symbols = &(struct symbols){ .tep = f->tep },
				  .has = has,
				  .keep_stalls = keep_stalls,
				  .one_process = one_process,
			  });
}

static int setup(void **state)
{
	fixture_setup(state);
	start(*state, true, false);
	return 0;
}

static void on_cpu(struct fixture *f, uint64_t time_ns, int32_t tid, uint16_t cpu)
{
	feed(f, ev_switch(time_ns, IDLE, cpu, S_RUNNING, tid));
}

static void off_cpu(struct fixture *f, uint64_t time_ns, int32_t tid, uint16_t cpu, int state)
{
	feed(f, ev_switch(time_ns, tid, cpu, state, IDLE));
}

/* As ev_begin(), with the owner of the lock. */
static struct event held_by(int32_t owner, struct event begin)
{
	begin.contention_begin.owner = owner;
	return begin;
}

/* At 1000 the waiter begins to wait, at 1010 it sleeps. */
static void wait_begins(struct fixture *f)
{
	on_cpu(f, 400, WAITER, OF_WAITER);
	on_cpu(f, 500, HOLDER, OF_HOLDER);
	feed(f, held_by(HOLDER, ev_begin(1000, WAITER, OF_WAITER, LOCK, F_WRITE)));
	off_cpu(f, 1010, WAITER, OF_WAITER, S_UNINTERRUPTIBLE);
}

/* At 2000 the holder wakes it, at 2100 it has the lock. */
static void wait_ends(struct fixture *f)
{
	feed(f, ev_waking(2000, HOLDER, OF_HOLDER, WAITER));
	on_cpu(f, 2050, WAITER, OF_WAITER);
	feed(f, ev_end(2100, WAITER, OF_WAITER, LOCK, 0));
}

#define assert_did(w, ran, runnable, lock, slept)                                                  \
	do {                                                                                       \
		assert_int_equal((w)->holder_ran_ns, ran);                                         \
		assert_int_equal((w)->holder_runnable_ns, runnable);                               \
		assert_int_equal((w)->holder_lock_ns, lock);                                       \
		assert_int_equal((w)->holder_slept_ns, slept);                                     \
	} while (0)

#define assert_unknown(w) assert_did(w, NO_TIME, NO_TIME, NO_TIME, NO_TIME)

static const struct wait_row *wait_of(struct fixture *f, int32_t tid)
{
	const struct wait_row *found = NULL;
	unsigned int i;

	flush(f, 0);
	for (i = 0; i < f->seen.nr_waits; i++)
		if (seen_task_of(&f->seen, f->seen.wait[i].task_id)->tid == tid)
			found = &f->seen.wait[i];
	assert_non_null(found);
	return found;
}

static void a_holder_that_runs(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	wait_ends(f);
	assert_int_equal(only_wait(f)->runnable_ns, 100);
	assert_did(only_wait(f), 1000, 0, 0, 0);
}

static void a_holder_that_was_never_switched_ran_since_the_first_switch(void **state)
{
	struct fixture *f = *state;

	on_cpu(f, 400, WAITER, OF_WAITER);
	feed(f, held_by(HOLDER, ev_begin(1000, WAITER, OF_WAITER, LOCK, F_WRITE)));
	off_cpu(f, 1010, WAITER, OF_WAITER, S_UNINTERRUPTIBLE);
	wait_ends(f);
	assert_did(only_wait(f), 1000, 0, 0, 0);
}

static void before_the_first_switch_nothing_is_known(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, WAITER, OF_WAITER, LOCK, F_WRITE));
	off_cpu(f, 1010, WAITER, OF_WAITER, S_UNINTERRUPTIBLE);
	wait_ends(f);
	assert_unknown(only_wait(f));
}

static void a_holder_that_is_preempted(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	feed(f, ev_switch(1200, HOLDER, OF_HOLDER, S_PREEMPTED, BUSY));
	feed(f, ev_switch(1900, BUSY, OF_HOLDER, S_RUNNING, HOLDER));
	wait_ends(f);
	assert_did(only_wait(f), 300, 700, 0, 0);
}

/* Its hold is recorded, and begins while another thread waits. */
static void a_holder_that_was_faster_than_a_waiter_and_is_preempted(void **state)
{
	struct fixture *f = *state;

	on_cpu(f, 400, WAITER, OF_WAITER);
	on_cpu(f, 410, BUSY, OF_HOLDER);
	feed(f, ev_anon_begin(1000, WAITER, OF_WAITER, LOCK, true));
	off_cpu(f, 1010, WAITER, OF_WAITER, S_UNINTERRUPTIBLE);
	feed(f, ev_switch(1100, BUSY, OF_HOLDER, S_PREEMPTED, HOLDER));
	feed(f, ev_acquired(1200, HOLDER, OF_HOLDER, LOCK, true));
	feed(f, ev_switch(1300, HOLDER, OF_HOLDER, S_PREEMPTED, BUSY));
	feed(f, ev_switch(1900, BUSY, OF_HOLDER, S_RUNNING, HOLDER));
	feed(f, ev_released(1990, HOLDER, OF_HOLDER, LOCK, true));
	feed(f, ev_waking(2000, HOLDER, OF_HOLDER, WAITER));
	on_cpu(f, 2050, WAITER, OF_WAITER);
	feed(f, ev_anon_end(2100, WAITER, OF_WAITER, LOCK, true));
	assert_did(only_wait(f), 190, 600, 0, 0);
}

/* Before the waiter runs, the holder goes on to take and let go the lock, often. */
static void a_hold_is_known_however_often_its_thread_had_others_since_then(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	on_cpu(f, 400, WAITER, OF_WAITER);
	on_cpu(f, 410, HOLDER, OF_HOLDER);
	feed(f, ev_anon_begin(1000, WAITER, OF_WAITER, LOCK, true));
	off_cpu(f, 1010, WAITER, OF_WAITER, S_UNINTERRUPTIBLE);
	feed(f, ev_acquired(1200, HOLDER, OF_HOLDER, LOCK, true));
	feed(f, ev_switch(1300, HOLDER, OF_HOLDER, S_PREEMPTED, BUSY));
	feed(f, ev_switch(1900, BUSY, OF_HOLDER, S_RUNNING, HOLDER));
	feed(f, ev_released(1990, HOLDER, OF_HOLDER, LOCK, true));
	feed(f, ev_waking(2000, HOLDER, OF_HOLDER, WAITER));
	for (i = 0; i < 200; i++) {
		const uint64_t at_ns = 2000 + i * 100;

		feed(f, ev_anon_begin(at_ns + 10, THIRD, OF_THIRD, OTHER, true));
		feed(f, ev_acquired(at_ns + 20, HOLDER, OF_HOLDER, OTHER, true));
		feed(f, ev_switch(at_ns + 30, HOLDER, OF_HOLDER, S_PREEMPTED, BUSY));
		feed(f, ev_switch(at_ns + 40, BUSY, OF_HOLDER, S_RUNNING, HOLDER));
		feed(f, ev_released(at_ns + 50, HOLDER, OF_HOLDER, OTHER, true));
		feed(f, ev_waking(at_ns + 60, HOLDER, OF_HOLDER, THIRD));
		feed(f, ev_anon_end(at_ns + 70, THIRD, OF_THIRD, OTHER, true));
	}
	on_cpu(f, 22000, WAITER, OF_WAITER);
	feed(f, ev_anon_end(22100, WAITER, OF_WAITER, LOCK, true));
	assert_did(wait_of(f, WAITER), 190, 600, 0, 0);
}

/* The waiter runs after the release, and sleeps again, for a release that is not recorded. */
static void a_hold_is_known_although_the_waiter_slept_once_more(void **state)
{
	struct fixture *f = *state;

	on_cpu(f, 400, WAITER, OF_WAITER);
	on_cpu(f, 410, HOLDER, OF_HOLDER);
	feed(f, ev_acquired(500, HOLDER, OF_HOLDER, LOCK, true));
	feed(f, ev_anon_begin(1000, WAITER, OF_WAITER, LOCK, true));
	off_cpu(f, 1010, WAITER, OF_WAITER, S_UNINTERRUPTIBLE);
	feed(f, ev_released(1190, HOLDER, OF_HOLDER, LOCK, true));
	feed(f, ev_waking(1200, HOLDER, OF_HOLDER, WAITER));
	on_cpu(f, 1500, WAITER, OF_WAITER);
	off_cpu(f, 1510, WAITER, OF_WAITER, S_UNINTERRUPTIBLE);
	feed(f, ev_waking(2000, THIRD, OF_THIRD, WAITER));
	on_cpu(f, 2050, WAITER, OF_WAITER);
	feed(f, ev_anon_end(2100, WAITER, OF_WAITER, LOCK, true));
	assert_did(only_wait(f), 190, 0, 0, 0);
}

static void a_holder_that_sleeps(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	off_cpu(f, 1200, HOLDER, OF_HOLDER, S_INTERRUPTIBLE);
	feed(f, ev_in_irq(ev_waking(1700, IDLE, OF_HOLDER, HOLDER)));
	on_cpu(f, 1750, HOLDER, OF_HOLDER);
	wait_ends(f);
	assert_did(only_wait(f), 450, 50, 0, 500);
}

static void a_holder_that_sleeps_for_another_lock(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	on_cpu(f, 1050, THIRD, OF_THIRD);
	feed(f, held_by(THIRD, ev_begin(1100, HOLDER, OF_HOLDER, OTHER, F_READ)));
	off_cpu(f, 1200, HOLDER, OF_HOLDER, S_UNINTERRUPTIBLE);
	feed(f, ev_waking(1800, THIRD, OF_THIRD, HOLDER));
	on_cpu(f, 1810, HOLDER, OF_HOLDER);
	feed(f, ev_end(1820, HOLDER, OF_HOLDER, OTHER, 0));
	wait_ends(f);
	assert_did(wait_of(f, WAITER), 390, 10, 600, 0);
	/* and who held that ran */
	assert_did(wait_of(f, HOLDER), 700, 0, 0, 0);
}

static void a_holder_that_waited_for_the_same_lock_did_not_hold_it_before(void **state)
{
	struct fixture *f = *state;

	on_cpu(f, 300, THIRD, OF_THIRD);
	on_cpu(f, 500, HOLDER, OF_HOLDER);
	feed(f, ev_begin(600, HOLDER, OF_HOLDER, LOCK, F_WRITE));
	off_cpu(f, 610, HOLDER, OF_HOLDER, S_UNINTERRUPTIBLE);
	on_cpu(f, 700, WAITER, OF_WAITER);
	feed(f, ev_begin(1000, WAITER, OF_WAITER, LOCK, F_WRITE));
	off_cpu(f, 1010, WAITER, OF_WAITER, S_UNINTERRUPTIBLE);
	feed(f, ev_waking(1400, THIRD, OF_THIRD, HOLDER));
	on_cpu(f, 1450, HOLDER, OF_HOLDER);
	feed(f, ev_end(1500, HOLDER, OF_HOLDER, LOCK, 0));
	wait_ends(f);
	/* of the 1000 ns until the release, what was before 1500 is another one's */
	assert_did(wait_of(f, WAITER), 500, 0, 0, 0);
}

/* try_to_wake_up() may be traced before the switch that it is for. */
static void a_wake_up_before_its_sleep(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	feed(f, ev_in_irq(ev_waking(1190, HOLDER, OF_HOLDER, HOLDER)));
	off_cpu(f, 1200, HOLDER, OF_HOLDER, S_UNINTERRUPTIBLE);
	on_cpu(f, 1300, HOLDER, OF_HOLDER);
	wait_ends(f);
	assert_did(only_wait(f), 900, 100, 0, 0);
}

static void a_wake_up_for_an_earlier_sleep(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	feed(f, ev_in_irq(ev_waking(1190, HOLDER, OF_HOLDER, HOLDER)));
	off_cpu(f, 1200, HOLDER, OF_HOLDER, S_UNINTERRUPTIBLE);
	feed(f, ev_in_irq(ev_waking(1280, IDLE, OF_HOLDER, HOLDER)));
	on_cpu(f, 1300, HOLDER, OF_HOLDER);
	wait_ends(f);
	assert_did(only_wait(f), 900, 20, 0, 80);
}

static void a_sleep_without_a_wake_up_is_unknown(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	off_cpu(f, 1200, HOLDER, OF_HOLDER, S_UNINTERRUPTIBLE);
	on_cpu(f, 1300, HOLDER, OF_HOLDER);
	wait_ends(f);
	assert_unknown(only_wait(f));
}

static void a_switch_that_is_missing_makes_it_unknown(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	/* on the CPU of another thread: whoever ran there may have run elsewhere, too */
	on_cpu(f, 1100, THIRD, OF_THIRD);
	off_cpu(f, 1200, THIRD, OF_THIRD, S_PREEMPTED);
	on_cpu(f, 1300, THIRD, OF_THIRD);
	off_cpu(f, 1500, BUSY, OF_THIRD, S_RUNNING);
	wait_ends(f);
	assert_unknown(only_wait(f));
}

/* A system may hide when its agents are switched out. That leaves no doubt about others. */
static void a_hidden_thread_is_unknown_and_no_other_one(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	on_cpu(f, 1100, THIRD, OF_THIRD);
	off_cpu(f, 1500, BUSY, OF_THIRD, S_RUNNING);
	wait_ends(f);
	assert_did(only_wait(f), 1000, 0, 0, 0);
	/* now the hidden one holds it, which is not known to have run all the time */
	on_cpu(f, 2190, THIRD, OF_THIRD);
	feed(f, ev_begin(2200, WAITER, OF_WAITER, LOCK, F_WRITE));
	off_cpu(f, 2300, WAITER, OF_WAITER, S_UNINTERRUPTIBLE);
	off_cpu(f, 2400, BUSY, OF_THIRD, S_RUNNING);
	on_cpu(f, 2450, THIRD, OF_THIRD);
	feed(f, ev_waking(2500, THIRD, OF_THIRD, WAITER));
	on_cpu(f, 2510, WAITER, OF_WAITER);
	feed(f, ev_end(2520, WAITER, OF_WAITER, LOCK, 0));
	assert_int_equal(f->seen.nr_waits, 2);
	assert_unknown(&f->seen.wait[1]);
}

static void with_many_hidden_threads_it_is_unknown(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 20; i++) {
		on_cpu(f, 100 + 2 * i, 1000 + i, OF_THIRD);
		off_cpu(f, 101 + 2 * i, 2000 + i, OF_THIRD, S_RUNNING);
	}
	wait_begins(f);
	on_cpu(f, 1100, THIRD, OF_THIRD);
	off_cpu(f, 1500, BUSY, OF_THIRD, S_RUNNING);
	wait_ends(f);
	assert_unknown(only_wait(f));
}

/* The holder was seen to wake the waiter, so it had come to run. */
static void a_holder_that_cannot_have_run_is_unknown(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	off_cpu(f, 1200, HOLDER, OF_HOLDER, S_PREEMPTED);
	wait_ends(f);
	assert_unknown(only_wait(f));
}

static void after_lost_events_it_is_known_again(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	feed(f, ev_loss(1100, 1200, OF_THIRD, 3));
	wait_ends(f);
	assert_int_equal(only_wait(f)->outcome, OUTCOME_UNCERTAIN);
	assert_unknown(only_wait(f));
	/* the holder has run since the first switch after the gap, at 2050 */
	feed(f, held_by(HOLDER, ev_begin(2200, WAITER, OF_WAITER, LOCK, F_WRITE)));
	off_cpu(f, 2300, WAITER, OF_WAITER, S_UNINTERRUPTIBLE);
	feed(f, ev_waking(2500, HOLDER, OF_HOLDER, WAITER));
	on_cpu(f, 2510, WAITER, OF_WAITER);
	feed(f, ev_end(2520, WAITER, OF_WAITER, LOCK, 0));
	assert_int_equal(f->seen.nr_waits, 2);
	assert_did(&f->seen.wait[1], 300, 0, 0, 0);
}

static void without_all_switches_it_is_unknown(void **state)
{
	struct fixture *f = *state;

	start(f, false, false);
	wait_begins(f);
	wait_ends(f);
	assert_unknown(only_wait(f));
}

static void with_those_of_one_process_it_is_unknown(void **state)
{
	struct fixture *f = *state;

	start(f, true, true);
	wait_begins(f);
	wait_ends(f);
	assert_unknown(only_wait(f));
}

static void an_owner_that_was_not_seen_to_let_go_is_unknown(void **state)
{
	struct fixture *f = *state;

	on_cpu(f, 400, WAITER, OF_WAITER);
	on_cpu(f, 500, HOLDER, OF_HOLDER);
	feed(f, held_by(HOLDER, ev_begin(1000, WAITER, OF_WAITER, LOCK, F_WRITE)));
	off_cpu(f, 1600, HOLDER, OF_HOLDER, S_PREEMPTED);
	/* it spun, and nobody woke it */
	feed(f, ev_end(2000, WAITER, OF_WAITER, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_OWNER);
	assert_unknown(only_wait(f));
}

/* It may have got the lock just before. */
static void a_waker_that_was_not_seen_to_hold_the_lock_is_unknown(void **state)
{
	struct fixture *f = *state;

	on_cpu(f, 400, WAITER, OF_WAITER);
	on_cpu(f, 500, HOLDER, OF_HOLDER);
	feed(f, held_by(THIRD, ev_begin(1000, WAITER, OF_WAITER, LOCK, F_WRITE)));
	off_cpu(f, 1010, WAITER, OF_WAITER, S_UNINTERRUPTIBLE);
	wait_ends(f);
	assert_int_equal(only_wait(f)->holder_source, HOLDER_WAKER);
	assert_unknown(only_wait(f));
}

/* @let_go_ns: when the holder wakes another waiter, before it wakes the first one at 5 ms */
static const struct wait_row *wait_after_release(struct fixture *f, uint64_t let_go_ns)
{
	const uint64_t end_ns = 5 * NSEC_PER_MSEC;

	wait_begins(f);
	on_cpu(f, 1020, THIRD, OF_THIRD);
	feed(f, ev_begin(1030, THIRD, OF_THIRD, LOCK, F_READ));
	off_cpu(f, 1040, THIRD, OF_THIRD, S_UNINTERRUPTIBLE);
	feed(f, ev_waking(let_go_ns, HOLDER, OF_HOLDER, THIRD));
	feed(f, ev_waking(end_ns, HOLDER, OF_HOLDER, WAITER));
	on_cpu(f, end_ns + 50, WAITER, OF_WAITER);
	feed(f, ev_end(end_ns + 100, WAITER, OF_WAITER, LOCK, 0));
	return wait_of(f, WAITER);
}

static void a_holder_that_let_it_go_meanwhile_is_unknown(void **state)
{
	assert_unknown(wait_after_release(*state, 2 * NSEC_PER_MSEC));
}

static void one_release_wakes_several(void **state)
{
	assert_did(wait_after_release(*state, 5 * NSEC_PER_MSEC - 3000), 5 * NSEC_PER_MSEC - 1000,
		   0, 0, 0);
}

static void a_writer_that_held_it_to_the_end_is_split_in_its_part(void **state)
{
	struct fixture *f = *state;
	const struct wait_part_row *p;

	on_cpu(f, 300, THIRD, OF_THIRD);
	on_cpu(f, 400, WAITER, OF_WAITER);
	on_cpu(f, 500, HOLDER, OF_HOLDER);
	feed(f, ev_acquired(600, THIRD, OF_THIRD, LOCK, true));
	feed(f, ev_anon_begin(1000, WAITER, OF_WAITER, LOCK, true));
	feed(f, ev_released(1200, THIRD, OF_THIRD, LOCK, true));
	feed(f, ev_acquired(1250, HOLDER, OF_HOLDER, LOCK, true));
	off_cpu(f, 1300, HOLDER, OF_HOLDER, S_PREEMPTED);
	on_cpu(f, 1700, HOLDER, OF_HOLDER);
	feed(f, ev_released(2000, HOLDER, OF_HOLDER, LOCK, true));
	feed(f, ev_anon_end(2000, WAITER, OF_WAITER, LOCK, true));
	assert_int_equal(f->seen.nr_wait_parts, 3);
	p = f->seen.wait_part;
	assert_int_equal(p[0].duration_ns, 200);
	assert_unknown(&p[0]);
	assert_int_equal(p[1].duration_ns, 750);
	assert_did(&p[1], 350, 400, 0, 0);
	assert_int_equal(p[2].holder_task_id, 0);
	assert_unknown(&p[2]);
}

/* Short waits come and go while a long one is open: its start is still known. */
static void a_long_wait_among_many_short_ones(void **state)
{
	struct fixture *f = *state;
	uint64_t now_ns = 1100;
	unsigned int i;

	wait_begins(f);
	on_cpu(f, 1050, THIRD, OF_THIRD);
	for (i = 0; i < 1000; i++, now_ns += 100) {
		feed(f, ev_begin(now_ns, THIRD, OF_THIRD, OTHER, F_WRITE));
		off_cpu(f, now_ns + 10, HOLDER, OF_HOLDER, S_PREEMPTED);
		feed(f, ev_end(now_ns + 20, THIRD, OF_THIRD, OTHER, 0));
		on_cpu(f, now_ns + 40, HOLDER, OF_HOLDER);
	}
	feed(f, ev_waking(now_ns, HOLDER, OF_HOLDER, WAITER));
	on_cpu(f, now_ns + 50, WAITER, OF_WAITER);
	feed(f, ev_end(now_ns + 50, WAITER, OF_WAITER, LOCK, 0));
	assert_did(wait_of(f, WAITER), (int64_t)now_ns - 1000 - 30 * 1000, 30 * 1000, 0, 0);
}

/* --- random switches, and what really was */

#define NR_CPUS	   3
#define NR_THREADS 8
#define FIRST_TID  10

/* A thread of the simulation: it may be on a CPU, and may wait for a lock. */
struct thread {
	int kind; /* ACTIVITY_* */
	int cpu;
	int waits; /* for this lock; -1: not */
	int owner; /* of that lock, as the wait began */
	int64_t wait_ns;
	/* when it changed, and what it did before: [nr] */
	struct {
		int64_t time_ns;
		int kind;
	} past[4096];
	unsigned int nr;
};

struct machine_room {
	struct thread t[NR_THREADS];
	int on[NR_CPUS]; /* thread, or -1 */
	int64_t now_ns;
	struct random r;
	unsigned int nr_checked, nr_unknown;
};

static void becomes(struct machine_room *m, int t, int kind)
{
	struct thread *thread = &m->t[t];

	assert_true(thread->nr < ARRAY_SIZE(thread->past));
	thread->past[thread->nr].time_ns = m->now_ns;
	thread->past[thread->nr++].kind = thread->kind;
	thread->kind = kind;
}

static void switch_to(struct fixture *f, struct machine_room *m, int cpu, int state, int next)
{
	const int prev = m->on[cpu];

	feed(f, ev_switch(m->now_ns, prev < 0 ? IDLE : FIRST_TID + prev, cpu,
			  prev < 0 ? S_RUNNING : state, next < 0 ? IDLE : FIRST_TID + next));
	if (prev >= 0)
		becomes(m, prev,
			state == S_PREEMPTED || state == S_RUNNING ? ACTIVITY_QUEUES
			: m->t[prev].waits >= 0			   ? ACTIVITY_SLEEPS_LOCK
								   : ACTIVITY_SLEEPS);
	if (next >= 0) {
		becomes(m, next, ACTIVITY_RUNS);
		m->t[next].cpu = cpu;
	}
	m->on[cpu] = next;
}

static int any_of_kind(struct machine_room *m, int kind)
{
	const int from = random_below(&m->r, NR_THREADS);
	int i;

	for (i = 0; i < NR_THREADS; i++)
		if (m->t[(from + i) % NR_THREADS].kind == kind)
			return (from + i) % NR_THREADS;
	return -1;
}

/* What thread @t did in @from_ns..@until_ns, by its past. */
static void truth(const struct machine_room *m, int t, int64_t from_ns, int64_t until_ns,
		  int64_t ns[NR_ACTIVITIES])
{
	const struct thread *thread = &m->t[t];
	int64_t at_ns = from_ns;
	unsigned int i;

	memset(ns, 0, NR_ACTIVITIES * sizeof(*ns));
	for (i = 0; i < thread->nr; i++) {
		const int64_t end_ns = thread->past[i].time_ns;

		if (end_ns <= at_ns)
			continue;
		ns[thread->past[i].kind] += (end_ns < until_ns ? end_ns : until_ns) - at_ns;
		at_ns = end_ns < until_ns ? end_ns : until_ns;
	}
	ns[thread->kind] += until_ns - at_ns;
}

static void wake(struct fixture *f, struct machine_room *m)
{
	const int t =
		any_of_kind(m, random_below(&m->r, 2) ? ACTIVITY_SLEEPS : ACTIVITY_SLEEPS_LOCK);
	const int waker = any_of_kind(m, ACTIVITY_RUNS);

	if (t < 0)
		return;
	if (waker >= 0)
		feed(f, ev_waking(m->now_ns, FIRST_TID + waker, m->t[waker].cpu, FIRST_TID + t));
	else
		feed(f, ev_in_irq(ev_waking(m->now_ns, IDLE, 0, FIRST_TID + t)));
	becomes(m, t, ACTIVITY_QUEUES);
}

static void check(struct fixture *f, struct machine_room *m, int t)
{
	const struct wait_row *w = &f->seen.wait[f->seen.nr_waits - 1];
	int64_t ns[NR_ACTIVITIES];
	int holder;

	if (w->holder_source != HOLDER_WAKER)
		return;
	flush(f, 0);
	holder = seen_task_of(&f->seen, w->holder_task_id)->tid - FIRST_TID;
	/* who has let it go once may have taken it again at any time */
	if (FIRST_TID + holder != m->t[t].owner || w->early_runnable_ns > 0) {
		assert_unknown(w);
		return;
	}
	m->nr_checked++;
	if (w->holder_ran_ns == NO_TIME) {
		m->nr_unknown++;
		return;
	}
	truth(m, holder, w->start_ns, w->start_ns + w->duration_ns - w->runnable_ns, ns);
	assert_int_equal(w->start_ns, m->t[t].wait_ns);
	assert_did(w, ns[ACTIVITY_RUNS], ns[ACTIVITY_QUEUES], ns[ACTIVITY_SLEEPS_LOCK],
		   ns[ACTIVITY_SLEEPS]);
}

/* A thread that runs begins a wait, or has the lock that it waited for. */
static void wait_or_get(struct fixture *f, struct machine_room *m)
{
	const int t = any_of_kind(m, ACTIVITY_RUNS);
	struct thread *thread = &m->t[t < 0 ? 0 : t];

	if (t < 0)
		return;
	if (thread->waits < 0) {
		/* of each thread its own, so that nobody holds what it waited for */
		thread->waits = t;
		thread->wait_ns = m->now_ns;
		thread->owner = FIRST_TID + random_below(&m->r, NR_THREADS);
		feed(f, held_by(thread->owner, ev_begin(m->now_ns, FIRST_TID + t, thread->cpu,
							LOCK + 0x100 * t, F_WRITE)));
		return;
	}
	feed(f, ev_end(m->now_ns, FIRST_TID + t, thread->cpu, LOCK + 0x100 * t, 0));
	thread->waits = -1;
	check(f, m, t);
}

static void step(struct fixture *f, struct machine_room *m)
{
	static const int states[] = { S_PREEMPTED, S_RUNNING, S_INTERRUPTIBLE, S_UNINTERRUPTIBLE,
				      S_UNINTERRUPTIBLE };
	const int cpu = random_below(&m->r, NR_CPUS);

	m->now_ns += 1 + random_below(&m->r, 50);
	switch (random_below(&m->r, 4)) {
	case 0:
		wake(f, m);
		break;
	case 1:
		wait_or_get(f, m);
		break;
	default:
		switch_to(f, m, cpu, states[random_below(&m->r, ARRAY_SIZE(states))],
			  random_below(&m->r, 3) ? any_of_kind(m, ACTIVITY_QUEUES) : -1);
	}
}

static void splits_are_what_really_was(void **state)
{
	struct fixture *f = *state;
	unsigned int nr_checked = 0, nr_unknown = 0;
	struct machine_room *m;
	uint64_t seed;
	int i;

	for (seed = 1; seed <= 40; seed++) {
		start(f, true, false);
		f->seen.nr_waits = 0;
		m = calloc(1, sizeof(*m));
		assert_non_null(m);
		m->r = random_from(seed);
		m->now_ns = 1000;
		for (i = 0; i < NR_CPUS; i++)
			m->on[i] = -1;
		for (i = 0; i < NR_THREADS; i++) {
			m->t[i].kind = ACTIVITY_QUEUES;
			m->t[i].waits = -1;
		}
		for (i = 0; i < 4000; i++)
			step(f, m);
		nr_checked += m->nr_checked;
		nr_unknown += m->nr_unknown;
		free(m);
	}
	assert_true(nr_checked > 100);
	/* those that begin before their holder is seen for the first time */
	assert_true(nr_unknown * 10 < nr_checked);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_holder_that_runs),
		TEST(a_holder_that_was_never_switched_ran_since_the_first_switch),
		TEST(before_the_first_switch_nothing_is_known),
		TEST(a_holder_that_is_preempted),
		TEST(a_holder_that_was_faster_than_a_waiter_and_is_preempted),
		TEST(a_hold_is_known_however_often_its_thread_had_others_since_then),
		TEST(a_hold_is_known_although_the_waiter_slept_once_more),
		TEST(a_holder_that_sleeps),
		TEST(a_holder_that_sleeps_for_another_lock),
		TEST(a_holder_that_waited_for_the_same_lock_did_not_hold_it_before),
		TEST(a_wake_up_before_its_sleep),
		TEST(a_wake_up_for_an_earlier_sleep),
		TEST(a_sleep_without_a_wake_up_is_unknown),
		TEST(a_switch_that_is_missing_makes_it_unknown),
		TEST(a_hidden_thread_is_unknown_and_no_other_one),
		TEST(with_many_hidden_threads_it_is_unknown),
		TEST(a_holder_that_cannot_have_run_is_unknown),
		TEST(after_lost_events_it_is_known_again),
		TEST(without_all_switches_it_is_unknown),
		TEST(with_those_of_one_process_it_is_unknown),
		TEST(an_owner_that_was_not_seen_to_let_go_is_unknown),
		TEST(a_waker_that_was_not_seen_to_hold_the_lock_is_unknown),
		TEST(a_holder_that_let_it_go_meanwhile_is_unknown),
		TEST(one_release_wakes_several),
		TEST(a_writer_that_held_it_to_the_end_is_split_in_its_part),
		TEST(a_long_wait_among_many_short_ones),
		TEST(splits_are_what_really_was),
	};

	return cmocka_run_group_tests_name("activity", tests, NULL, NULL);
}
