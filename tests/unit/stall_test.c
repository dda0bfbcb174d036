// SPDX-License-Identifier: GPL-2.0-only
/* Uninterruptible sleeps, event by event. */
#include <errno.h>

#include "lib/clock.h"
#include "tests/unit/fixture.h"

#define LOCK  0xffff888000001000ULL
#define OTHER 0xffff888000002000ULL
#define A     100
#define B     200
#define IDLE  0
#define D     S_UNINTERRUPTIBLE

static int setup_with(void **state, bool android)
{
	bool has[NR_EVENTS];
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	memset(has, 1, sizeof(has));
	has[EVENT_SCHED_BLOCKED_REASON] = android;
	model_free(&f->m);
	model_init(&f->m, &(struct model_options){
				  .sink = &f->sink,
				  .symbols = &(struct symbols){ .tep = f->tep },
				  .has = has,
				  .keep_stalls = true,
			  });
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, false);
}

static int setup_android(void **state)
{
	return setup_with(state, true);
}

/* The one stall that the model has given. */
static const struct stall_row *only_stall(struct fixture *f)
{
	assert_int_equal(f->seen.nr_stalls, 1);
	return &f->seen.stall[0];
}

static int32_t tid_of(struct fixture *f, int64_t task_id)
{
	flush(f, 0);
	return task_id ? seen_task_of(&f->seen, task_id)->tid : -1;
}

static void a_stall_lasts_from_the_switch_to_the_waking(void **state)
{
	struct fixture *f = *state;
	const struct stall_row *s;

	feed(f, ev_switch(1000, A, 0, D, IDLE));
	assert_int_equal(f->seen.nr_stalls, 0);
	feed(f, ev_waking(1700, B, 1, A));
	/* on the run queue: that is no stall */
	feed(f, ev_switch(1900, IDLE, 0, S_RUNNING, A));
	finish(f);
	s = only_stall(f);
	assert_int_equal(s->start_ns, 1000);
	assert_int_equal(s->duration_ns, 700);
	assert_int_equal(s->outcome, OUTCOME_ACQUIRED);
	assert_int_equal(s->wait_id, 0);
	assert_int_equal(tid_of(f, s->task_id), A);
	assert_int_equal(tid_of(f, s->waker_task_id), B);
	assert_int_equal(f->seen.nr_waits, 0);
}

static void interrupts_and_the_idle_task_wake_for_nobody(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_in_irq(ev_waking(1100, B, 1, A)));
	feed(f, ev_switch(2000, A, 0, D, IDLE));
	feed(f, ev_waking(2100, IDLE, 1, A));
	assert_int_equal(f->seen.nr_stalls, 2);
	for (i = 0; i < 2; i++) {
		assert_int_equal(f->seen.stall[i].duration_ns, 100);
		assert_int_equal(f->seen.stall[i].waker_task_id, 0);
		assert_int_equal(f->seen.stall[i].outcome, OUTCOME_ACQUIRED);
	}
}

/* TASK_REPORT_IDLE: kernel threads with nothing to do */
static void other_states_are_no_stalls(void **state)
{
	static const int64_t states[] = { S_RUNNING, S_INTERRUPTIBLE, S_PREEMPTED, 0x80, 4, 8 };
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(states); i++) {
		feed(f, ev_switch(1000 + 100 * i, A, 0, states[i], B));
		feed(f, ev_waking(1050 + 100 * i, B, 0, A));
	}
	finish(f);
	assert_int_equal(f->seen.nr_stalls, 0);
}

/* try_to_wake_up() on another CPU, before the sleeper has left its own. */
static void a_waking_just_before_the_switch_leaves_no_time_asleep(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_waking(999, B, 1, A));
	feed(f, ev_switch(1000, A, 0, D, IDLE));
	/* a long time on the run queue */
	feed(f, ev_switch(90000, IDLE, 1, S_RUNNING, A));
	assert_int_equal(only_stall(f)->duration_ns, 0);
	assert_int_equal(only_stall(f)->outcome, OUTCOME_ACQUIRED);
	assert_int_equal(tid_of(f, only_stall(f)->waker_task_id), B);
}

/* It may have run in between, or have slept since the first: nobody knows. */
static void of_two_wakings_nobody_knows_which_ended_the_stall(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_waking(900, B, 1, A));
	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_waking(1500, B, 1, A));
	assert_int_equal(only_stall(f)->duration_ns, NO_TIME);
	assert_int_equal(only_stall(f)->outcome, OUTCOME_UNCERTAIN);
	/* the second may be that of the next sleep */
	feed(f, ev_switch(1501, A, 0, D, IDLE));
	feed(f, ev_switch(1600, IDLE, 0, S_RUNNING, A));
	assert_int_equal(f->seen.stall[1].duration_ns, 0);
}

static void a_waking_is_past_once_the_thread_was_seen_at_work(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_waking(900, B, 1, A));
	feed(f, ev_begin(950, A, 0, LOCK, F_MUTEX));
	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_switch(1500, IDLE, 0, S_RUNNING, A));
	assert_int_equal(only_stall(f)->outcome, OUTCOME_UNCERTAIN);
	feed(f, ev_waking(1900, B, 1, A));
	feed(f, ev_switch(1950, IDLE, 1, S_RUNNING, A));
	feed(f, ev_switch(2000, A, 0, D, IDLE));
	finish(f);
	assert_int_equal(f->seen.nr_stalls, 2);
	assert_int_equal(f->seen.stall[1].outcome, OUTCOME_OPEN);
}

/* An interrupt on the CPU that is said to be the sleeper's is not it at work. */
static void an_interrupt_does_not_end_a_stall(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_in_irq(ev_waking(1100, A, 0, B)));
	assert_int_equal(f->seen.nr_stalls, 0);
	feed(f, ev_waking(1300, B, 1, A));
	assert_int_equal(only_stall(f)->duration_ns, 300);
}

/* After sched_switch is told, before the next thread is the current one. */
static void what_the_scheduler_does_in_its_name_does_not_end_a_stall(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_switch(1000, A, 0, D, B));
	feed(f, ev_begin(1001, A, 0, OTHER, F_SPIN));
	feed(f, ev_end(1002, A, 0, OTHER, 0));
	feed(f, ev_waking(1003, A, 0, B));
	assert_int_equal(f->seen.nr_stalls, 0);
	feed(f, ev_waking(1300, B, 1, A));
	assert_int_equal(only_stall(f)->duration_ns, 300);
}

static void without_its_wakeup_a_stall_has_no_duration(void **state)
{
	const struct event seen[] = {
		ev_switch(5000, IDLE, 0, S_RUNNING, A),
		ev_switch(5000, A, 0, D, IDLE),
		ev_begin(5000, A, 0, LOCK, F_MUTEX),
		ev_anon_begin(5000, A, 0, LOCK, true),
		ev_exit(5000, A),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(seen); i++) {
		struct fixture *f;

		setup(state);
		f = *state;
		feed(f, ev_switch(1000, A, 0, D, IDLE));
		feed(f, seen[i]);
		assert_int_equal(only_stall(f)->outcome, OUTCOME_UNCERTAIN);
		assert_int_equal(only_stall(f)->duration_ns, NO_TIME);
		assert_int_equal(only_stall(f)->waker_task_id, 0);
		fixture_teardown(state);
	}
}

static void the_wait_around_it_explains_a_stall(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(900, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_waking(1200, B, 1, A));
	feed(f, ev_switch(1300, A, 0, D, IDLE));
	feed(f, ev_waking(1400, B, 1, A));
	/* the wait's row has no id yet */
	assert_int_equal(f->seen.nr_stalls, 0);
	feed(f, ev_end(1500, A, 0, LOCK, 0));
	assert_int_equal(f->seen.nr_stalls, 2);
	assert_int_equal(f->seen.stall[0].wait_id, only_wait(f)->id);
	assert_int_equal(f->seen.stall[1].wait_id, only_wait(f)->id);
	assert_int_equal(f->seen.stall[0].duration_ns + f->seen.stall[1].duration_ns, 300);
	assert_int_equal(only_wait(f)->slept_ns, 300);
	/* and those after it, no wait does */
	feed(f, ev_switch(1600, A, 0, D, IDLE));
	feed(f, ev_waking(1700, B, 1, A));
	assert_int_equal(f->seen.nr_stalls, 3);
	assert_int_equal(f->seen.stall[2].wait_id, 0);
}

static void a_wait_that_was_shown_early_explains_by_its_last_id(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(100 * NSEC_PER_MSEC, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(101 * NSEC_PER_MSEC, A, 0, D, IDLE));
	feed(f, ev_waking(110 * NSEC_PER_MSEC, B, 1, A));
	flush(f, 200 * NSEC_PER_MSEC);
	assert_int_equal(only_wait(f)->outcome, OUTCOME_OPEN);
	assert_int_equal(f->seen.nr_stalls, 0);
	feed(f, ev_end(300 * NSEC_PER_MSEC, A, 0, LOCK, 0));
	assert_int_equal(only_stall(f)->wait_id, only_wait(f)->id);
	assert_int_equal(only_wait(f)->outcome, OUTCOME_ACQUIRED);
}

static void at_the_end_a_stall_is_open_and_the_open_wait_explains_it(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(900, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_waking(1200, B, 1, A));
	feed(f, ev_switch(1300, A, 0, D, IDLE));
	feed(f, ev_switch(1400, B, 0, D, IDLE));
	finish(f);
	assert_int_equal(f->seen.nr_stalls, 3);
	assert_int_equal(f->seen.stall[0].outcome, OUTCOME_ACQUIRED);
	assert_int_equal(f->seen.stall[0].wait_id, only_wait(f)->id);
	assert_int_equal(f->seen.stall[1].outcome, OUTCOME_OPEN);
	assert_int_equal(f->seen.stall[1].duration_ns, NO_TIME);
	assert_int_equal(f->seen.stall[1].wait_id, only_wait(f)->id);
	assert_int_equal(f->seen.stall[2].outcome, OUTCOME_OPEN);
	assert_int_equal(f->seen.stall[2].wait_id, 0);
}

static void a_gap_ends_every_stall_without_a_duration(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	feed(f, ev_begin(900, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_switch(1100, B, 1, D, IDLE));
	feed(f, ev_loss(1200, 2000, 0, 5));
	assert_int_equal(f->seen.nr_stalls, 2);
	/* before they are seen to run again, and inside the gap */
	feed(f, ev_waking(1500, B, 1, A));
	feed(f, ev_switch(1600, A, 1, D, IDLE));
	feed(f, ev_waking(2500, B, 1, A));
	assert_int_equal(f->seen.nr_stalls, 3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(f->seen.stall[i].outcome, OUTCOME_UNCERTAIN);
		assert_int_equal(f->seen.stall[i].duration_ns, NO_TIME);
		assert_int_equal(f->seen.stall[i].waker_task_id, 0);
	}
	/* the wait was there when the sleep began */
	assert_true((f->seen.stall[0].wait_id == only_wait(f)->id) !=
		    (f->seen.stall[1].wait_id == only_wait(f)->id));
	assert_int_equal(f->seen.stall[2].wait_id, 0);
	/* and all is well after it */
	feed(f, ev_switch(3000, A, 1, D, IDLE));
	feed(f, ev_waking(3100, B, 1, A));
	assert_int_equal(f->seen.stall[3].duration_ns, 100);
}

/* Its end may be lost: what the thread sleeps later need not be of it. */
static void a_wait_that_began_inside_a_gap_explains_nothing(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_loss(1000, 2000, 0, 5));
	feed(f, ev_begin(1500, A, 1, LOCK, F_WRITE));
	feed(f, ev_switch(3000, A, 1, D, IDLE));
	feed(f, ev_waking(3100, B, 1, A));
	finish(f);
	assert_int_equal(only_stall(f)->wait_id, 0);
	assert_int_equal(only_stall(f)->duration_ns, 100);
}

static void a_wait_without_its_end_explains_nothing(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 1, LOCK, F_WRITE));
	feed(f, ev_switch(3000, A, 1, D, IDLE));
	feed(f, ev_waking(3100, B, 1, A));
	feed(f, ev_begin(5000, A, 1, LOCK, F_WRITE));
	assert_int_equal(only_wait(f)->outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(only_stall(f)->wait_id, 0);
}

static void clocks_out_of_step_give_no_duration(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_waking(995, B, 1, A));
	assert_int_equal(only_stall(f)->outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(only_stall(f)->duration_ns, NO_TIME);
}

static void without_the_profile_there_are_no_rows_and_waits_sleep_as_long(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_switch(100, B, 1, D, IDLE));
	feed(f, ev_begin(900, A, 0, LOCK, F_WRITE));
	feed(f, ev_waking(999, B, 1, A));
	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_switch(1050, IDLE, 0, S_RUNNING, A));
	feed(f, ev_switch(1100, A, 0, D, IDLE));
	feed(f, ev_waking(1200, B, 1, A));
	feed(f, ev_end(1500, A, 0, LOCK, 0));
	finish(f);
	assert_int_equal(f->seen.nr_stalls, 0);
	assert_int_equal(only_wait(f)->slept_ns, 100);
	/* and nobody is remembered that does not wait */
	assert_null(f->m.stalls.by_tid);
}

static void who_was_woken_long_ago_is_forgotten(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_waking(NSEC_PER_SEC, B, 1, A));
	flush(f, NSEC_PER_SEC + 1);
	assert_non_null(f->m.stalls.by_tid);
	flush(f, 3 * NSEC_PER_SEC);
	assert_null(f->m.stalls.by_tid);
}

static void the_collectors_own_sleeps_are_not_kept(void **state)
{
	struct fixture *f = *state;

	f->m.stalls.self_tgid = 77;
	assert_int_equal(tasks_seed(&f->m.tasks, A, 77), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, B, 88), 0);
	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_switch(1100, B, 0, D, IDLE));
	feed(f, ev_waking(2000, B, 1, A));
	feed(f, ev_waking(2000, 1, 1, B));
	assert_int_equal(tid_of(f, only_stall(f)->task_id), B);
}

static void an_error_of_the_sink_stops_the_model(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_waking(2000, B, 1, A);

	feed(f, ev_switch(1000, A, 0, D, IDLE));
	f->seen.fail = -ENOSPC;
	assert_int_equal(model_event(&f->m, &ev), -ENOSPC);
}

#define IO_STACK    "__schedule schedule io_schedule folio_wait_bit_common filemap_read"
#define VFORK_STACK "__schedule schedule wait_for_completion_state kernel_clone"

static const char *slept_in(struct fixture *f, const struct stall_row *s)
{
	return s->site_id ? seen_site_of(&f->seen, s->site_id)->symbol : "";
}

static struct event ev_asleep_at(struct fixture *f, uint64_t t, const char *path)
{
	return ev_at_stack(ev_switch(t, A, 0, D, IDLE), fixture_stack(f, path));
}

/* The innermost function that is not the scheduler's own, as in wchan. */
static void the_stack_of_the_switch_tells_where_it_slept(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_asleep_at(f, 1000, IO_STACK));
	feed(f, ev_waking(1700, B, 1, A));
	feed(f, ev_asleep_at(f, 2000, VFORK_STACK));
	feed(f, ev_waking(2700, B, 1, A));
	assert_int_equal(f->seen.nr_stalls, 2);
	assert_string_equal(slept_in(f, &f->seen.stall[0]), "folio_wait_bit_common");
	assert_int_equal(f->seen.stall[0].io_wait, 1);
	assert_string_equal(slept_in(f, &f->seen.stall[1]), "kernel_clone");
	assert_int_equal(f->seen.stall[1].io_wait, 0);
	assert_int_equal(f->seen.stall[1].stack_id, f->seen.stack[1].row.id);
}

static void without_a_stack_it_is_not_known_where(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_asleep_at(f, 1000, IO_STACK));
	feed(f, ev_waking(1700, B, 1, A));
	/* and not where it slept before */
	feed(f, ev_switch(2000, A, 0, D, IDLE));
	feed(f, ev_waking(2700, B, 1, A));
	assert_int_equal(f->seen.stall[1].site_id, 0);
	assert_int_equal(f->seen.stall[1].stack_id, 0);
	assert_int_equal(f->seen.stall[1].io_wait, -1);
}

static void a_sleep_that_was_cut_short_has_its_place(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_asleep_at(f, 1000, IO_STACK));
	finish(f);
	assert_int_equal(only_stall(f)->outcome, OUTCOME_OPEN);
	assert_string_equal(slept_in(f, only_stall(f)), "folio_wait_bit_common");
}

static struct event ev_reason(uint64_t t, int32_t tid, const char *symbol, bool io_wait)
{
	struct event ev = ev_make(EVENT_SCHED_BLOCKED_REASON, t, B, 1);

	ev.sched_blocked_reason.tid = tid;
	ev.sched_blocked_reason.caller = fixture_address(symbol);
	ev.sched_blocked_reason.io_wait = io_wait;
	return ev;
}

static void the_reason_comes_behind_the_waking(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_waking(1700, B, 1, A));
	feed(f, ev_reason(1701, A, "filemap_read", true));
	assert_string_equal(slept_in(f, only_stall(f)), "filemap_read");
	assert_int_equal(only_stall(f)->io_wait, 1);
	assert_int_equal(only_stall(f)->duration_ns, 700);
	/* one too many is of no stall */
	feed(f, ev_reason(1702, A, "kernel_clone", false));
	finish(f);
	assert_string_equal(slept_in(f, only_stall(f)), "filemap_read");
}

static void a_stack_knows_the_function_better_than_the_reason(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_asleep_at(f, 1000, VFORK_STACK));
	feed(f, ev_waking(1700, B, 1, A));
	feed(f, ev_reason(1701, A, "filemap_read", true));
	assert_string_equal(slept_in(f, only_stall(f)), "kernel_clone");
	assert_int_equal(only_stall(f)->io_wait, 1);
}

/* Without an event of its lock a sleep in the slow path of an rwsem is for one, of some class. */
static void a_reason_in_the_slow_path_of_an_rwsem_tells_its_mode(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_waking(1700, B, 1, A));
	feed(f, ev_reason(1701, A, "rwsem_down_write_slowpath", false));
	feed(f, ev_switch(2000, A, 0, D, IDLE));
	feed(f, ev_waking(2700, B, 1, A));
	feed(f, ev_reason(2701, A, "rwsem_down_read_slowpath", false));
	feed(f, ev_switch(3000, A, 0, D, IDLE));
	feed(f, ev_waking(3700, B, 1, A));
	feed(f, ev_reason(3701, A, "filemap_read", false));
	assert_int_equal(f->seen.nr_stalls, 3);
	assert_int_equal(f->seen.stall[0].rwsem_mode, MODE_WRITE);
	assert_int_equal(f->seen.stall[1].rwsem_mode, MODE_READ);
	assert_int_equal(f->seen.stall[2].rwsem_mode, ENUM_NONE);
	for (i = 0; i < 3; i++) {
		assert_int_equal(f->seen.stall[i].class, ENUM_NONE);
		assert_int_equal(tid_of(f, f->seen.stall[i].waker_task_id), B);
	}
}

static void a_stack_proves_the_class_of_the_rwsem(void **state)
{
	static const struct {
		const char *stack;
		int mode, class;
	} slept[] = {
		{ "schedule rwsem_down_read_slowpath down_read move_pages userfaultfd_ioctl",
		  MODE_READ, ENUM_NONE }, /* of several classes */
		{ "schedule rwsem_down_write_slowpath down_write unlink_anon_vmas exit_mmap",
		  MODE_WRITE, LOCK_ANON_VMA },
		{ "schedule rwsem_down_read_slowpath down_read lock_mm_and_find_vma", MODE_READ,
		  LOCK_MMAP },
		/* as for another kind of lock, or for none */
		{ "schedule kernel_clone", ENUM_NONE, ENUM_NONE },
	};
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(slept); i++) {
		feed(f, ev_asleep_at(f, 1000 * i + 1000, slept[i].stack));
		feed(f, ev_waking(1000 * i + 1700, B, 1, A));
		assert_int_equal(f->seen.nr_stalls, i + 1);
		assert_int_equal(f->seen.stall[i].rwsem_mode, slept[i].mode);
		assert_int_equal(f->seen.stall[i].class, slept[i].class);
	}
}

static void a_reason_that_does_not_come_is_not_waited_for(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_waking(1700, B, 1, A));
	feed(f, ev_switch(1900, IDLE, 0, S_RUNNING, A));
	assert_int_equal(f->seen.nr_stalls, 1);
	feed(f, ev_switch(2000, A, 0, D, IDLE));
	feed(f, ev_waking(2700, B, 1, A));
	assert_int_equal(f->seen.nr_stalls, 1);
	flush(f, 3 * NSEC_PER_SEC);
	assert_int_equal(f->seen.nr_stalls, 2);
	feed(f, ev_switch(4 * NSEC_PER_SEC, A, 0, D, IDLE));
	feed(f, ev_waking(4 * NSEC_PER_SEC + 1, B, 1, A));
	finish(f);
	assert_int_equal(f->seen.nr_stalls, 3);
	assert_int_equal(f->seen.stall[2].duration_ns, 1);
	assert_int_equal(f->seen.stall[2].site_id, 0);
}

static void the_wait_of_a_lock_explains_a_stall_whose_reason_came(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(900, A, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1000, A, 0, D, IDLE));
	feed(f, ev_waking(1700, B, 1, A));
	feed(f, ev_reason(1701, A, "move_pages", false));
	feed(f, ev_end(2000, A, 0, LOCK, 0));
	assert_int_equal(only_stall(f)->wait_id, only_wait(f)->id);
	assert_string_equal(slept_in(f, only_stall(f)), "move_pages");
}

int main(void)
{
#define TEST(name)	   cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
#define TEST_ANDROID(name) cmocka_unit_test_setup_teardown(name, setup_android, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(the_stack_of_the_switch_tells_where_it_slept),
		TEST(without_a_stack_it_is_not_known_where),
		TEST(a_sleep_that_was_cut_short_has_its_place),
		TEST_ANDROID(the_reason_comes_behind_the_waking),
		TEST_ANDROID(a_stack_knows_the_function_better_than_the_reason),
		TEST_ANDROID(a_reason_in_the_slow_path_of_an_rwsem_tells_its_mode),
		TEST(a_stack_proves_the_class_of_the_rwsem),
		TEST_ANDROID(a_reason_that_does_not_come_is_not_waited_for),
		TEST_ANDROID(the_wait_of_a_lock_explains_a_stall_whose_reason_came),
		TEST(a_stall_lasts_from_the_switch_to_the_waking),
		TEST(interrupts_and_the_idle_task_wake_for_nobody),
		TEST(other_states_are_no_stalls),
		TEST(a_waking_just_before_the_switch_leaves_no_time_asleep),
		TEST(of_two_wakings_nobody_knows_which_ended_the_stall),
		TEST(a_waking_is_past_once_the_thread_was_seen_at_work),
		TEST(an_interrupt_does_not_end_a_stall),
		TEST(what_the_scheduler_does_in_its_name_does_not_end_a_stall),
		cmocka_unit_test(without_its_wakeup_a_stall_has_no_duration),
		TEST(the_wait_around_it_explains_a_stall),
		TEST(a_wait_that_was_shown_early_explains_by_its_last_id),
		TEST(at_the_end_a_stall_is_open_and_the_open_wait_explains_it),
		TEST(a_gap_ends_every_stall_without_a_duration),
		TEST(a_wait_that_began_inside_a_gap_explains_nothing),
		TEST(a_wait_without_its_end_explains_nothing),
		TEST(clocks_out_of_step_give_no_duration),
		cmocka_unit_test_setup_teardown(
			without_the_profile_there_are_no_rows_and_waits_sleep_as_long,
			fixture_setup, fixture_teardown),
		TEST(the_collectors_own_sleeps_are_not_kept),
		TEST(who_was_woken_long_ago_is_forgotten),
		TEST(an_error_of_the_sink_stops_the_model),
	};

	return cmocka_run_group_tests_name("stall", tests, NULL, NULL);
}
