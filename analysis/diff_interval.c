// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/diff_interval.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/student.h"

/*
 * Batches of a side. The longer they are, the less does each resemble its neighbours, which would
 * make the error too small; the fewer they are, the wider is Student's t. These numbers keep false
 * alarms rare even where a slice is much like the one before, see tests/unit/diff_test.c.
 */
#define BATCH_SLICES 10
#define BATCHES_MIN  4 /* a group that is in fewer is too rare */
#define BATCHES_MAX  10

/* The value of some slices; @nr_s: their seconds. @bucket: room for all buckets, zero. */
static double value_of(const struct diff_slice *slice, size_t nr, double nr_s,
		       const struct diff_metric *m, uint64_t *bucket)
{
	double sum = 0, total = 0, value = NAN;
	uint64_t count = 0, so_far = 0;
	uint32_t b, last = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		sum += slice[i].nr;
		total += slice[i].total;
		for (b = 0; m->formula == QUANTILE_99 && b < slice[i].hist.nr; b++) {
			const struct hist_bucket *h = &slice[i].hist.bucket[b];

			bucket[h->number] += h->count;
			count += h->count;
			last = h->number > last ? h->number : last;
		}
	}
	switch (m->formula) {
	case PER_SECOND:
		value = nr_s > 0 ? sum / nr_s : NAN;
		break;
	case TOTAL_PER_S:
		value = nr_s > 0 ? total / nr_s : NAN;
		break;
	case TOTAL_PER_NR:
		value = sum > 0 ? total / sum : NAN;
		break;
	case QUANTILE_99:
		for (b = 0; count && b <= last; b++) {
			so_far += bucket[b];
			if (so_far >= 0.99 * count) {
				value = hist_bucket_middle(b);
				break;
			}
		}
		memset(bucket, 0, (last + 1) * sizeof(*bucket));
		break;
	}
	return value * m->scale;
}

struct work {
	const struct diff_samples *s;
	const struct diff_group *group;
	const struct diff_metric *metric;
	uint64_t *bucket;
};

static double value_of_range(struct work *w, enum diff_side side, size_t at, size_t nr)
{
	return value_of(&w->group->slice[side][at], nr, nr * w->s->slice_s, w->metric, w->bucket);
}

/* How far a batch is from the value of all: by what it adds to that. */
struct batch {
	double part;
	bool empty; /* nothing to divide by */
};

static struct batch read_batch(struct work *w, enum diff_side side, size_t at, size_t nr,
			       double value)
{
	const struct diff_slice *slice = &w->group->slice[side][at];
	struct batch b = { 0 };
	double count = 0, total = 0;
	size_t i;

	if (w->metric->formula != TOTAL_PER_NR) {
		b.part = value_of_range(w, side, at, nr) - value;
		b.empty = isnan(b.part);
		return b;
	}
	for (i = 0; i < nr; i++) {
		count += slice[i].nr;
		total += slice[i].total;
	}
	b.part = total * w->metric->scale - value * count;
	b.empty = count <= 0;
	return b;
}

/* What the parts of batches are divided by to be parts of the value. */
static double divisor_of(struct work *w, enum diff_side side, size_t nr_batches)
{
	double count = 0;
	size_t i;

	if (w->metric->formula != TOTAL_PER_NR)
		return 1;
	for (i = 0; i < w->s->nr_slices[side]; i++)
		count += w->group->slice[side][i].nr;
	return count / nr_batches;
}

static size_t number_of_batches(size_t nr_slices)
{
	const size_t nr = nr_slices / BATCH_SLICES;

	return nr < BATCHES_MIN ? BATCHES_MIN : nr > BATCHES_MAX ? BATCHES_MAX : nr;
}

/* The variance of a side's value, with its degrees of freedom. False: not known. */
static bool variance_of(struct work *w, enum diff_side side, double value, double *variance,
			double *df)
{
	const size_t nr = w->s->nr_slices[side], nr_batches = number_of_batches(nr);
	double sum = 0, squares = 0, used = 0, divisor;
	size_t i;

	if (nr < DIFF_SLICES_MIN)
		return false;
	for (i = 0; i < nr_batches; i++) {
		const size_t at = i * nr / nr_batches, end = (i + 1) * nr / nr_batches;
		const struct batch b = read_batch(w, side, at, end - at, value);

		if (b.empty)
			continue;
		used++;
		sum += b.part;
		squares += b.part * b.part;
	}
	if (used < BATCHES_MIN)
		return false;
	divisor = divisor_of(w, side, used);
	*df = used - 1;
	*variance = fmax(squares - sum * sum / used, 0) / *df / used / (divisor * divisor);
	return true;
}

/* Set the error of a difference from the variances of both sides (Welch). */
static void set_error(struct diff_result *r, const double v[NR_SIDES], const double df[NR_SIDES])
{
	const double both = v[SIDE_A] + v[SIDE_B];

	r->error = sqrt(both);
	r->df = both > 0 ? both * both /
				   (v[SIDE_A] * v[SIDE_A] / df[SIDE_A] +
				    v[SIDE_B] * v[SIDE_B] / df[SIDE_B])
			 : df[SIDE_A] + df[SIDE_B];
}

static void by_slices(struct diff_result *r, struct work *w)
{
	double v[NR_SIDES], df[NR_SIDES];

	if (variance_of(w, SIDE_A, r->value[SIDE_A], &v[SIDE_A], &df[SIDE_A]) &&
	    variance_of(w, SIDE_B, r->value[SIDE_B], &v[SIDE_B], &df[SIDE_B]))
		set_error(r, v, df);
}

/* Mean and variance of the mean of one value per capture. False: a capture has none. */
static bool mean_of(struct work *w, enum diff_side side, double *mean, double *variance)
{
	const size_t nr = w->s->nr_captures[side];
	double sum = 0, squares = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		const struct diff_capture *c = &w->s->capture[side][i];
		const double v = value_of_range(w, side, c->at, c->nr_slices);

		if (isnan(v))
			return false;
		sum += v;
		squares += v * v;
	}
	*mean = sum / nr;
	*variance = fmax(squares - sum * sum / nr, 0) / (nr - 1) / nr;
	return true;
}

static void by_captures(struct diff_result *r, struct work *w)
{
	const double df[NR_SIDES] = { w->s->nr_captures[SIDE_A] - 1,
				      w->s->nr_captures[SIDE_B] - 1 };
	double mean[NR_SIDES], v[NR_SIDES];

	if (!mean_of(w, SIDE_A, &mean[SIDE_A], &v[SIDE_A]) ||
	    !mean_of(w, SIDE_B, &mean[SIDE_B], &v[SIDE_B]))
		return;
	r->value[SIDE_A] = mean[SIDE_A];
	r->value[SIDE_B] = mean[SIDE_B];
	r->by_capture = true;
	set_error(r, v, df);
}

static void compare(struct diff_result *r, struct work *w)
{
	unsigned int side;

	*r = (struct diff_result){ .error = NAN };
	for (side = 0; side < NR_SIDES; side++)
		r->value[side] = value_of_range(w, side, 0, w->s->nr_slices[side]);
	if (isnan(r->value[SIDE_A]) || isnan(r->value[SIDE_B]))
		return;
	if (w->s->nr_captures[SIDE_A] > 1 && w->s->nr_captures[SIDE_B] > 1)
		by_captures(r, w);
	else
		by_slices(r, w);
	/* each is the middle of a bucket */
	if (w->metric->formula == QUANTILE_99)
		r->grain = (r->value[SIDE_A] + r->value[SIDE_B]) / (2 * HIST_SUB);
}

int diff_compare(struct diff_result *r, const struct diff_samples *s,
		 const struct diff_group *group, const struct diff_metric *metric)
{
	struct work w = { .s = s, .group = group, .metric = metric };

	w.bucket = calloc(HIST_BUCKETS, sizeof(*w.bucket));
	if (!w.bucket)
		return -ENOMEM;
	compare(r, &w);
	free(w.bucket);
	return 0;
}

double diff_chance(const struct diff_result *r)
{
	const double d = fmax(fabs(r->value[SIDE_B] - r->value[SIDE_A]) - r->grain, 0);

	if (isnan(r->error))
		return NAN;
	/* a value that never varies never differs by chance */
	return d <= 0 ? 1 : r->error > 0 ? student_chance(d / r->error, r->df) : 0;
}

static int by_value(const void *pa, const void *pb)
{
	const double a = *(const double *)pa, b = *(const double *)pb;

	return a < b ? -1 : a > b;
}

double diff_level(double *chance, size_t nr)
{
	size_t i;

	qsort(chance, nr, sizeof(*chance), by_value);
	for (i = nr; i > 1; i--)
		if (chance[i - 1] <= DIFF_FALSE_SHARE * i / nr)
			break;
	return nr ? DIFF_FALSE_SHARE * (i ? i : 1) / nr : DIFF_FALSE_SHARE;
}

void diff_interval(const struct diff_result *r, double level, double *low, double *high)
{
	const double d = r->value[SIDE_B] - r->value[SIDE_A];
	double half = NAN;

	if (!isnan(r->error))
		half = r->grain + (r->error > 0 ? student_quantile(level, r->df) * r->error : 0);
	*low = d - half;
	*high = d + half;
}
