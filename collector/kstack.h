/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Unique kernel stacks of one reader.
 *
 * Stacks repeat: a reader hands out one struct kstack per distinct chain of
 * frames, so that an event carries a pointer and the model resolves symbols
 * once per stack instead of once per wait.
 */
#ifndef RMAPSCOPE_KSTACK_H
#define RMAPSCOPE_KSTACK_H

#include <stdint.h>

#include "lib/hash.h"

/* Deeper frames are dropped: the site and its role are among the first. */
#define KSTACK_MAX_FRAMES 48

struct stack;

struct kstack {
	UT_hash_handle hh;
	struct stack *resolved; /* set by the model thread alone, NULL before */
	uint32_t nr_frames;
	uint64_t frame[]; /* innermost first; the hash key */
};

struct kstack_table {
	struct kstack *head;
};

/*
 * kstack_intern - the one kstack with these frames, made if it is new
 *
 * @frame needs no alignment. The result lives until kstack_table_free().
 * Returns NULL without memory.
 */
struct kstack *kstack_intern(struct kstack_table *table, const void *frame, uint32_t nr_frames);
void kstack_table_free(struct kstack_table *table);

#endif
