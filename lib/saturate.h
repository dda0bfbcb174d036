/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sums of numbers that come from a file: they stop at the ends of int64_t.
 *
 * A capture that is not damaged never comes near to these: 2^63 ns are 292 years.
 */
#ifndef RMAPSCOPE_SATURATE_H
#define RMAPSCOPE_SATURATE_H

#include <stdint.h>

static inline int64_t sat_add(int64_t a, int64_t b)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return b < 0 ? INT64_MIN : INT64_MAX;
	return sum;
}

static inline int64_t sat_sub(int64_t a, int64_t b)
{
	int64_t rest;

	if (__builtin_sub_overflow(a, b, &rest))
		return b < 0 ? INT64_MAX : INT64_MIN;
	return rest;
}

static inline int64_t sat_mul(int64_t a, int64_t b)
{
	int64_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return (a < 0) == (b < 0) ? INT64_MAX : INT64_MIN;
	return product;
}

/* An unsigned count as a signed one. */
static inline int64_t sat_int(uint64_t count)
{
	return count > INT64_MAX ? INT64_MAX : (int64_t)count;
}

#endif
