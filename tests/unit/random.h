/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Random numbers that are the same in every run, for property tests.
 *
 * A test loops over seeds and checks with assert_seed(), which names the seed
 * that failed.
 */
#ifndef RMAPSCOPE_TEST_RANDOM_H
#define RMAPSCOPE_TEST_RANDOM_H

#include <inttypes.h>
#include <stdbool.h>
#include <stdint.h>

struct random {
	uint64_t state;
};

static inline struct random random_from(uint64_t seed)
{
	return (struct random){ seed * 0x9e3779b97f4a7c15ULL + 1 };
}

/* xorshift64*, Marsaglia 2003 and Vigna 2016 */
static inline uint64_t random_u64(struct random *r)
{
	r->state ^= r->state >> 12;
	r->state ^= r->state << 25;
	r->state ^= r->state >> 27;
	return r->state * 0x2545f4914f6cdd1dULL;
}

static inline uint64_t random_below(struct random *r, uint64_t limit)
{
	return random_u64(r) % limit;
}

/* Every magnitude equally likely: small values as well as huge ones. */
static inline uint64_t random_magnitude(struct random *r)
{
	return random_u64(r) >> random_below(r, 64);
}

#define assert_seed(seed, condition)                                                               \
	do {                                                                                       \
		if (!(condition))                                                                  \
			fail_msg("seed %" PRIu64 ": %s", (uint64_t)(seed), #condition);            \
	} while (0)

#endif
