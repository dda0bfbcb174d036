// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/holder_rollup.h"

#include <errno.h>
#include <stdlib.h>
#include <uthash.h>

struct holder_key {
	int64_t second, lock_id, process_id, holder_task_id;
};

struct holder_rollup {
	UT_hash_handle hh;
	struct holder_key key;
	struct holder_rollup_row row; /* since the last flush */
};

int holder_rollup_add(struct holder_rollups *hs, const struct wait_row *wait, int64_t process_id,
		      int64_t second)
{
	const struct holder_key key = { second, wait->lock_id, process_id, wait->holder_task_id };
	struct holder_rollup *r;

	HASH_FIND(hh, hs->head, &key, sizeof(key), r);
	if (!r) {
		r = calloc(1, sizeof(*r));
		if (!r)
			return -ENOMEM;
		r->key = key;
		r->row = (struct holder_rollup_row){
			.second = second,
			.lock_id = key.lock_id,
			.process_id = process_id,
			.holder_task_id = key.holder_task_id,
			.runnable_ns = NO_TIME,
		};
		HASH_ADD(hh, hs->head, key, sizeof(r->key), r);
	}
	r->row.nr_waits++;
	r->row.wait_ns += wait->duration_ns;
	if (wait->runnable_ns != NO_TIME)
		r->row.runnable_ns = (r->row.runnable_ns == NO_TIME ? 0 : r->row.runnable_ns) +
				     wait->runnable_ns;
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
