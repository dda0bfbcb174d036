// SPDX-License-Identifier: GPL-2.0-only
/* Damaged pages of a trace file, by the places and times of records. */
#include "collector/page_watch.h"
#include "tests/unit/unit.h"

#define PAGE 4096

struct record {
	unsigned int page;
	uint64_t time_ns;
	enum page_verdict want;
};

static void check(const struct record *r, unsigned int nr)
{
	struct page_watch w = { .page_bytes = PAGE };
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (page_watch(&w, r[i].page * PAGE + 16 + i, r[i].time_ns) != r[i].want)
			fail_msg("record %u: not %d", i, r[i].want);
}

#define CHECK(...)                                                                                 \
	do {                                                                                       \
		const struct record records[] = { __VA_ARGS__ };                                   \
                                                                                                   \
		check(records, ARRAY_SIZE(records));                                               \
	} while (0)

static void pages_in_order_are_sound(void **state)
{
	(void)state;
	CHECK({ 7, 10, PAGE_SOUND }, { 7, 20, PAGE_SOUND }, { 8, 20, PAGE_SOUND },
	      { 9, 30, PAGE_SOUND });
}

static void a_page_without_records_is_a_gap(void **state)
{
	(void)state;
	CHECK({ 7, 10, PAGE_SOUND }, { 9, 20, PAGE_GAP }, { 9, 30, PAGE_SOUND },
	      { 10, 40, PAGE_SOUND });
}

static void a_page_at_time_0_or_back_is_damaged(void **state)
{
	(void)state;
	CHECK({ 7, 0, PAGE_DAMAGED }, { 7, 5, PAGE_DAMAGED }, { 8, 20, PAGE_GAP },
	      { 9, 30, PAGE_SOUND });
	CHECK({ 7, 10, PAGE_SOUND }, { 8, 20, PAGE_SOUND }, { 9, 15, PAGE_DAMAGED },
	      { 9, 16, PAGE_DAMAGED }, { 10, 30, PAGE_GAP }, { 11, 40, PAGE_SOUND });
}

/* Not all that follows is lost because one page was in the future. */
static void two_pages_outweigh_one_ahead(void **state)
{
	(void)state;
	CHECK({ 7, 10, PAGE_SOUND }, { 8, 9000, PAGE_SOUND }, { 9, 30, PAGE_DAMAGED },
	      { 9, 35, PAGE_DAMAGED }, { 10, 40, PAGE_GAP }, { 10, 45, PAGE_SOUND },
	      { 11, 50, PAGE_SOUND });
}

/* 292 years: such a time makes the rest of its page unknown, and not the pages after it. */
static void a_time_that_no_clock_gives_is_damage(void **state)
{
	(void)state;
	CHECK({ 7, 10, PAGE_SOUND }, { 7, INT64_MAX, PAGE_DAMAGED }, { 7, 20, PAGE_DAMAGED },
	      { 8, 30, PAGE_GAP }, { 8, 40, PAGE_SOUND });
	CHECK({ 7, 10, PAGE_SOUND }, { 8, UINT64_MAX, PAGE_DAMAGED }, { 9, 30, PAGE_GAP });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_in_order_are_sound),
		cmocka_unit_test(a_page_without_records_is_a_gap),
		cmocka_unit_test(a_page_at_time_0_or_back_is_damaged),
		cmocka_unit_test(two_pages_outweigh_one_ahead),
		cmocka_unit_test(a_time_that_no_clock_gives_is_damage),
	};

	return cmocka_run_group_tests_name("page_watch", tests, NULL, NULL);
}
