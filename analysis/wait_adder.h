/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Adds waits to the tables of struct wait_pass that have too many elements for the CPU's caches:
 * some at a time, so that what they need is fetched together.
 */
#ifndef RMAPSCOPE_WAIT_ADDER_H
#define RMAPSCOPE_WAIT_ADDER_H

#include "analysis/wait_pass.h"

/* As many as the CPU can fetch while the first of them arrive. */
#define ADDER_QUEUE 64

/* Waits that are to be added to a pair. */
struct add_pair {
	struct pass_pair_key key;
	uint32_t hash; /* set by adder_pair() */
	bool has_task, has_lock;
	int64_t process_id;
	struct wait_sum sum;
};

/* A part of a wait that one holder caused, or waiting for a CPU. */
struct add_blame {
	struct pass_blame_key key;
	uint32_t hash; /* set by adder_blame() */
	int64_t task_id, lock_id, site_id, holder_task_id, holder_site_id;
	int64_t wait_id, ns;
	bool known; /* what the holder did is: */
	int64_t did_ns[NR_HELD_PARTS];
};

struct wait_adder {
	struct wait_pass *pass;
	struct add_pair pair[ADDER_QUEUE];
	struct add_blame blame[ADDER_QUEUE];
	unsigned int nr_pairs, nr_blames;
};

/*
 * The next one to add: fill in all of it, then call adder_pair() or adder_blame(). These, and
 * adder_end() after the last one, return 0, -ENOMEM, or -EOVERFLOW: a sum is too large.
 */
static inline struct add_pair *adder_next_pair(struct wait_adder *a)
{
	return &a->pair[a->nr_pairs];
}

static inline struct add_blame *adder_next_blame(struct wait_adder *a)
{
	return &a->blame[a->nr_blames];
}

int adder_pair(struct wait_adder *a);
int adder_blame(struct wait_adder *a);
int adder_end(struct wait_adder *a);

#endif
