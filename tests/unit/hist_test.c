// SPDX-License-Identifier: GPL-2.0-only
/* The histogram: buckets, quantiles, and its blob. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "schema/hist.h"
#include "tests/unit/random.h"
#include "tests/unit/unit.h"

#define NR_VALUES 20000

/* A bucket is 1/32 of its values wide: its middle is 1/64 away at most. */
static void check_error(uint64_t seed, uint64_t value)
{
	uint64_t middle = hist_bucket_middle(hist_bucket_of(value));
	uint64_t error = middle > value ? middle - value : value - middle;

	assert_seed(seed, error <= value / 64);
}

static void the_middle_of_a_bucket_is_at_most_a_64th_off_its_values(void **state)
{
	uint64_t seed;
	unsigned int bit;

	(void)state;
	for (seed = 1; seed <= NR_VALUES; seed++) {
		struct random r = random_from(seed);

		check_error(seed, random_magnitude(&r));
	}
	for (bit = 0; bit < 64; bit++) {
		check_error(bit, 1ULL << bit);
		check_error(bit, (1ULL << bit) - 1);
		check_error(bit, (1ULL << bit) + 1);
	}
	check_error(0, 0);
	check_error(0, UINT64_MAX);
}

static void small_values_are_exact(void **state)
{
	uint64_t v;

	(void)state;
	for (v = 0; v < 64; v++)
		assert_int_equal(hist_bucket_middle(hist_bucket_of(v)), v);
}

static void every_bucket_number_is_in_range_and_owns_its_middle(void **state)
{
	uint32_t number;

	(void)state;
	for (number = 0; number < HIST_BUCKETS; number++)
		assert_int_equal(hist_bucket_of(hist_bucket_middle(number)), number);
	assert_int_equal(hist_bucket_of(0), 0);
	assert_int_equal(hist_bucket_of(UINT64_MAX), HIST_BUCKETS - 1);
}

static void a_larger_value_is_never_in_a_lower_bucket(void **state)
{
	uint64_t seed, v;

	(void)state;
	for (v = 0; v < 100000; v++)
		assert_in_range(hist_bucket_of(v + 1) - hist_bucket_of(v), 0, 1);
	for (seed = 1; seed <= NR_VALUES; seed++) {
		struct random r = random_from(seed);
		uint64_t a = random_magnitude(&r), b = random_magnitude(&r);

		assert_seed(seed, (a <= b) == (hist_bucket_of(a) <= hist_bucket_of(b)) ||
					  hist_bucket_of(a) == hist_bucket_of(b));
	}
}

static int compare_u64(const void *pa, const void *pb)
{
	uint64_t a = *(const uint64_t *)pa, b = *(const uint64_t *)pb;

	return (a > b) - (a < b);
}

static void quantiles_are_a_64th_off_those_of_the_sorted_values(void **state)
{
	static const double quantile[] = { 0, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1 };
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 100; seed++) {
		struct random r = random_from(seed);
		unsigned int nr = 1 + random_below(&r, 500), i;
		struct hist h = { 0 };
		uint64_t value[500];

		for (i = 0; i < nr; i++) {
			value[i] = random_magnitude(&r);
			assert_int_equal(hist_add(&h, value[i], 1), 0);
		}
		assert_seed(seed, hist_count(&h) == nr);
		qsort(value, nr, sizeof(*value), compare_u64);
		for (i = 0; i < ARRAY_SIZE(quantile); i++) {
			/* the smallest value that q of all are not above */
			double rank = quantile[i] * nr;
			unsigned int at = rank > (unsigned int)rank ? rank + 1 : rank;
			uint64_t exact = value[at ? at - 1 : 0];
			uint64_t got = hist_quantile(&h, quantile[i]);
			uint64_t error = got > exact ? got - exact : exact - got;

			assert_seed(seed, error <= exact / 64);
		}
		hist_free(&h);
	}
}

static void an_empty_histogram_has_count_and_quantile_0_and_no_bytes(void **state)
{
	struct hist h = { 0 };
	uint8_t blob[1] = { 0xaa };

	(void)state;
	assert_int_equal(hist_count(&h), 0);
	assert_int_equal(hist_quantile(&h, 0.5), 0);
	assert_int_equal(hist_encoded_max(&h), 0);
	assert_int_equal(hist_encode(&h, blob), 0);
	assert_int_equal(hist_decode_add(&h, NULL, 0), 0);
	assert_int_equal(h.nr, 0);
}

static void counts_of_the_same_bucket_add_up(void **state)
{
	struct hist h = { 0 };

	(void)state;
	assert_int_equal(hist_add(&h, 1000, 3), 0);
	assert_int_equal(hist_add(&h, 1001, 4), 0);
	assert_int_equal(h.nr, 1);
	assert_int_equal(hist_count(&h), 7);
	hist_free(&h);
	assert_int_equal(h.nr, 0);
}

static struct hist random_hist(struct random *r)
{
	unsigned int nr = random_below(r, 60);
	struct hist h = { 0 };

	while (nr--)
		assert_int_equal(hist_add(&h, random_magnitude(r), 1 + (random_magnitude(r) >> 8)),
				 0);
	return h;
}

static bool same_hist(const struct hist *a, const struct hist *b)
{
	uint32_t i;

	if (a->nr != b->nr)
		return false;
	for (i = 0; i < a->nr; i++)
		if (a->bucket[i].number != b->bucket[i].number ||
		    a->bucket[i].count != b->bucket[i].count)
			return false;
	return true;
}

static void decoding_a_blob_gives_the_histogram_back(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 500; seed++) {
		struct random r = random_from(seed);
		struct hist h = random_hist(&r), back = { 0 };
		size_t max = hist_encoded_max(&h), bytes;
		uint8_t *blob = malloc(max + 1);

		bytes = hist_encode(&h, blob);
		assert_seed(seed, bytes <= max);
		assert_seed(seed, !hist_decode_add(&back, blob, bytes));
		assert_seed(seed, same_hist(&h, &back));
		free(blob);
		hist_free(&h);
		hist_free(&back);
	}
}

static void decoding_onto_a_histogram_adds(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 200; seed++) {
		struct random r = random_from(seed);
		struct hist a = random_hist(&r), b = random_hist(&r);
		uint64_t want = hist_count(&a) + hist_count(&b);
		uint8_t *blob = malloc(hist_encoded_max(&b) + 1);
		uint32_t i;

		assert_seed(seed, !hist_decode_add(&a, blob, hist_encode(&b, blob)));
		assert_seed(seed, hist_count(&a) == want);
		for (i = 1; i < a.nr; i++)
			assert_seed(seed, a.bucket[i - 1].number < a.bucket[i].number);
		free(blob);
		hist_free(&a);
		hist_free(&b);
	}
}

/* A blob ends after a count: cut anywhere else it is damaged. */
static void a_blob_that_is_cut_short_is_damaged(void **state)
{
	struct hist h = { 0 };
	uint8_t blob[64];
	size_t bytes, cut;

	(void)state;
	assert_int_equal(hist_add(&h, 1000000, 300), 0);
	bytes = hist_encode(&h, blob);
	assert_int_equal(bytes, 4);
	hist_free(&h);
	for (cut = 1; cut < bytes; cut++) {
		assert_int_equal(hist_decode_add(&h, blob, cut), -EBADMSG);
		hist_free(&h);
	}
}

static void damaged_blobs_are_refused(void **state)
{
	static const struct {
		const char *what;
		uint8_t blob[24];
		size_t bytes;
	} damaged[] = {
		{ "a distance without a count", { 1 }, 1 },
		{ "an endless varint",
		  { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1 },
		  12 },
		{ "a bucket behind the last one", { 0x80, 0x0f, 1 }, 3 },
		{ "a step behind the last one", { 0xff, 0x0e, 1, 1, 1 }, 5 },
		{ "a distance that wraps 64 bits",
		  { 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1, 1 },
		  13 },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(damaged); i++) {
		struct hist h = { 0 };
		int ret = hist_decode_add(&h, damaged[i].blob, damaged[i].bytes);

		if (ret != -EBADMSG)
			fail_msg("%s: %d", damaged[i].what, ret);
		hist_free(&h);
	}
}

static void random_bytes_decode_to_a_valid_histogram_or_are_refused(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 5000; seed++) {
		struct random r = random_from(seed);
		size_t bytes = random_below(&r, 24), i;
		uint8_t *blob = malloc(bytes ? bytes : 1);
		struct hist h = { 0 };
		int ret;

		for (i = 0; i < bytes; i++)
			blob[i] = random_u64(&r) >> random_below(&r, 8);
		ret = hist_decode_add(&h, blob, bytes);
		assert_seed(seed, !ret || ret == -EBADMSG);
		for (i = 0; i < h.nr; i++)
			assert_seed(seed, h.bucket[i].number < HIST_BUCKETS);
		free(blob);
		hist_free(&h);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_middle_of_a_bucket_is_at_most_a_64th_off_its_values),
		cmocka_unit_test(small_values_are_exact),
		cmocka_unit_test(every_bucket_number_is_in_range_and_owns_its_middle),
		cmocka_unit_test(a_larger_value_is_never_in_a_lower_bucket),
		cmocka_unit_test(quantiles_are_a_64th_off_those_of_the_sorted_values),
		cmocka_unit_test(an_empty_histogram_has_count_and_quantile_0_and_no_bytes),
		cmocka_unit_test(counts_of_the_same_bucket_add_up),
		cmocka_unit_test(decoding_a_blob_gives_the_histogram_back),
		cmocka_unit_test(decoding_onto_a_histogram_adds),
		cmocka_unit_test(a_blob_that_is_cut_short_is_damaged),
		cmocka_unit_test(damaged_blobs_are_refused),
		cmocka_unit_test(random_bytes_decode_to_a_valid_histogram_or_are_refused),
	};

	return cmocka_run_group_tests_name("hist", tests, NULL, NULL);
}
