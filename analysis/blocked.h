/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who waits for whom at one instant: the wait graph as a forest of trees.
 *
 * Below each thread are the locks that it holds and others wait for; below each lock
 * are its waiters, which may hold locks themselves. A root does not wait, or is
 * an unknown holder, or is one thread of a cycle.
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
	BLOCKED_TID,	 /* threads only; NULL: an unknown holder */
	BLOCKED_PROCESS, /* name */
	BLOCKED_TGID,
	BLOCKED_MODE,	/* of the wait; of a lock: of the hold above it */
	BLOCKED_ROLE,	/* likewise */
	BLOCKED_AGE,	/* ns waited so far; of a lock: held so far, where exact */
	BLOCKED_SOURCE, /* of a lock: how the holder above it is known */
	BLOCKED_STATE,	/* "running", "waiting", "cycle"; of a lock: "cycle", "above" or NULL */
	BLOCKED_COMM,	/* threads only */
	BLOCKED_CLASS,	/* of the lock; of a waiter: of the lock that it waits for */
	BLOCKED_LOCK,	/* likewise its address */
	BLOCKED_TASK_ID,
	BLOCKED_LOCK_ID,
};

/* It has no SQL: read it with blocked_read(). Do not sort it. */
extern const struct table_def blocked_table;

/*
 * blocked_read - read the forest at @at_ns, the tree of the longest wait first
 *
 * While a file is being recorded, an open wait is in it once it is 20 ms old. Waits
 * and holds that overlap lost events are left out: they may have ended before. Free
 * @t with table_free(). Returns 0 or a negative errno.
 */
int blocked_read(struct table *t, struct db *db, int64_t at_ns, struct error *err);

/* The number of threads in @t that wait for each other in a cycle. */
size_t blocked_nr_in_cycle(const struct table *t);

#endif
