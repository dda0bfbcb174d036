// SPDX-License-Identifier: GPL-2.0-only
/* Waits split over their holders, event by event. */
#include <errno.h>

#include "lib/clock.h"
#include "tests/unit/fixture.h"

#define LOCK  0xffff888000001000ULL
#define OTHER 0xffff888000002000ULL
#define A     100
#define B     200
#define C     300
#define W     400
#define X     500
#define READ  false
#define WRITE true

static void acquire(struct fixture *f, uint64_t time_ns, int32_t tid, bool write)
{
	feed(f, ev_acquired(time_ns, tid, 0, LOCK, write));
}

static void release(struct fixture *f, uint64_t time_ns, int32_t tid, bool write)
{
	feed(f, ev_released(time_ns, tid, 0, LOCK, write));
}

/* All who hold the lock are known from then on. */
static void know(struct fixture *f, uint64_t time_ns)
{
	acquire(f, time_ns, X, WRITE);
	release(f, time_ns + 1, X, WRITE);
}

static void wait_begins(struct fixture *f, uint64_t time_ns, int32_t tid)
{
	feed(f, ev_anon_begin(time_ns, tid, 1, LOCK, WRITE));
}

static void wait_ends(struct fixture *f, uint64_t time_ns, int32_t tid)
{
	feed(f, ev_anon_end(time_ns, tid, 1, LOCK, WRITE));
}

/* How long @tid made the wait number @wait last; tid 0: nobody known. */
static int64_t part_of(struct fixture *f, unsigned int wait, int32_t tid)
{
	int64_t ns = 0;
	unsigned int i;

	flush(f, 0);
	for (i = 0; i < f->seen.nr_wait_parts; i++) {
		const struct wait_part_row *p = &f->seen.wait_part[i];
		int64_t task_id = p->holder_task_id;

		if (p->wait_id == f->seen.wait[wait].id &&
		    (task_id ? seen_task_of(&f->seen, task_id)->tid == tid : !tid))
			ns += p->duration_ns;
	}
	return ns;
}

static int64_t all_parts_of(struct fixture *f, unsigned int wait)
{
	int64_t ns = 0, nr = 0;
	unsigned int i;

	for (i = 0; i < f->seen.nr_wait_parts; i++) {
		if (f->seen.wait_part[i].wait_id != f->seen.wait[wait].id)
			continue;
		assert_int_equal(f->seen.wait_part[i].nr, nr++);
		ns += f->seen.wait_part[i].duration_ns;
	}
	return ns;
}

static void a_wait_for_one_holder_is_all_its_part(void **state)
{
	struct fixture *f = *state;
	const struct wait_part_row *p;

	feed(f, ev_at(ev_acquired(1000, A, 0, LOCK, WRITE), fixture_address("move_pages")));
	wait_begins(f, 1500, W);
	release(f, 2000, A, WRITE);
	wait_ends(f, 2000, W);
	assert_int_equal(f->seen.nr_wait_parts, 1);
	p = &f->seen.wait_part[0];
	assert_int_equal(p->wait_id, only_wait(f)->id);
	assert_int_equal(p->nr, 0);
	assert_int_equal(p->duration_ns, 500);
	assert_int_equal(p->mode, MODE_WRITE);
	assert_int_equal(part_of(f, 0, A), 500);
	assert_string_equal(seen_site_of(&f->seen, p->holder_site_id)->symbol, "move_pages");
}

static void holders_one_after_the_other_have_a_part_each_and_handing_over_nobody(void **state)
{
	struct fixture *f = *state;

	acquire(f, 1000, A, WRITE);
	wait_begins(f, 1500, W);
	release(f, 2000, A, WRITE);
	acquire(f, 2030, B, WRITE);
	release(f, 2900, B, WRITE);
	wait_ends(f, 3000, W);
	assert_int_equal(part_of(f, 0, A), 500);
	assert_int_equal(part_of(f, 0, B), 870);
	assert_int_equal(part_of(f, 0, 0), 130);
	assert_int_equal(all_parts_of(f, 0), 1500);
	assert_int_equal(f->seen.wait_part[2].holder_task_id, 0);
	assert_int_equal(f->seen.wait_part[2].holder_site_id, 0);
	assert_int_equal(f->seen.wait_part[2].mode, ENUM_NONE);
	/* the one who let it go last is the wait's holder */
	assert_int_equal(seen_task_of(&f->seen, only_wait(f)->holder_task_id)->tid, B);
}

static void readers_share_the_time_equally(void **state)
{
	struct fixture *f = *state;

	know(f, 100);
	acquire(f, 1000, A, READ);
	acquire(f, 1200, B, READ);
	wait_begins(f, 1400, W);   /* A and B: 300 each until 2000 */
	acquire(f, 2000, C, READ); /* three: 100 each until 2300 */
	release(f, 2300, A, READ); /* B and C: 350 each until 3000 */
	release(f, 3000, B, READ); /* C alone */
	release(f, 3100, C, READ);
	wait_ends(f, 3100, W);
	assert_int_equal(part_of(f, 0, A), 400);
	assert_int_equal(part_of(f, 0, B), 750);
	assert_int_equal(part_of(f, 0, C), 550);
	assert_int_equal(part_of(f, 0, 0), 0);
	assert_int_equal(all_parts_of(f, 0), 1700);
	assert_int_equal(f->seen.wait_part[0].mode, MODE_READ);
}

static void the_same_holder_in_several_pieces_is_one_part(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	know(f, 100);
	acquire(f, 900, A, WRITE);
	wait_begins(f, 1000, W);
	for (i = 0; i < 5; i++) {
		release(f, 1100 + 200 * i, A, WRITE);
		acquire(f, 1200 + 200 * i, A, WRITE);
	}
	/* another mode is another part */
	release(f, 2200, A, WRITE);
	acquire(f, 2200, A, READ);
	release(f, 2300, A, READ);
	wait_ends(f, 2300, W);
	assert_int_equal(f->seen.nr_wait_parts, 3);
	assert_int_equal(f->seen.wait_part[0].duration_ns, 100 * 5 + 200);
	assert_int_equal(f->seen.wait_part[1].duration_ns, 100);
	assert_int_equal(part_of(f, 0, 0), 500);
	assert_int_equal(all_parts_of(f, 0), 1300);
}

static void each_waiter_has_parts_of_its_own_time(void **state)
{
	struct fixture *f = *state;

	acquire(f, 1000, A, WRITE);
	wait_begins(f, 1100, W);
	release(f, 1500, A, WRITE);
	acquire(f, 1500, B, WRITE);
	wait_begins(f, 1600, C);
	release(f, 2000, B, WRITE);
	wait_ends(f, 2000, W);
	acquire(f, 2000, W, WRITE);
	release(f, 2600, W, WRITE);
	wait_ends(f, 2600, C);
	assert_int_equal(f->seen.nr_waits, 2);
	assert_int_equal(part_of(f, 0, A), 400);
	assert_int_equal(part_of(f, 0, B), 500);
	assert_int_equal(all_parts_of(f, 0), 900);
	assert_int_equal(part_of(f, 1, A), 0);
	assert_int_equal(part_of(f, 1, B), 400);
	assert_int_equal(part_of(f, 1, W), 600);
	assert_int_equal(all_parts_of(f, 1), 1000);
}

/* What it waits for a CPU is nobody's part, whoever has the lock by then. */
static void the_parts_end_when_the_waiter_is_woken(void **state)
{
	struct fixture *f = *state;

	know(f, 900);
	acquire(f, 1000, A, WRITE);
	wait_begins(f, 1100, W);
	feed(f, ev_switch(1110, W, 1, S_UNINTERRUPTIBLE, 0));
	release(f, 1200, A, WRITE);
	feed(f, ev_waking(1201, A, 0, W));
	acquire(f, 1300, B, WRITE);
	release(f, 1400, B, WRITE);
	wait_ends(f, 1500, W);
	assert_int_equal(only_wait(f)->runnable_ns, 299);
	assert_int_equal(part_of(f, 0, A), 100);
	assert_int_equal(part_of(f, 0, B), 0);
	assert_int_equal(all_parts_of(f, 0), 101);
	/* nor has B made it wait */
	assert_int_equal(seen_task_of(&f->seen, only_wait(f)->holder_task_id)->tid, A);
}

static void the_parts_go_on_when_it_sleeps_again(void **state)
{
	struct fixture *f = *state;

	know(f, 900);
	acquire(f, 1000, A, WRITE);
	wait_begins(f, 1100, W);
	feed(f, ev_switch(1110, W, 1, S_UNINTERRUPTIBLE, 0));
	release(f, 1200, A, WRITE);
	feed(f, ev_waking(1201, A, 0, W));
	acquire(f, 1210, B, WRITE);
	feed(f, ev_switch(1250, W, 1, S_UNINTERRUPTIBLE, 0));
	release(f, 1400, B, WRITE);
	feed(f, ev_waking(1400, B, 0, W));
	wait_ends(f, 1500, W);
	assert_int_equal(only_wait(f)->runnable_ns, 100);
	assert_int_equal(part_of(f, 0, A), 100);
	assert_int_equal(part_of(f, 0, B), 190);
	assert_int_equal(all_parts_of(f, 0), 300);
	assert_int_equal(seen_task_of(&f->seen, only_wait(f)->holder_task_id)->tid, B);
}

/* B takes it from W, which is woken but has no CPU: that is no part of B, nor of nobody. */
static void the_time_without_a_cpu_after_an_earlier_wake_up_has_no_part(void **state)
{
	struct fixture *f = *state;

	know(f, 900);
	acquire(f, 1000, A, WRITE);
	wait_begins(f, 1100, W);
	feed(f, ev_switch(1110, W, 1, S_UNINTERRUPTIBLE, 0));
	release(f, 1200, A, WRITE);
	feed(f, ev_waking(1200, A, 0, W));
	acquire(f, 1250, B, WRITE);
	feed(f, ev_switch(1300, 0, 1, 0, W));
	feed(f, ev_switch(1350, W, 1, S_UNINTERRUPTIBLE, 0));
	release(f, 1450, B, WRITE);
	feed(f, ev_waking(1450, B, 0, W));
	wait_ends(f, 1500, W);
	assert_int_equal(only_wait(f)->early_runnable_ns, 100);
	assert_int_equal(only_wait(f)->runnable_ns, 150);
	assert_int_equal(part_of(f, 0, A), 100);
	assert_int_equal(part_of(f, 0, B), 150);
	assert_int_equal(all_parts_of(f, 0), 250);
}

/* It is not known who held the lock while the waiter had no CPU. */
static void time_that_cannot_be_left_out_leaves_a_wait_without_parts(void **state)
{
	struct fixture *f = *state;

	know(f, 900);
	acquire(f, 1000, A, WRITE);
	wait_begins(f, 1100, W);
	feed(f, ev_switch(1110, W, 1, S_UNINTERRUPTIBLE, 0));
	release(f, 1200, A, WRITE);
	feed(f, ev_waking(1200, A, 0, W));
	/* clocks out of step: B acquired it later than W was on a CPU */
	acquire(f, 1320, B, WRITE);
	feed(f, ev_switch(1300, 0, 1, 0, W));
	feed(f, ev_switch(1350, W, 1, S_UNINTERRUPTIBLE, 0));
	release(f, 1450, B, WRITE);
	feed(f, ev_waking(1450, B, 0, W));
	wait_ends(f, 1500, W);
	assert_int_equal(only_wait(f)->runnable_ns, 150);
	assert_int_equal(all_parts_of(f, 0), 0);
}

/* Somebody else wakes it, and it may not have it yet: until the release. */
static void a_wake_up_by_another_than_the_holder_does_not_end_the_parts(void **state)
{
	struct fixture *f = *state;

	know(f, 900);
	acquire(f, 1000, A, WRITE);
	wait_begins(f, 1100, W);
	feed(f, ev_switch(1110, W, 1, S_UNINTERRUPTIBLE, 0));
	feed(f, ev_waking(1150, C, 0, W));
	release(f, 1200, A, WRITE);
	wait_ends(f, 1500, W);
	assert_int_equal(only_wait(f)->runnable_ns, 300);
	assert_int_equal(part_of(f, 0, A), 100);
	assert_int_equal(all_parts_of(f, 0), 100);
}

/* All of it is nobody's when nothing was known of the lock until then. */
static void a_wake_up_before_the_first_hold_leaves_one_part_of_nobody(void **state)
{
	struct fixture *f = *state;

	wait_begins(f, 1100, W);
	feed(f, ev_switch(1110, W, 1, S_UNINTERRUPTIBLE, 0));
	feed(f, ev_waking(1150, C, 0, W));
	acquire(f, 1200, A, WRITE);
	feed(f, ev_switch(1210, W, 1, S_UNINTERRUPTIBLE, 0));
	release(f, 1300, A, WRITE);
	feed(f, ev_waking(1300, A, 0, W));
	wait_ends(f, 1500, W);
	assert_int_equal(only_wait(f)->runnable_ns, 200);
	assert_int_equal(part_of(f, 0, A), 100);
	assert_int_equal(all_parts_of(f, 0), 200);
}

static void what_rounding_leaves_over_goes_to_the_first_of_the_largest(void **state)
{
	struct fixture *f = *state;

	know(f, 100);
	acquire(f, 1000, A, READ);
	acquire(f, 1000, B, READ);
	acquire(f, 1000, C, READ);
	wait_begins(f, 1000, W);
	release(f, 2000, A, READ);
	release(f, 2000, B, READ);
	release(f, 2000, C, READ);
	wait_ends(f, 2000, W);
	assert_int_equal(part_of(f, 0, A), 334);
	assert_int_equal(part_of(f, 0, B), 333);
	assert_int_equal(part_of(f, 0, C), 333);
}

/* Who else reads since before the capture, is not known. */
static void until_a_writer_has_had_it_the_time_is_nobodys(void **state)
{
	struct fixture *f = *state;

	acquire(f, 1000, A, READ);
	wait_begins(f, 1100, W);
	release(f, 1500, A, READ);
	acquire(f, 1600, B, WRITE);
	release(f, 2000, B, WRITE);
	acquire(f, 2000, C, READ);
	release(f, 2300, C, READ);
	wait_ends(f, 2300, W);
	assert_int_equal(part_of(f, 0, 0), 500);
	assert_int_equal(part_of(f, 0, A), 0);
	assert_int_equal(part_of(f, 0, B), 400);
	assert_int_equal(part_of(f, 0, C), 300);
	assert_int_equal(all_parts_of(f, 0), 1200);
}

static void a_holder_from_before_the_capture_is_nobody(void **state)
{
	struct fixture *f = *state;

	wait_begins(f, 1100, W);
	release(f, 1500, A, WRITE);
	acquire(f, 1500, B, WRITE);
	release(f, 2000, B, WRITE);
	wait_ends(f, 2000, W);
	assert_int_equal(part_of(f, 0, 0), 400);
	assert_int_equal(part_of(f, 0, B), 500);
	assert_int_equal(all_parts_of(f, 0), 900);
}

static void a_gap_makes_holders_unknown_again(void **state)
{
	struct fixture *f = *state;

	know(f, 100);
	acquire(f, 1000, A, READ);
	wait_begins(f, 1100, W);
	feed(f, ev_loss(1200, 1300, 0, 1));
	/* an uncertain wait has none */
	assert_int_equal(f->seen.nr_waits, 1);
	assert_int_equal(f->seen.nr_wait_parts, 0);
	wait_begins(f, 2000, C);
	acquire(f, 2100, B, READ);
	release(f, 2500, B, READ);
	release(f, 2600, A, READ);
	wait_ends(f, 2600, C);
	assert_int_equal(part_of(f, 1, B), 0);
	assert_int_equal(part_of(f, 1, 0), 600);
	assert_int_equal(all_parts_of(f, 1), 600);
}

static void a_hold_that_began_inside_a_gap_is_nobodys(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_loss(1000, 2000, 0, 1));
	feed(f, ev_acquired(1500, A, 1, LOCK, WRITE));
	wait_begins(f, 2100, W);
	release(f, 2500, A, WRITE);
	acquire(f, 2500, B, WRITE);
	release(f, 2700, B, WRITE);
	wait_ends(f, 2700, W);
	assert_int_equal(part_of(f, 0, A), 0);
	assert_int_equal(part_of(f, 0, 0), 400);
	assert_int_equal(part_of(f, 0, B), 200);
}

/* Somebody held it of whom we knew nothing: so what we knew was wrong. */
static void a_contradiction_leaves_the_waits_without_parts(void **state)
{
	struct fixture *f = *state;

	know(f, 100);
	acquire(f, 1000, A, READ);
	wait_begins(f, 1100, W);
	release(f, 1200, B, READ);
	release(f, 1300, A, READ);
	wait_ends(f, 1300, W);
	assert_int_equal(only_wait(f)->holder_source, HOLDER_EXACT);
	assert_int_equal(f->seen.nr_wait_parts, 0);
	/* nor is what is held twice without a release */
	know(f, 2000);
	acquire(f, 3000, A, WRITE);
	wait_begins(f, 3100, W);
	acquire(f, 3200, A, WRITE);
	release(f, 3300, A, WRITE);
	wait_ends(f, 3300, W);
	assert_int_equal(f->seen.nr_waits, 2);
	assert_int_equal(f->seen.nr_wait_parts, 0);
	/* the next is fine */
	know(f, 4000);
	acquire(f, 5000, A, WRITE);
	wait_begins(f, 5100, W);
	release(f, 5200, A, WRITE);
	wait_ends(f, 5300, W);
	assert_int_equal(all_parts_of(f, 2), 200);
}

static void waits_whose_holders_are_not_exact_have_none(void **state)
{
	struct fixture *f = *state;

	/* nobody let it go */
	feed(f, ev_owned_by(ev_anon_begin(1100, W, 1, LOCK, WRITE), A));
	wait_ends(f, 1500, W);
	/* the kernel's own event, of another lock */
	feed(f, ev_begin(2000, W, 0, OTHER, F_WRITE));
	feed(f, ev_waking(2200, A, 1, W));
	feed(f, ev_end(2300, W, 0, OTHER, 0));
	/* not over */
	acquire(f, 3000, A, WRITE);
	wait_begins(f, 3100, W);
	finish(f);
	assert_int_equal(f->seen.nr_waits, 3);
	assert_int_equal(f->seen.nr_wait_parts, 0);
}

static void the_held_times_end_with_the_last_wait(void **state)
{
	struct fixture *f = *state;
	struct lock *lock;

	acquire(f, 1000, A, WRITE);
	lock = lock_find(&f->m.locks, &(struct lock_key){ .address = LOCK });
	assert_null(lock->held_times);
	wait_begins(f, 1100, W);
	assert_non_null(lock->held_times);
	wait_begins(f, 1200, B);
	release(f, 1300, A, WRITE);
	wait_ends(f, 1300, W);
	assert_non_null(lock->held_times);
	wait_ends(f, 1400, B);
	assert_null(lock->held_times);
}

/* A lock that somebody always waits for keeps no holders of the past. */
static void waits_that_never_cease_give_parts_of_their_own_time(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	know(f, 100);
	wait_begins(f, 1000, 1000);
	for (i = 0; i < 500; i++) {
		const uint64_t t = 1000 + 100 * i;

		acquire(f, t + 10, 5000 + i, WRITE);
		wait_begins(f, t + 30, 1001 + i);
		release(f, t + 60, 5000 + i, WRITE);
		wait_ends(f, t + 60, 1000 + i);
		assert_int_equal(part_of(f, i, 5000 + i), 50);
		assert_int_equal(part_of(f, i, 5000 + i - 1), i ? 30 : 0);
		assert_int_equal(all_parts_of(f, i), i ? 130 : 60);
		assert_true(f->m.waits.by_tid->part_start.nr_holder_times < 4);
	}
}

static void a_lock_that_is_used_again_goes_on_with_its_waits(void **state)
{
	struct fixture *f = *state;

	know(f, 100);
	acquire(f, 1000, A, WRITE);
	wait_begins(f, 1100, W);
	feed(f, ev_unlink(1150, 1, LOCK, LOCK, 0x1000, 0x2000));
	release(f, 1200, A, WRITE);
	wait_ends(f, 1300, W);
	assert_int_equal(all_parts_of(f, 0), 200);
}

static void an_error_of_the_sink_stops_the_model(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_anon_end(2000, W, 0, LOCK, WRITE);

	acquire(f, 1000, A, WRITE);
	wait_begins(f, 1100, W);
	release(f, 1900, A, WRITE);
	f->seen.fail = -ENOSPC;
	assert_int_equal(model_event(&f->m, &ev), -ENOSPC);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_wait_for_one_holder_is_all_its_part),
		TEST(holders_one_after_the_other_have_a_part_each_and_handing_over_nobody),
		TEST(readers_share_the_time_equally),
		TEST(the_same_holder_in_several_pieces_is_one_part),
		TEST(each_waiter_has_parts_of_its_own_time),
		TEST(the_parts_end_when_the_waiter_is_woken),
		TEST(the_parts_go_on_when_it_sleeps_again),
		TEST(the_time_without_a_cpu_after_an_earlier_wake_up_has_no_part),
		TEST(time_that_cannot_be_left_out_leaves_a_wait_without_parts),
		TEST(a_wake_up_by_another_than_the_holder_does_not_end_the_parts),
		TEST(a_wake_up_before_the_first_hold_leaves_one_part_of_nobody),
		TEST(what_rounding_leaves_over_goes_to_the_first_of_the_largest),
		TEST(until_a_writer_has_had_it_the_time_is_nobodys),
		TEST(a_holder_from_before_the_capture_is_nobody),
		TEST(a_gap_makes_holders_unknown_again),
		TEST(a_hold_that_began_inside_a_gap_is_nobodys),
		TEST(a_contradiction_leaves_the_waits_without_parts),
		TEST(waits_whose_holders_are_not_exact_have_none),
		TEST(the_held_times_end_with_the_last_wait),
		TEST(waits_that_never_cease_give_parts_of_their_own_time),
		TEST(a_lock_that_is_used_again_goes_on_with_its_waits),
		TEST(an_error_of_the_sink_stops_the_model),
	};

	return cmocka_run_group_tests_name("part", tests, NULL, NULL);
}
