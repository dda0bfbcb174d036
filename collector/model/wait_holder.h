/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who held the lock that a thread waits for, and until when.
 *
 * Where holds are traced, or releases, it is whoever let the lock go last before
 * the waiter was woken, or had it. Elsewhere whoever wakes a waiter is taken to
 * have let the lock go, unless something shows that it has not: the waiter was
 * interrupted or sleeps again, the waker waits for the lock itself, sent a signal,
 * or ends its process. From the last wake-up on, or the release after it, the
 * waiter waits for a CPU: that time is no holder's.
 */
#ifndef RMAPSCOPE_MODEL_WAIT_HOLDER_H
#define RMAPSCOPE_MODEL_WAIT_HOLDER_H

#include <stdint.h>

#include "schema/rows.h"

struct event;
struct hold;
struct lock;
struct wait;
struct waits;

/*
 * What waits_machine hears of wake-ups, sleeps, signals, and of the end of a process
 * or its other threads (exit, exec). @machine: struct waits. Return 0 or a negative
 * errno.
 */
int wait_holder_waking(void *machine, const struct event *ev);
int wait_holder_switch(void *machine, const struct event *ev);
int wait_holder_signal(void *machine, const struct event *ev);
int wait_holder_dies(void *machine, const struct event *ev);

/*
 * wait_holder_released - waits for @lock learn that its holder let it go
 * @hold: which was traced from its begin
 *
 * Returns 0 or a negative errno.
 */
int wait_holder_released(struct waits *ws, struct lock *lock, const struct hold *hold,
			 int64_t now_ns);

/* @w is over, with @outcome: what its row says of the holder is final. */
int wait_holder_end(struct waits *ws, struct wait *w, int64_t end_ns, int outcome);

/* What the row of @w says while the wait goes on. */
void wait_holder_shown(const struct wait *w, struct wait_row *row);

#endif
