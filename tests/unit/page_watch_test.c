// SPDX-License-Identifier: GPL-2.0-only
/* Damaged pages of a trace file, by the places and times of records. */
#include "collector/page_watch.h"
#include "tests/unit/random.h"
#include "tests/unit/unit.h"

#define PAGE 4096

/* What becomes of a record. */
enum fate {
	UNSETTLED,
	GIVEN,
	AFTER_GAP, /* likewise, and a gap is before it */
	DROPPED,
};

struct record {
	unsigned int page;
	uint64_t time_ns;
	enum fate want;
};

static void settle(enum fate *of, enum fate fate)
{
	assert_int_equal(*of, UNSETTLED);
	*of = fate;
}

static void drop(void *record)
{
	settle(record, DROPPED);
}

/* Take what is sound; it is in order of time. */
static void take(struct page_watch *w, uint64_t *last_ns)
{
	struct page_record taken;

	while (page_watch_take(w, &taken)) {
		settle(taken.record, taken.after_gap ? AFTER_GAP : GIVEN);
		assert_true(taken.time_ns >= *last_ns);
		*last_ns = taken.time_ns;
	}
}

/* Whether there was no gap at the end. */
static bool run(const struct record *r, unsigned int nr)
{
	struct page_watch w = { .page_bytes = PAGE, .drop = drop };
	enum fate fate[16] = { 0 };
	uint64_t last_ns = 0;
	unsigned int i;
	bool sound;

	for (i = 0; i < nr; i++) {
		assert_int_equal(page_watch_add(&w, r[i].page * PAGE, r[i].time_ns, &fate[i]), 0);
		take(&w, &last_ns);
	}
	page_watch_end(&w);
	take(&w, &last_ns);
	for (i = 0; i < nr; i++)
		if (fate[i] != r[i].want)
			fail_msg("record %u: fate %d, not %d", i, fate[i], r[i].want);
	sound = !w.missing;
	page_watch_free(&w);
	return sound;
}

#define RUN(...)                                                                                   \
	({                                                                                         \
		const struct record records[] = { __VA_ARGS__ };                                   \
                                                                                                   \
		run(records, ARRAY_SIZE(records));                                                 \
	})

static void pages_in_order_are_sound(void **state)
{
	(void)state;
	assert_true(RUN({ 7, 10, GIVEN }, { 7, 20, GIVEN }, { 8, 20, GIVEN }, { 9, 30, GIVEN }));
}

static void a_page_without_records_is_a_gap(void **state)
{
	(void)state;
	assert_true(
		RUN({ 7, 10, GIVEN }, { 9, 20, AFTER_GAP }, { 9, 30, GIVEN }, { 10, 40, GIVEN }));
}

static void a_page_at_time_0_or_back_is_damaged(void **state)
{
	(void)state;
	assert_true(
		RUN({ 7, 0, DROPPED }, { 7, 5, DROPPED }, { 8, 20, AFTER_GAP }, { 9, 30, GIVEN }));
	assert_true(RUN({ 7, 10, GIVEN }, { 8, 20, GIVEN }, { 9, 15, DROPPED }, { 9, 16, DROPPED },
			{ 10, 30, AFTER_GAP }, { 11, 40, GIVEN }));
	assert_false(RUN({ 7, 10, GIVEN }, { 8, 20, GIVEN }, { 9, 15, DROPPED }));
}

/* Nothing of a page ahead is given out, and what follows it is not lost. */
static void two_pages_outweigh_one_ahead(void **state)
{
	(void)state;
	assert_true(RUN({ 7, 10, GIVEN }, { 8, 9000, DROPPED }, { 9, 30, AFTER_GAP },
			{ 9, 35, GIVEN }, { 10, 40, GIVEN }, { 11, 50, GIVEN }));
	/* from one of its records on: those before it are sound */
	assert_true(RUN({ 7, 10, GIVEN }, { 7, 20, GIVEN }, { 7, 9000, DROPPED },
			{ 7, 9001, DROPPED }, { 8, 30, AFTER_GAP }, { 8, 35, GIVEN },
			{ 9, 40, GIVEN }));
}

/* As the one that is ahead, so the next one; then the third decides, and so on. */
static void pages_ahead_one_after_the_other(void **state)
{
	(void)state;
	assert_true(RUN({ 7, 10, GIVEN }, { 7, 9000, DROPPED }, { 8, 30, AFTER_GAP },
			{ 8, 8000, DROPPED }, { 9, 40, AFTER_GAP }, { 10, 50, GIVEN }));
}

static void times_that_go_back_within_a_page_are_damage(void **state)
{
	(void)state;
	assert_true(RUN({ 7, 10, GIVEN }, { 7, 20, GIVEN }, { 7, 15, DROPPED }, { 7, 25, DROPPED },
			{ 8, 30, AFTER_GAP }));
}

/* 292 years: such a time makes the rest of its page unknown, and not the pages after it. */
static void a_time_that_no_clock_gives_is_damage(void **state)
{
	(void)state;
	assert_true(RUN({ 7, 10, GIVEN }, { 7, INT64_MAX, DROPPED }, { 7, 20, DROPPED },
			{ 8, 30, AFTER_GAP }, { 8, 40, GIVEN }));
	assert_true(RUN({ 7, 10, GIVEN }, { 8, UINT64_MAX, DROPPED }, { 9, 30, AFTER_GAP }));
}

/* Whatever the times are: each record has one fate, and what is given out is in order. */
static void random_times(void **state)
{
	uint64_t seed;

	(void)state;
	for (seed = 1; seed < 20000; seed++) {
		struct page_watch w = { .page_bytes = PAGE, .drop = drop };
		struct random rnd = random_from(seed);
		enum fate fate[24] = { 0 };
		uint64_t page = 0, last_ns = 0;
		unsigned int i;

		for (i = 0; i < ARRAY_SIZE(fate); i++) {
			page += !random_below(&rnd, 3);
			assert_int_equal(page_watch_add(&w, page * PAGE, random_below(&rnd, 40),
							&fate[i]),
					 0);
			take(&w, &last_ns);
		}
		page_watch_end(&w);
		take(&w, &last_ns);
		for (i = 0; i < ARRAY_SIZE(fate); i++)
			assert_seed(seed, fate[i] != UNSETTLED);
		page_watch_free(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_in_order_are_sound),
		cmocka_unit_test(a_page_without_records_is_a_gap),
		cmocka_unit_test(a_page_at_time_0_or_back_is_damaged),
		cmocka_unit_test(two_pages_outweigh_one_ahead),
		cmocka_unit_test(pages_ahead_one_after_the_other),
		cmocka_unit_test(times_that_go_back_within_a_page_are_damage),
		cmocka_unit_test(a_time_that_no_clock_gives_is_damage),
		cmocka_unit_test(random_times),
	};

	return cmocka_run_group_tests_name("page_watch", tests, NULL, NULL);
}
