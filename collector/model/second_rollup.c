// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/second_rollup.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lib/hash.h"

struct second_rollup {
	UT_hash_handle hh; /* by row.second */
	struct second_rollup_row row;
	bool dirty;
};

static struct second_rollup *get(struct second_rollups *ss, int64_t second)
{
	struct second_rollup *r;

	HASH_FIND(hh, ss->head, &second, sizeof(second), r);
	if (!r) {
		r = calloc(1, sizeof(*r));
		if (!r)
			return NULL;
		r->row.second = second;
		HASH_ADD(hh, ss->head, row.second, sizeof(r->row.second), r);
	}
	r->dirty = true;
	return r;
}

int second_rollup_book(struct second_rollups *ss, int64_t second, int64_t ns)
{
	struct second_rollup *r = get(ss, second);

	if (!r)
		return -ENOMEM;
	r->row.wait_ns += ns;
	return 0;
}

int second_rollup_add(struct second_rollups *ss, const struct wait_row *wait, int64_t second)
{
	struct second_rollup *r = get(ss, second);

	if (!r)
		return -ENOMEM;
	if (wait->duration_ns == NO_TIME) {
		r->row.nr_uncertain++;
		return 0;
	}
	r->row.nr_waits++;
	if (wait->duration_ns > r->row.max_wait_ns)
		r->row.max_wait_ns = wait->duration_ns;
	return hist_add(&r->row.hist, wait->duration_ns, 1);
}

static void drop(struct second_rollups *ss, struct second_rollup *r)
{
	HASH_DEL(ss->head, r);
	hist_free(&r->row.hist);
	free(r);
}

int second_rollups_flush(struct second_rollups *ss, int64_t oldest, const struct sink *sink)
{
	struct second_rollup *r, *tmp;
	int ret;

	HASH_ITER(hh, ss->head, r, tmp) {
		if (r->dirty) {
			ret = sink->second_rollup(sink->ctx, &r->row);
			if (ret)
				return ret;
			r->dirty = false;
		}
		if (r->row.second < oldest)
			drop(ss, r);
	}
	return 0;
}

void second_rollups_free(struct second_rollups *ss)
{
	struct second_rollup *r, *tmp;

	HASH_ITER(hh, ss->head, r, tmp)
		drop(ss, r);
}
