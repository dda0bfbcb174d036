/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who waits for whom at one instant: the wait graph as a forest.
 *
 * Under each thread the locks that it holds and somebody waits for, under each
 * lock its waiters, who may hold locks themselves. A root does not wait, or is
 * a holder that is not known, or is one member of a cycle.
 */
#ifndef RMAPSCOPE_BLOCKED_H
#define RMAPSCOPE_BLOCKED_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/table.h"

/* Result columns, in order. */
enum blocked_column {
	BLOCKED_DEPTH,	 /* 0 for a root */
	BLOCKED_NAME,	 /* the thread's name; class and address of a lock */
	BLOCKED_KIND,	 /* "holder", "lock", "waiter" */
	BLOCKED_TID,	 /* threads only; NULL: a holder that is not known */
	BLOCKED_PROCESS, /* name */
	BLOCKED_TGID,
	BLOCKED_MODE,	/* of the wait; of a lock: of the hold above it */
	BLOCKED_ROLE,	/* likewise */
	BLOCKED_AGE,	/* ns waited so far; of a lock: held so far, where exact */
	BLOCKED_SOURCE, /* of a lock: how the holder above it was learnt */
	BLOCKED_STATE,	/* "running", "waiting", "cycle"; of a lock: "cycle", "above" or NULL */
	BLOCKED_COMM,	/* threads only */
	BLOCKED_CLASS,	/* of the lock; of a waiter: of the one that it waits for */
	BLOCKED_LOCK,	/* likewise its address */
	BLOCKED_TASK_ID,
	BLOCKED_LOCK_ID,
};

/* Without SQL: read it with blocked_read(). Not to be sorted. */
extern const struct table_def blocked_table;

/*
 * blocked_read - the forest at @at_ns, the tree of the longest wait first
 *
 * A wait that is open in a file still being written is in it once it is 20 ms
 * old. Waits and holds that lost events cut are not: nobody knows whether they
 * still lasted. @t is the caller's to free with table_free(). Returns 0 or a
 * negative errno.
 */
int blocked_read(struct table *t, struct db *db, int64_t at_ns, struct error *err);

/* Threads in @t that wait for each other in a circle. */
size_t blocked_nr_in_cycle(const struct table *t);

#endif
