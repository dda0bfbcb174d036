// SPDX-License-Identifier: GPL-2.0-only
#include "lib/hash.h"

#include <sys/random.h>

/* The golden ratio (Knuth, TAOCP vol. 3, 6.4), until there are random numbers. */
uint64_t hash_multiplier = 0x9e3779b97f4a7c15;

__attribute__((constructor)) static void choose_multiplier(void)
{
	uint64_t random;

	if (getrandom(&random, sizeof(random), GRND_NONBLOCK) == sizeof(random))
		hash_multiplier = random | 1;
}
