/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Storms: bursts of walks that start over (retries) or are given up (skips).
 *
 * The lock of a retry is the root that its folio left. The lock of a skip is
 * the one that the folio was on after its latest move, if that was a moment
 * ago. Where the lock is not known, a storm is one of the walker's process.
 *
 * A gap in the events does not end or create a storm: the counts are of recorded
 * events, and a pause lies between recorded events.
 */
#ifndef RMAPSCOPE_MODEL_STORM_H
#define RMAPSCOPE_MODEL_STORM_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/model/linkage.h"
#include "collector/model/lock.h"
#include "collector/model/machine.h"
#include "collector/model/site.h"
#include "collector/model/task.h"
#include "collector/model/vma.h"
#include "collector/model/walk.h"
#include "lib/clock.h"
#include "lib/hash.h"
#include "schema/sink.h"

/*
 * A storm has at least this many events, and no longer pause than this between two
 * neighbours. A storm made on purpose in an emulated guest has about 22 retries a
 * second; single retries of ordinary work are seconds apart.
 */
#define STORM_NR_EVENTS 10
#define STORM_PAUSE_NS	(250 * NSEC_PER_MSEC)

struct storm;
struct storm_folio;

struct storms {
	struct storm *by_key;	    /* also runs that may become one */
	struct storm_folio *folios; /* moved lately; see storm.c */
	struct tasks *tasks;
	struct locks *locks;
	struct sites *sites;
	struct vmas *vmas;
	struct linkage *linkage;
	struct walks *walks;
	const struct sink *sink;
	bool watch_moves; /* moves are traced */
	const struct gap *gap;
};

extern const struct machine storms_machine;

#endif
