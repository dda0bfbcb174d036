// SPDX-License-Identifier: GPL-2.0-only
/* Holders that the kernel tells by lock:contended_release. */
#include <errno.h>

#include "lib/clock.h"
#include "tests/unit/fixture.h"

#define LOCK  0xffff888000001000ULL
#define OTHER 0xffff888000002000ULL
#define W     100
#define A     200
#define B     300
#define C     400
#define IDLE  0

static int holder_tid(struct fixture *f, const struct wait_row *w)
{
	flush(f, 0);
	return w->holder_task_id ? seen_task_of(&f->seen, w->holder_task_id)->tid : 0;
}

/* W waits from 1000 on, asleep from 1010. */
static void wait_begins(struct fixture *f)
{
	feed(f, ev_begin(1000, W, 0, LOCK, F_WRITE));
	feed(f, ev_switch(1010, W, 0, S_UNINTERRUPTIBLE, IDLE));
}

static void who_lets_the_lock_go_and_wakes_is_the_exact_holder(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	wait_begins(f);
	feed(f, ev_at_stack(ev_release(1500, A, 1, LOCK),
			    fixture_stack(f, "up_write unlink_anon_vmas exit_mmap")));
	feed(f, ev_waking(1502, A, 1, W));
	feed(f, ev_end(2000, W, 0, LOCK, 0));
	w = only_wait(f);
	assert_int_equal(w->holder_source, HOLDER_EXACT);
	assert_int_equal(holder_tid(f, w), A);
	assert_string_equal(seen_site_of(&f->seen, w->holder_site_id)->symbol, "unlink_anon_vmas");
	assert_int_equal(w->runnable_ns, 498);
	assert_int_equal(f->seen.nr_wait_parts, 0);
}

static void of_several_readers_it_is_the_last(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	feed(f, ev_release(1100, A, 1, LOCK));
	feed(f, ev_release(1200, B, 2, LOCK));
	feed(f, ev_waking(1201, B, 2, W));
	feed(f, ev_end(1300, W, 0, LOCK, 0));
	assert_int_equal(holder_tid(f, only_wait(f)), B);
	assert_int_equal(only_wait(f)->holder_site_id, 0);
}

static void a_release_after_the_wake_up_is_not_what_it_waited_for(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	feed(f, ev_release(1100, A, 1, LOCK));
	feed(f, ev_waking(1101, A, 1, W));
	/* had it meanwhile */
	feed(f, ev_release(1800, B, 2, LOCK));
	feed(f, ev_end(2000, W, 0, LOCK, 0));
	assert_int_equal(holder_tid(f, only_wait(f)), A);
	assert_int_equal(only_wait(f)->runnable_ns, 899);
}

static void one_who_was_faster_is_the_holder_once_it_sleeps_again(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	feed(f, ev_release(1100, A, 1, LOCK));
	feed(f, ev_waking(1101, A, 1, W));
	feed(f, ev_switch(1200, IDLE, 0, S_RUNNING, W));
	feed(f, ev_switch(1210, W, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_release(1800, B, 2, LOCK));
	feed(f, ev_waking(1801, B, 2, W));
	feed(f, ev_end(2000, W, 0, LOCK, 0));
	assert_int_equal(holder_tid(f, only_wait(f)), B);
}

/* The waiter is in the queue before it tells that it waits. */
static void a_release_just_before_the_wait_is_known_counts_by_its_wake_up(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_release(999, A, 1, LOCK));
	wait_begins(f);
	feed(f, ev_waking(1020, A, 1, W));
	feed(f, ev_end(1100, W, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_EXACT);
	assert_int_equal(holder_tid(f, only_wait(f)), A);
}

static void who_wakes_without_a_release_is_not_the_holder(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_release(900, C, 1, OTHER));
	wait_begins(f);
	feed(f, ev_waking(1500, A, 1, W));
	feed(f, ev_end(2000, W, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(only_wait(f)->holder_task_id, 0);
}

/* A signal wakes the waiter; it gets no CPU until the lock is free, and takes it. */
static void a_waiter_that_is_killed_and_gets_the_lock_waited_for_who_let_it_go(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	feed(f, ev_waking(1500, C, 2, W));
	feed(f, ev_signal(1501, C, W));
	/* it is awake already: there is no second wake-up */
	feed(f, ev_release(1700, A, 1, LOCK));
	feed(f, ev_end(2000, W, 0, LOCK, 0));
	assert_int_equal(holder_tid(f, only_wait(f)), A);
	assert_int_equal(only_wait(f)->holder_source, HOLDER_EXACT);
	/* until then it waited for the lock */
	assert_int_equal(only_wait(f)->runnable_ns, 300);
}

static void who_did_not_sleep_waited_for_the_last_release(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_release(900, B, 1, LOCK));
	feed(f, ev_begin(1000, W, 0, LOCK, F_WRITE));
	feed(f, ev_release(1100, A, 1, LOCK));
	feed(f, ev_end(1200, W, 0, LOCK, 0));
	assert_int_equal(holder_tid(f, only_wait(f)), A);
	assert_int_equal(only_wait(f)->runnable_ns, 0);
}

static void a_release_before_a_wait_without_sleep_is_not_its(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_release(900, B, 1, LOCK));
	feed(f, ev_begin(1000, W, 0, LOCK, F_WRITE));
	feed(f, ev_end(1200, W, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
}

static void nobody_waits_for_what_he_let_go_himself(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_release(999, W, 0, LOCK));
	wait_begins(f);
	feed(f, ev_release(1100, W, 0, LOCK));
	feed(f, ev_end(1200, W, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
}

static void an_interrupted_wait_names_nobody(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	feed(f, ev_release(1100, A, 1, LOCK));
	feed(f, ev_waking(1500, C, 2, W));
	feed(f, ev_end(1600, W, 0, LOCK, -EINTR));
	assert_int_equal(only_wait(f)->outcome, OUTCOME_INTERRUPTED);
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(only_wait(f)->holder_task_id, 0);
}

static void what_an_interrupt_lets_go_is_of_nobody_known(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	feed(f, ev_release(1100, A, 1, LOCK));
	feed(f, ev_in_irq(ev_release(1200, B, 2, LOCK)));
	feed(f, ev_in_irq(ev_waking(1201, B, 2, W)));
	feed(f, ev_end(1300, W, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
}

/* As it is recorded: the filter leaves releases of interrupts out. */
static void a_wake_up_by_an_interrupt_hides_an_earlier_release(void **state)
{
	struct fixture *f = *state;

	wait_begins(f);
	feed(f, ev_release(1100, A, 1, LOCK));
	feed(f, ev_in_irq(ev_waking(1201, B, 2, W)));
	feed(f, ev_end(1300, W, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
}

static void the_kernels_own_rwsem_inside_a_traced_wait_is_the_one(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1000, W, 0, LOCK, true));
	feed(f, ev_begin(1010, W, 0, LOCK + 8, F_WRITE));
	feed(f, ev_switch(1020, W, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_release(1100, A, 1, LOCK + 8));
	feed(f, ev_waking(1101, A, 1, W));
	feed(f, ev_end(1200, W, 0, LOCK + 8, 0));
	feed(f, ev_anon_end(1201, W, 0, LOCK, true));
	assert_int_equal(holder_tid(f, only_wait(f)), A);
	assert_int_equal(only_wait(f)->holder_source, HOLDER_EXACT);
	assert_int_equal(only_wait(f)->spun_ns, 10);
}

static void a_traced_hold_says_more_than_its_release(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	feed(f, ev_at(ev_acquired(900, A, 1, LOCK, true), fixture_address("move_pages")));
	feed(f, ev_anon_begin(1000, W, 0, LOCK, true));
	feed(f, ev_begin(1010, W, 0, LOCK + 8, F_WRITE));
	feed(f, ev_switch(1020, W, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_released(1099, A, 1, LOCK, true));
	feed(f, ev_release(1100, A, 1, LOCK + 8));
	feed(f, ev_waking(1101, A, 1, W));
	feed(f, ev_end(1200, W, 0, LOCK + 8, 0));
	feed(f, ev_anon_end(1201, W, 0, LOCK, true));
	w = only_wait(f);
	assert_int_equal(holder_tid(f, w), A);
	assert_string_equal(seen_site_of(&f->seen, w->holder_site_id)->symbol, "move_pages");
	assert_int_equal(f->seen.nr_wait_parts, 2);
}

static void releases_are_forgotten_after_a_while_and_at_a_gap(void **state)
{
	const uint64_t sec = NSEC_PER_SEC;
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 1000; i++)
		feed(f, ev_release(1000 + i, A, 1, LOCK + 16 * i));
	assert_int_equal(HASH_COUNT(f->m.waits.releases.by_lock), 1000);
	flush(f, 5 * sec);
	assert_int_equal(HASH_COUNT(f->m.waits.releases.by_lock), 0);
	feed(f, ev_release(6 * sec, A, 1, LOCK));
	feed(f, ev_loss(6 * sec, 6 * sec + 10, 0, 1));
	assert_int_equal(HASH_COUNT(f->m.waits.releases.by_lock), 0);
	assert_true(f->m.waits.releases.seen);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_lets_the_lock_go_and_wakes_is_the_exact_holder),
		TEST(of_several_readers_it_is_the_last),
		TEST(a_release_after_the_wake_up_is_not_what_it_waited_for),
		TEST(one_who_was_faster_is_the_holder_once_it_sleeps_again),
		TEST(a_release_just_before_the_wait_is_known_counts_by_its_wake_up),
		TEST(who_wakes_without_a_release_is_not_the_holder),
		TEST(a_waiter_that_is_killed_and_gets_the_lock_waited_for_who_let_it_go),
		TEST(who_did_not_sleep_waited_for_the_last_release),
		TEST(a_release_before_a_wait_without_sleep_is_not_its),
		TEST(nobody_waits_for_what_he_let_go_himself),
		TEST(an_interrupted_wait_names_nobody),
		TEST(what_an_interrupt_lets_go_is_of_nobody_known),
		TEST(a_wake_up_by_an_interrupt_hides_an_earlier_release),
		TEST(the_kernels_own_rwsem_inside_a_traced_wait_is_the_one),
		TEST(a_traced_hold_says_more_than_its_release),
		TEST(releases_are_forgotten_after_a_while_and_at_a_gap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
