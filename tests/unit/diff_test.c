// SPDX-License-Identifier: GPL-2.0-only
/* When diff says that two captures differ. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/diff_interval.h"
#include "tests/unit/random.h"
#include "tests/unit/unit.h"

#define NR_SLICES 60

static const struct diff_metric per_s = { "waits/s", PER_SECOND, 1, false };
static const struct diff_metric mean = { "mean", TOTAL_PER_NR, 1, false };
static const struct diff_metric p99 = { "p99", QUANTILE_99, 1, false };

struct pair {
	struct diff_samples s;
	struct diff_capture capture[NR_SIDES][8];
	struct diff_slice slice[NR_SIDES][NR_SLICES];
	struct diff_group group;
};

static void pair_init(struct pair *p, size_t nr_captures, size_t nr_slices)
{
	unsigned int side;
	size_t i;

	memset(p, 0, sizeof(*p));
	p->s.slice_s = 1;
	for (side = 0; side < NR_SIDES; side++) {
		p->s.capture[side] = p->capture[side];
		p->s.nr_captures[side] = nr_captures;
		p->s.nr_slices[side] = nr_slices;
		p->group.slice[side] = p->slice[side];
		for (i = 0; i < nr_captures; i++) {
			p->capture[side][i].nr_slices = nr_slices / nr_captures;
			p->capture[side][i].at = i * (nr_slices / nr_captures);
		}
	}
}

static double noise(struct random *r)
{
	return random_below(r, 2001) / 1000.0 - 1;
}

/* Slices of a load that drifts: each resembles the one before. Side B takes @factor as long. */
static void fill(struct pair *p, struct random *r, double factor)
{
	unsigned int side;
	size_t i;

	for (side = 0; side < NR_SIDES; side++) {
		double load = noise(r);

		for (i = 0; i < p->s.nr_slices[side]; i++) {
			struct diff_slice *slice = &p->slice[side][i];

			load = 0.5 * load + 0.5 * noise(r);
			slice->nr = 1000 * (1 + 0.3 * load);
			slice->total = slice->nr * 50 * (1 + 0.1 * noise(r)) * (side ? factor : 1);
		}
	}
}

static bool differs(const struct pair *p, const struct diff_metric *m)
{
	struct diff_result r;

	assert_int_equal(diff_compare(&r, &p->s, &p->group, m), 0);
	assert_false(isnan(r.low));
	assert_true(r.low <= r.high);
	return r.low > 0 || r.high < 0;
}

static void what_is_the_same_differs_rarely(void **state)
{
	struct random r = random_from(1);
	unsigned int i, nr = 0;
	struct pair p;

	(void)state;
	for (i = 0; i < 200; i++) {
		pair_init(&p, 1, NR_SLICES);
		fill(&p, &r, 1);
		nr += differs(&p, &per_s) + differs(&p, &mean);
	}
	/* of 400: 1 % expected, 5 % allowed */
	assert_in_range(nr, 0, 20);
}

static void a_fifth_more_is_found(void **state)
{
	struct random r = random_from(2);
	struct diff_result result;
	struct pair p;
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		pair_init(&p, 1, NR_SLICES);
		fill(&p, &r, 1.2);
		assert_int_equal(diff_compare(&result, &p.s, &p.group, &mean), 0);
		assert_true(result.low > 0);
		/* the interval has the truth in it */
		assert_true(result.low < 10 && result.high > 10);
		assert_false(result.by_capture);
	}
}

static void several_captures_are_compared_by_one_value_each(void **state)
{
	struct random r = random_from(3);
	struct diff_result result;
	unsigned int i, nr = 0;
	struct pair p;

	(void)state;
	for (i = 0; i < 100; i++) {
		pair_init(&p, 4, NR_SLICES);
		fill(&p, &r, 1);
		nr += differs(&p, &mean);
	}
	assert_in_range(nr, 0, 5);
	pair_init(&p, 4, NR_SLICES);
	fill(&p, &r, 1.2);
	assert_int_equal(diff_compare(&result, &p.s, &p.group, &mean), 0);
	assert_true(result.by_capture);
	assert_true(result.low > 0);
}

static void few_slices_have_no_interval(void **state)
{
	struct random r = random_from(4);
	struct diff_result result;
	struct pair p;

	(void)state;
	pair_init(&p, 1, DIFF_SLICES_MIN - 1);
	fill(&p, &r, 3);
	assert_int_equal(diff_compare(&result, &p.s, &p.group, &mean), 0);
	assert_true(result.value[SIDE_B] > 2 * result.value[SIDE_A]);
	assert_true(isnan(result.low) && isnan(result.high));
}

static void nothing_has_no_mean(void **state)
{
	struct diff_result result;
	struct pair p;

	(void)state;
	pair_init(&p, 1, NR_SLICES);
	assert_int_equal(diff_compare(&result, &p.s, &p.group, &mean), 0);
	assert_true(isnan(result.value[SIDE_A]));
	assert_int_equal(diff_compare(&result, &p.s, &p.group, &per_s), 0);
	assert_true(result.value[SIDE_A] == 0);
	pair_init(&p, 1, 0);
	assert_int_equal(diff_compare(&result, &p.s, &p.group, &per_s), 0);
	assert_true(isnan(result.value[SIDE_A]));
}

static void a_quantile_is_that_of_all_slices(void **state)
{
	struct diff_result result;
	unsigned int side;
	struct pair p;
	size_t i;

	(void)state;
	pair_init(&p, 1, NR_SLICES);
	for (side = 0; side < NR_SIDES; side++)
		for (i = 0; i < NR_SLICES; i++) {
			assert_int_equal(hist_add(&p.slice[side][i].hist, 10, 90), 0);
			assert_int_equal(hist_add(&p.slice[side][i].hist, side ? 30 : 20, 10), 0);
		}
	assert_int_equal(diff_compare(&result, &p.s, &p.group, &p99), 0);
	assert_int_equal(result.value[SIDE_A], 20);
	assert_int_equal(result.value[SIDE_B], 30);
	assert_true(result.low > 0);
	for (side = 0; side < NR_SIDES; side++)
		for (i = 0; i < NR_SLICES; i++)
			hist_free(&p.slice[side][i].hist);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_the_same_differs_rarely),
		cmocka_unit_test(a_fifth_more_is_found),
		cmocka_unit_test(several_captures_are_compared_by_one_value_each),
		cmocka_unit_test(few_slices_have_no_interval),
		cmocka_unit_test(nothing_has_no_mean),
		cmocka_unit_test(a_quantile_is_that_of_all_slices),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
