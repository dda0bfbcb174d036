/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which thread released a contended lock: lock:contended_release, from Linux 7.2 on.
 *
 * kernel/locking/rwsem.c emits it in the context of the thread that releases, after
 * the release and before the wake-up: __up_write(), __downgrade_write(), and
 * __up_read() for each reader while anybody is queued. There is no event for a
 * release to a thread that spins.
 */
#ifndef RMAPSCOPE_MODEL_RELEASE_H
#define RMAPSCOPE_MODEL_RELEASE_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "collector/event.h"

/* The last release of a lock. */
struct release {
	UT_hash_handle hh; /* by lock */
	uint64_t lock;	   /* address */
	int64_t time_ns;
	int32_t tid;	      /* 0: an interrupt, of nobody known */
	struct kstack *stack; /* of the release; NULL: not recorded */
};

struct releases {
	struct release *by_lock;
	bool seen; /* there are such events: then a waker is no evidence of a release */
};

/* Event contended_release. Returns 0 or -ENOMEM. */
int releases_add(struct releases *rs, const struct event *ev);

/* The last release of the lock at @address, if it was not long ago; or NULL. */
const struct release *releases_last(const struct releases *rs, uint64_t address);

/* Forget releases that no query needs any more. @now_ns: the time that the events have reached */
void releases_flush(struct releases *rs, int64_t now_ns);
void releases_free(struct releases *rs);

#endif
