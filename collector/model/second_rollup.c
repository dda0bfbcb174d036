// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/second_rollup.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <utlist.h>

struct second_rollup {
	struct second_rollup *next;
	struct second_rollup_row row;
	bool dirty;
};

static struct second_rollup *get(struct second_rollups *ss, int64_t second)
{
	struct second_rollup *r;

	LL_FOREACH(ss->head, r)
	{
		if (r->row.second == second)
			return r;
	}
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->row.second = second;
	LL_PREPEND(ss->head, r);
	return r;
}

int second_rollup_add(struct second_rollups *ss, const struct wait_row *wait, int64_t second)
{
	struct second_rollup *r = get(ss, second);

	if (!r)
		return -ENOMEM;
	r->dirty = true;
	if (wait->duration_ns == NO_TIME) {
		r->row.nr_uncertain++;
		return 0;
	}
	r->row.nr_waits++;
	r->row.wait_ns += wait->duration_ns;
	if (wait->duration_ns > r->row.max_wait_ns)
		r->row.max_wait_ns = wait->duration_ns;
	return hist_add(&r->row.hist, wait->duration_ns, 1);
}

static void drop(struct second_rollups *ss, struct second_rollup *r)
{
	LL_DELETE(ss->head, r);
	hist_free(&r->row.hist);
	free(r);
}

int second_rollups_flush(struct second_rollups *ss, int64_t oldest, const struct sink *sink)
{
	struct second_rollup *r, *tmp;
	int ret;

	LL_FOREACH_SAFE(ss->head, r, tmp)
	{
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

	LL_FOREACH_SAFE(ss->head, r, tmp)
	drop(ss, r);
}
