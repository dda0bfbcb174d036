// SPDX-License-Identifier: GPL-2.0-only
/* The hold state machine, event by event. */
#include <errno.h>

#include "lib/clock.h"
#include "tests/unit/fixture.h"

#define LOCK  0xffff888000001000ULL
#define OTHER 0xffff888000002000ULL
#define A     100
#define B     200
#define C     300
#define MS    ((int64_t)NSEC_PER_MSEC)
#define SEC   ((int64_t)NSEC_PER_SEC)
#define READ  false
#define WRITE true

static int setup_keep_all(void **state)
{
	bool has[NR_EVENTS];
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	memset(has, 1, sizeof(has));
	model_free(&f->m);
	model_init(&f->m, &(struct model_options){
				  .sink = &f->sink,
				  .symbols = &(struct symbols){ .tep = f->tep },
				  .has = has,
				  .keep_all = true,
			  });
	return 0;
}

static void hold(struct fixture *f, uint64_t from_ns, uint64_t to_ns, int32_t tid, uint64_t lock,
		 bool write)
{
	feed(f, ev_acquired(from_ns, tid, 0, lock, write));
	feed(f, ev_released(to_ns, tid, 0, lock, write));
}

static void wait(struct fixture *f, uint64_t from_ns, uint64_t to_ns, int32_t tid, uint64_t lock)
{
	feed(f, ev_anon_begin(from_ns, tid, 1, lock, WRITE));
	feed(f, ev_anon_end(to_ns, tid, 1, lock, WRITE));
}

/* The one hold that the model has given. */
static const struct hold_row *only_hold(struct fixture *f)
{
	assert_int_equal(f->seen.nr_holds, 1);
	return &f->seen.hold[0];
}

static int32_t tid_of(struct fixture *f, int64_t task_id)
{
	flush(f, 0);
	return task_id ? seen_task_of(&f->seen, task_id)->tid : -1;
}

/* All roll-ups together. */
static struct rollup_row sums(struct fixture *f)
{
	struct rollup_row sum = { .nr_holds = 0 };
	unsigned int i;

	flush(f, 0);
	for (i = 0; i < f->seen.nr_rollups; i++) {
		const struct rollup_row *r = &f->seen.rollup[i].row;

		sum.nr_waits += r->nr_waits;
		sum.nr_holds += r->nr_holds == NO_TIME ? 0 : r->nr_holds;
		sum.hold_ns += r->hold_ns == NO_TIME ? 0 : r->hold_ns;
	}
	return sum;
}

static void a_hold_lasts_from_acquire_to_release(void **state)
{
	struct fixture *f = *state;
	const struct hold_row *h;

	feed(f, ev_at(ev_acquired(5 * MS, A, 0, LOCK, WRITE), fixture_address("move_pages")));
	assert_int_equal(f->seen.nr_holds, 0);
	feed(f, ev_released(7 * MS, A, 1, LOCK, WRITE));
	h = only_hold(f);
	assert_int_equal(h->start_ns, 5 * MS);
	assert_int_equal(h->duration_ns, 2 * MS);
	assert_int_equal(h->mode, MODE_WRITE);
	assert_int_equal(h->nr_waiters, 0);
	assert_int_equal(h->outcome, OUTCOME_ACQUIRED);
	assert_string_equal(seen_site_of(&f->seen, h->site_id)->symbol, "move_pages");
	assert_int_equal(seen_site_of(&f->seen, h->site_id)->row.role, ROLE_UFFD_MOVE);
	assert_int_equal(tid_of(f, h->task_id), A);
	assert_true(seen_lock_of(&f->seen, h->lock_id)->address == LOCK);
	assert_int_equal(seen_lock_of(&f->seen, h->lock_id)->class, LOCK_ANON_VMA);
	assert_int_equal(f->seen.nr_waits, 0);
}

static void the_lock_of_a_file_is_held_likewise(void **state)
{
	struct fixture *f = *state;
	const struct hold_row *h;

	feed(f, ev_lock(EVENT_I_MMAP_LOCK_ACQUIRE_RETURNED, 5 * MS, A, 0, LOCK, READ));
	feed(f, ev_lock(EVENT_I_MMAP_LOCK_RELEASED, 8 * MS, A, 0, LOCK, READ));
	h = only_hold(f);
	assert_int_equal(h->duration_ns, 3 * MS);
	assert_int_equal(h->mode, MODE_READ);
	assert_int_equal(h->site_id, 0);
	flush(f, 0);
	assert_int_equal(seen_lock_of(&f->seen, h->lock_id)->class, LOCK_I_MMAP);
	assert_int_equal(sums(f).hold_ns, 3 * MS);
}

static void readers_hold_a_lock_beside_each_other(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(10 * MS, A, 0, LOCK, READ));
	feed(f, ev_acquired(12 * MS, B, 1, LOCK, READ));
	feed(f, ev_acquired(14 * MS, C, 2, LOCK, READ));
	feed(f, ev_released(20 * MS, B, 1, LOCK, READ));
	feed(f, ev_released(30 * MS, A, 0, LOCK, READ));
	feed(f, ev_released(40 * MS, C, 2, LOCK, READ));
	assert_int_equal(f->seen.nr_holds, 3);
	assert_int_equal(f->seen.hold[0].duration_ns, 8 * MS);
	assert_int_equal(tid_of(f, f->seen.hold[0].task_id), B);
	assert_int_equal(f->seen.hold[1].duration_ns, 20 * MS);
	assert_int_equal(tid_of(f, f->seen.hold[1].task_id), A);
	assert_int_equal(f->seen.hold[2].duration_ns, 26 * MS);
	assert_int_equal(tid_of(f, f->seen.hold[2].task_id), C);
	assert_int_equal(f->seen.hold[0].lock_id, f->seen.hold[2].lock_id);
	assert_int_equal(f->seen.hold[0].mode, MODE_READ);
}

static void a_thread_holds_several_locks(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(10 * MS, A, 0, LOCK, WRITE));
	feed(f, ev_acquired(12 * MS, A, 0, OTHER, WRITE));
	feed(f, ev_released(20 * MS, A, 0, LOCK, WRITE));
	feed(f, ev_released(30 * MS, A, 0, OTHER, WRITE));
	assert_int_equal(f->seen.nr_holds, 2);
	assert_int_equal(f->seen.hold[0].duration_ns, 10 * MS);
	assert_int_equal(f->seen.hold[1].duration_ns, 18 * MS);
	assert_int_not_equal(f->seen.hold[0].lock_id, f->seen.hold[1].lock_id);
}

static void a_trylock_that_failed_is_no_hold(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_failed(ev_acquired(10 * MS, A, 0, LOCK, READ)));
	feed(f, ev_released(20 * MS, A, 0, LOCK, READ));
	feed(f, ev_failed(ev_lock(EVENT_I_MMAP_LOCK_ACQUIRE_RETURNED, 30 * MS, A, 0, OTHER, READ)));
	feed(f, ev_lock(EVENT_I_MMAP_LOCK_RELEASED, 40 * MS, A, 0, OTHER, READ));
	finish(f);
	assert_int_equal(f->seen.nr_holds, 0);
	assert_int_equal(f->seen.nr_rollups, 0);
}

/* It held the lock already; the failure of another attempt ends nothing. */
static void a_trylock_that_failed_does_not_end_a_hold(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(10 * MS, A, 0, LOCK, READ));
	feed(f, ev_failed(ev_acquired(12 * MS, A, 0, LOCK, READ)));
	feed(f, ev_failed(ev_acquired(13 * MS, B, 0, LOCK, WRITE)));
	feed(f, ev_released(20 * MS, A, 0, LOCK, READ));
	assert_int_equal(only_hold(f)->duration_ns, 10 * MS);
	assert_int_equal(only_hold(f)->outcome, OUTCOME_ACQUIRED);
}

/* Acquired before the capture: it says nothing, not even who held. */
static void a_release_without_acquire_is_nothing(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(5 * MS, B, 1, LOCK, WRITE));
	feed(f, ev_released(10 * MS, A, 0, LOCK, WRITE));
	feed(f, ev_anon_end(15 * MS, B, 1, LOCK, WRITE));
	finish(f);
	assert_int_equal(f->seen.nr_holds, 0);
	assert_int_equal(sums(f).nr_holds, 0);
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
}

static void only_ones_own_release_of_this_lock_and_mode_ends_a_hold(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(10 * MS, A, 0, LOCK, READ));
	feed(f, ev_released(11 * MS, B, 0, LOCK, READ));
	feed(f, ev_released(12 * MS, A, 0, OTHER, READ));
	feed(f, ev_released(13 * MS, A, 0, LOCK, WRITE));
	assert_int_equal(f->seen.nr_holds, 0);
	feed(f, ev_released(14 * MS, A, 0, LOCK, READ));
	assert_int_equal(only_hold(f)->duration_ns, 4 * MS);
}

static void an_acquire_while_open_closes_the_former_as_uncertain(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(10 * MS, A, 0, LOCK, WRITE));
	feed(f, ev_acquired(20 * MS, A, 0, LOCK, WRITE));
	feed(f, ev_released(25 * MS, A, 0, LOCK, WRITE));
	assert_int_equal(f->seen.nr_holds, 2);
	assert_int_equal(f->seen.hold[0].start_ns, 10 * MS);
	assert_int_equal(f->seen.hold[0].outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(f->seen.hold[0].duration_ns, NO_TIME);
	assert_int_equal(f->seen.hold[1].outcome, OUTCOME_ACQUIRED);
	assert_int_equal(f->seen.hold[1].duration_ns, 5 * MS);
	assert_int_equal(sums(f).nr_holds, 2);
	assert_int_equal(sums(f).hold_ns, 5 * MS);
}

static void waits_that_begin_during_a_hold_are_waiters(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(1000, A, 0, LOCK, WRITE));
	feed(f, ev_anon_begin(1010, B, 1, LOCK, WRITE));
	feed(f, ev_anon_begin(1020, C, 2, LOCK, READ));
	feed(f, ev_released(1030, A, 0, LOCK, WRITE));
	assert_int_equal(only_hold(f)->nr_waiters, 2);
	assert_int_equal(only_hold(f)->duration_ns, 30);
}

static void waits_that_are_open_when_a_hold_begins_are_waiters(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(990, B, 1, LOCK, WRITE));
	feed(f, ev_anon_begin(995, C, 2, LOCK, READ));
	feed(f, ev_acquired(1000, A, 0, LOCK, WRITE));
	feed(f, ev_anon_begin(1010, 400, 3, LOCK, WRITE));
	feed(f, ev_released(1030, A, 0, LOCK, WRITE));
	assert_int_equal(only_hold(f)->nr_waiters, 3);
}

static void waits_that_are_over_are_not_waiters(void **state)
{
	struct fixture *f = *state;

	wait(f, 100, 200, B, LOCK);
	hold(f, 1000, 1000 + 2 * MS, A, LOCK, WRITE);
	wait(f, 3 * MS, 4 * MS, B, LOCK);
	assert_int_equal(only_hold(f)->nr_waiters, 0);
}

static void ones_own_wait_is_not_a_waiter(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(990, A, 0, LOCK, WRITE));
	feed(f, ev_anon_begin(991, B, 1, LOCK, WRITE));
	feed(f, ev_anon_end(1000, A, 0, LOCK, WRITE));
	feed(f, ev_acquired(1001, A, 0, LOCK, WRITE));
	feed(f, ev_released(1100, A, 0, LOCK, WRITE));
	assert_int_equal(only_hold(f)->nr_waiters, 1);
}

static void waits_for_another_lock_are_not_waiters(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1 * MS, B, 1, OTHER, WRITE));
	feed(f, ev_acquired(2 * MS, A, 0, LOCK, WRITE));
	feed(f, ev_anon_begin(3 * MS, C, 1, OTHER, WRITE));
	feed(f, ev_released(9 * MS, A, 0, LOCK, WRITE));
	assert_int_equal(only_hold(f)->nr_waiters, 0);
}

static void a_writer_waits_for_every_reader(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(1000, A, 0, LOCK, READ));
	feed(f, ev_acquired(1001, B, 1, LOCK, READ));
	feed(f, ev_anon_begin(1010, C, 2, LOCK, WRITE));
	feed(f, ev_released(1020, A, 0, LOCK, READ));
	feed(f, ev_released(1030, B, 1, LOCK, READ));
	assert_int_equal(f->seen.nr_holds, 2);
	assert_int_equal(f->seen.hold[0].nr_waiters, 1);
	assert_int_equal(f->seen.hold[1].nr_waiters, 1);
}

static void a_short_hold_is_a_row_only_if_somebody_waited(void **state)
{
	struct fixture *f = *state;

	hold(f, 10 * MS, 11 * MS, A, LOCK, WRITE);
	assert_int_equal(f->seen.nr_holds, 0);
	hold(f, 20 * MS, 21 * MS + 1, A, LOCK, WRITE);
	assert_int_equal(only_hold(f)->duration_ns, MS + 1);
	feed(f, ev_acquired(30 * MS, A, 0, LOCK, WRITE));
	wait(f, 30 * MS + 1, 30 * MS + 2, B, LOCK);
	feed(f, ev_released(30 * MS + 3, A, 0, LOCK, WRITE));
	assert_int_equal(f->seen.nr_holds, 2);
	assert_int_equal(f->seen.hold[1].duration_ns, 3);
	/* all are in the sums */
	assert_int_equal(sums(f).nr_holds, 3);
	assert_int_equal(sums(f).hold_ns, 2 * MS + 4);
}

static void an_uncertain_hold_is_a_row_only_if_somebody_waited(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(1 * MS, A, 0, LOCK, WRITE));
	feed(f, ev_acquired(9 * MS, A, 0, LOCK, WRITE));
	assert_int_equal(f->seen.nr_holds, 0);
	wait(f, 10 * MS, 11 * MS, B, LOCK);
	feed(f, ev_acquired(19 * MS, A, 0, LOCK, WRITE));
	assert_int_equal(only_hold(f)->outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(only_hold(f)->nr_waiters, 1);
}

static void every_hold_is_a_row_when_all_are_kept(void **state)
{
	struct fixture *f = *state;

	hold(f, 1000, 1001, A, LOCK, WRITE);
	assert_int_equal(only_hold(f)->duration_ns, 1);
	feed(f, ev_acquired(2000, A, 0, LOCK, READ));
	feed(f, ev_acquired(3000, A, 0, LOCK, READ));
	assert_int_equal(f->seen.nr_holds, 2);
	assert_int_equal(f->seen.hold[1].outcome, OUTCOME_UNCERTAIN);
}

static void holds_are_counted_in_the_second_of_their_end(void **state)
{
	struct fixture *f = *state;
	const struct rollup_row *r;

	hold(f, 5 * SEC, 5 * SEC + 100, A, LOCK, WRITE);
	hold(f, 5 * SEC + 200, 5 * SEC + 250, A, LOCK, WRITE);
	hold(f, 6 * SEC - 10, 6 * SEC, A, LOCK, WRITE);
	flush(f, 0);
	assert_int_equal(f->seen.nr_rollups, 2);
	r = &f->seen.rollup[0].row;
	assert_int_equal(r->second, 5);
	assert_int_equal(r->nr_holds, 2);
	/* and their time is booked to the second in which it passed */
	assert_int_equal(r->hold_ns, 160);
	assert_int_equal(r->nr_waits, 0);
	assert_int_equal(r->nr_uncertain, 0);
	assert_int_equal(r->mode, MODE_WRITE);
	assert_int_not_equal(r->lock_id, 0);
	assert_int_equal(f->seen.rollup[0].hist_count, 0);
	r = &f->seen.rollup[1].row;
	assert_int_equal(r->second, 6);
	assert_int_equal(r->nr_holds, 1);
	assert_int_equal(r->hold_ns, 0);
}

static void holds_are_summed_by_process_lock_site_and_mode(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	assert_int_equal(tasks_seed(&f->m.tasks, A, A), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, B, B), 0);
	hold(f, 1000, 1001, A, LOCK, WRITE);
	hold(f, 1010, 1011, B, LOCK, WRITE);
	hold(f, 1020, 1021, A, OTHER, WRITE);
	hold(f, 1030, 1031, A, LOCK, READ);
	feed(f, ev_at(ev_acquired(1040, A, 0, LOCK, WRITE), fixture_address("move_pages")));
	feed(f, ev_released(1041, A, 0, LOCK, WRITE));
	flush(f, 0);
	assert_int_equal(f->seen.nr_rollups, 5);
	for (i = 0; i < 5; i++)
		assert_int_equal(f->seen.rollup[i].row.nr_holds, 1);
	assert_int_not_equal(f->seen.rollup[0].row.process_id, f->seen.rollup[1].row.process_id);
}

/* NULL in the database: not zero. */
static void sums_of_waits_alone_say_that_holds_are_unknown(void **state)
{
	struct fixture *f = *state;

	wait(f, 1000, 1500, A, LOCK);
	/* its thread could have said for which VMA it was */
	flush(f, NSEC_PER_SEC);
	assert_int_equal(f->seen.nr_rollups, 1);
	assert_int_equal(f->seen.rollup[0].row.nr_holds, NO_TIME);
	assert_int_equal(f->seen.rollup[0].row.hold_ns, NO_TIME);
	/* and with a hold of the same key they are one row */
	hold(f, 2000, 2030, A, LOCK, WRITE);
	flush(f, 0);
	assert_int_equal(f->seen.nr_rollups, 1);
	assert_int_equal(f->seen.rollup[0].row.nr_waits, 1);
	assert_int_equal(f->seen.rollup[0].row.wait_ns, 500);
	assert_int_equal(f->seen.rollup[0].row.nr_holds, 1);
	assert_int_equal(f->seen.rollup[0].row.hold_ns, 30);
}

static void a_release_names_the_holder_to_all_who_wait(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	feed(f, ev_at(ev_acquired(1000, A, 0, LOCK, WRITE), fixture_address("anon_vma_clone")));
	feed(f, ev_anon_begin(1010, B, 1, LOCK, WRITE));
	feed(f, ev_anon_begin(1020, C, 2, LOCK, READ));
	feed(f, ev_released(1030, A, 0, LOCK, WRITE));
	feed(f, ev_anon_end(1040, B, 1, LOCK, WRITE));
	feed(f, ev_anon_end(1050, C, 2, LOCK, READ));
	assert_int_equal(f->seen.nr_waits, 2);
	for (i = 0; i < 2; i++) {
		const struct wait_row *w = &f->seen.wait[i];

		assert_int_equal(w->holder_source, HOLDER_EXACT);
		assert_int_equal(tid_of(f, w->holder_task_id), A);
		assert_string_equal(seen_site_of(&f->seen, w->holder_site_id)->symbol,
				    "anon_vma_clone");
	}
}

static void the_last_to_let_go_is_the_holder(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_at(ev_acquired(1000, A, 0, LOCK, READ), fixture_address("rmap_walk_anon")));
	feed(f, ev_acquired(1001, B, 1, LOCK, READ));
	feed(f, ev_anon_begin(1010, C, 2, LOCK, WRITE));
	feed(f, ev_released(1020, B, 1, LOCK, READ));
	feed(f, ev_released(1030, A, 0, LOCK, READ));
	feed(f, ev_anon_end(1040, C, 2, LOCK, WRITE));
	assert_int_equal(tid_of(f, only_wait(f)->holder_task_id), A);
	assert_string_equal(seen_site_of(&f->seen, only_wait(f)->holder_site_id)->symbol,
			    "rmap_walk_anon");
}

/* The site of the former holder must not stay. */
/* It tells of the release, is preempted, and lets the lock go only when the waiter sleeps again. */
static void one_who_was_faster_and_lets_go_late_is_the_holder(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(900, A, 0, LOCK, true));
	feed(f, ev_anon_begin(1000, C, 1, LOCK, true));
	feed(f, ev_switch(1010, C, 1, S_UNINTERRUPTIBLE, 0));
	feed(f, ev_released(1100, A, 0, LOCK, true));
	feed(f, ev_waking(1101, A, 0, C));
	feed(f, ev_acquired(1110, B, 2, LOCK, true));
	feed(f, ev_released(1200, B, 2, LOCK, true));
	feed(f, ev_switch(1210, B, 2, S_PREEMPTED, 0));
	feed(f, ev_switch(1300, 0, 1, S_RUNNING, C));
	feed(f, ev_switch(1310, C, 1, S_UNINTERRUPTIBLE, 0));
	feed(f, ev_switch(1790, 0, 2, S_RUNNING, B));
	feed(f, ev_waking(1800, B, 2, C));
	feed(f, ev_switch(1810, 0, 1, S_RUNNING, C));
	feed(f, ev_anon_end(1820, C, 1, LOCK, true));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_EXACT);
	assert_int_equal(tid_of(f, only_wait(f)->holder_task_id), B);
}

/* As above, but the waiter gets the lock: it waited for the other one's release. */
static void one_who_had_it_while_the_waiter_waited_for_a_cpu_is_not_the_holder(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(900, A, 0, LOCK, true));
	feed(f, ev_anon_begin(1000, C, 1, LOCK, true));
	feed(f, ev_switch(1010, C, 1, S_UNINTERRUPTIBLE, 0));
	feed(f, ev_released(1100, A, 0, LOCK, true));
	feed(f, ev_waking(1101, A, 0, C));
	feed(f, ev_acquired(1110, B, 2, LOCK, true));
	feed(f, ev_released(1200, B, 2, LOCK, true));
	feed(f, ev_switch(1300, 0, 1, S_RUNNING, C));
	feed(f, ev_anon_end(1310, C, 1, LOCK, true));
	assert_int_equal(tid_of(f, only_wait(f)->holder_task_id), A);
}

static void a_later_holder_without_a_site_has_none(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_at(ev_acquired(1000, A, 0, LOCK, READ), fixture_address("rmap_walk_anon")));
	feed(f, ev_acquired(1001, B, 1, LOCK, READ));
	feed(f, ev_anon_begin(1010, C, 2, LOCK, WRITE));
	feed(f, ev_released(1020, A, 0, LOCK, READ));
	feed(f, ev_released(1030, B, 1, LOCK, READ));
	feed(f, ev_anon_end(1040, C, 2, LOCK, WRITE));
	assert_int_equal(tid_of(f, only_wait(f)->holder_task_id), B);
	assert_int_equal(only_wait(f)->holder_site_id, 0);
}

static void who_lets_go_of_another_lock_is_not_the_holder(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(1000, A, 0, OTHER, WRITE));
	feed(f, ev_anon_begin(1010, B, 1, LOCK, WRITE));
	feed(f, ev_released(1020, A, 0, OTHER, WRITE));
	feed(f, ev_anon_end(1030, B, 1, LOCK, WRITE));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(only_wait(f)->holder_task_id, 0);
}

static void who_lets_go_before_or_after_a_wait_is_not_its_holder(void **state)
{
	struct fixture *f = *state;

	hold(f, 900, 1000, A, LOCK, WRITE);
	feed(f, ev_anon_begin(1010, B, 1, LOCK, WRITE));
	feed(f, ev_acquired(1020, C, 0, LOCK, READ));
	feed(f, ev_anon_end(1030, B, 1, LOCK, WRITE));
	feed(f, ev_released(1040, C, 0, LOCK, READ));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
}

static void nobody_waits_for_himself(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(1000, A, 0, LOCK, READ));
	feed(f, ev_anon_begin(1010, A, 0, LOCK, WRITE));
	feed(f, ev_released(1020, A, 0, LOCK, READ));
	feed(f, ev_anon_end(1030, A, 0, LOCK, WRITE));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(only_wait(f)->holder_task_id, 0);
}

static void the_exact_holder_wins_over_a_waker_before_and_after(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(1000, A, 0, LOCK, WRITE));
	feed(f, ev_anon_begin(1010, B, 1, LOCK, WRITE));
	feed(f, ev_waking(1015, C, 0, B));
	feed(f, ev_released(1020, A, 0, LOCK, WRITE));
	feed(f, ev_waking(1025, C, 0, B));
	feed(f, ev_anon_end(1030, B, 1, LOCK, WRITE));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_EXACT);
	assert_int_equal(tid_of(f, only_wait(f)->holder_task_id), A);
}

static void the_exact_holder_wins_over_the_owner(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(1000, A, 0, LOCK, WRITE));
	feed(f, ev_owned_by(ev_anon_begin(1010, B, 1, LOCK, WRITE), C));
	feed(f, ev_released(1020, A, 0, LOCK, WRITE));
	feed(f, ev_anon_end(1030, B, 1, LOCK, WRITE));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_EXACT);
	assert_int_equal(tid_of(f, only_wait(f)->holder_task_id), A);
}

static void a_hold_across_a_gap_is_uncertain_and_names_nobody(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(1 * SEC, A, 0, LOCK, WRITE));
	feed(f, ev_loss(1 * SEC + 10, 1 * SEC + 20, 1, 5));
	assert_int_equal(only_hold(f)->outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(only_hold(f)->duration_ns, NO_TIME);
	feed(f, ev_anon_begin(1 * SEC + 30, B, 1, LOCK, WRITE));
	feed(f, ev_released(1 * SEC + 40, A, 0, LOCK, WRITE));
	feed(f, ev_anon_end(1 * SEC + 50, B, 1, LOCK, WRITE));
	finish(f);
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(f->seen.nr_holds, 1);
	assert_int_equal(sums(f).nr_holds, 1);
	assert_int_equal(sums(f).hold_ns, 0);
}

static void a_hold_that_began_inside_a_gap_is_uncertain_and_names_nobody(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_loss(1000, 2000, 1, 5));
	feed(f, ev_acquired(1999, A, 0, LOCK, WRITE));
	feed(f, ev_anon_begin(2010, B, 1, LOCK, WRITE));
	feed(f, ev_released(2020, A, 0, LOCK, WRITE));
	feed(f, ev_anon_end(2030, B, 1, LOCK, WRITE));
	assert_int_equal(only_hold(f)->outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(only_hold(f)->duration_ns, NO_TIME);
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	/* and one at its very end is not */
	hold(f, 2000, 2000 + 2 * MS, C, OTHER, WRITE);
	assert_int_equal(f->seen.hold[1].duration_ns, 2 * MS);
}

/*
 * A wait that began inside a gap may be over since: nobody knows whether
 * a later hold had it behind it.
 */
static void a_wait_that_began_inside_a_gap_is_no_waiter(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_loss(1000, 2000, 1, 5));
	feed(f, ev_anon_begin(1500, B, 0, LOCK, WRITE));
	/* its end is among the lost */
	hold(f, 5 * MS, 7 * MS, A, LOCK, WRITE);
	assert_int_equal(only_hold(f)->nr_waiters, 0);
}

static void what_is_open_at_the_end_is_stored_as_open(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(1000, A, 0, LOCK, WRITE));
	finish(f);
	assert_int_equal(only_hold(f)->outcome, OUTCOME_OPEN);
	assert_int_equal(only_hold(f)->duration_ns, NO_TIME);
	assert_int_equal(only_hold(f)->start_ns, 1000);
	assert_int_equal(tid_of(f, only_hold(f)->task_id), A);
}

static void what_began_inside_a_gap_and_is_open_at_the_end_is_uncertain(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_loss(1000, 2000, 1, 5));
	feed(f, ev_acquired(1500, A, 0, LOCK, WRITE));
	finish(f);
	assert_int_equal(only_hold(f)->outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(only_hold(f)->duration_ns, NO_TIME);
}

static void a_clock_that_steps_back_gives_no_negative_times(void **state)
{
	struct fixture *f = *state;

	hold(f, 1000, 999, A, LOCK, WRITE);
	hold(f, 2000, 1900, A, LOCK, WRITE);
	assert_int_equal(f->seen.nr_holds, 2);
	assert_int_equal(f->seen.hold[0].outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(f->seen.hold[0].duration_ns, NO_TIME);
	assert_int_equal(f->seen.hold[1].duration_ns, NO_TIME);
	assert_int_equal(sums(f).hold_ns, 0);
	hold(f, 3000, 3000, A, LOCK, WRITE);
	assert_int_equal(f->seen.hold[2].outcome, OUTCOME_ACQUIRED);
	assert_int_equal(f->seen.hold[2].duration_ns, 0);
}

static void holds_of_many_threads_do_not_mix(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 50; i++)
		feed(f, ev_acquired(1000 + i, 1000 + i, i % 4, LOCK, READ));
	for (i = 0; i < 50; i++)
		feed(f, ev_released(2000 + 10 * i, 1000 + i, i % 4, LOCK, READ));
	assert_int_equal(f->seen.nr_holds, 50);
	flush(f, 0);
	for (i = 0; i < 50; i++) {
		assert_int_equal(f->seen.hold[i].duration_ns, 1000 + 9 * i);
		assert_int_equal(seen_task_of(&f->seen, f->seen.hold[i].task_id)->tid, 1000 + i);
	}
	assert_int_equal(f->seen.nr_locks, 1);
}

static void a_hold_is_shown_once_somebody_has_waited_long(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(1 * MS, A, 0, LOCK, WRITE));
	feed(f, ev_acquired(1 * MS, A, 0, OTHER, WRITE));
	feed(f, ev_anon_begin(2 * MS, B, 1, LOCK, WRITE));
	flush(f, 10 * MS);
	assert_int_equal(f->seen.nr_holds, 0);
	flush(f, 30 * MS);
	assert_int_equal(only_hold(f)->outcome, OUTCOME_OPEN);
	assert_int_equal(only_hold(f)->duration_ns, NO_TIME);
	assert_int_equal(only_hold(f)->start_ns, 1 * MS);
	flush(f, 60 * MS);
	assert_int_equal(f->seen.last_hold_id, 1);
}

static void a_hold_that_was_shown_is_one_row_in_the_end(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(1 * MS, A, 0, LOCK, WRITE));
	feed(f, ev_anon_begin(2 * MS, B, 1, LOCK, WRITE));
	flush(f, 30 * MS);
	feed(f, ev_released(40 * MS, A, 0, LOCK, WRITE));
	assert_int_equal(only_hold(f)->outcome, OUTCOME_ACQUIRED);
	assert_int_equal(only_hold(f)->duration_ns, 39 * MS);
	assert_int_equal(only_hold(f)->nr_waiters, 1);
	assert_int_equal(sums(f).nr_holds, 1);
}

static void a_new_holder_of_a_lock_that_is_waited_for_long_is_shown_at_once(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1 * MS, B, 1, LOCK, WRITE));
	flush(f, 30 * MS);
	feed(f, ev_acquired(31 * MS, A, 0, LOCK, WRITE));
	flush(f, 32 * MS);
	assert_int_equal(only_hold(f)->start_ns, 31 * MS);
	assert_int_equal(only_hold(f)->outcome, OUTCOME_OPEN);
}

static void a_hold_that_was_shown_is_uncertain_after_a_gap(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_acquired(1 * MS, A, 0, LOCK, WRITE));
	feed(f, ev_anon_begin(2 * MS, B, 1, LOCK, WRITE));
	flush(f, 30 * MS);
	feed(f, ev_loss(40 * MS, 50 * MS, 0, 1));
	assert_int_equal(only_hold(f)->outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(only_hold(f)->duration_ns, NO_TIME);
}

static void an_error_of_the_sink_stops_the_model(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_released(9 * MS, A, 0, LOCK, WRITE);

	feed(f, ev_acquired(1 * MS, A, 0, LOCK, WRITE));
	f->seen.fail = -ENOSPC;
	assert_int_equal(model_event(&f->m, &ev), -ENOSPC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define KEEP(name) cmocka_unit_test_setup_teardown(name, setup_keep_all, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_hold_lasts_from_acquire_to_release),
		TEST(the_lock_of_a_file_is_held_likewise),
		TEST(readers_hold_a_lock_beside_each_other),
		TEST(a_thread_holds_several_locks),
		KEEP(a_trylock_that_failed_is_no_hold),
		TEST(a_trylock_that_failed_does_not_end_a_hold),
		KEEP(a_release_without_acquire_is_nothing),
		TEST(only_ones_own_release_of_this_lock_and_mode_ends_a_hold),
		KEEP(an_acquire_while_open_closes_the_former_as_uncertain),
		TEST(waits_that_begin_during_a_hold_are_waiters),
		TEST(waits_that_are_open_when_a_hold_begins_are_waiters),
		TEST(waits_that_are_over_are_not_waiters),
		TEST(ones_own_wait_is_not_a_waiter),
		TEST(waits_for_another_lock_are_not_waiters),
		TEST(a_writer_waits_for_every_reader),
		TEST(a_short_hold_is_a_row_only_if_somebody_waited),
		TEST(an_uncertain_hold_is_a_row_only_if_somebody_waited),
		KEEP(every_hold_is_a_row_when_all_are_kept),
		TEST(holds_are_counted_in_the_second_of_their_end),
		TEST(holds_are_summed_by_process_lock_site_and_mode),
		TEST(sums_of_waits_alone_say_that_holds_are_unknown),
		TEST(a_release_names_the_holder_to_all_who_wait),
		TEST(the_last_to_let_go_is_the_holder),
		TEST(one_who_was_faster_and_lets_go_late_is_the_holder),
		TEST(one_who_had_it_while_the_waiter_waited_for_a_cpu_is_not_the_holder),
		TEST(a_later_holder_without_a_site_has_none),
		TEST(who_lets_go_of_another_lock_is_not_the_holder),
		TEST(who_lets_go_before_or_after_a_wait_is_not_its_holder),
		TEST(nobody_waits_for_himself),
		TEST(the_exact_holder_wins_over_a_waker_before_and_after),
		TEST(the_exact_holder_wins_over_the_owner),
		KEEP(a_hold_across_a_gap_is_uncertain_and_names_nobody),
		KEEP(a_hold_that_began_inside_a_gap_is_uncertain_and_names_nobody),
		TEST(a_wait_that_began_inside_a_gap_is_no_waiter),
		KEEP(what_is_open_at_the_end_is_stored_as_open),
		KEEP(what_began_inside_a_gap_and_is_open_at_the_end_is_uncertain),
		KEEP(a_clock_that_steps_back_gives_no_negative_times),
		KEEP(holds_of_many_threads_do_not_mix),
		TEST(a_hold_is_shown_once_somebody_has_waited_long),
		TEST(a_hold_that_was_shown_is_one_row_in_the_end),
		TEST(a_new_holder_of_a_lock_that_is_waited_for_long_is_shown_at_once),
		TEST(a_hold_that_was_shown_is_uncertain_after_a_gap),
		TEST(an_error_of_the_sink_stops_the_model),
	};

	return cmocka_run_group_tests_name("hold", tests, NULL, NULL);
}
