// SPDX-License-Identifier: GPL-2.0-only
/* When diff says that two captures differ. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/diff_interval.h"
#include "tests/unit/random.h"
#include "tests/unit/unit.h"

#define NR_SLICES 120

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

/* Whether a row is called different in a diff that has only this row. */
static bool differs(const struct pair *p, const struct diff_metric *m)
{
	struct diff_result r;
	double chance, low, high;

	assert_int_equal(diff_compare(&r, &p->s, &p->group, m), 0);
	chance = diff_chance(&r);
	assert_false(isnan(chance));
	diff_interval(&r, diff_level(&chance, 1), &low, &high);
	assert_true(low <= high);
	return low > 0 || high < 0;
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
	/* of 400: 5 % expected, and three standard deviations more */
	assert_in_range(nr, 0, 20 + 13);
}

/* --- a simulation of diffs with many rows */

#define NR_ROWS	 40
#define NR_DIFFS 30

/* How the slices of a side are made. */
struct world {
	size_t nr_slices;
	double memory; /* how much a slice resembles the one before: AR(1) */
	bool heavy;    /* a few slices have most of the time: log-normal */
};

/* Of the normal distribution. */
static double normal(struct random *r)
{
	double sum = 0;
	int i;

	for (i = 0; i < 12; i++)
		sum += random_below(r, 1 << 24) / (double)(1 << 24);
	return sum - 6;
}

static void fill_world(struct pair *p, struct random *r, const struct world *w, double factor)
{
	unsigned int side;
	size_t i;

	for (side = 0; side < NR_SIDES; side++) {
		double load = normal(r);

		for (i = 0; i < w->nr_slices; i++) {
			struct diff_slice *slice = &p->slice[side][i];

			load = w->memory * load + sqrt(1 - w->memory * w->memory) * normal(r);
			slice->nr = 1000 * (w->heavy ? exp(load) : fmax(1 + 0.2 * load, 0));
			slice->total = slice->nr * 50 * exp((w->heavy ? 0.5 : 0.1) * normal(r)) *
				       (side ? factor : 1);
		}
	}
}

/* How many of the rows of a diff are called different: rates and means by turns. */
static unsigned int nr_different(struct random *r, const struct world *w, double factor)
{
	struct diff_result result[NR_ROWS];
	double chance[NR_ROWS], level, low, high;
	unsigned int i, nr = 0;
	struct pair p;

	for (i = 0; i < NR_ROWS; i++) {
		pair_init(&p, 1, w->nr_slices);
		fill_world(&p, r, w, factor);
		assert_int_equal(diff_compare(&result[i], &p.s, &p.group, i % 2 ? &mean : &per_s),
				 0);
		chance[i] = diff_chance(&result[i]);
		assert_false(isnan(chance[i]));
	}
	level = diff_level(chance, NR_ROWS);
	for (i = 0; i < NR_ROWS; i++) {
		diff_interval(&result[i], level, &low, &high);
		nr += low > 0 || high < 0;
	}
	return nr;
}

static const struct world worlds[] = {
	{ 14, 0, false },   { 60, 0, false },	{ 120, 0, false },  { 14, 0.5, false },
	{ 60, 0.5, false }, { 12, 0.8, false }, { 14, 0.8, false }, { 60, 0.8, false },
	{ 14, 0, true },    { 60, 0.5, true },	{ 120, 0.8, true },
};

#define NR_WORLDS (sizeof(worlds) / sizeof(*worlds))

static void false_alarms_are_rare_in_every_world(void **state)
{
	struct random r = random_from(5);
	size_t w, i;

	(void)state;
	for (w = 0; w < NR_WORLDS; w++) {
		unsigned int nr = 0;

		for (i = 0; i < NR_DIFFS; i++)
			nr += nr_different(&r, &worlds[w], 1);
		/* 5 % of the rows at most; it is 2 % in the worst world, 0.3 % in most */
		assert_in_range(nr, 0, NR_ROWS * NR_DIFFS / 20);
	}
}

/* Where slices do not depend on each other, the level is that of the whole diff. */
static void few_diffs_have_any_false_alarm(void **state)
{
	const struct world w = { 60, 0, false };
	struct random r = random_from(6);
	unsigned int i, nr = 0;

	(void)state;
	for (i = 0; i < 100; i++)
		nr += nr_different(&r, &w, 1) > 0;
	/* 5 % expected, and three standard deviations more */
	assert_in_range(nr, 0, 5 + 6);
}

static void a_fifth_more_is_found_in_many_rows(void **state)
{
	static const struct world calm[] = { { 20, 0, false },
					     { 60, 0.5, false },
					     { 120, 0.8, false } };
	struct random r = random_from(8);
	size_t w, i;

	(void)state;
	for (w = 0; w < sizeof(calm) / sizeof(*calm); w++) {
		unsigned int nr = 0;

		for (i = 0; i < NR_DIFFS; i++)
			nr += nr_different(&r, &calm[w], 1.2);
		/* half of the rows are means, which are larger; 95 % of these */
		assert_true(nr > NR_ROWS * NR_DIFFS / 2 * 0.95);
	}
}

static void a_fifth_more_is_found(void **state)
{
	struct random r = random_from(2);
	struct diff_result result;
	double low, high;
	struct pair p;
	int i;

	(void)state;
	for (i = 0; i < 20; i++) {
		pair_init(&p, 1, NR_SLICES);
		fill(&p, &r, 1.2);
		assert_int_equal(diff_compare(&result, &p.s, &p.group, &mean), 0);
		/* the interval has the truth in it */
		diff_interval(&result, 0.001, &low, &high);
		assert_true(low > 0 && low < 10 && high > 10);
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
	/* 5 % expected, and three standard deviations more */
	assert_in_range(nr, 0, 5 + 6);
	pair_init(&p, 4, NR_SLICES);
	fill(&p, &r, 1.2);
	assert_int_equal(diff_compare(&result, &p.s, &p.group, &mean), 0);
	assert_true(result.by_capture);
	assert_true(diff_chance(&result) < 0.05);
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
	assert_true(isnan(diff_chance(&result)));
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
	assert_true(diff_chance(&result) < 0.01);
	for (side = 0; side < NR_SIDES; side++)
		for (i = 0; i < NR_SLICES; i++)
			hist_free(&p.slice[side][i].hist);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_the_same_differs_rarely),
		cmocka_unit_test(false_alarms_are_rare_in_every_world),
		cmocka_unit_test(few_diffs_have_any_false_alarm),
		cmocka_unit_test(a_fifth_more_is_found),
		cmocka_unit_test(a_fifth_more_is_found_in_many_rows),
		cmocka_unit_test(several_captures_are_compared_by_one_value_each),
		cmocka_unit_test(few_slices_have_no_interval),
		cmocka_unit_test(nothing_has_no_mean),
		cmocka_unit_test(a_quantile_is_that_of_all_slices),
	};

	return cmocka_run_group_tests_name("diff", tests, NULL, NULL);
}
