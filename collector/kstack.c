// SPDX-License-Identifier: GPL-2.0-only
#include "collector/kstack.h"

#include <stdlib.h>
#include <string.h>

struct kstack *kstack_intern(struct kstack_table *table, const void *frame, uint32_t nr_frames)
{
	uint64_t key[KSTACK_MAX_FRAMES];
	struct kstack *stack;
	size_t key_bytes;

	if (nr_frames > KSTACK_MAX_FRAMES)
		nr_frames = KSTACK_MAX_FRAMES;
	key_bytes = nr_frames * sizeof(*key);
	memcpy(key, frame, key_bytes);

	HASH_FIND(hh, table->head, key, key_bytes, stack);
	if (stack)
		return stack;

	stack = calloc(1, sizeof(*stack) + key_bytes);
	if (!stack)
		return NULL;
	stack->nr_frames = nr_frames;
	memcpy(stack->frame, key, key_bytes);
	HASH_ADD_KEYPTR(hh, table->head, stack->frame, key_bytes, stack);
	return stack;
}

void kstack_table_free(struct kstack_table *table)
{
	struct kstack *stack, *tmp;

	HASH_ITER(hh, table->head, stack, tmp) {
		HASH_DEL(table->head, stack);
		free(stack);
	}
}
