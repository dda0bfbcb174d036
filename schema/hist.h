/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Log-linear histogram of durations, and its blob in the database.
 *
 * A value below 32 has a bucket of its own; above, each power of two is cut
 * into 32 equal buckets, so that a bucket is at most 1/32 (3.1 %) as wide as
 * its lower bound. A quantile is answered with the middle of its bucket, at
 * most 1.6 % off.
 *
 * Blob: for each bucket that is not empty, in rising order, two varints
 * (LEB128, unsigned): distance from the previous bucket's number (the first:
 * from 0), and count. An empty histogram is an empty blob.
 */
#ifndef RMAPSCOPE_HIST_H
#define RMAPSCOPE_HIST_H

#include <stddef.h>
#include <stdint.h>

#define HIST_SUB_BITS 5
#define HIST_SUB      (1U << HIST_SUB_BITS)
/* 0..31, then 59 powers of two */
#define HIST_BUCKETS  ((64 - HIST_SUB_BITS + 1) * HIST_SUB)

/* One bucket that is not empty. */
struct hist_bucket {
	uint32_t number;
	uint64_t count;
};

/* Sparse: most histograms of a second hold a handful of buckets. */
struct hist {
	struct hist_bucket *bucket; /* rising by number */
	uint32_t nr, room;
};

/* The bucket that @value falls into, and the middle of bucket @number. */
uint32_t hist_bucket_of(uint64_t value);
uint64_t hist_bucket_middle(uint32_t number);

/* Returns 0 or -ENOMEM. */
int hist_add(struct hist *h, uint64_t value, uint64_t count);
uint64_t hist_count(const struct hist *h);

/* The value at quantile @q (0..1); 0 for an empty histogram. */
uint64_t hist_quantile(const struct hist *h, double q);
void hist_free(struct hist *h);

/* Most bytes that hist_encode() writes for @h. */
size_t hist_encoded_max(const struct hist *h);
/* Returns the bytes written to @blob. */
size_t hist_encode(const struct hist *h, uint8_t *blob);
/* Add a blob's counts to @h. Returns 0, -EBADMSG on a damaged blob, -ENOMEM. */
int hist_decode_add(struct hist *h, const uint8_t *blob, size_t bytes);
/* Counts of a blob's buckets whose middle is from @from on and below @to. */
int hist_decode_between(const uint8_t *blob, size_t bytes, int64_t from, int64_t to, uint64_t *nr);

#endif
