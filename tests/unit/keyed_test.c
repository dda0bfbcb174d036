// SPDX-License-Identifier: GPL-2.0-only
/* Elements that are found by their key. */
#include <stdint.h>
#include <stdlib.h>

#include "lib/keyed.h"
#include "tests/unit/random.h"
#include "tests/unit/unit.h"

#define NR 20000

struct pair_key {
	int64_t a, b;
};

struct pair {
	struct pair_key key;
	uint64_t value;
};

static struct pair_key key_of(uint64_t i)
{
	return (struct pair_key){ (int64_t)(i % 7) - 3, (int64_t)i };
}

static void what_was_added_is_found_and_nothing_else(void **state)
{
	struct keyed k;
	uint64_t i;

	(void)state;
	assert_int_equal(keyed_init(&k, sizeof(struct pair_key), sizeof(struct pair)), 0);
	for (i = 0; i < NR; i++) {
		const struct pair_key key = key_of(i);
		struct pair *p;

		assert_null(keyed_find(&k, &key));
		p = keyed_get(&k, &key);
		assert_non_null(p);
		assert_int_equal(p->value, 0);
		p->value = i + 1;
	}
	assert_int_equal(k.nr, NR);
	for (i = 0; i < NR; i++) {
		const struct pair_key key = key_of(i), other = { key.a + 7, key.b };

		assert_int_equal(((struct pair *)keyed_get(&k, &key))->value, i + 1);
		assert_null(keyed_find(&k, &other));
	}
	assert_int_equal(k.nr, NR);
	keyed_free(&k);
}

static void elements_are_in_the_order_in_which_they_were_added(void **state)
{
	struct keyed k;
	uint64_t i;

	(void)state;
	assert_int_equal(keyed_init(&k, sizeof(struct pair_key), sizeof(struct pair)), 0);
	for (i = 0; i < NR; i++) {
		const struct pair_key key = key_of(i);

		((struct pair *)keyed_get(&k, &key))->value = i;
	}
	assert_int_equal(k.nr, NR);
	for (i = 0; i < NR; i++)
		assert_int_equal(((struct pair *)keyed_at(&k, i))->value, i);
	keyed_free(&k);
	keyed_free(&k);
}

/* Some of a batch are new, some are there, some are new twice. */
static void a_batch_finds_the_same(void **state)
{
	struct pair_key key[64];
	uint32_t hash[64];
	struct random r = random_from(2);
	uint64_t i, round, nr = 0;
	struct keyed k;

	(void)state;
	assert_int_equal(keyed_init(&k, sizeof(struct pair_key), sizeof(struct pair)), 0);
	for (round = 0; round < 1000; round++) {
		for (i = 0; i < 64; i++) {
			key[i] = key_of(random_below(&r, 10000));
			hash[i] = keyed_hash(&k, &key[i]);
		}
		for (i = 0; i < 64; i++)
			keyed_fetch(&k, hash[i]);
		for (i = 0; i < 64; i++) {
			struct pair *before = keyed_find(&k, &key[i]),
				    *p = keyed_get_hashed(&k, &key[i], hash[i]);

			assert_true(before ? p == before : p->value == 0);
			p->value++;
			nr += !before;
		}
	}
	assert_int_equal(k.nr, nr);
	assert_true(nr > 9900);
	keyed_free(&k);
}

/* Ids of a damaged file are anything. */
static void an_index_finds_the_same(void **state)
{
	static const int64_t strange[] = { INT64_MIN, -1, 0, 1, 1 << 20, INT64_MAX };
	struct random r = random_from(1);
	struct keyed k;
	size_t i;

	(void)state;
	assert_int_equal(keyed_init(&k, sizeof(int64_t), sizeof(int64_t)), 0);
	for (i = 0; i < 1000; i++) {
		const int64_t id = random_u64(&r) % 30000;

		assert_non_null(keyed_get(&k, &id));
	}
	assert_non_null(keyed_get(&k, &strange[0]));
	assert_non_null(keyed_get(&k, &strange[5]));
	assert_int_equal(keyed_index(&k), 0);
	for (i = 0; i < 30000; i++) {
		const int64_t id = i;

		assert_ptr_equal(keyed_find_id(&k, id), keyed_find(&k, &id));
	}
	for (i = 0; i < sizeof(strange) / sizeof(*strange); i++)
		assert_ptr_equal(keyed_find_id(&k, strange[i]), keyed_find(&k, &strange[i]));
	keyed_free(&k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_added_is_found_and_nothing_else),
		cmocka_unit_test(elements_are_in_the_order_in_which_they_were_added),
		cmocka_unit_test(a_batch_finds_the_same),
		cmocka_unit_test(an_index_finds_the_same),
	};

	return cmocka_run_group_tests_name("keyed", tests, NULL, NULL);
}
