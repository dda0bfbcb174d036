// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/diff_interval.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NR_REPLICATES 999

/* The quantile of the normal distribution for DIFF_CONFIDENCE, two-sided. */
#define Z 2.5758

/* xorshift64*: the same numbers in every run, so that an output can be made again. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 0x2545f4914f6cdd1dULL;
}

/* The quantile of Student's t with @df degrees of freedom (Abramowitz and Stegun 26.7.5). */
static double t_quantile(double df)
{
	const double z3 = Z * Z * Z, z5 = z3 * Z * Z, z7 = z5 * Z * Z;

	if (df < 2)
		return 63.66;
	if (df < 3)
		return 9.925;
	return Z + (z3 + Z) / (4 * df) + (5 * z5 + 16 * z3 + 3 * Z) / (96 * df * df) +
	       (3 * z7 + 19 * z5 + 17 * z3 - 15 * Z) / (384 * df * df * df);
}

/* The value of some slices; @nr_s: their seconds. @bucket: room for all buckets, zero. */
static double value_of(const struct diff_slice *const *slice, size_t nr, double nr_s,
		       const struct diff_metric *m, uint64_t *bucket)
{
	double sum = 0, total = 0, value = NAN;
	uint64_t count = 0, so_far = 0;
	uint32_t b, last = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		sum += slice[i]->nr;
		total += slice[i]->total;
		for (b = 0; m->formula == QUANTILE_99 && b < slice[i]->hist.nr; b++) {
			const struct hist_bucket *h = &slice[i]->hist.bucket[b];

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

/* One side of a comparison. */
struct half {
	const struct diff_slice *all;	  /* [nr] */
	const struct diff_slice **chosen; /* [nr] */
	size_t nr;
};

struct work {
	const struct diff_samples *s;
	const struct diff_metric *metric;
	struct half half[NR_SIDES];
	uint64_t *bucket;
};

static double value_of_range(struct work *w, enum diff_side side, size_t at, size_t nr)
{
	struct half *h = &w->half[side];
	size_t i;

	for (i = 0; i < nr; i++)
		h->chosen[i] = &h->all[at + i];
	return value_of(h->chosen, nr, nr * w->s->slice_s, w->metric, w->bucket);
}

/* Choose as many slices as there are, in blocks from random places; the end meets the start. */
static double value_of_random(struct work *w, enum diff_side side, uint64_t *random)
{
	struct half *h = &w->half[side];
	const size_t block = ceil(cbrt(h->nr));
	size_t i, at = 0;

	for (i = 0; i < h->nr; i++, at++) {
		if (i % block == 0)
			at = next_random(random) % h->nr;
		h->chosen[i] = &h->all[at % h->nr];
	}
	return value_of(h->chosen, h->nr, h->nr * w->s->slice_s, w->metric, w->bucket);
}

static int by_value(const void *pa, const void *pb)
{
	const double a = *(const double *)pa, b = *(const double *)pb;

	return a < b ? -1 : a > b;
}

/*
 * Draw slices. The spread of few slices is smaller than that of what they were taken from: the
 * interval is made wider as Student's t is wider than the normal distribution.
 */
static void by_slices(struct diff_result *r, struct work *w)
{
	const size_t least =
		w->half[SIDE_A].nr < w->half[SIDE_B].nr ? w->half[SIDE_A].nr : w->half[SIDE_B].nr;
	const double d = r->value[SIDE_B] - r->value[SIDE_A];
	double difference[NR_REPLICATES], a, b, wider;
	uint64_t random = 0x9e3779b97f4a7c15ULL;
	size_t i, nr = 0;

	if (least < DIFF_SLICES_MIN)
		return;
	for (i = 0; i < NR_REPLICATES; i++) {
		a = value_of_random(w, SIDE_A, &random);
		b = value_of_random(w, SIDE_B, &random);
		if (!isnan(a) && !isnan(b))
			difference[nr++] = b - a;
	}
	/* a group that is in few slices */
	if (nr < NR_REPLICATES * 9 / 10)
		return;
	qsort(difference, nr, sizeof(*difference), by_value);
	wider = t_quantile(least - 1) / Z * sqrt(least / (least - 1.0));
	r->low = d + wider * (difference[(size_t)(nr * (1 - DIFF_CONFIDENCE) / 2)] - d);
	r->high = d + wider * (difference[(size_t)(nr * (1 + DIFF_CONFIDENCE) / 2)] - d);
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
	double mean[NR_SIDES], v[NR_SIDES], df, half;

	if (!mean_of(w, SIDE_A, &mean[SIDE_A], &v[SIDE_A]) ||
	    !mean_of(w, SIDE_B, &mean[SIDE_B], &v[SIDE_B]))
		return;
	df = v[SIDE_A] + v[SIDE_B] > 0
		     ? pow(v[SIDE_A] + v[SIDE_B], 2) /
			       (v[SIDE_A] * v[SIDE_A] / (w->s->nr_captures[SIDE_A] - 1) +
				v[SIDE_B] * v[SIDE_B] / (w->s->nr_captures[SIDE_B] - 1))
		     : 1;
	half = t_quantile(df) * sqrt(v[SIDE_A] + v[SIDE_B]);
	r->value[SIDE_A] = mean[SIDE_A];
	r->value[SIDE_B] = mean[SIDE_B];
	r->low = mean[SIDE_B] - mean[SIDE_A] - half;
	r->high = mean[SIDE_B] - mean[SIDE_A] + half;
	r->by_capture = true;
}

static void compare(struct diff_result *r, struct work *w)
{
	unsigned int side;

	*r = (struct diff_result){ .low = NAN, .high = NAN };
	for (side = 0; side < NR_SIDES; side++)
		r->value[side] = value_of_range(w, side, 0, w->half[side].nr);
	if (isnan(r->value[SIDE_A]) || isnan(r->value[SIDE_B]))
		return;
	if (w->s->nr_captures[SIDE_A] > 1 && w->s->nr_captures[SIDE_B] > 1)
		by_captures(r, w);
	else
		by_slices(r, w);
}

int diff_compare(struct diff_result *r, const struct diff_samples *s,
		 const struct diff_group *group, const struct diff_metric *metric)
{
	struct work w = { .s = s, .metric = metric };
	unsigned int side;
	bool ok;

	w.bucket = calloc(HIST_BUCKETS, sizeof(*w.bucket));
	for (side = 0; side < NR_SIDES; side++) {
		w.half[side].all = group->slice[side];
		w.half[side].nr = s->nr_slices[side];
		w.half[side].chosen = calloc(s->nr_slices[side] + 1, sizeof(struct diff_slice *));
	}
	ok = w.bucket && w.half[SIDE_A].chosen && w.half[SIDE_B].chosen;
	if (ok)
		compare(r, &w);
	free(w.half[SIDE_A].chosen);
	free(w.half[SIDE_B].chosen);
	free(w.bucket);
	return ok ? 0 : -ENOMEM;
}
