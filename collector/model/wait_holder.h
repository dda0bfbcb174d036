/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who held the lock that a thread waits for, and until when.
 *
 * If holds or releases are traced, the holder is the thread that released the lock
 * last before the waiter was woken or got the lock. Otherwise the thread that wakes
 * the waiter is taken for the one that released the lock, unless something disproves
 * it: the waiter was interrupted or sleeps again, or the waker waits for the lock
 * itself, sent a signal, or ends its process. From the last wake-up on, or the
 * release after it, the waiter waits for a CPU: that time counts for no holder.
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
 * wait_holder_released - @lock was released: note that in the waits for it
 * @hold: which was traced from its begin
 *
 * Returns 0 or a negative errno.
 */
int wait_holder_released(struct waits *ws, struct lock *lock, const struct hold *hold,
			 int64_t now_ns);

/* @w has ended with @outcome: the holder in its row is final. */
int wait_holder_end(struct waits *ws, struct wait *w, int64_t end_ns, int outcome);

/* Fill in the holder of @w while the wait goes on. */
void wait_holder_shown(const struct wait *w, struct wait_row *row);

#endif
