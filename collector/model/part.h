/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waits split over the threads that held the lock meanwhile.
 *
 * While somebody waits for a lock, an account tells how much of the time each
 * of its holders has had it, at any moment equally split over those who hold it
 * then. What a wait's parts are is how much the account has grown since the wait
 * began. A change of the holders costs the same however many wait or hold.
 *
 * Who held a lock before the capture or a gap in it, no event tells. A lock's
 * holders are all known only once it was taken for writing: before, the time is
 * nobody's.
 */
#ifndef RMAPSCOPE_MODEL_PART_H
#define RMAPSCOPE_MODEL_PART_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/sink.h"

struct account; /* of a lock that is waited for */
struct hold;
struct lock;
struct locks;
struct parts_until_woken;
struct share;

/* What the account was when a wait began. */
struct part_start {
	uint64_t account_nr; /* which one; 0: none, the wait has no parts */
	int64_t nobody_ns;
	struct {
		uint64_t nr, held;
	} * share;
	unsigned int nr_shares;
	struct parts_until_woken *until; /* NULL: it was not woken, or nothing is known then */
	bool unknown;			 /* it was woken before any account began */
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

/*
 * parts_give - the parts of a wait that is over, after its row
 *
 * They add up to what it did not wait for a CPU. None unless its holders are exact
 * and the account covers it from begin to end.
 */
int parts_give(struct lock *lock, struct part_start *start, const struct wait_row *wait,
	       const struct sink *sink);
void parts_wait_free(struct part_start *start);

/* Nobody waits for @lock any more. */
void parts_close(struct lock *lock);

/* @hold of @lock begins, and ends. */
int parts_acquired(struct locks *ls, struct lock *lock, struct hold *hold, int64_t now_ns);
int parts_released(struct locks *ls, struct lock *lock, struct hold *hold, int64_t now_ns);

/* Somebody else held @lock, too: an acquire or a release is missing. */
int parts_contradicted(struct locks *ls, struct lock *lock, int64_t now_ns);

#endif
