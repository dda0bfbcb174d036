/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is a difference between two captures more than chance?
 *
 * Of one capture a side, the slices are put together to some batches, each of neighbours, since
 * what happens in one slice goes on in the next; the batches show how much the value varies
 * (batch means: the number of batches does not grow with that of the slices, and Student's t
 * accounts for it). What differs from one run of a workload to the next cannot be seen in one
 * capture of it. Of several captures on both sides, each capture gives one value (Welch's
 * t-test).
 *
 * A diff has many rows, and of a hundred rows without a difference one looks as if chance had a
 * probability of 1 %. So the level of the intervals follows from all rows (Benjamini and Hochberg
 * 1995; for intervals: Benjamini and Yekutieli 2005).
 */
#ifndef RMAPSCOPE_DIFF_INTERVAL_H
#define RMAPSCOPE_DIFF_INTERVAL_H

#include <stdbool.h>
#include <stddef.h>

#include "analysis/diff_samples.h"

/* The share of rows called different that are so by chance, at most, on average. */
#define DIFF_FALSE_SHARE 0.05
/* Fewer slices do not show what is chance. */
#define DIFF_SLICES_MIN	 12

/* How a value is computed from the sums of slices. */
enum diff_formula {
	PER_SECOND,   /* nr per second */
	TOTAL_PER_S,  /* total per second */
	TOTAL_PER_NR, /* total divided by nr */
	QUANTILE_99,  /* of the histograms */
};

struct diff_metric {
	const char *name; /* with its unit: "mean wait us" */
	enum diff_formula formula;
	double scale; /* from what the sums are in to that unit */
	bool neutral; /* more is neither better nor worse */
};

struct diff_result {
	double value[NR_SIDES]; /* NAN: unknown, nothing to divide by */
	double error;		/* standard error of the difference B - A; NAN: not known */
	double df;		/* degrees of freedom of that */
	double grain;		/* a difference up to this can be that of two buckets */
	bool by_capture;	/* from one value per capture, not from slices */
};

/* Compare @group by @metric. Returns 0 or -ENOMEM. */
int diff_compare(struct diff_result *r, const struct diff_samples *s,
		 const struct diff_group *group, const struct diff_metric *metric);

/* The probability that chance alone makes the difference as large; NAN: not known. */
double diff_chance(const struct diff_result *r);

/*
 * diff_level - the chance below which a row is called different
 * @chance: of all rows, by diff_chance(); is sorted
 */
double diff_level(double *chance, size_t nr);

/* The interval that has the true difference with a probability of 1 - @level; NAN: not known. */
void diff_interval(const struct diff_result *r, double level, double *low, double *high);

#endif
