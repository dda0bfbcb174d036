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

#include "collector/event.h"
#include "collector/model/activity.h"
#include "collector/model/attribute.h"
#include "collector/model/lock.h"
#include "collector/model/machine.h"
#include "collector/model/mm.h"
#include "collector/model/release.h"
#include "collector/model/site.h"
#include "collector/model/stall.h"
#include "collector/model/task.h"
#include "collector/model/wait_part.h"
#include "lib/hash.h"
#include "schema/sink.h"

/* A recorded hold of the lock that a thread waits for. */
struct wait_hold {
	int64_t task_id, site_id; /* task_id 0: none */
	int32_t tid;
	int64_t from_ns, until_ns;
};

struct wait {
	UT_hash_handle hh;	  /* by tid: a thread waits for one rwsem at a time */
	struct wait *prev, *next; /* waits for the same lock */
	int32_t tid;
	struct wait_row row;
	struct lock_key key;
	int64_t process_id;
	uint64_t vm_end;	   /* VMA locks only */
	const struct site *site;   /* NULL: not known */
	uint64_t fault;		   /* address of the page fault that it is in; 0 not known */
	struct vma_at vma;	   /* as given by the event that ends it; end 0: not given */
	bool from_series;	   /* an rmap event began it, before the spin; not a stock event */
	uint64_t inner;		   /* rwsem of the kernel's own contention event inside */
	struct wait_so_far booked; /* in the roll-ups */
	struct part_start part_start;
	int64_t owner_task_id; /* who held it when the wait began; 0 not known */
	int32_t owner_tid;     /* its tid */
	int32_t named_tid; /* of the holder that row.holder_task_id is, unless that is the owner */
	int64_t held_ns;   /* when that got the lock; NO_TIME: not seen */
	int64_t let_go_ns; /* when it released the lock, if its hold was traced; else NO_TIME */
	int64_t freed_ns; /* woken: since then it waits for a CPU; NO_TIME: not, or it sleeps again */
	int64_t on_cpu_ns;    /* the first time on a CPU since then; NO_TIME: none, or not seen */
	int64_t early_cpu_ns; /* it waited for a CPU after earlier wake-ups, each a release */
	int64_t early_end_ns; /* when it was on a CPU after the last of these */
	int64_t queued_ns;    /* switched out after that wake-up was recorded; NO_TIME: before */
	int32_t waker;	      /* tid of who woke it last; 0: an interrupt, or not known */
	bool granted;	      /* the thread that woke it was seen to release the lock before */
	struct wait_hold missed; /* the last one that has ended since then */
	bool by_release;	 /* the holder is known by lock:contended_release */
	bool slept;		 /* at all */
	bool asleep;		 /* now, as far as is seen */
	bool resumed; /* has slept or run since that wake-up: it was for an earlier sleep */
	bool tainted; /* began inside a gap */
};

struct waits {
	struct wait *by_tid;
	struct tasks *tasks;
	struct locks *locks;
	struct mms *mms;
	struct sites *sites;
	struct slices *slices;
	struct attribution *attribution;
	struct stalls *stalls;
	struct activities *activities;
	const struct sink *sink;
	bool sees_switches;	    /* sched_switch is recorded: sleep is known */
	bool sees_wakings;	    /* sched_waking is */
	bool watch_spin;	    /* the input has both kinds of contention events */
	const struct gap *gap;	    /* waits that begin before its end are tainted */
	unsigned int sees_releases; /* CLASS_BITs of the locks whose releases are recorded */
	struct releases releases;
	int32_t self_tgid; /* of the collector, which wakes by signals only; or 0 */
};

/* The wait of thread @tid, or NULL. */
static inline struct wait *waits_find(const struct waits *ws, int32_t tid)
{
	struct wait *w;

	HASH_FIND_INT(ws->by_tid, &tid, w);
	return w;
}

extern const struct machine waits_machine;

#endif
