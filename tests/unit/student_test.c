// SPDX-License-Identifier: GPL-2.0-only
/* Student's t distribution, against printed tables and closed forms. */
#include <math.h>
#include <stdbool.h>

#include "analysis/student.h"
#include "tests/unit/unit.h"

static bool near(double a, double b)
{
	return fabs(a - b) <= 1e-4 * fabs(b);
}

static void quantiles_are_those_of_tables(void **state)
{
	static const struct {
		double df, chance, t;
	} rows[] = {
		{ 1, 0.05, 12.7062 },	{ 2, 0.05, 4.30265 },  { 3, 0.01, 5.84091 },
		{ 6, 0.05, 2.44691 },	{ 18, 0.05, 2.10092 }, { 18, 0.01, 2.87844 },
		{ 30, 0.001, 3.64596 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		assert_true(near(student_quantile(rows[i].chance, rows[i].df), rows[i].t));
		assert_true(near(student_chance(rows[i].t, rows[i].df), rows[i].chance));
	}
}

/* 1 and 2 degrees of freedom have closed forms; very many give the normal distribution. */
static void chances_are_those_of_closed_forms(void **state)
{
	double t;

	(void)state;
	for (t = 1e-3; t < 1e4; t *= 1.7) {
		assert_true(near(student_chance(t, 1), 1 - 2 / M_PI * atan(t)));
		assert_true(near(student_chance(t, 2), 1 - t / sqrt(2 + t * t)));
		if (t < 5)
			assert_true(fabs(student_chance(t, 1e7) - erfc(t / sqrt(2))) < 1e-6);
	}
	assert_true(student_chance(0, 3) == 1);
	assert_true(student_chance(INFINITY, 3) == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quantiles_are_those_of_tables),
		cmocka_unit_test(chances_are_those_of_closed_forms),
	};

	return cmocka_run_group_tests_name("student", tests, NULL, NULL);
}
