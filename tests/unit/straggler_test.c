// SPDX-License-Identifier: GPL-2.0-only
/* Migration entries that exec's stack shift hid from the walk that removes them. */
#include "lib/clock.h"
#include "tests/unit/fixture.h"

#define MM	  0xffff888000abc000ULL
#define OTHER_MM  0xffff888000def000ULL
#define K	  50  /* migrates */
#define E	  100 /* execs */
#define PFN	  0x12345
#define OLD_END	  0x7ffffffff000ULL
#define OLD_START (OLD_END - 0x21000)
#define SHIFT	  0x5000000ULL
#define NEW_START (OLD_START - SHIFT)
#define NEW_END	  (OLD_END - SHIFT)
#define PAGE	  (OLD_END - 0x1000)

#define set(t, address)			  feed(f, ev_migration_pte(EVENT_SET_MIGRATION_PTE, t, K, address))
#define removed(t, address)		  feed(f, ev_migration_pte(EVENT_REMOVE_MIGRATION_PTE, t, K, address))
#define visit(t, mm, start, end, address) feed(f, ev_walk_vma(t, K, mm, start, end, address))
#define walk_ends(t)			  feed(f, ev_walk_end(t, K, 0, PFN, 1, 0))
#define shift_begins(t)                                                                            \
	feed(f, ev_stack_shift(EVENT_EXEC_STACK_SHIFT_BEGIN, t, E, MM, OLD_START, OLD_END, SHIFT))
#define shift_ends(t)                                                                              \
	feed(f, ev_stack_shift(EVENT_EXEC_STACK_SHIFT_END, t, E, MM, OLD_START, OLD_END, SHIFT))

/* The page of the stack gets an entry. */
static void entry_is_set(struct fixture *f)
{
	visit(1000, MM, OLD_START, OLD_END, PAGE);
	set(1010, PAGE);
	walk_ends(1020);
}

static void an_entry_that_the_shift_hides_is_left_behind(void **state)
{
	struct fixture *f = *state;
	const struct straggler_row *s = NULL;

	entry_is_set(f);
	shift_begins(2000);
	/* the VMA begins at its new place, the page tables are at the old one */
	visit(2100, MM, NEW_START, OLD_END, PAGE - SHIFT);
	walk_ends(2200);
	shift_ends(3000);
	finish(f);
	assert_int_equal(f->seen.nr_stragglers, 1);
	s = &f->seen.straggler[0];
	assert_int_equal(s->time_ns, 1010);
	assert_true(s->address == PAGE);
	assert_int_equal(s->nr_pages, 1);
	assert_int_equal(s->why, STRAGGLER_STACK_SHIFT);
	assert_int_equal(s->other_ns, 2000);
	assert_int_equal(seen_task_of(&f->seen, s->task_id)->tid, K);
	assert_int_equal(seen_task_of(&f->seen, s->other_task_id)->tid, E);
}

static void one_that_is_removed_during_the_shift_is_not(void **state)
{
	struct fixture *f = *state;

	entry_is_set(f);
	shift_begins(2000);
	visit(2100, MM, NEW_START, OLD_END, PAGE - SHIFT);
	removed(2150, PAGE - SHIFT);
	walk_ends(2200);
	shift_ends(3000);
	finish(f);
	assert_int_equal(f->seen.nr_stragglers, 0);
}

static void nor_one_that_is_removed_after_it(void **state)
{
	struct fixture *f = *state;

	entry_is_set(f);
	shift_begins(2000);
	shift_ends(3000);
	visit(4000, MM, NEW_START, NEW_END, PAGE - SHIFT);
	removed(4100, PAGE - SHIFT);
	walk_ends(4200);
	assert_null(f->m.stragglers.migrations);
	finish(f);
	assert_int_equal(f->seen.nr_stragglers, 0);
}

static void nor_one_that_is_removed_before_the_vma_grows(void **state)
{
	struct fixture *f = *state;

	entry_is_set(f);
	shift_begins(2000);
	visit(2100, MM, OLD_START, OLD_END, PAGE);
	removed(2150, PAGE);
	walk_ends(2200);
	shift_ends(3000);
	finish(f);
	assert_int_equal(f->seen.nr_stragglers, 0);
}

static void an_entry_that_was_unmapped_is_not(void **state)
{
	struct fixture *f = *state;

	/* no shift at all: munmap() of another thread between two walks */
	entry_is_set(f);
	visit(2100, MM, OLD_START, OLD_END, PAGE);
	walk_ends(2200);
	/* the VMA is gone: not even visited */
	visit(3000, MM, OLD_START, OLD_END, PAGE);
	set(3010, PAGE);
	walk_ends(3020);
	shift_begins(4000);
	shift_ends(5000);
	finish(f);
	assert_int_equal(f->seen.nr_stragglers, 0);
}

static void one_of_another_process_at_that_address_is_not(void **state)
{
	struct fixture *f = *state;

	visit(1000, OTHER_MM, OLD_START, OLD_END, PAGE);
	set(1010, PAGE);
	walk_ends(1020);
	shift_begins(2000);
	visit(2100, OTHER_MM, OLD_START, OLD_END, PAGE);
	walk_ends(2200);
	shift_ends(3000);
	finish(f);
	assert_int_equal(f->seen.nr_stragglers, 0);
}

static void one_of_an_unknown_process_is_not(void **state)
{
	struct fixture *f = *state;

	set(1010, PAGE);
	shift_begins(2000);
	visit(2100, MM, NEW_START, OLD_END, PAGE - SHIFT);
	walk_ends(2200);
	shift_ends(3000);
	finish(f);
	assert_int_equal(f->seen.nr_stragglers, 0);
}

static void a_page_that_never_had_an_entry_is_not(void **state)
{
	struct fixture *f = *state;

	shift_begins(2000);
	visit(2100, MM, NEW_START, OLD_END, PAGE - SHIFT);
	walk_ends(2200);
	shift_ends(3000);
	finish(f);
	assert_int_equal(f->seen.nr_stragglers, 0);
}

static void the_walk_that_sets_it_is_no_proof(void **state)
{
	struct fixture *f = *state;

	shift_begins(500);
	visit(1000, MM, NEW_START, OLD_END, PAGE - SHIFT);
	set(1010, PAGE - SHIFT);
	walk_ends(1020);
	shift_ends(2000);
	finish(f);
	assert_int_equal(f->seen.nr_stragglers, 0);
}

static void of_a_large_folio_only_the_missing_pages_count(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	visit(1000, MM, OLD_START, OLD_END, PAGE - 0x3000);
	for (i = 0; i < 4; i++)
		set(1010 + i, PAGE - 0x3000 + 0x1000 * i);
	walk_ends(1020);
	shift_begins(2000);
	visit(2100, MM, NEW_START, OLD_END, PAGE - 0x3000 - SHIFT);
	removed(2110, PAGE - 0x3000 - SHIFT);
	walk_ends(2200);
	shift_ends(3000);
	finish(f);
	assert_int_equal(f->seen.nr_stragglers, 1);
	assert_int_equal(f->seen.straggler[0].nr_pages, 3);
}

/* Wherever a gap is, of whichever part: nothing is claimed. */
static void a_gap_anywhere_takes_the_proof_away(void **state)
{
	unsigned int from, to, i;
	struct fixture *f;

	for (from = 0; from < 8; from++)
		for (to = from + 1; to <= 8; to++) {
			const struct event ev[] = {
				ev_walk_vma(1000, K, MM, OLD_START, OLD_END, PAGE),
				ev_migration_pte(EVENT_SET_MIGRATION_PTE, 2000, K, PAGE),
				ev_walk_end(3000, K, 0, PFN, 1, 0),
				ev_stack_shift(EVENT_EXEC_STACK_SHIFT_BEGIN, 4000, E, MM, OLD_START,
					       OLD_END, SHIFT),
				ev_walk_vma(5000, K, MM, NEW_START, OLD_END, PAGE - SHIFT),
				ev_migration_pte(EVENT_REMOVE_MIGRATION_PTE, 6000, K, PAGE - SHIFT),
				ev_walk_end(7000, K, 0, PFN, 1, 0),
				ev_stack_shift(EVENT_EXEC_STACK_SHIFT_END, 8000, E, MM, OLD_START,
					       OLD_END, SHIFT),
			};

			fixture_teardown(state);
			fixture_setup(state);
			f = *state;
			for (i = 0; i < 8; i++) {
				if (i == from)
					feed(f, ev_loss(1000 * from + 1, 1000 * to + 999, 0, 1));
				if (i < from || i >= to)
					feed(f, ev[i]);
			}
			finish(f);
			assert_int_equal(f->seen.nr_stragglers, 0);
		}
}

static void what_is_old_is_forgotten(void **state)
{
	struct fixture *f = *state;

	entry_is_set(f);
	shift_begins(2000);
	shift_ends(3000);
	flush(f, 60 * NSEC_PER_SEC);
	assert_null(f->m.stragglers.migrations);
	assert_null(f->m.stragglers.migrators);
	assert_null(f->m.stragglers.shifts);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_entry_that_the_shift_hides_is_left_behind),
		TEST(one_that_is_removed_during_the_shift_is_not),
		TEST(nor_one_that_is_removed_after_it),
		TEST(nor_one_that_is_removed_before_the_vma_grows),
		TEST(an_entry_that_was_unmapped_is_not),
		TEST(one_of_another_process_at_that_address_is_not),
		TEST(one_of_an_unknown_process_is_not),
		TEST(a_page_that_never_had_an_entry_is_not),
		TEST(the_walk_that_sets_it_is_no_proof),
		TEST(of_a_large_folio_only_the_missing_pages_count),
		TEST(a_gap_anywhere_takes_the_proof_away),
		TEST(what_is_old_is_forgotten),
	};

	return cmocka_run_group_tests_name("straggler", tests, NULL, NULL);
}
