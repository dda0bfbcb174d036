/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Split waits into parts for the threads that held the lock during them.
 *
 * While threads wait for a lock, struct held_times counts for how long each thread has
 * held it; at any moment the time is divided equally among the holders. The parts of a
 * wait are the increase of these times since the wait began. The cost of a change of
 * holders does not depend on the number of waiters or holders.
 *
 * No event shows who held a lock before the capture or before a gap. All holders of a
 * lock are known only after it was taken for writing. The time until then has no
 * holder.
 */
#ifndef RMAPSCOPE_WAIT_PART_H
#define RMAPSCOPE_WAIT_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/sink.h"

struct held_times; /* of a lock that is waited for */
struct hold;
struct lock;
struct locks;
struct parts_until_woken;
struct held_snapshot;
struct holder_time;

/* How long a holder has held the lock, counted from some time on; in units of wait_part.c. */
struct holder_held {
	uint64_t nr, held;
};

/* The held_times when a wait began. */
struct part_start {
	uint64_t held_times_nr; /* which one; 0: none, the wait has no parts */
	int64_t nobody_ns;
	struct holder_held *holder_time; /* in the order of their numbers */
	unsigned int nr_holder_times;
	struct parts_until_woken *until;    /* NULL: it was not woken, or nothing is known then */
	struct held_snapshot *woken, *runs; /* at that time, and when it was on a CPU; or NULL */
	bool unfit;   /* time that has no part cannot be left out: the wait has no parts */
	bool unknown; /* it was woken before any held_times began */
};

/* A wait for @lock begins. Returns 0 or a negative errno. */
int parts_wait_begin(struct locks *ls, struct lock *lock, struct part_start *start, int64_t now_ns);

/*
 * parts_wait_woken - the waiter is woken: its parts end, unless it sleeps again
 * @lock: may be NULL
 *
 * Returns 0 or a negative errno.
 */
int parts_wait_woken(struct lock *lock, struct part_start *start, int64_t now_ns);
void parts_wait_sleeps(struct part_start *start);

/* After it was woken, the waiter is on a CPU for the first time. As parts_wait_woken(). */
int parts_wait_runs(struct lock *lock, struct part_start *start, int64_t now_ns);

/*
 * The time from the wake-up until the waiter was on a CPU gets no part. To be called before
 * parts_wait_sleeps(). Returns 0 or a negative errno.
 */
int parts_wait_leave_out(struct part_start *start);

/*
 * parts_give - write the parts of a wait that has ended, after its row
 *
 * They add up to its duration without the time that it waited for a CPU. There are none
 * unless its holders are exact and held_times covers the whole wait.
 */
int parts_give(struct lock *lock, struct part_start *start, const struct wait_row *wait,
	       const struct sink *sink);
void parts_wait_free(struct part_start *start);

/* No thread waits for @lock any more: free its held_times. */
void parts_close(struct lock *lock);

/* @hold of @lock begins, and ends. */
int parts_acquired(struct locks *ls, struct lock *lock, struct hold *hold, int64_t now_ns);
int parts_released(struct locks *ls, struct lock *lock, struct hold *hold, int64_t now_ns);

/* Somebody else held @lock, too: an acquire or a release is missing. */
int parts_contradicted(struct locks *ls, struct lock *lock, int64_t now_ns);

#endif
