/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Is a difference between two captures more than chance?
 *
 * Of one capture a side, neighbouring slices are drawn again and again, in blocks since what
 * happens in one slice goes on in the next (moving block bootstrap, Künsch 1989), and the
 * difference is computed anew each time. What differs from one run of a workload to the next
 * cannot be seen in one capture of it. Of several captures on both sides, each capture gives
 * one value (Welch's t-test).
 */
#ifndef RMAPSCOPE_DIFF_INTERVAL_H
#define RMAPSCOPE_DIFF_INTERVAL_H

#include <stdbool.h>

#include "analysis/diff_samples.h"

/* The probability that the interval contains the true difference. */
#define DIFF_CONFIDENCE 0.99
/* Fewer slices tell nothing about chance. */
#define DIFF_SLICES_MIN 8

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
	double low, high;	/* of the difference B - A; NAN: not known */
	bool by_capture;	/* from one value per capture, not from slices */
};

/* Compare @group by @metric. Returns 0 or -ENOMEM. */
int diff_compare(struct diff_result *r, const struct diff_samples *s,
		 const struct diff_group *group, const struct diff_metric *metric);

#endif
