// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/release.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/clock.h"

/* A waiter is woken right after the release; a waiter that is not asleep takes the lock sooner. */
#define KEEP_NS ((int64_t)NSEC_PER_SEC)

static struct release *find(const struct releases *rs, uint64_t address)
{
	struct release *r;

	HASH_FIND(hh, rs->by_lock, &address, sizeof(address), r);
	return r;
}

int releases_add(struct releases *rs, const struct event *ev)
{
	struct release *r = find(rs, ev->contended_release.lock);

	rs->seen = true;
	if (!r) {
		r = calloc(1, sizeof(*r));
		if (!r)
			return -ENOMEM;
		r->lock = ev->contended_release.lock;
		HASH_ADD(hh, rs->by_lock, lock, sizeof(r->lock), r);
	}
	r->time_ns = ev->time_ns;
	r->tid = ev->in_irq ? 0 : ev->tid;
	r->stack = ev->stack;
	return 0;
}

const struct release *releases_last(const struct releases *rs, uint64_t address)
{
	return find(rs, address);
}

void releases_flush(struct releases *rs, int64_t now_ns)
{
	struct release *r, *tmp;

	HASH_ITER(hh, rs->by_lock, r, tmp) {
		if (r->time_ns + KEEP_NS >= now_ns)
			continue;
		HASH_DEL(rs->by_lock, r);
		free(r);
	}
}

void releases_free(struct releases *rs)
{
	struct release *r, *tmp;

	HASH_ITER(hh, rs->by_lock, r, tmp) {
		HASH_DEL(rs->by_lock, r);
		free(r);
	}
}
