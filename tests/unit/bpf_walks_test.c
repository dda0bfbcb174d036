// SPDX-License-Identifier: GPL-2.0-only
/* What the records of rmap walks by BPF become. */
#include "collector/bpf/waits.h"
#include "collector/bpf_walks.h"
#include "tests/unit/unit.h"

#define PFN 0x12345

static struct event end_of(struct waits_walk_end r)
{
	struct event ev = { .id = EVENT_RMAP_WALK_END };

	r.head.tid = 77;
	r.pfn = PFN;
	bpf_walks_end_event(&ev, &r);
	assert_int_equal(ev.tid, 77);
	assert_int_equal(ev.walk_end.pfn, PFN);
	return ev;
}

static void a_begin_tells_what_the_walk_is(void **state)
{
	static const int kinds[] = {
		[WAITS_WALK_ANON] = WALK_ANON,
		[WAITS_WALK_FILE] = WALK_FILE,
		[WAITS_WALK_KSM] = WALK_KSM,
	};
	struct waits_walk_begin r = {
		.head = { .tid = 77 },
		.pfn = PFN,
		.rmap_one = 0xffffffff81234560,
		.nr_pages = 512,
		.try_lock = 1,
	};

	(void)state;
	for (r.kind = WAITS_WALK_ANON; r.kind <= WAITS_WALK_KSM; r.kind++) {
		struct event ev = { .id = EVENT_RMAP_WALK_BEGIN };

		bpf_walks_begin_event(&ev, &r);
		assert_int_equal(ev.tid, 77);
		assert_int_equal(ev.walk_begin.pfn, PFN);
		assert_true(ev.walk_begin.rmap_one == r.rmap_one);
		assert_int_equal(ev.walk_begin.nr_pages, 512);
		assert_int_equal(ev.walk_begin.kind, kinds[r.kind]);
		assert_int_equal(ev.walk_begin.locked, 0);
		assert_int_equal(ev.walk_begin.try_lock, 1);
	}
}

static void vmas_are_unknown_where_nobody_counts_them(void **state)
{
	struct event ev = end_of((struct waits_walk_end){ .nr_vmas = 5, .counted = 1 });

	(void)state;
	assert_int_equal(ev.walk_end.nr_vmas, 5);
	ev = end_of((struct waits_walk_end){ .counted = 1 });
	assert_int_equal(ev.walk_end.nr_vmas, 0);
	ev = end_of((struct waits_walk_end){ .counted = 0 });
	assert_true(ev.walk_end.nr_vmas == WALK_VMAS_UNKNOWN);
}

static void an_outcome_is_told_where_it_is_proven(void **state)
{
	static const struct {
		struct waits_walk_end r;
		uint32_t outcome;
	} cases[] = {
		{ { .counted = 1, .nr_vmas = 3 }, WALK_END_DONE },
		/* its done() may have ended it */
		{ { .counted = 1, .nr_vmas = 3, .has_done = 1 }, WALK_END_UNKNOWN },
		{ { .counted = 1, .nr_vmas = 3, .stopped = 1 }, WALK_END_STOPPED },
		{ { .counted = 1, .nr_vmas = 3, .stopped = 1, .has_done = 1 }, WALK_END_STOPPED },
		/* it may have had no anon_vma */
		{ { .counted = 1 }, WALK_END_UNKNOWN },
		{ { .counted = 1, .kind = WAITS_WALK_FILE }, WALK_END_DONE },
		{ { .counted = 1, .kind = WAITS_WALK_KSM }, WALK_END_DONE },
		{ { .counted = 1, .contended = 1 }, WALK_END_CONTENDED },
		/* where nobody counts VMAs, nobody sees what rmap_one() returns */
		{ { .counted = 0 }, WALK_END_UNKNOWN },
		{ { .counted = 0, .kind = WAITS_WALK_FILE }, WALK_END_UNKNOWN },
		{ { .counted = 0, .contended = 1 }, WALK_END_CONTENDED },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_true(end_of(cases[i].r).walk_end.outcome == cases[i].outcome);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_begin_tells_what_the_walk_is),
		cmocka_unit_test(vmas_are_unknown_where_nobody_counts_them),
		cmocka_unit_test(an_outcome_is_told_where_it_is_proven),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
