/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lock holds: acquired until released, readers beside each other.
 *
 * A hold is a row when somebody waited for it or it lasted long; all are
 * summed in the roll-ups. After a gap in the events every open hold may have
 * ended: it has no duration.
 */
#ifndef RMAPSCOPE_MODEL_HOLD_H
#define RMAPSCOPE_MODEL_HOLD_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/model/lock.h"
#include "collector/model/rollup.h"
#include "collector/model/site.h"
#include "collector/model/task.h"
#include "lib/hash.h"
#include "schema/sink.h"

/* A thread holds a lock once, in one mode. */
struct hold_key {
	struct lock_key lock;
	int64_t tid;
	int64_t mode;
};

struct hold {
	UT_hash_handle hh;	  /* by key */
	struct hold *prev, *next; /* holds of the same lock */
	struct hold_key key;
	struct hold_row row;
	int64_t process_id;
	struct share *share; /* of the lock's account; NULL: it has none */
	int64_t booked_ns;   /* its time before this is in the roll-ups */
	bool tainted;	     /* began inside a gap */
};

struct waits;

struct holds {
	struct hold *by_key;
	struct tasks *tasks;
	struct locks *locks;
	struct sites *sites;
	struct waits *waits;
	struct rollups *rollups;
	const struct sink *sink;
	bool keep_all; /* every hold is a row */
	uint64_t gap_end_ns;
};

/* One event. Returns 0 or a negative errno. */
int holds_event(struct holds *hs, const struct event *ev);
/*
 * holds_flush - write holds that a wait which is written is for
 *
 * After waits_flush(): who looks at a wait can see who holds its lock.
 */
int holds_flush(struct holds *hs);
/* Book the time before @until_ns of all holds that go on. */
int holds_book(struct holds *hs, int64_t until_ns);
/* The capture is over at @end_ns: what is still open is stored as open. */
int holds_finish(struct holds *hs, int64_t end_ns);
void holds_free(struct holds *hs);

#endif
