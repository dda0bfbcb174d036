// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/wait_adder.h"

#include <errno.h>

static int add_pair(struct wait_pass *pass, const struct add_pair *add)
{
	struct pass_pair *pair = keyed_get_hashed(&pass->pairs, &add->key, add->hash);

	if (!pair)
		return -ENOMEM;
	pair->has_task = add->has_task;
	pair->has_lock = add->has_lock;
	pair->process_id = add->process_id;
	return wait_sum_add(&pair->sum, &add->sum) ? 0 : -EOVERFLOW;
}

/* What the holder did. Returns 0, or -EOVERFLOW. */
static int add_did(struct pass_blame *b, const struct add_blame *add)
{
	bool large = false;
	int i;

	if (add->key.holder_source == BLAME_CPU)
		return 0;
	if (!add->known)
		return __builtin_add_overflow(b->unknown_ns, add->ns, &b->unknown_ns) ? -EOVERFLOW
										      : 0;
	b->known = true;
	for (i = 0; i < NR_HELD_PARTS; i++)
		large |= __builtin_add_overflow(b->held_ns[i], add->did_ns[i], &b->held_ns[i]);
	return large ? -EOVERFLOW : 0;
}

static int add_blame(struct wait_pass *pass, const struct add_blame *add)
{
	struct pass_blame *b = keyed_get_hashed(&pass->blames, &add->key, add->hash);

	if (!b)
		return -ENOMEM;
	if (!b->nr_waits || add->ns > b->max_ns) {
		b->max_ns = add->ns;
		b->task_id = add->task_id;
		b->lock_id = add->lock_id;
		b->site_id = add->site_id;
		b->holder_task_id = add->holder_task_id;
		b->holder_site_id = add->holder_site_id;
	}
	/* threads of one name that shared a wait are one row, and it is one wait */
	if (!b->nr_waits || b->last_wait_id != add->wait_id)
		b->nr_waits++;
	b->last_wait_id = add->wait_id;
	return __builtin_add_overflow(b->wait_ns, add->ns, &b->wait_ns) ? -EOVERFLOW
									: add_did(b, add);
}

static int add_pairs(struct wait_adder *a)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < a->nr_pairs; i++)
		keyed_fetch(&a->pass->pairs, a->pair[i].hash);
	for (i = 0; !ret && i < a->nr_pairs; i++)
		ret = add_pair(a->pass, &a->pair[i]);
	a->nr_pairs = 0;
	return ret;
}

static int add_blames(struct wait_adder *a)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < a->nr_blames; i++)
		keyed_fetch(&a->pass->blames, a->blame[i].hash);
	for (i = 0; !ret && i < a->nr_blames; i++)
		ret = add_blame(a->pass, &a->blame[i]);
	a->nr_blames = 0;
	return ret;
}

int adder_pair(struct wait_adder *a)
{
	struct add_pair *add = &a->pair[a->nr_pairs++];

	add->hash = keyed_hash(&a->pass->pairs, &add->key);
	return a->nr_pairs == ADDER_QUEUE ? add_pairs(a) : 0;
}

int adder_blame(struct wait_adder *a)
{
	struct add_blame *add = &a->blame[a->nr_blames++];

	add->hash = keyed_hash(&a->pass->blames, &add->key);
	return a->nr_blames == ADDER_QUEUE ? add_blames(a) : 0;
}

int adder_end(struct wait_adder *a)
{
	return add_pairs(a) ?: add_blames(a);
}
