/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Log-linear histogram of durations, and its blob in the database.
 *
 * Each value below 32 has its own bucket. Above, each power of two is divided into 32
 * equal buckets, so a bucket is at most 1/32 (3.1 %) of its lower bound wide. The
 * result for a quantile is the middle of a bucket, so its error is at most 1.6 %.
 *
 * The blob has two varints (LEB128, unsigned) for each bucket that is not empty, in
 * rising order: the difference to the number of the previous bucket (for the first: to
 * 0), and the count. The blob of an empty histogram is empty.
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

/* Only buckets that are not empty: most histograms of one second have few. */
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
/*
 * Set *@nr to the count in a blob's buckets whose middle is in [@from, @to). Returns 0 or
 * -EBADMSG.
 */
int hist_decode_between(const uint8_t *blob, size_t bytes, int64_t from, int64_t to, uint64_t *nr);

#endif
