// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/holder_rollup.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/hash.h"

#include "collector/model/second.h"

struct holder_key {
	int64_t second, lock_id, process_id, holder_task_id;
};

struct holder_rollup {
	UT_hash_handle hh;
	struct holder_key key;
	struct holder_rollup_row row; /* since the last flush */
};

static struct holder_rollup *get(struct holder_rollups *hs, const struct holder_key *key)
{
	struct holder_rollup *r;

	HASH_FIND(hh, hs->head, key, sizeof(*key), r);
	if (r)
		return r;
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->key = *key;
	r->row = (struct holder_rollup_row){
		.second = key->second,
		.lock_id = key->lock_id,
		.process_id = key->process_id,
		.holder_task_id = key->holder_task_id,
		.runnable_ns = NO_TIME,
	};
	HASH_ADD(hh, hs->head, key, sizeof(r->key), r);
	return r;
}

int holder_rollup_add(struct holder_rollups *hs, const struct wait_row *wait, int64_t process_id,
		      int64_t end_ns, unsigned int *nr_spread)
{
	struct holder_key key = { 0, wait->lock_id, process_id, wait->holder_task_id };
	/* from then on the waiter waits for a CPU, not for the holder */
	const int64_t freed_ns = end_ns - (wait->runnable_ns == NO_TIME ? 0 : wait->runnable_ns);
	struct holder_rollup *r = NULL;
	int64_t at = end_ns - wait->duration_ns, next;

	for (; at < end_ns; at = next) {
		next = second_cut(at, end_ns, nr_spread);
		key.second = at / (int64_t)NSEC_PER_SEC;
		r = get(hs, &key);
		if (!r)
			return -ENOMEM;
		r->row.wait_ns += next - at;
		if (wait->runnable_ns != NO_TIME) {
			if (r->row.runnable_ns == NO_TIME)
				r->row.runnable_ns = 0;
			if (next > freed_ns)
				r->row.runnable_ns += next - (at > freed_ns ? at : freed_ns);
		}
	}
	if (!r || r->key.second != end_ns / (int64_t)NSEC_PER_SEC) {
		key.second = end_ns / (int64_t)NSEC_PER_SEC;
		r = get(hs, &key);
	}
	if (!r)
		return -ENOMEM;
	r->row.nr_waits++;
	if (r->row.runnable_ns == NO_TIME && wait->runnable_ns != NO_TIME)
		r->row.runnable_ns = 0;
	return 0;
}

int holder_rollups_flush(struct holder_rollups *hs, const struct sink *sink)
{
	struct holder_rollup *r, *tmp;
	int ret;

	HASH_ITER(hh, hs->head, r, tmp) {
		ret = sink->holder_rollup(sink->ctx, &r->row);
		if (ret)
			return ret;
		HASH_DEL(hs->head, r);
		free(r);
	}
	return 0;
}

void holder_rollups_free(struct holder_rollups *hs)
{
	struct holder_rollup *r, *tmp;

	HASH_ITER(hh, hs->head, r, tmp) {
		HASH_DEL(hs->head, r);
		free(r);
	}
}
