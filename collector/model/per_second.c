// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/per_second.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include "lib/hash.h"

struct per_second_sum {
	UT_hash_handle hh; /* by row.second */
	struct second_rollup_row row;
	bool dirty;
};

static struct per_second_sum *get(struct per_second_sums *ss, int64_t second)
{
	struct per_second_sum *r;

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

int per_second_book(struct per_second_sums *ss, int64_t second, int64_t ns)
{
	struct per_second_sum *r = get(ss, second);

	if (!r)
		return -ENOMEM;
	r->row.wait_ns += ns;
	return 0;
}

int per_second_add(struct per_second_sums *ss, const struct wait_row *wait, int64_t second)
{
	struct per_second_sum *r = get(ss, second);

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

static void drop(struct per_second_sums *ss, struct per_second_sum *r)
{
	HASH_DEL(ss->head, r);
	hist_free(&r->row.hist);
	free(r);
}

int per_second_flush(struct per_second_sums *ss, int64_t oldest, const struct sink *sink)
{
	struct per_second_sum *r, *tmp;
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

void per_second_free(struct per_second_sums *ss)
{
	struct per_second_sum *r, *tmp;

	HASH_ITER(hh, ss->head, r, tmp)
		drop(ss, r);
}
