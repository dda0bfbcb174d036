// SPDX-License-Identifier: GPL-2.0-only
/* The wait state machine, event by event. */
#include <errno.h>

#include "lib/clock.h"
#include "tests/unit/fixture.h"

#define LOCK  0xffff888000001000ULL
#define OTHER 0xffff888000002000ULL
#define A     100 /* the waiter */
#define B     200 /* who holds the lock */
#define IDLE  0
#define MS    NSEC_PER_MSEC

static int32_t holder_tid(struct fixture *f, const struct wait_row *w)
{
	flush(f, 0);
	return w->holder_task_id ? seen_task_of(&f->seen, w->holder_task_id)->tid : -1;
}

static void a_wait_lasts_from_begin_to_end(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_end(1700, A, 1, LOCK, 0));
	w = only_wait(f);
	assert_int_equal(w->start_ns, 1000);
	assert_int_equal(w->duration_ns, 700);
	assert_int_equal(w->slept_ns, 0);
	assert_int_equal(w->mode, MODE_WRITE);
	assert_int_equal(w->outcome, OUTCOME_ACQUIRED);
	assert_int_equal(w->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(w->holder_task_id, 0);
	assert_int_equal(w->site_id, 0);
	flush(f, 0);
	assert_int_equal(seen_task_of(&f->seen, w->task_id)->tid, A);
	assert_true(seen_lock_of(&f->seen, w->lock_id)->address == LOCK);
	assert_int_equal(seen_lock_of(&f->seen, w->lock_id)->class, ENUM_NONE);
}

/* As rung 3 does */
static void the_end_may_tell_until_when_the_wait_spun(void **state)
{
	struct fixture *f = *state;
	struct event slept = ev_end(1700, A, 1, LOCK, 0);
	struct event spun = ev_end(2500, A, 1, LOCK, 0);
	struct event before = ev_end(3700, A, 1, LOCK, 0);
	unsigned int i;

	slept.contention_end.spun_until_ns = 1200;
	spun.contention_end.spun_until_ns = 2500;
	before.contention_end.spun_until_ns = 2999;
	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, slept);
	feed(f, ev_begin(2000, A, 0, LOCK, F_WRITE));
	feed(f, spun);
	feed(f, ev_begin(3000, A, 0, LOCK, F_WRITE));
	feed(f, before);
	feed(f, ev_begin(4000, A, 0, LOCK, F_WRITE));
	feed(f, ev_end(4700, A, 1, LOCK, 0));
	assert_int_equal(f->seen.nr_waits, 4);
	assert_int_equal(f->seen.wait[0].spun_ns, 200);
	assert_int_equal(f->seen.wait[1].spun_ns, 500);
	for (i = 2; i < 4; i++)
		assert_int_equal(f->seen.wait[i].spun_ns, NO_TIME);
}

static void a_reader_waits_in_mode_read(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1, A, 0, LOCK, F_READ));
	feed(f, ev_end(2, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->mode, MODE_READ);
}

static void locks_of_other_kinds_are_ignored(void **state)
{
	static const uint32_t flags[] = {
		0,	 F_SPIN,	   F_SPIN | F_READ,   F_SPIN | F_WRITE,
		F_MUTEX, F_MUTEX | F_SPIN, F_PERCPU | F_READ, F_PERCPU | F_WRITE,
		F_RT,	 F_RT | F_SPIN,	   F_RT | F_MUTEX,    F_READ | F_WRITE,
	};
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flags); i++) {
		feed(f, ev_begin(10 * i, A, 0, LOCK, flags[i]));
		feed(f, ev_end(10 * i + 5, A, 0, LOCK, 0));
	}
	finish(f);
	assert_int_equal(f->seen.nr_waits, 0);
	assert_int_equal(f->seen.nr_rollups, 0);
}

/* kernel/locking/rwbase_rt.c: the rtmutex is a part of the rwsem */
static void rwsems_of_preempt_rt_kernels_are_waited_for(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK + 8, F_RT));
	feed(f, ev_end(1100, A, 0, LOCK + 8, 0));
	feed(f, ev_begin(1100, A, 0, LOCK, F_RT | F_WRITE));
	feed(f, ev_end(1700, A, 0, LOCK, 0));
	feed(f, ev_begin(2000, B, 0, LOCK, F_RT | F_READ));
	feed(f, ev_begin(2001, B, 0, LOCK + 8, F_RT));
	feed(f, ev_end(2300, B, 0, LOCK + 8, 0));
	feed(f, ev_end(2400, B, 0, LOCK, 0));
	finish(f);
	assert_int_equal(f->seen.nr_waits, 2);
	assert_int_equal(f->seen.wait[0].mode, MODE_WRITE);
	assert_int_equal(f->seen.wait[0].duration_ns, 600);
	assert_int_equal(f->seen.wait[1].mode, MODE_READ);
	assert_int_equal(f->seen.wait[1].duration_ns, 400);
}

static void a_stack_tells_an_rwlock_of_preempt_rt_from_an_rwsem(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	feed(f, ev_at_stack(ev_begin(1000, A, 0, OTHER, F_RT | F_WRITE),
			    fixture_stack(f, "rwbase_write_lock rt_write_lock move_pages")));
	feed(f, ev_end(1700, A, 0, OTHER, 0));
	assert_int_equal(f->seen.nr_waits, 0);
	feed(f, ev_at_stack(ev_begin(2000, A, 0, LOCK, F_RT | F_WRITE),
			    fixture_stack(f, "rwbase_write_lock down_write move_pages")));
	feed(f, ev_end(2700, A, 0, LOCK, 0));
	w = only_wait(f);
	assert_int_equal(w->duration_ns, 700);
	assert_string_equal(seen_site_of(&f->seen, w->site_id)->symbol, "move_pages");
}

/* A spinlock inside the slow path of the rwsem: its end has no flags. */
static void the_end_of_another_lock_does_not_end_the_wait(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_begin(1100, A, 0, OTHER, F_SPIN));
	feed(f, ev_end(1200, A, 0, OTHER, 0));
	assert_int_equal(f->seen.nr_waits, 0);
	feed(f, ev_end(1300, B, 0, LOCK, 0));
	assert_int_equal(f->seen.nr_waits, 0);
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->duration_ns, 1000);
}

static void an_end_without_begin_is_nothing(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_end(1000, A, 0, LOCK, 0));
	finish(f);
	assert_int_equal(f->seen.nr_waits, 0);
}

static void an_interrupted_wait_has_its_duration(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_READ));
	feed(f, ev_end(1500, A, 0, LOCK, -EINTR));
	assert_int_equal(only_wait(f)->outcome, OUTCOME_INTERRUPTED);
	assert_int_equal(only_wait(f)->duration_ns, 500);
}

static void sleep_is_from_switch_to_waking(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1600, B, 1, A));
	/* on the run queue until here: that is not sleep */
	feed(f, ev_switch(1900, IDLE, 0, S_RUNNING, A));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->slept_ns, 500);
	assert_int_equal(only_wait(f)->duration_ns, 1000);
}

static void several_sleeps_add_up(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1200, B, 1, A));
	feed(f, ev_switch(1300, IDLE, 0, S_RUNNING, A));
	feed(f, ev_switch(1400, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1450, B, 1, A));
	feed(f, ev_switch(1500, IDLE, 0, S_RUNNING, A));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->slept_ns, 150);
}

static void a_sleep_may_be_ended_by_the_switch_in_alone(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_switch(1500, IDLE, 0, S_RUNNING, A));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->slept_ns, 400);
}

static void a_sleep_ends_with_the_wait_at_the_latest(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->slept_ns, 900);
}

/* The waiter has set its state, but not left the CPU yet: it never sleeps. */
static void a_waking_before_the_switch_prevents_the_sleep(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_waking(1100, B, 1, A));
	feed(f, ev_switch(1200, A, 0, S_RUNNING, B));
	feed(f, ev_switch(1800, B, 0, S_RUNNING, A));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->slept_ns, 0);
	assert_int_equal(holder_tid(f, only_wait(f)), B);
}

static void preemption_and_other_sleeps_are_not_sleep(void **state)
{
	static const int64_t states[] = { S_RUNNING, S_PREEMPTED, S_INTERRUPTIBLE };
	struct fixture *f = *state;
	unsigned int i;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	for (i = 0; i < ARRAY_SIZE(states); i++) {
		feed(f, ev_switch(1100 + 100 * i, A, 0, states[i], B));
		feed(f, ev_switch(1150 + 100 * i, B, 0, S_RUNNING, A));
	}
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->slept_ns, 0);
}

static void sleeps_outside_a_wait_are_nobodys(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_switch(100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(900, B, 1, A));
	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	feed(f, ev_switch(2100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	assert_int_equal(only_wait(f)->slept_ns, 0);
	assert_int_equal(only_wait(f)->holder_task_id, 0);
}

static void without_sched_switch_sleep_is_unknown_and_the_holder_is_not(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_waking(1600, B, 1, A));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->slept_ns, NO_TIME);
	assert_int_equal(only_wait(f)->duration_ns, 1000);
	assert_int_equal(holder_tid(f, only_wait(f)), B);
	assert_int_equal(f->seen.rollup[0].row.slept_ns, NO_TIME);
}

static void the_waker_is_the_holder(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1600, B, 1, A));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_WAKER);
	assert_int_equal(holder_tid(f, only_wait(f)), B);
}

/* record ends its COMMAND by a signal: that is no release */
static void the_collector_is_not_the_holder(void **state)
{
	struct fixture *f = *state;

	f->m.waits.self_tgid = 77;
	assert_int_equal(tasks_seed(&f->m.tasks, B, 77), 0);
	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1600, B, 1, A));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(only_wait(f)->holder_task_id, 0);
	assert_int_equal(only_wait(f)->slept_ns, 500);
}

static void interrupts_idle_and_oneself_are_not_holders(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_in_irq(ev_waking(1200, B, 1, A)));
	feed(f, ev_waking(1300, IDLE, 1, A));
	feed(f, ev_waking(1400, A, 1, A));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(only_wait(f)->holder_task_id, 0);
	/* but the first of them woke it */
	assert_int_equal(only_wait(f)->slept_ns, 100);
}

static void a_later_interrupt_does_not_hide_the_holder(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_waking(1200, B, 1, A));
	feed(f, ev_in_irq(ev_waking(1300, 300, 1, A)));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(holder_tid(f, only_wait(f)), B);
}

/* down_write_killable(): the signal wakes the waiter, which gives up. */
static void a_wait_that_a_signal_ends_has_no_holder(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1600, B, 1, A));
	feed(f, ev_end(2000, A, 0, LOCK, -EINTR));
	assert_int_equal(only_wait(f)->outcome, OUTCOME_INTERRUPTED);
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(only_wait(f)->holder_task_id, 0);
	assert_int_equal(only_wait(f)->duration_ns, 1000);
	assert_int_equal(only_wait(f)->runnable_ns, 400);
	flush(f, 3000);
	assert_int_equal(f->seen.nr_holder_rollups, 1);
	assert_int_equal(f->seen.holder_rollup[0].holder_task_id, 0);
}

/* A signal that does not kill, the freezer, or somebody who was faster. */
static void who_wakes_a_waiter_that_sleeps_again_is_not_the_holder(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1200, B, 1, A));
	feed(f, ev_switch(1300, IDLE, 0, S_RUNNING, A));
	feed(f, ev_switch(1400, A, 0, S_UNINTERRUPTIBLE, IDLE));
	flush(f, 1400 + 30 * MS);
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	feed(f, ev_in_irq(ev_waking(1700 + 30 * MS, 300, 1, A)));
	feed(f, ev_end(2000 + 30 * MS, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(only_wait(f)->holder_task_id, 0);
	/* the last 300, and 100 from the first wake-up until it was on a CPU */
	assert_int_equal(only_wait(f)->runnable_ns, 400);
	assert_int_equal(only_wait(f)->early_runnable_ns, 100);
	assert_int_equal(only_wait(f)->slept_ns, 400 + 30 * MS);
}

/* As profile contention records it: sleeps only, nobody is seen to run. */
static void without_the_switch_in_the_next_sleep_tells(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1200, B, 1, A));
	feed(f, ev_switch(1400, A, 0, S_UNINTERRUPTIBLE, IDLE));
	finish(f);
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
}

/* The wake-up comes before the switch that it makes undone. */
static void a_wake_up_that_is_told_before_its_sleep_counts(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_waking(1100, B, 1, A));
	feed(f, ev_switch(1101, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_switch(1500, IDLE, 0, S_RUNNING, A));
	feed(f, ev_end(1600, A, 0, LOCK, 0));
	assert_int_equal(holder_tid(f, only_wait(f)), B);
	assert_int_equal(only_wait(f)->slept_ns, 0);
	assert_int_equal(only_wait(f)->runnable_ns, 500);
}

/* Killed, it makes way for those behind it: rwsem_del_wake_waiter(). */
static void who_waits_for_the_lock_itself_is_not_its_holder(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	feed(f, ev_begin(1000, A, 0, LOCK, F_READ));
	feed(f, ev_begin(1010, B, 1, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1200, B, 1, A));
	feed(f, ev_end(1210, B, 1, LOCK, -EINTR));
	feed(f, ev_end(1300, A, 0, LOCK, 0));
	assert_int_equal(f->seen.nr_waits, 2);
	w = &f->seen.wait[1];
	assert_int_equal(w->outcome, OUTCOME_ACQUIRED);
	assert_int_equal(w->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(w->runnable_ns, 100);
}

/* The sender wakes all threads that it kills, and tells of the signal then. */
static void who_sends_a_signal_is_not_the_holder(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tasks_seed(&f->m.tasks, A, 7), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, A + 1, 7), 0);
	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1600, B, 1, A));
	feed(f, ev_signal(1601, B, A + 1));
	/* it was fast enough to get the lock all the same */
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(only_wait(f)->holder_task_id, 0);
}

static void a_signal_of_another_or_to_another_does_not_hide_the_holder(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_waking(1600, B, 1, A));
	feed(f, ev_signal(1601, B, 999));
	feed(f, ev_signal(1602, 998, A));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(holder_tid(f, only_wait(f)), B);
}

/* exit_group() and exec wake without a signal: zap_other_threads(). */
static void who_ends_its_process_is_not_the_holder(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(tasks_seed(&f->m.tasks, A, 7), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, B, 7), 0);
	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_waking(1600, B, 1, A));
	feed(f, ev_exit(1700, B));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
}

/* A wait that goes on is not for whoever has let the lock go. */
static void a_wait_that_is_open_names_no_waker(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1200, B, 1, A));
	flush(f, 1200 + 30 * MS);
	assert_int_equal(only_wait(f)->outcome, OUTCOME_OPEN);
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(only_wait(f)->runnable_ns, NO_TIME);
	feed(f, ev_end(2000 + 30 * MS, A, 0, LOCK, 0));
	assert_int_equal(holder_tid(f, only_wait(f)), B);
	assert_int_equal(only_wait(f)->runnable_ns, 800 + 30 * MS);
}

/* One busy CPU: 1 ms for the holder, 49 ms until the waiter runs. */
static void after_its_wake_up_a_waiter_waits_for_a_cpu(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(0, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1000, A, 0, S_UNINTERRUPTIBLE, 300));
	feed(f, ev_waking(1 * MS, B, 1, A));
	feed(f, ev_switch(50 * MS - 1000, 300, 0, S_RUNNING, A));
	feed(f, ev_end(50 * MS, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->duration_ns, 50 * MS);
	assert_int_equal(only_wait(f)->slept_ns, MS - 1000);
	assert_int_equal(only_wait(f)->runnable_ns, 49 * MS);
	flush(f, 60 * MS);
	assert_int_equal(f->seen.rollup[0].row.runnable_ns, 49 * MS);
	assert_int_equal(f->seen.holder_rollup[0].runnable_ns, 49 * MS);
	assert_int_equal(f->seen.holder_rollup[0].wait_ns, 50 * MS);
}

static void a_wake_up_that_is_not_seen_leaves_the_wait_for_a_cpu_unknown(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_switch(1500, IDLE, 0, S_RUNNING, A));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->runnable_ns, NO_TIME);
	flush(f, 3000);
	assert_int_equal(f->seen.rollup[0].row.runnable_ns, NO_TIME);
}

/* No second holds more than a second of one thread. */
static void a_long_wait_is_booked_second_by_second(void **state)
{
	const uint64_t sec = NSEC_PER_SEC;
	struct fixture *f = *state;
	unsigned int i;

	feed(f, ev_begin(sec / 2, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(sec / 2 + 1000, A, 0, S_UNINTERRUPTIBLE, IDLE));
	/* others are seen meanwhile */
	for (i = 1; i < 20; i++)
		feed(f, ev_switch(i * sec, B, 1, S_RUNNING, IDLE));
	flush(f, 19 * sec);
	/* it goes on */
	assert_int_equal(f->seen.nr_rollups, 18);
	for (i = 0; i < 18; i++) {
		const struct rollup_row *r = &f->seen.rollup[i].row;

		assert_int_equal(r->nr_waits, 0);
		assert_int_equal(r->wait_ns, r->second ? sec : sec / 2);
		assert_int_equal(r->slept_ns, r->second ? sec : sec / 2 - 1000);
	}
	feed(f, ev_waking(20 * sec, B, 1, A));
	feed(f, ev_end(22 * sec + sec / 2, A, 0, LOCK, 0));
	flush(f, 23 * sec);
	assert_int_equal(only_wait(f)->duration_ns, 22 * sec);
	assert_int_equal(f->seen.nr_rollups, 23);
	assert_int_equal(f->seen.nr_second_rollups, 23);
	assert_int_equal(f->seen.nr_holder_rollups, 23);
	for (i = 0; i < 23; i++) {
		const struct rollup_row *r = &f->seen.rollup[i].row;

		assert_int_equal(r->wait_ns, r->second % 22 ? sec : sec / 2);
		assert_int_equal(r->nr_waits, r->second == 22);
		assert_int_equal(r->runnable_ns, r->second < 20 ? 0 : r->wait_ns);
	}
}

/* As one that hangs: what it has lasted is in the sums. */
static void a_long_wait_that_is_open_at_the_end_is_booked_until_then(void **state)
{
	struct fixture *f = *state;
	int64_t wait_ns = 0;
	unsigned int i;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(5200 * MS, B, 1, S_RUNNING, IDLE));
	finish(f);
	assert_int_equal(only_wait(f)->outcome, OUTCOME_OPEN);
	for (i = 0; i < f->seen.nr_rollups; i++) {
		wait_ns += f->seen.rollup[i].row.wait_ns;
		assert_int_equal(f->seen.rollup[i].row.nr_waits, 0);
	}
	assert_int_equal(wait_ns, 5200 * MS - 1000);
}

static void who_never_sleeps_waits_for_no_cpu(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->runnable_ns, 0);
}

#define MOVE_STACK "rwsem_down_write_slowpath down_write move_pages userfaultfd_ioctl"
#define FORK_STACK "rwsem_down_write_slowpath down_write anon_vma_clone anon_vma_fork dup_mmap"

/* The site's symbol of the only wait once it has ended; "" none. */
static const char *end_and_get_site(struct fixture *f)
{
	const struct wait_row *w;

	feed(f, ev_end(9000, A, 0, LOCK, 0));
	w = only_wait(f);
	return w->site_id ? seen_site_of(&f->seen, w->site_id)->symbol : "";
}

static void the_stack_behind_the_begin_names_site_role_and_class(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	feed(f, ev_at_stack(ev_begin(1000, A, 0, LOCK, F_WRITE), fixture_stack(f, MOVE_STACK)));
	assert_string_equal(end_and_get_site(f), "move_pages");
	w = only_wait(f);
	assert_int_equal(seen_site_of(&f->seen, w->site_id)->row.role, ROLE_UFFD_MOVE);
	assert_int_equal(f->seen.nr_stacks, 1);
	assert_int_equal(f->seen.stack[0].row.id, w->stack_id);
	assert_int_equal(f->seen.stack[0].row.site_id, w->site_id);
	assert_string_equal(f->seen.stack[0].frames,
			    "rwsem_down_write_slowpath+0x10\ndown_write+0x10\n"
			    "move_pages+0x10\nuserfaultfd_ioctl+0x10");
	flush(f, 0);
	assert_int_equal(seen_lock_of(&f->seen, w->lock_id)->class, LOCK_ANON_VMA);
}

static void stacks_and_sites_are_given_once(void **state)
{
	struct fixture *f = *state;
	struct kstack_table other_reader = { 0 };
	struct kstack *stack = fixture_stack(f, MOVE_STACK);
	unsigned int i;

	for (i = 0; i < 10; i++) {
		struct kstack *same = kstack_intern(i % 2 ? &other_reader : &f->stacks,
						    stack->frame, stack->nr_frames);

		feed(f, ev_at_stack(ev_begin(1000 + 10 * i, A, i % 2, LOCK, F_WRITE), same));
		feed(f, ev_end(1005 + 10 * i, A, i % 2, LOCK, 0));
	}
	assert_int_equal(f->seen.nr_waits, 10);
	assert_int_equal(f->seen.nr_stacks, 1);
	assert_int_equal(f->seen.nr_sites, 1);
	kstack_table_free(&other_reader);
}

static void a_stack_of_another_event_of_the_thread_is_not_taken(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_at_stack(ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, B),
			    fixture_stack(f, FORK_STACK)));
	assert_string_equal(end_and_get_site(f), "");
}

static void a_stack_without_any_wait_is_nothing(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_at_stack(ev_rename(1000, A, "a"), fixture_stack(f, MOVE_STACK)));
	feed(f, ev_at_stack(ev_begin(1001, A, 0, LOCK, F_MUTEX), fixture_stack(f, MOVE_STACK)));
	finish(f);
	assert_int_equal(f->seen.nr_stacks, 0);
	assert_int_equal(f->seen.nr_waits, 0);
}

static void a_begin_while_open_closes_the_former_as_uncertain(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_waking(1100, B, 1, A));
	feed(f, ev_begin(5000, A, 0, LOCK, F_WRITE));
	feed(f, ev_end(5100, A, 0, LOCK, 0));
	assert_int_equal(f->seen.nr_waits, 2);
	assert_int_equal(f->seen.wait[0].outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(f->seen.wait[0].duration_ns, NO_TIME);
	assert_int_equal(f->seen.wait[0].slept_ns, NO_TIME);
	assert_int_equal(f->seen.wait[0].holder_task_id, 0);
	assert_int_equal(f->seen.wait[1].outcome, OUTCOME_ACQUIRED);
	assert_int_equal(f->seen.wait[1].duration_ns, 100);
}

static void a_thread_that_exits_while_it_waits_leaves_an_uncertain_wait(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_exit(2000, A));
	assert_int_equal(only_wait(f)->outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(only_wait(f)->duration_ns, NO_TIME);
	feed(f, ev_end(3000, A, 0, LOCK, 0));
	finish(f);
	assert_int_equal(only_wait(f)->outcome, OUTCOME_UNCERTAIN);
}

static void what_is_open_at_the_end_is_stored_as_open(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	finish(f);
	assert_int_equal(only_wait(f)->outcome, OUTCOME_OPEN);
	assert_int_equal(only_wait(f)->duration_ns, NO_TIME);
	assert_int_equal(only_wait(f)->slept_ns, NO_TIME);
	assert_int_equal(f->seen.nr_rollups, 0);
	assert_int_equal(f->seen.nr_tasks, 1);
	assert_int_equal(f->seen.nr_locks, 1);
}

static void a_long_open_wait_is_shown_and_replaced_at_its_end(void **state)
{
	struct fixture *f = *state;
	int64_t shown_id;

	feed(f, ev_begin(100 * MS, A, 0, LOCK, F_WRITE));
	flush(f, 119 * MS);
	assert_int_equal(f->seen.nr_waits, 0);
	feed(f, ev_switch(110 * MS, A, 0, S_UNINTERRUPTIBLE, IDLE));
	flush(f, 121 * MS);
	assert_int_equal(only_wait(f)->outcome, OUTCOME_OPEN);
	assert_int_equal(only_wait(f)->duration_ns, NO_TIME);
	assert_int_equal(only_wait(f)->slept_ns, NO_TIME);
	shown_id = only_wait(f)->id;
	flush(f, 200 * MS);
	assert_int_equal(f->seen.nr_wait_writes, 1);
	feed(f, ev_waking(210 * MS, B, 1, A));
	feed(f, ev_end(220 * MS, A, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->outcome, OUTCOME_ACQUIRED);
	assert_int_equal(only_wait(f)->duration_ns, 120 * MS);
	assert_int_equal(only_wait(f)->slept_ns, 100 * MS);
	assert_true(only_wait(f)->id > shown_id);
}

static void a_shown_open_wait_is_still_one_row_after_the_end_of_the_capture(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(100 * MS, A, 0, LOCK, F_WRITE));
	flush(f, 200 * MS);
	finish(f);
	assert_int_equal(only_wait(f)->outcome, OUTCOME_OPEN);
}

static void waits_of_many_threads_do_not_mix(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 50; i++)
		feed(f, ev_begin(1000 + i, 1000 + i, i % 4, LOCK, F_WRITE));
	for (i = 0; i < 50; i++)
		feed(f, ev_end(2000 + 10 * i, 1000 + i, i % 4, LOCK, 0));
	assert_int_equal(f->seen.nr_waits, 50);
	flush(f, 0);
	for (i = 0; i < 50; i++) {
		assert_int_equal(f->seen.wait[i].duration_ns, 1000 + 9 * i);
		assert_int_equal(seen_task_of(&f->seen, f->seen.wait[i].task_id)->tid, 1000 + i);
	}
	assert_int_equal(f->seen.nr_locks, 1);
}

/* Per-CPU clocks of a file that are not in step: common with clock "local". */
static void a_clock_that_steps_back_gives_no_negative_times(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_end(995, A, 1, LOCK, 0));
	feed(f, ev_begin(2000, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(2010, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(2005, B, 1, A));
	feed(f, ev_end(2012, A, 1, LOCK, 0));
	/* one that must not be taken for "no duration" */
	feed(f, ev_begin(3000, A, 0, LOCK, F_WRITE));
	feed(f, ev_end(2999, A, 1, LOCK, 0));
	assert_int_equal(f->seen.nr_waits, 3);
	for (i = 0; i < 3; i++) {
		const struct wait_row *w = &f->seen.wait[i];

		if (w->outcome == OUTCOME_UNCERTAIN) {
			assert_int_equal(w->duration_ns, NO_TIME);
			continue;
		}
		assert_true(w->duration_ns >= 0);
		assert_true(w->slept_ns >= 0);
		assert_true(w->slept_ns <= w->duration_ns);
	}
}

static void an_error_of_the_sink_stops_the_model(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_end(2000, A, 0, LOCK, 0);

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	f->seen.fail = -ENOSPC;
	assert_int_equal(model_event(&f->m, &ev), -ENOSPC);
	assert_int_equal(model_flush(&f->m, 3000), -ENOSPC);
	assert_int_equal(model_finish(&f->m), -ENOSPC);
}

static void the_span_of_the_events_and_their_number_are_known(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(f->m.first_ns, NO_TIME);
	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	feed(f, ev_end(1900, B, 0, LOCK, 0));
	assert_int_equal(f->m.first_ns, 1000);
	assert_int_equal(f->m.last_ns, 2000);
	assert_int_equal(f->m.nr_events, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wait_lasts_from_begin_to_end),
		TEST(the_end_may_tell_until_when_the_wait_spun),
		TEST(a_reader_waits_in_mode_read),
		TEST(locks_of_other_kinds_are_ignored),
		TEST(rwsems_of_preempt_rt_kernels_are_waited_for),
		TEST(a_stack_tells_an_rwlock_of_preempt_rt_from_an_rwsem),
		TEST(the_end_of_another_lock_does_not_end_the_wait),
		TEST(an_end_without_begin_is_nothing),
		TEST(an_interrupted_wait_has_its_duration),
		TEST(sleep_is_from_switch_to_waking),
		TEST(several_sleeps_add_up),
		TEST(a_sleep_may_be_ended_by_the_switch_in_alone),
		TEST(a_sleep_ends_with_the_wait_at_the_latest),
		TEST(a_waking_before_the_switch_prevents_the_sleep),
		TEST(preemption_and_other_sleeps_are_not_sleep),
		TEST(sleeps_outside_a_wait_are_nobodys),
		cmocka_unit_test_setup_teardown(
			without_sched_switch_sleep_is_unknown_and_the_holder_is_not,
			fixture_setup_no_switch, fixture_teardown),
		TEST(the_waker_is_the_holder),
		TEST(the_collector_is_not_the_holder),
		TEST(interrupts_idle_and_oneself_are_not_holders),
		TEST(a_wait_that_a_signal_ends_has_no_holder),
		TEST(who_wakes_a_waiter_that_sleeps_again_is_not_the_holder),
		TEST(without_the_switch_in_the_next_sleep_tells),
		TEST(a_wake_up_that_is_told_before_its_sleep_counts),
		TEST(who_waits_for_the_lock_itself_is_not_its_holder),
		TEST(who_sends_a_signal_is_not_the_holder),
		TEST(a_signal_of_another_or_to_another_does_not_hide_the_holder),
		TEST(who_ends_its_process_is_not_the_holder),
		TEST(a_wait_that_is_open_names_no_waker),
		TEST(after_its_wake_up_a_waiter_waits_for_a_cpu),
		TEST(a_wake_up_that_is_not_seen_leaves_the_wait_for_a_cpu_unknown),
		TEST(who_never_sleeps_waits_for_no_cpu),
		TEST(a_long_wait_is_booked_second_by_second),
		TEST(a_long_wait_that_is_open_at_the_end_is_booked_until_then),
		TEST(a_later_interrupt_does_not_hide_the_holder),
		TEST(the_stack_behind_the_begin_names_site_role_and_class),
		TEST(stacks_and_sites_are_given_once),
		TEST(a_stack_of_another_event_of_the_thread_is_not_taken),
		TEST(a_stack_without_any_wait_is_nothing),
		TEST(a_begin_while_open_closes_the_former_as_uncertain),
		TEST(a_thread_that_exits_while_it_waits_leaves_an_uncertain_wait),
		TEST(what_is_open_at_the_end_is_stored_as_open),
		TEST(a_long_open_wait_is_shown_and_replaced_at_its_end),
		TEST(a_shown_open_wait_is_still_one_row_after_the_end_of_the_capture),
		TEST(waits_of_many_threads_do_not_mix),
		TEST(a_clock_that_steps_back_gives_no_negative_times),
		TEST(an_error_of_the_sink_stops_the_model),
		TEST(the_span_of_the_events_and_their_number_are_known),
	};

	return cmocka_run_group_tests_name("wait", tests, NULL, NULL);
}
