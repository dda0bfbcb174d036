/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The wait graph at one instant: threads that wait for locks, and the threads that held
 * these locks then, if known.
 */
#ifndef RMAPSCOPE_WAIT_GRAPH_H
#define RMAPSCOPE_WAIT_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/db.h"
#include "lib/hash.h"

struct graph_lock;

struct graph_task {
	UT_hash_handle hh;	  /* by id */
	int64_t id;		  /* task.id */
	struct graph_wait *wait;  /* what it waits for; NULL: it does not wait */
	struct graph_hold *holds; /* of locks in the graph; linked by next_of_task */
	unsigned int mark;	  /* used by the present search */
	bool shown;
};

/* A thread waits for one lock at a time. */
struct graph_wait {
	struct graph_wait *next; /* for the same lock, the longest first */
	struct graph_task *task;
	struct graph_lock *lock;
	int64_t start_ns, end_ns; /* INT64_MAX: it did not end */
	int mode;
	int64_t site_id;
	bool acquired; /* it got the lock in the end: it is not part of a cycle */
	bool cycle;
	bool runnable; /* the lock was released: it waits for a CPU */
	/* the holder that this wait names */
	int64_t holder_task_id, holder_site_id;
	int holder_source;
};

struct graph_hold {
	struct graph_hold *next;	 /* of the same lock */
	struct graph_hold *next_of_task; /* of the same thread */
	struct graph_task *task;
	struct graph_lock *lock;
	int64_t start_ns; /* -1: not known */
	int mode;	  /* ENUM_NONE: not known */
	int64_t site_id;
	int source; /* HOLDER_* */
};

struct graph_lock {
	UT_hash_handle hh; /* by id */
	int64_t id;	   /* lock.id */
	struct graph_wait *waits;
	struct graph_hold *holds; /* NULL: the holder is unknown */
	bool shown;
};

struct wait_graph {
	int64_t at_ns;
	struct graph_task *tasks;
	struct graph_lock *locks;
	struct graph_wait **waits; /* [nr_waits], the longest first */
	size_t nr_waits, room;
	bool has_cycle;
};

/*
 * wait_graph_read - read the graph at @at_ns and mark cycles
 *
 * Returns 0 or a negative errno. Free @g in either case.
 */
int wait_graph_read(struct wait_graph *g, struct db *db, int64_t at_ns, struct error *err);
void wait_graph_free(struct wait_graph *g);

#endif
