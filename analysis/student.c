// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/student.h"

#include <math.h>

#define TERMS_MAX 1000
#define PRECISION 1e-14
#define TINY	  1e-300

/* Factor @i of the continued fraction of the incomplete beta function: DLMF 8.17.23. */
static double factor(int i, double x, double a, double b)
{
	const double m = i / 2;

	if (i % 2)
		return -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
	return m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
}

/* The regularized incomplete beta function, for x < (a + 1) / (a + b + 2): DLMF 8.17.22. */
static double beta(double x, double a, double b)
{
	const double scale =
		exp(a * log(x) + b * log1p(-x) + lgamma(a + b) - lgamma(a) - lgamma(b)) / a;
	double f = 1, c = 1, d = 0, step;
	int i;

	/* the modified algorithm of Lentz (Thompson and Barnett 1986) */
	for (i = 1; i < TERMS_MAX; i++) {
		d = 1 + factor(i, x, a, b) * d;
		c = 1 + factor(i, x, a, b) / c;
		d = 1 / (fabs(d) < TINY ? TINY : d);
		c = fabs(c) < TINY ? TINY : c;
		step = c * d;
		f *= step;
		if (fabs(step - 1) < PRECISION)
			break;
	}
	return scale / f;
}

double student_chance(double t, double df)
{
	const double x = df / (df + t * t);

	if (x >= 1)
		return 1;
	if (x <= 0)
		return 0;
	if (x < (df / 2 + 1) / (df / 2 + 2.5))
		return beta(x, df / 2, 0.5);
	return 1 - beta(1 - x, 0.5, df / 2);
}

double student_quantile(double chance, double df)
{
	double low = 0, high = 1e6, middle;
	int i;

	for (i = 0; i < 100; i++) {
		middle = (low + high) / 2;
		if (student_chance(middle, df) > chance)
			low = middle;
		else
			high = middle;
	}
	return high;
}
