// SPDX-License-Identifier: GPL-2.0-only
/* Lock classes by their sites, and the lives of an address. */
#include "tests/unit/fixture.h"

#define LOCK 0xffff888000001000ULL
#define A    100
#define B    200

#define WRITE_AT(path) "rwsem_down_write_slowpath down_write " path
#define READ_AT(path)  "rwsem_down_read_slowpath down_read " path

/* A whole wait of @tid at a stack; returns the id of its lock. */
static int64_t wait_at(struct fixture *f, uint64_t t, int32_t tid, uint32_t flags, const char *path)
{
	feed(f, ev_at_stack(ev_begin(t, tid, 0, LOCK, flags), fixture_stack(f, path)));
	feed(f, ev_end(t + 10, tid, 0, LOCK, 0));
	flush(f, 0);
	return f->seen.wait[f->seen.nr_waits - 1].lock_id;
}

static int class_of(struct fixture *f, int64_t id)
{
	return seen_lock_of(&f->seen, id)->class;
}

static void a_site_of_one_class_decides(void **state)
{
	struct fixture *f = *state;
	int64_t id = wait_at(f, 1000, A, F_WRITE, WRITE_AT("move_pages"));

	assert_int_equal(class_of(f, id), LOCK_ANON_VMA);
	assert_int_equal(seen_lock_of(&f->seen, id)->generation, 0);
	assert_true(seen_lock_of(&f->seen, id)->address == LOCK);
}

static void an_ambiguous_site_leaves_the_class_open(void **state)
{
	struct fixture *f = *state;
	int64_t id = wait_at(f, 1000, A, F_WRITE, WRITE_AT("dup_mmap copy_process"));

	assert_int_equal(class_of(f, id), ENUM_NONE);
}

/* userfaultfd_ioctl(): mmap_lock or one of its own; dup_mmap(): mmap_lock, i_mmap_rwsem or a VMA's. */
static void two_ambiguous_sites_leave_what_they_have_in_common(void **state)
{
	struct fixture *f = *state;
	int64_t id, again;

	id = wait_at(f, 1000, A, F_READ, READ_AT("userfaultfd_ioctl"));
	again = wait_at(f, 2000, A, F_WRITE, WRITE_AT("dup_mmap copy_process"));
	assert_int_equal(again, id);
	assert_int_equal(class_of(f, id), LOCK_MMAP);
}

static void a_clear_site_settles_an_ambiguous_one_in_either_order(void **state)
{
	struct fixture *f = *state;
	int64_t id = wait_at(f, 1000, A, F_WRITE, WRITE_AT("dup_mmap copy_process"));

	assert_int_equal(wait_at(f, 2000, B, F_READ, READ_AT("unmap_mapping_range")), id);
	assert_int_equal(class_of(f, id), LOCK_I_MMAP);
	/* and the ambiguous one again changes nothing */
	assert_int_equal(wait_at(f, 3000, A, F_WRITE, WRITE_AT("dup_mmap copy_process")), id);
	assert_int_equal(class_of(f, id), LOCK_I_MMAP);
	assert_int_equal(f->seen.nr_locks, 1);
}

static void the_mode_counts_reading_in_collapse_huge_page_is_the_mmap_lock(void **state)
{
	struct fixture *f = *state;
	int64_t id = wait_at(f, 1000, A, F_READ, READ_AT("collapse_huge_page khugepaged"));

	assert_int_equal(class_of(f, id), LOCK_MMAP);
}

static int why_open(struct fixture *f, int64_t id)
{
	assert_int_equal(class_of(f, id), ENUM_NONE);
	return seen_lock_of(&f->seen, id)->class_why;
}

static void a_contradiction_is_a_new_life_of_the_address(void **state)
{
	struct fixture *f = *state;
	int64_t first = wait_at(f, 1000, A, F_WRITE, WRITE_AT("move_pages")), second;

	second = wait_at(f, 2000, A, F_READ, READ_AT("unmap_mapping_range"));
	assert_int_not_equal(first, second);
	assert_int_equal(class_of(f, first), LOCK_ANON_VMA);
	assert_int_equal(class_of(f, second), LOCK_I_MMAP);
	assert_int_equal(seen_lock_of(&f->seen, second)->generation, 1);
	assert_true(seen_lock_of(&f->seen, second)->address == LOCK);
	/* it begins with the wait that showed it, where the former is over */
	assert_int_equal(seen_lock_of(&f->seen, second)->first_ns, 2000);
	assert_int_equal(seen_lock_of(&f->seen, first)->last_ns, 1010);
	/* the new life goes on */
	assert_int_equal(wait_at(f, 3000, A, F_READ, READ_AT("unmap_mapping_range")), second);
}

/* msync() beside munmap(), before its role was known: 266 lives of one mmap_lock. */
static void a_site_that_is_not_known_proves_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t id = wait_at(f, 1000, A, F_READ, READ_AT("lock_mm_and_find_vma"));
	unsigned int i;

	for (i = 1; i < 100; i++) {
		const char *site = i % 2 ? "a_function_behind_all_others" : "lock_mm_and_find_vma";
		char path[128];

		snprintf(path, sizeof(path), READ_AT("%s"), site);
		assert_int_equal(wait_at(f, 1000 * (i + 1), B, F_READ, path), id);
	}
	assert_int_equal(f->seen.nr_locks, 1);
	assert_int_equal(class_of(f, id), LOCK_MMAP);
}

static void an_open_class_has_its_reason(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	feed(f, ev_end(1010, A, 0, LOCK, 0));
	flush(f, 0);
	id = only_wait(f)->lock_id;
	assert_int_equal(why_open(f, id), CLASS_WHY_NO_STACK);
	wait_at(f, 2000, A, F_READ, READ_AT("a_function_behind_all_others"));
	assert_int_equal(why_open(f, id), CLASS_WHY_UNKNOWN_SITE);
	wait_at(f, 3000, A, F_WRITE, WRITE_AT("dup_mmap"));
	assert_int_equal(why_open(f, id), CLASS_WHY_SEVERAL);
	wait_at(f, 4000, A, F_READ, READ_AT("lock_mm_and_find_vma"));
	assert_int_equal(class_of(f, id), LOCK_MMAP);
	assert_int_equal(seen_lock_of(&f->seen, id)->class_why, ENUM_NONE);
}

/* Memory does not go to and fro between two kinds of locks: a table is wrong. */
static void to_and_fro_between_two_classes_leaves_the_class_open(void **state)
{
	struct fixture *f = *state;
	int64_t first = wait_at(f, 1000, A, F_WRITE, WRITE_AT("move_pages")), second;
	unsigned int i;

	second = wait_at(f, 2000, A, F_READ, READ_AT("unmap_mapping_range"));
	for (i = 3; i < 20; i++) {
		const char *path = i % 2 ? WRITE_AT("move_pages") : READ_AT("unmap_mapping_range");

		assert_int_equal(wait_at(f, 1000 * i, A, i % 2 ? F_WRITE : F_READ, path), second);
	}
	assert_int_equal(f->seen.nr_locks, 2);
	assert_int_equal(class_of(f, first), LOCK_ANON_VMA);
	assert_int_equal(why_open(f, second), CLASS_WHY_CONTRADICTED);
}

static void a_stack_that_says_nothing_contradicts_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t id = wait_at(f, 1000, A, F_WRITE, WRITE_AT("move_pages"));
	const uint64_t unknown[] = { 1, 2, 3 };

	feed(f, ev_at_stack(ev_begin(2000, B, 0, LOCK, F_WRITE),
			    kstack_intern(&f->stacks, unknown, 3)));
	feed(f, ev_end(2010, B, 0, LOCK, 0));
	/* and one without a stack at all */
	feed(f, ev_begin(3000, B, 0, LOCK, F_WRITE));
	feed(f, ev_end(3010, B, 0, LOCK, 0));
	flush(f, 0);
	assert_int_equal(f->seen.wait[1].lock_id, id);
	assert_int_equal(f->seen.wait[2].lock_id, id);
	assert_int_equal(f->seen.nr_locks, 1);
	assert_int_equal(class_of(f, id), LOCK_ANON_VMA);
}

/* Who waits for a lock keeps it alive: one of the two call sites is read wrongly. */
static void a_contradiction_while_somebody_waits_is_no_new_life(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_at_stack(ev_begin(1000, A, 0, LOCK, F_WRITE),
			    fixture_stack(f, WRITE_AT("move_pages"))));
	id = wait_at(f, 2000, B, F_READ, READ_AT("unmap_mapping_range"));
	feed(f, ev_end(3000, A, 0, LOCK, 0));
	finish(f);
	assert_int_equal(f->seen.wait[1].lock_id, id);
	assert_int_equal(f->seen.wait[1].duration_ns, 2000);
	assert_int_equal(f->seen.nr_locks, 1);
	assert_int_equal(why_open(f, id), CLASS_WHY_CONTRADICTED);
	assert_int_equal(seen_lock_of(&f->seen, id)->last_ns, 3000);
}

static void first_and_last_seen_cover_the_waits(void **state)
{
	struct fixture *f = *state;
	int64_t id = wait_at(f, 1000, A, F_WRITE, WRITE_AT("move_pages"));
	const struct lock_row *lock;

	wait_at(f, 5000, B, F_WRITE, WRITE_AT("move_pages"));
	lock = seen_lock_of(&f->seen, id);
	assert_int_equal(lock->first_ns, 1000);
	assert_int_equal(lock->last_ns, 5010);
}

static void the_site_of_a_frame_without_a_name_is_unknown(void **state)
{
	struct fixture *f = *state;
	const uint64_t frame[] = { fixture_address("down_write"), 1,
				   fixture_address("userfaultfd_ioctl") };

	feed(f,
	     ev_at_stack(ev_begin(2000, B, 0, LOCK, F_WRITE), kstack_intern(&f->stacks, frame, 3)));
	feed(f, ev_end(2010, B, 0, LOCK, 0));
	assert_int_equal(only_wait(f)->site_id, 0);
	assert_int_not_equal(only_wait(f)->stack_id, 0);
	/* no raw kernel address in the file */
	assert_string_equal(f->seen.stack[0].frames, "down_write+0x10\n?\nuserfaultfd_ioctl+0x10");
}

static int forget_row(void *ctx, const struct lock_row *row)
{
	(void)ctx;
	(void)row;
	return 0;
}

/* Locks of processes that are no more must not fill the memory. */
static void locks_that_nobody_uses_are_forgotten_when_there_are_very_many(void **state)
{
	struct fixture *f = *state;
	const struct lock_key waited_for = { .address = LOCK };
	const struct sink sink = { .lock = forget_row };
	uint64_t i;

	feed(f, ev_begin(1000, A, 0, LOCK, F_WRITE));
	for (i = 1; i <= 80000; i++) {
		const struct lock_key key = { .address = LOCK + i * 64 };
		int ret;

		assert_non_null(lock_used(&f->m.locks, &key, CLASS_ANY, 1000 + i, &sink, &ret));
		if (i % 1000 == 0)
			assert_int_equal(locks_flush(&f->m.locks, &sink), 0);
	}
	assert_in_range(HASH_COUNT(f->m.locks.by_key), 1000, 70000);
	assert_non_null(lock_find(&f->m.locks, &waited_for));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_site_of_one_class_decides),
		TEST(an_ambiguous_site_leaves_the_class_open),
		TEST(two_ambiguous_sites_leave_what_they_have_in_common),
		TEST(a_clear_site_settles_an_ambiguous_one_in_either_order),
		TEST(the_mode_counts_reading_in_collapse_huge_page_is_the_mmap_lock),
		TEST(a_contradiction_is_a_new_life_of_the_address),
		TEST(a_site_that_is_not_known_proves_nothing),
		TEST(an_open_class_has_its_reason),
		TEST(to_and_fro_between_two_classes_leaves_the_class_open),
		TEST(a_stack_that_says_nothing_contradicts_nothing),
		TEST(a_contradiction_while_somebody_waits_is_no_new_life),
		TEST(first_and_last_seen_cover_the_waits),
		TEST(the_site_of_a_frame_without_a_name_is_unknown),
		cmocka_unit_test_setup_teardown(
			locks_that_nobody_uses_are_forgotten_when_there_are_very_many,
			fixture_setup, fixture_teardown),
	};

	return cmocka_run_group_tests_name("lock", tests, NULL, NULL);
}
