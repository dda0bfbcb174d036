// SPDX-License-Identifier: GPL-2.0-only
/* Samples of the CPUs and their sums. */
#include "lib/clock.h"
#include "tests/unit/fixture.h"

#define LOCK  0xffff888000001000ULL
#define OTHER 0xffff888000002000ULL
#define W     100
#define H     200
#define SEC   ((uint64_t)NSEC_PER_SEC)

#define ANON (1U << LOCK_ANON_VMA)

/* A sample of thread @tid in @function, with the stack of @callers. */
static void sample(struct fixture *f, uint64_t time_ns, int32_t tid, int kind, uint64_t lock,
		   const char *function, const char *callers)
{
	struct event ev = ev_sample(time_ns, tid, 0, kind, lock, fixture_address(function));

	if (callers)
		ev.stack = fixture_stack(f, callers);
	ev.sample.classes = lock ? ANON : 0;
	feed(f, ev);
}

static void spin(struct fixture *f, uint64_t time_ns, int32_t tid, uint64_t lock)
{
	sample(f, time_ns, tid, SAMPLE_SPIN, lock, "rwsem_spin_on_owner",
	       "rwsem_down_write_slowpath down_write move_pages userfaultfd_ioctl");
}

static const struct sample_rollup_row *only_sum(struct fixture *f)
{
	flush(f, 0);
	assert_int_equal(f->seen.nr_sample_rollups, 1);
	return &f->seen.sample_rollup[0];
}

static void a_spin_has_its_thread_lock_site_and_function(void **state)
{
	const struct sample_rollup_row *r;
	struct fixture *f = *state;

	spin(f, 5 * SEC, W, LOCK);
	spin(f, 5 * SEC + 2000, W, LOCK);
	r = only_sum(f);
	assert_int_equal(r->second, 5);
	assert_int_equal(r->kind, SAMPLE_SPIN);
	assert_int_equal(r->nr_samples, 2);
	assert_int_equal(seen_task_of(&f->seen, r->task_id)->tid, W);
	assert_int_equal(seen_lock_of(&f->seen, r->lock_id)->address, LOCK);
	assert_int_equal(seen_lock_of(&f->seen, r->lock_id)->class, LOCK_ANON_VMA);
	assert_string_equal(seen_site_of(&f->seen, r->site_id)->symbol, "move_pages");
	assert_int_equal(seen_site_of(&f->seen, r->site_id)->row.role, ROLE_UFFD_MOVE);
	assert_string_equal(seen_site_of(&f->seen, r->function_id)->symbol, "rwsem_spin_on_owner");
	assert_int_equal(seen_site_of(&f->seen, r->function_id)->row.offset, 0);
	/* it is no wait, and its stack is no row that nothing refers to */
	assert_int_equal(f->seen.nr_waits, 0);
	assert_int_equal(f->seen.nr_stacks, 0);
}

static void a_lock_that_is_not_known_is_0(void **state)
{
	struct fixture *f = *state;

	spin(f, SEC, W, 0);
	assert_int_equal(only_sum(f)->lock_id, 0);
	assert_int_equal(f->seen.nr_locks, 0);
}

static void a_holder_is_in_its_innermost_function(void **state)
{
	const struct sample_rollup_row *r;
	struct fixture *f = *state;

	sample(f, SEC, H, SAMPLE_HOLDER, LOCK, "smp_call_function_many_cond",
	       "move_pages userfaultfd_ioctl");
	r = only_sum(f);
	assert_int_equal(r->kind, SAMPLE_HOLDER);
	assert_int_equal(r->site_id, 0);
	assert_string_equal(seen_site_of(&f->seen, r->function_id)->symbol,
			    "smp_call_function_many_cond");
	assert_int_equal(seen_site_of(&f->seen, r->function_id)->row.role, ROLE_UFFD_MOVE);
}

static void what_a_leaf_does_is_its_callers_work(void **state)
{
	struct fixture *f = *state;

	sample(f, SEC, H, SAMPLE_HOLDER, LOCK, "native_write_msr",
	       "smp_call_function_many_cond move_pages userfaultfd_ioctl");
	sample(f, SEC + 1, H, SAMPLE_HOLDER, LOCK, "smp_call_function_many_cond",
	       "move_pages userfaultfd_ioctl");
	assert_int_equal(only_sum(f)->nr_samples, 2);
	/* without callers it is all that is known */
	sample(f, SEC + 2, H, SAMPLE_HOLDER, LOCK, "native_write_msr", NULL);
	flush(f, 0);
	assert_int_equal(f->seen.nr_sample_rollups, 2);
	assert_string_equal(seen_site_of(&f->seen, f->seen.sample_rollup[1].function_id)->symbol,
			    "native_write_msr");
}

static void sums_are_by_second_and_key(void **state)
{
	struct fixture *f = *state;

	spin(f, 1 * SEC, W, LOCK);
	spin(f, 2 * SEC, W, LOCK);
	spin(f, 2 * SEC, W, OTHER);
	spin(f, 2 * SEC, H, LOCK);
	sample(f, 2 * SEC, W, SAMPLE_HOLDER, LOCK, "move_pages", "userfaultfd_ioctl");
	flush(f, 0);
	assert_int_equal(f->seen.nr_sample_rollups, 5);
	/* more in the same second, after a flush, is added */
	spin(f, 2 * SEC + 5, H, LOCK);
	flush(f, 0);
	assert_int_equal(f->seen.nr_sample_rollups, 5);
}

static void all_samples_are_divided_among_their_seconds(void **state)
{
	struct fixture *f = *state;
	int64_t nr = 0, cpu_ns = 0;
	unsigned int i;

	feed(f, ev_sampled(4 * SEC, W, SEC + SEC / 2, 501, 1000000001));
	flush(f, 0);
	assert_int_equal(f->seen.nr_cpu_rollups, 3);
	for (i = 0; i < 3; i++) {
		assert_int_equal(f->seen.cpu_rollup[i].second, 1 + i);
		nr += f->seen.cpu_rollup[i].nr_samples;
		cpu_ns += f->seen.cpu_rollup[i].cpu_ns;
	}
	assert_int_equal(f->seen.cpu_rollup[0].nr_samples, 100);
	assert_int_equal(f->seen.cpu_rollup[1].nr_samples, 200);
	/* none is lost by rounding */
	assert_int_equal(nr, 501);
	assert_int_equal(cpu_ns, 1000000001);
}

/* The scheduler's times of a thread are of the time between its samples, not until they are told. */
static void what_a_thread_did_is_divided_likewise(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_sampled(9 * SEC, W, SEC + SEC / 2, 100, 500000000);

	ev.sampled.until_ns = 3 * SEC + SEC / 2;
	ev.sampled.runnable_ns = 1000;
	feed(f, ev);
	flush(f, 0);
	assert_int_equal(f->seen.nr_cpu_rollups, 3);
	assert_int_equal(f->seen.cpu_rollup[0].seen_ns, SEC / 2);
	assert_int_equal(f->seen.cpu_rollup[1].seen_ns, SEC);
	assert_int_equal(f->seen.cpu_rollup[2].seen_ns, SEC / 2);
	assert_int_equal(f->seen.cpu_rollup[0].runnable_ns, 250);
	assert_int_equal(f->seen.cpu_rollup[1].runnable_ns, 500);
	assert_int_equal(f->seen.cpu_rollup[2].runnable_ns, 250);
}

static void what_is_not_told_of_a_part_is_unknown_of_all(void **state)
{
	struct fixture *f = *state;
	struct event known = ev_sampled(SEC + 500, W, SEC, 1, 100);

	known.sampled.runnable_ns = 7;
	feed(f, known);
	feed(f, ev_sampled(SEC + 900, W, SEC + 500, 1, 100));
	flush(f, 0);
	assert_int_equal(f->seen.nr_cpu_rollups, 1);
	assert_int_equal(f->seen.cpu_rollup[0].seen_ns, 900);
	assert_int_equal(f->seen.cpu_rollup[0].runnable_ns, NO_TIME);
}

static void times_that_make_no_sense_lose_no_sample(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_sampled(SEC, W, SEC, 3, 5));
	feed(f, ev_sampled(SEC, W, 9 * SEC, 4, 5));
	feed(f, ev_sampled(SEC, W, 1ULL << 63, 5, 5));
	flush(f, 0);
	assert_int_equal(f->seen.nr_cpu_rollups, 1);
	assert_int_equal(f->seen.cpu_rollup[0].nr_samples, 12);
	assert_int_equal(f->seen.cpu_rollup[0].seen_ns, NO_TIME);
}

/* W waits for LOCK while samples are lost, and again while events are. */
static void lost_samples_make_no_wait_uncertain(void **state)
{
	struct fixture *f = *state;
	struct event lost = ev_make(EVENT_SAMPLES_LOST, 1500, 0, 1);

	lost.loss.end_ns = 1600;
	lost.loss.nr_lost = 7;
	lost.loss.reason = LOSS_SAMPLES;
	feed(f, ev_begin(1000, W, 0, LOCK, F_WRITE));
	feed(f, lost);
	feed(f, ev_end(2000, W, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->duration_ns, 1000);
	assert_int_equal(f->seen.nr_losses, 1);
	assert_int_equal(f->seen.loss[0].start_ns, 1500);
	assert_int_equal(f->seen.loss[0].end_ns, 1600);
	assert_int_equal(f->seen.loss[0].nr_lost, 7);
	assert_int_equal(f->seen.loss[0].cpu, 1);
	assert_int_equal(f->seen.loss[0].reason, LOSS_SAMPLES);
}

static void a_gap_that_lasts_keeps_its_row_beside_lost_samples(void **state)
{
	struct fixture *f = *state;
	struct event lost = ev_make(EVENT_SAMPLES_LOST, 1500, 0, 1);
	struct event gap = ev_make(EVENT_LOSS, 2000, 0, ALL_CPUS);

	lost.loss.end_ns = 1600;
	lost.loss.reason = LOSS_SAMPLES;
	gap.loss.start_ns = 1000;
	gap.loss.end_ns = 2000;
	gap.loss.reason = LOSS_NOT_RECORDED;
	feed(f, gap);
	feed(f, lost);
	gap.time_ns = gap.loss.end_ns = 3000;
	feed(f, gap);
	assert_int_equal(f->seen.nr_losses, 2);
	assert_int_equal(f->seen.loss[0].end_ns, 3000);
	assert_int_equal(f->seen.loss[1].reason, LOSS_SAMPLES);
}

static void samples_in_a_gap_count(void **state)
{
	struct fixture *f = *state;
	struct event gap = ev_make(EVENT_LOSS, 1 * SEC, 0, 0);

	gap.loss.end_ns = 3 * SEC;
	gap.loss.reason = LOSS_OVERRUN;
	feed(f, gap);
	spin(f, 2 * SEC, W, LOCK);
	assert_int_equal(only_sum(f)->nr_samples, 1);
}

static void a_sample_is_no_part_of_a_wait(void **state)
{
	struct fixture *f = *state;

	spin(f, 900, W, LOCK);
	feed(f, ev_begin(1000, W, 0, LOCK, F_WRITE));
	sample(f, 1200, H, SAMPLE_HOLDER, LOCK, "move_pages", "userfaultfd_ioctl");
	feed(f, ev_end(2000, W, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->duration_ns, 1000);
	assert_int_equal(only_wait(f)->spun_ns, NO_TIME);
	/* nor is the sampled thread a proven holder of all of it */
	assert_int_equal(only_wait(f)->holder_source, HOLDER_UNKNOWN);
}

/* A sample of a clock, which stands for 2 ms; in the slow path of an rwsem, if @spins. */
static void tick(struct fixture *f, uint64_t time_ns, int32_t tid, bool spins)
{
	struct event ev = ev_cpu_sample(time_ns, tid, fixture_address("rwsem_spin_on_owner"),
					2 * NSEC_PER_MSEC);

	if (spins)
		ev.stack = fixture_stack(f, "rwsem_down_write_slowpath down_write move_pages "
					    "userfaultfd_ioctl");
	feed(f, ev);
}

static void a_spin_within_a_wait_is_of_another_kind(void **state)
{
	const struct sample_rollup_row *r;
	struct fixture *f = *state;

	/* with the rmap events a wait begins before the spin */
	feed(f, ev_anon_begin(SEC, W, 0, LOCK, true));
	spin(f, SEC + 1000, W, LOCK);
	/* this thread does not wait */
	spin(f, SEC + 1000, H, LOCK);
	feed(f, ev_anon_end(SEC + 2000, W, 0, LOCK, true));
	flush(f, 0);
	assert_int_equal(f->seen.nr_sample_rollups, 2);
	assert_int_equal(f->seen.nr_locks, 1);
	for (r = f->seen.sample_rollup; r < f->seen.sample_rollup + 2; r++)
		assert_int_equal(r->kind, seen_task_of(&f->seen, r->task_id)->tid == W
						  ? SAMPLE_WAIT_SPIN
						  : SAMPLE_SPIN);
}

static void a_clock_counts_all_samples_of_who_spins(void **state)
{
	const struct sample_rollup_row *r;
	struct fixture *f = *state;

	tick(f, 5 * SEC, W, false);
	tick(f, 5 * SEC + 1000, H, false);
	tick(f, 5 * SEC + 2000, W, true);
	tick(f, 5 * SEC + 3000, W, false);
	r = only_sum(f);
	assert_int_equal(r->kind, SAMPLE_SPIN);
	assert_int_equal(r->nr_samples, 1);
	assert_int_equal(r->lock_id, 0);
	assert_string_equal(seen_site_of(&f->seen, r->site_id)->symbol, "move_pages");
	assert_string_equal(seen_site_of(&f->seen, r->function_id)->symbol, "rwsem_spin_on_owner");
	assert_int_equal(f->seen.nr_cpu_rollups, 1);
	assert_int_equal(f->seen.cpu_rollup[0].task_id, r->task_id);
	assert_int_equal(f->seen.cpu_rollup[0].second, 5);
	assert_int_equal(f->seen.cpu_rollup[0].nr_samples, 3);
	assert_int_equal(f->seen.cpu_rollup[0].cpu_ns, 6 * NSEC_PER_MSEC);
	/* H, which does not spin, has no row */
	assert_int_equal(f->seen.nr_tasks, 1);
}

static void a_clock_in_a_wait_is_no_spin(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(SEC, W, 0, LOCK, LCB_F_WRITE));
	tick(f, SEC + 1000, W, true);
	feed(f, ev_end(SEC + 2000, W, 0, LOCK, 0));
	flush(f, 0);
	assert_int_equal(f->seen.nr_sample_rollups, 0);
	tick(f, SEC + 3000, W, true);
	assert_int_equal(only_sum(f)->nr_samples, 1);
	assert_int_equal(f->seen.cpu_rollup[0].nr_samples, 2);
}

static void a_clock_forgets_who_has_exited(void **state)
{
	struct fixture *f = *state;

	tick(f, SEC, W, false);
	feed(f, ev_exit(SEC + 1000, W));
	feed(f, ev_newtask(SEC + 2000, H, W, "new", 0));
	tick(f, SEC + 3000, W, true);
	flush(f, 0);
	assert_int_equal(f->seen.nr_cpu_rollups, 1);
	assert_int_equal(f->seen.cpu_rollup[0].nr_samples, 1);
}

static void what_the_slow_path_calls_is_no_call_site(void **state)
{
	struct fixture *f = *state;

	sample(f, SEC, W, SAMPLE_SPIN, LOCK, "native_write_msr",
	       "osq_lock rwsem_optimistic_spin rwsem_down_write_slowpath down_write move_pages");
	assert_string_equal(seen_site_of(&f->seen, only_sum(f)->site_id)->symbol, "move_pages");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
		TEST(a_spin_has_its_thread_lock_site_and_function),
		TEST(a_lock_that_is_not_known_is_0),
		TEST(a_holder_is_in_its_innermost_function),
		TEST(what_a_leaf_does_is_its_callers_work),
		TEST(sums_are_by_second_and_key),
		TEST(all_samples_are_divided_among_their_seconds),
		TEST(what_a_thread_did_is_divided_likewise),
		TEST(what_is_not_told_of_a_part_is_unknown_of_all),
		TEST(times_that_make_no_sense_lose_no_sample),
		TEST(lost_samples_make_no_wait_uncertain),
		TEST(a_gap_that_lasts_keeps_its_row_beside_lost_samples),
		TEST(samples_in_a_gap_count),
		TEST(a_sample_is_no_part_of_a_wait),
		TEST(a_spin_within_a_wait_is_of_another_kind),
		TEST(a_clock_counts_all_samples_of_who_spins),
		TEST(a_clock_in_a_wait_is_no_spin),
		TEST(a_clock_forgets_who_has_exited),
		TEST(what_the_slow_path_calls_is_no_call_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
