// SPDX-License-Identifier: GPL-2.0-only
/* Keys that somebody has chosen must not meet in one bucket. */
#include "lib/hash.h"
#include "tests/unit/unit.h"

#define NR 4096

struct item {
	UT_hash_handle hh;
	uint64_t key;
};

/* The number of elements in the fullest bucket. */
static unsigned int fullest(const struct item *items)
{
	unsigned int i, most = 0;

	for (i = 0; i < items->hh.tbl->num_buckets; i++)
		if (items->hh.tbl->buckets[i].count > most)
			most = items->hh.tbl->buckets[i].count;
	return most;
}

/* Add the keys 0, @step, 2 * @step, ... and count. */
static void check(uint64_t step)
{
	struct item *items = NULL;
	uint64_t i;

	for (i = 0; i < NR; i++) {
		const uint64_t key = i * step;

		assert_non_null(hash_get(struct item, items, key, &key));
	}
	assert_int_equal(HASH_COUNT(items), NR);
	assert_true(fullest(items) < NR / 16);
	hash_free_all(struct item, items);
}

static void chosen_keys_are_spread(void **state)
{
	(void)state;
	/* times the golden ratio these are 0, 1, 2, ...: the upper half of each product is 0 */
	check(0xf1de83e19937733dULL);
}

static void ids_and_addresses_are_spread(void **state)
{
	(void)state;
	check(1);
	check(64);
	check(4096);
	check(1ULL << 32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chosen_keys_are_spread),
		cmocka_unit_test(ids_and_addresses_are_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
