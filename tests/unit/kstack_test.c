// SPDX-License-Identifier: GPL-2.0-only
/* Interning of kernel stacks. */
#include <string.h>

#include "collector/kstack.h"
#include "tests/unit/random.h"
#include "tests/unit/unit.h"

static void the_same_frames_give_the_same_stack(void **state)
{
	struct kstack_table table = { 0 };
	const uint64_t frame[] = { 0xffffffff81000010, 0xffffffff81002020, 7 };
	char unaligned[sizeof(frame) + 1];
	struct kstack *stack = kstack_intern(&table, frame, 3);

	(void)state;
	memcpy(unaligned + 1, frame, sizeof(frame));
	assert_non_null(stack);
	assert_int_equal(stack->nr_frames, 3);
	assert_memory_equal(stack->frame, frame, sizeof(frame));
	assert_null(stack->resolved);
	assert_ptr_equal(kstack_intern(&table, unaligned + 1, 3), stack);
	kstack_table_free(&table);
}

static void a_prefix_and_another_order_are_other_stacks(void **state)
{
	struct kstack_table table = { 0 };
	const uint64_t frame[] = { 1, 2, 3 }, swapped[] = { 2, 1, 3 };
	struct kstack *stack = kstack_intern(&table, frame, 3);
	struct kstack *prefix = kstack_intern(&table, frame, 2);
	struct kstack *other = kstack_intern(&table, swapped, 3);

	(void)state;
	assert_ptr_not_equal(prefix, stack);
	assert_ptr_not_equal(other, stack);
	assert_int_equal(prefix->nr_frames, 2);
	kstack_table_free(&table);
}

static void a_stack_without_frames_is_one_too(void **state)
{
	struct kstack_table table = { 0 };
	const uint64_t frame[] = { 0 };
	struct kstack *empty = kstack_intern(&table, frame, 0);

	(void)state;
	assert_non_null(empty);
	assert_int_equal(empty->nr_frames, 0);
	assert_ptr_equal(kstack_intern(&table, frame, 0), empty);
	assert_ptr_not_equal(kstack_intern(&table, frame, 1), empty);
	kstack_table_free(&table);
}

static void frames_beyond_the_limit_are_dropped(void **state)
{
	struct kstack_table table = { 0 };
	uint64_t frame[KSTACK_MAX_FRAMES + 10];
	struct kstack *stack;
	uint32_t i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(frame); i++)
		frame[i] = i + 1;
	stack = kstack_intern(&table, frame, ARRAY_SIZE(frame));
	assert_int_equal(stack->nr_frames, KSTACK_MAX_FRAMES);
	assert_memory_equal(stack->frame, frame, KSTACK_MAX_FRAMES * sizeof(*frame));
	/* they differ only where nobody looks */
	frame[KSTACK_MAX_FRAMES] = 0;
	assert_ptr_equal(kstack_intern(&table, frame, ARRAY_SIZE(frame)), stack);
	assert_ptr_equal(kstack_intern(&table, frame, KSTACK_MAX_FRAMES), stack);
	kstack_table_free(&table);
}

static void thousands_of_stacks_stay_apart(void **state)
{
	enum { NR = 3000 };
	static struct kstack *stack[NR];
	struct kstack_table table = { 0 };
	struct random r = random_from(1);
	uint64_t frame[16];
	unsigned int i, k;

	(void)state;
	for (i = 0; i < NR; i++) {
		for (k = 0; k < 15; k++)
			frame[k] = random_below(&r, 3);
		frame[15] = i;
		stack[i] = kstack_intern(&table, frame, 16);
		assert_int_equal(stack[i]->frame[15], i);
		assert_memory_equal(stack[i]->frame, frame, sizeof(frame));
	}
	for (i = 0; i < NR; i++)
		assert_ptr_equal(kstack_intern(&table, stack[i]->frame, 16), stack[i]);
	assert_int_equal(HASH_COUNT(table.head), NR);
	kstack_table_free(&table);
	assert_null(table.head);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_frames_give_the_same_stack),
		cmocka_unit_test(a_prefix_and_another_order_are_other_stacks),
		cmocka_unit_test(a_stack_without_frames_is_one_too),
		cmocka_unit_test(frames_beyond_the_limit_are_dropped),
		cmocka_unit_test(thousands_of_stacks_stay_apart),
	};

	return cmocka_run_group_tests_name("kstack", tests, NULL, NULL);
}
