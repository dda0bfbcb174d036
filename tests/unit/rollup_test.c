// SPDX-License-Identifier: GPL-2.0-only
/* Sums per second and key. */
#include <errno.h>
#include <malloc.h>

#include "collector/model/rollup.h"
#include "collector/model/second.h"
#include "lib/clock.h"
#include "schema/enums.h"
#include "tests/unit/random.h"
#include "tests/unit/seen.h"

#define SEC ((int64_t)NSEC_PER_SEC)

struct summing {
	struct rollups rs;
	struct seen seen;
	struct sink sink;
};

static int setup(void **state)
{
	struct summing *s = calloc(1, sizeof(*s));

	s->sink = seen_sink(&s->seen);
	*state = s;
	return 0;
}

static int teardown(void **state)
{
	struct summing *s = *state;

	rollups_free(&s->rs);
	seen_free(&s->seen);
	free(s);
	return 0;
}

static struct wait_row a_wait(int64_t duration_ns, int64_t slept_ns)
{
	return (struct wait_row){
		.duration_ns = duration_ns,
		.slept_ns = slept_ns,
		.lock_id = 1,
		.site_id = 2,
		.mode = MODE_WRITE,
	};
}

static void add(struct summing *s, struct wait_row w, int64_t process_id, int64_t end_ns)
{
	assert_int_equal(rollup_wait(&s->rs, &w, process_id, end_ns, NULL), 0);
}

static void give(struct summing *s)
{
	assert_int_equal(rollups_flush(&s->rs, &s->sink), 0);
}

static void waits_of_a_second_add_up(void **state)
{
	struct summing *s = *state;
	const struct rollup_row *r;

	add(s, a_wait(100, 50), 7, 5 * SEC + 1000);
	add(s, a_wait(300, 0), 7, 5 * SEC + 1001);
	add(s, a_wait(200, 20), 7, 6 * SEC - 1);
	give(s);
	assert_int_equal(s->seen.nr_rollups, 1);
	r = &s->seen.rollup[0].row;
	assert_int_equal(r->second, 5);
	assert_int_equal(r->process_id, 7);
	assert_int_equal(r->lock_id, 1);
	assert_int_equal(r->site_id, 2);
	assert_int_equal(r->mode, MODE_WRITE);
	assert_int_equal(r->nr_waits, 3);
	assert_int_equal(r->wait_ns, 600);
	assert_int_equal(r->max_wait_ns, 300);
	assert_int_equal(r->slept_ns, 70);
	assert_int_equal(r->nr_uncertain, 0);
	assert_int_equal(s->seen.rollup[0].hist_count, 3);
}

static void waits_are_summed_by_their_holder(void **state)
{
	struct summing *s = *state;
	struct wait_row w = a_wait(100, 0);
	const struct holder_rollup_row *r = NULL;
	unsigned int i;

	add(s, w, 7, 5 * SEC + 1000);
	w.holder_task_id = 3;
	w.duration_ns = 40;
	add(s, w, 7, 5 * SEC + 1000);
	add(s, w, 7, 5 * SEC + 1001);
	add(s, w, 8, 5 * SEC + 1000);
	give(s);
	add(s, w, 7, 6 * SEC - 1);
	w.duration_ns = NO_TIME;
	add(s, w, 7, 5 * SEC + 1000);
	give(s);
	assert_int_equal(s->seen.nr_holder_rollups, 3);
	for (i = 0; i < 3; i++)
		if (s->seen.holder_rollup[i].holder_task_id == 3 &&
		    s->seen.holder_rollup[i].process_id == 7)
			r = &s->seen.holder_rollup[i];
	assert_non_null(r);
	assert_int_equal(r->second, 5);
	assert_int_equal(r->lock_id, 1);
	assert_int_equal(r->nr_waits, 3);
	assert_int_equal(r->wait_ns, 120);
}

static void the_second_is_that_of_the_end(void **state)
{
	struct summing *s = *state;

	add(s, a_wait(100, 0), 7, 5 * SEC - 1);
	add(s, a_wait(100, 0), 7, 5 * SEC);
	give(s);
	assert_int_equal(s->seen.nr_rollups, 2);
	assert_int_equal(s->seen.rollup[0].row.second, 4);
	assert_int_equal(s->seen.rollup[0].row.nr_waits, 1);
	assert_int_equal(s->seen.rollup[1].row.second, 5);
	assert_int_equal(s->seen.rollup[1].row.nr_waits, 1);
}

/* The row of @second, where there is one for it. */
static const struct seen_rollup *row_of(const struct summing *s, int64_t second)
{
	unsigned int i;

	for (i = 0; i < s->seen.nr_rollups; i++)
		if (s->seen.rollup[i].row.second == second)
			return &s->seen.rollup[i];
	fail_msg("no row of second %lld", (long long)second);
	return NULL;
}

static void a_long_wait_is_booked_to_the_seconds_in_which_it_passed(void **state)
{
	struct summing *s = *state;
	struct wait_row w = a_wait(4 * SEC, 4 * SEC);
	int64_t second;

	w.slept_ns = 3 * SEC;
	w.runnable_ns = SEC;
	w.holder_task_id = 3;
	/* from 4.5 to 8.5, on its way to a CPU from 7.5 on */
	add(s, w, 7, 8 * SEC + SEC / 2);
	give(s);
	assert_int_equal(s->seen.nr_rollups, 5);
	for (second = 4; second <= 8; second++) {
		const int64_t ns = second == 4 || second == 8 ? SEC / 2 : SEC;
		const struct seen_rollup *r = row_of(s, second);

		assert_int_equal(r->row.wait_ns, ns);
		assert_int_equal(r->row.slept_ns, ns * 3 / 4);
		assert_int_equal(r->row.runnable_ns, second < 7 ? 0 : SEC / 2);
		/* what it is as a whole stays with its end */
		assert_int_equal(r->row.nr_waits, second == 8);
		assert_int_equal(r->row.max_wait_ns, second == 8 ? 4 * SEC : 0);
		assert_int_equal(r->hist_count, second == 8);
		assert_int_equal(s->seen.second_rollup[second - 4].row.wait_ns, ns);
		assert_int_equal(s->seen.holder_rollup[second - 4].wait_ns, ns);
		assert_int_equal(s->seen.holder_rollup[second - 4].nr_waits, second == 8);
		assert_int_equal(s->seen.holder_rollup[second - 4].runnable_ns,
				 second < 7 ? 0 : SEC / 2);
	}
}

static void a_wait_that_goes_on_is_booked_as_it_goes(void **state)
{
	struct summing *s = *state;
	struct wait_row w = a_wait(NO_TIME, NO_TIME);
	struct wait_so_far booked = { .until_ns = 5 * SEC + SEC / 4 };
	struct wait_so_far now = { 7 * SEC, SEC, 0 };

	assert_int_equal(rollup_wait_lasts(&s->rs, &w, 7, &booked, &now), 0);
	give(s);
	assert_int_equal(row_of(s, 5)->row.wait_ns, SEC * 3 / 4);
	assert_int_equal(row_of(s, 6)->row.wait_ns, SEC);
	assert_int_equal(row_of(s, 6)->row.nr_waits, 0);
	assert_int_equal(s->seen.nr_holder_rollups, 0);
	/* and nothing twice */
	assert_int_equal(rollup_wait_lasts(&s->rs, &w, 7, &booked, &now), 0);
	w.duration_ns = 2 * SEC;
	w.slept_ns = SEC + SEC / 8;
	w.runnable_ns = SEC / 8;
	assert_int_equal(rollup_wait(&s->rs, &w, 7, 7 * SEC + SEC / 4, &booked), 0);
	give(s);
	assert_int_equal(s->seen.nr_rollups, 3);
	assert_int_equal(row_of(s, 6)->row.wait_ns, SEC);
	assert_int_equal(row_of(s, 7)->row.wait_ns, SEC / 4);
	assert_int_equal(row_of(s, 7)->row.slept_ns, SEC / 8);
	assert_int_equal(row_of(s, 7)->row.runnable_ns, SEC / 8);
	assert_int_equal(row_of(s, 7)->row.nr_waits, 1);
	assert_int_equal(s->seen.nr_holder_rollups, 3);
}

/* A file may say anything of the time: it must not make rows without end. */
static void a_wait_without_end_adds_no_rows_without_end(void **state)
{
	struct summing *s = *state;
	uint64_t ns = 0;

	s->rs.nr_spread = MAX_SPREAD - 3;
	add(s, a_wait(1000000000 * SEC, 0), 7, 1000000001 * SEC);
	assert_true(s->rs.nr_spread <= MAX_SPREAD);
	give(s);
	for (unsigned int i = 0; i < s->seen.nr_rollups; i++)
		ns += s->seen.rollup[i].row.wait_ns;
	assert_int_equal(ns, 1000000000 * SEC);
	assert_true(s->seen.nr_rollups < 10);
}

static void every_part_of_the_key_keeps_sums_apart(void **state)
{
	struct summing *s = *state;
	struct wait_row w[5];
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(w); i++)
		w[i] = a_wait(100, 0);
	w[1].lock_id = 9;
	w[2].site_id = 9;
	w[3].mode = MODE_READ;
	w[4].vma_id = 9;
	for (i = 0; i < ARRAY_SIZE(w); i++)
		add(s, w[i], 7, SEC + 1000);
	add(s, w[0], 8, SEC + 1000);
	give(s);
	assert_int_equal(s->seen.nr_rollups, 6);
	for (i = 0; i < 6; i++)
		assert_int_equal(s->seen.rollup[i].row.nr_waits, 1);
}

static void uncertain_waits_are_counted_and_never_timed(void **state)
{
	struct summing *s = *state;
	const struct rollup_row *r;

	add(s, a_wait(NO_TIME, NO_TIME), 7, SEC + 1000);
	add(s, a_wait(100, 10), 7, SEC + 1000);
	add(s, a_wait(NO_TIME, NO_TIME), 7, SEC + 1000);
	give(s);
	r = &s->seen.rollup[0].row;
	assert_int_equal(r->nr_waits, 1);
	assert_int_equal(r->wait_ns, 100);
	assert_int_equal(r->slept_ns, 10);
	assert_int_equal(r->nr_uncertain, 2);
	assert_int_equal(s->seen.rollup[0].hist_count, 1);
}

static void sleep_that_no_wait_knows_stays_unknown(void **state)
{
	struct summing *s = *state;

	add(s, a_wait(100, NO_TIME), 7, SEC + 1000);
	give(s);
	assert_int_equal(s->seen.rollup[0].row.slept_ns, NO_TIME);
	add(s, a_wait(100, 0), 7, SEC + 1000);
	give(s);
	assert_int_equal(s->seen.rollup[0].row.slept_ns, 0);
}

static void every_flush_gives_the_whole_so_far(void **state)
{
	struct summing *s = *state;

	add(s, a_wait(100, 0), 7, SEC + 1000);
	give(s);
	assert_int_equal(s->seen.rollup[0].row.nr_waits, 1);
	add(s, a_wait(300, 0), 7, SEC + 1001);
	give(s);
	assert_int_equal(s->seen.nr_rollups, 1);
	assert_int_equal(s->seen.rollup[0].row.nr_waits, 2);
	assert_int_equal(s->seen.rollup[0].row.wait_ns, 400);
	assert_int_equal(s->seen.rollup[0].hist_count, 2);
}

static void a_flush_gives_only_what_changed(void **state)
{
	struct summing *s = *state;

	add(s, a_wait(100, 0), 7, SEC + 1000);
	give(s);
	give(s);
	assert_int_equal(s->seen.rollup[0].nr_given, 1);
}

static void seconds_that_are_over_do_not_stay_in_memory(void **state)
{
	struct summing *s = *state;
	size_t after_100 = 0;
	unsigned int i;

	for (i = 0; i < 2000; i++) {
		add(s, a_wait(100, 0), 7, i * SEC + 1000);
		give(s);
		if (i == 100)
			after_100 = mallinfo2().uordblks;
		/* the sink keeps them all; it is not what is measured */
		s->seen.nr_rollups = s->seen.nr_second_rollups = s->seen.nr_holder_rollups = 0;
	}
	assert_true(mallinfo2().uordblks <= after_100 + 4096);
}

/* A wait that ended a second or two late still finds its sums. */
static void a_late_wait_of_a_kept_second_adds(void **state)
{
	struct summing *s = *state;

	add(s, a_wait(100, 0), 7, 10 * SEC + 1000);
	add(s, a_wait(100, 0), 7, 12 * SEC + 1000);
	give(s);
	add(s, a_wait(50, 0), 7, 10 * SEC + 1000);
	give(s);
	assert_int_equal(s->seen.nr_rollups, 2);
	assert_int_equal(s->seen.rollup[0].row.nr_waits, 2);
	assert_int_equal(s->seen.rollup[0].row.wait_ns, 150);
}

static void an_error_of_the_sink_comes_back(void **state)
{
	struct summing *s = *state;

	add(s, a_wait(100, 0), 7, SEC + 1000);
	s->seen.fail = -ENOSPC;
	assert_int_equal(rollups_flush(&s->rs, &s->sink), -ENOSPC);
	/* and what was not taken comes again */
	s->seen.fail = 0;
	give(s);
	assert_int_equal(s->seen.rollup[0].nr_given, 2);
}

static void random_waits_add_up_over_any_flushes(void **state)
{
	uint64_t seed;

	for (seed = 1; seed <= 50; seed++) {
		struct random r = random_from(seed);
		int64_t t = 0, wait_ns = 0, slept_ns = 0, nr = 0, nr_uncertain = 0, max_ns = 0;
		int64_t got_wait_ns = 0, got_slept_ns = 0, got_nr = 0, got_uncertain = 0;
		int64_t got_max_ns = 0;
		struct summing *s;
		unsigned int i;

		assert_int_equal(setup(state), 0);
		s = *state;
		for (i = 0; i < 500; i++) {
			struct wait_row w = a_wait(random_magnitude(&r) >> 24, 0);

			w.slept_ns = random_below(&r, w.duration_ns + 1);
			w.lock_id = random_below(&r, 3);
			t += random_below(&r, SEC / 10);
			if (random_below(&r, 5) == 0) {
				w.duration_ns = w.slept_ns = NO_TIME;
				nr_uncertain++;
			} else {
				nr++;
				wait_ns += w.duration_ns;
				slept_ns += w.slept_ns;
				if (w.duration_ns > max_ns)
					max_ns = w.duration_ns;
			}
			add(s, w, random_below(&r, 2), t);
			if (random_below(&r, 6) == 0)
				give(s);
		}
		give(s);
		for (i = 0; i < s->seen.nr_rollups; i++) {
			const struct rollup_row *row = &s->seen.rollup[i].row;

			got_nr += row->nr_waits;
			got_wait_ns += row->wait_ns;
			got_slept_ns += row->slept_ns == NO_TIME ? 0 : row->slept_ns;
			got_uncertain += row->nr_uncertain;
			if (row->max_wait_ns > got_max_ns)
				got_max_ns = row->max_wait_ns;
			assert_seed(seed, (int64_t)s->seen.rollup[i].hist_count == row->nr_waits);
		}
		for (i = 0; i < s->seen.nr_second_rollups; i++) {
			const struct second_rollup_row *row = &s->seen.second_rollup[i].row;

			got_nr -= row->nr_waits;
			got_wait_ns -= row->wait_ns;
			got_uncertain -= row->nr_uncertain;
			assert_seed(seed, row->max_wait_ns <= got_max_ns);
			assert_seed(seed,
				    (int64_t)s->seen.second_rollup[i].hist_count == row->nr_waits);
		}
		/* the same sums once more */
		assert_seed(seed, !got_nr && !got_wait_ns && !got_uncertain);
		for (i = 0; i < s->seen.nr_second_rollups; i++) {
			got_nr += s->seen.second_rollup[i].row.nr_waits;
			got_wait_ns += s->seen.second_rollup[i].row.wait_ns;
			got_uncertain += s->seen.second_rollup[i].row.nr_uncertain;
		}
		assert_seed(seed, got_nr == nr);
		assert_seed(seed, got_wait_ns == wait_ns);
		assert_seed(seed, got_slept_ns == slept_ns);
		assert_seed(seed, got_uncertain == nr_uncertain);
		assert_seed(seed, got_max_ns == max_ns);
		teardown(state);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(waits_of_a_second_add_up),
		TEST(waits_are_summed_by_their_holder),
		TEST(the_second_is_that_of_the_end),
		TEST(a_long_wait_is_booked_to_the_seconds_in_which_it_passed),
		TEST(a_wait_that_goes_on_is_booked_as_it_goes),
		TEST(a_wait_without_end_adds_no_rows_without_end),
		TEST(every_part_of_the_key_keeps_sums_apart),
		TEST(uncertain_waits_are_counted_and_never_timed),
		TEST(sleep_that_no_wait_knows_stays_unknown),
		TEST(every_flush_gives_the_whole_so_far),
		TEST(a_flush_gives_only_what_changed),
		TEST(seconds_that_are_over_do_not_stay_in_memory),
		TEST(a_late_wait_of_a_kept_second_adds),
		TEST(an_error_of_the_sink_comes_back),
		cmocka_unit_test(random_waits_add_up_over_any_flushes),
	};

	return cmocka_run_group_tests_name("rollup", tests, NULL, NULL);
}
