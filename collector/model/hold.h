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
#include "collector/model/machine.h"
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
	struct holder_time *holder_time; /* in the held_times of the lock; NULL: it has none */
	int64_t booked_ns;		 /* its time before this is in the roll-ups */
	bool tainted;			 /* began inside a gap */
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
	const struct gap *gap;
};

extern const struct machine holds_machine;

#endif
