/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Rmap walks, their retries, and walks that were given up.
 *
 * A walk is a row when it started over, met a lock that it would not wait
 * for, or took long; all are summed per second, kind and rmap_one().
 */
#ifndef RMAPSCOPE_MODEL_WALK_H
#define RMAPSCOPE_MODEL_WALK_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/model/linkage.h"
#include "collector/model/machine.h"
#include "collector/model/rollup.h"
#include "collector/model/site.h"
#include "collector/model/task.h"
#include "lib/hash.h"
#include "schema/sink.h"

struct walk {
	UT_hash_handle hh; /* by tid: a thread walks one folio at a time */
	int32_t tid;
	struct walk_row row;
	int64_t booked_ns; /* its time before this is in the roll-ups */
	bool tainted;	   /* began inside a gap */
};

struct walk_rollup;

struct walks {
	struct walk *by_tid;
	struct walk_rollup *rollups;
	int64_t newest, oldest; /* seconds, as in struct rollups */
	unsigned int nr_spread; /* see second_cut() */
	struct tasks *tasks;
	struct sites *sites;
	struct linkage *linkage;
	struct rollups *sums; /* of waits: retries are counted beside them */
	const struct sink *sink;
	bool keep_all;
	bool watch_retries;
	const struct gap *gap;
};

extern const struct machine walks_machine;

/* The walk that thread @tid is at, or NULL. */
const struct walk *walks_open(const struct walks *ws, int32_t tid);

#endif
