/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waits for a contended lock: begin, the stack of it, sleeps, wake-ups, end.
 *
 * A wait that overlaps a gap in the events of any CPU may have ended inside
 * that gap: it is closed as uncertain and has no duration.
 */
#ifndef RMAPSCOPE_MODEL_WAIT_H
#define RMAPSCOPE_MODEL_WAIT_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "collector/event.h"
#include "collector/model/attribute.h"
#include "collector/model/lock.h"
#include "collector/model/part.h"
#include "collector/model/sink.h"
#include "collector/model/site.h"
#include "collector/model/stall.h"
#include "collector/model/task.h"

struct wait {
	UT_hash_handle hh;	  /* by tid: a thread waits for one rwsem at a time */
	struct wait *prev, *next; /* waits for the same lock */
	int32_t tid;
	struct wait_row row;
	struct lock_key key;
	int64_t process_id;
	uint64_t vm_end;	 /* VMA locks only */
	const struct site *site; /* NULL: not known */
	uint64_t fault;		 /* address of the page fault that it is in; 0 not known */
	bool traced;		 /* by the kernel series: it began before the spin */
	uint64_t inner;		 /* rwsem of the kernel's own contention event inside */
	struct part_start part_start;
	bool tainted; /* began inside a gap */
};

struct waits {
	struct wait *by_tid;
	struct tasks *tasks;
	struct locks *locks;
	struct sites *sites;
	struct attribution *attribution;
	struct stalls *stalls;
	const struct sink *sink;
	bool watch_sleep;    /* the input has sched_switch: sleep is known */
	bool watch_spin;     /* the input has both kinds of contention events */
	uint64_t gap_end_ns; /* waits that begin before are tainted */
};

/* Waits for @lock learn that @tid let it go: it held the lock exactly. */
void waits_released(struct lock *lock, int64_t holder_task_id, int64_t holder_site_id);

/* One event. Returns 0 or a negative errno. */
int waits_event(struct waits *ws, const struct event *ev);

/*
 * waits_flush - write waits that last long enough to be looked at
 * @now_ns: the time that the events have reached
 */
int waits_flush(struct waits *ws, uint64_t now_ns);

/* The capture is over: what is still open is stored as open. */
int waits_finish(struct waits *ws);
void waits_free(struct waits *ws);

#endif
