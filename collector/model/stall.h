/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Uninterruptible sleeps: switched out until woken.
 *
 * They give the time that a wait for a lock slept, and are rows of their own (stalls)
 * if requested. A wait for a lock explains the sleeps within it. Its row gets an id
 * only at its end: until then its stalls are kept.
 *
 * The stack of its sched_switch shows where a thread slept; on Android,
 * sched_blocked_reason does, too. In the slow path of an rwsem it slept for that
 * rwsem; only a stack can prove its class.
 *
 * A sleep whose wake-up was not seen, or that overlaps a gap in the events of
 * any CPU, has no duration.
 */
#ifndef RMAPSCOPE_MODEL_STALL_H
#define RMAPSCOPE_MODEL_STALL_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/model/machine.h"
#include "collector/model/site.h"
#include "collector/model/task.h"
#include "lib/hash.h"
#include "schema/sink.h"

/* A thread that sleeps, or may do so before it is seen at work again. */
struct sleeper {
	UT_hash_handle hh; /* by tid */
	int32_t tid;
	bool asleep;
	uint64_t since_ns; /* of the sleep */
	uint64_t woken_ns; /* woken while it was not asleep, and not seen at work since; or 0 */
	int32_t waker;	   /* tid of who did that; 0: not known */
	bool waits;	   /* for a lock */
	int64_t slept_ns;  /* since that began */
	int64_t task_id;   /* of the sleep */
	int64_t wait_id;   /* that explains the sleep, where it goes on after that was written */
	int64_t site_id, stack_id; /* of the sleep, where it is; 0: not recorded */
	int64_t slice_id;	   /* likewise */
	int64_t waker_slice_id;	   /* with woken_ns */
	int io_wait;		   /* of the sleep; -1: not known */
	int rwsem_mode, class;	   /* likewise; see struct stall_row */
	bool unsettled;		   /* @row is held back until its reason comes */
	struct stall_row row;
	struct stall_row *kept; /* those of the wait that are over */
	unsigned int nr_kept;
};

/*
 * prev_state of sched_switch, include/linux/sched.h. The event reports one bit,
 * the highest (__task_state_index()), and for TASK_IDLE, the state of kernel
 * threads with nothing to do, TASK_REPORT_IDLE (0x80) in place of this one; a
 * preempted thread is TASK_REPORT_MAX (0x100). So this bit is a thread that waits
 * for something, TASK_KILLABLE and TASK_FREEZABLE included.
 */
#define TASK_UNINTERRUPTIBLE 2

/* Whether @ev, a sched_switch, is of a thread that falls asleep so. */
static inline bool is_falling_asleep(const struct event *ev)
{
	return ev->tid && ev->sched_switch.prev_state & TASK_UNINTERRUPTIBLE;
}

struct stalls {
	struct sleeper *by_tid;
	struct tasks *tasks;
	struct sites *sites;
	struct slices *slices;
	const struct sink *sink;
	bool watch_reason; /* the input has sched_blocked_reason */
	bool keep;	   /* they are rows; else only threads that wait are watched */
	int32_t self_tgid; /* of the collector, whose own are not kept; or 0 */
	const struct gap *gap;
};

extern const struct machine stalls_machine;

/* Thread @tid has recorded an event, so it is awake. Returns 0 or a negative errno. */
int stalls_awake(struct stalls *ss, int32_t tid, uint64_t now_ns);

/* Thread @tid waits for a lock from now on. Returns 0 or a negative errno. */
int stalls_wait_begin(struct stalls *ss, int32_t tid);

/*
 * How long it slept since then. A sleep whose wake-up was not recorded counts until
 * the next event of the thread: the wait lasted that long.
 */
int64_t stalls_slept_ns(const struct stalls *ss, int32_t tid);

/* Likewise what it has slept until @now_ns of a sleep that goes on. */
int64_t stalls_slept_until(const struct stalls *ss, int32_t tid, int64_t now_ns);

/*
 * stalls_wait_end - it waits no more; its stalls are given to the sink
 * @wait_id: of the row that explains them; 0: none does
 */
int stalls_wait_end(struct stalls *ss, int32_t tid, int64_t wait_id);

#endif
