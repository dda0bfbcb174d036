/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What each thread does over time: it runs, waits for a CPU, or is asleep. So the time that
 * a thread held a lock while others waited can be divided among these.
 *
 * That needs the switches of all threads in all states (profile stalls, or a file that has
 * them), and their wake-ups. From one switch to the next a CPU runs one thread: where a
 * switch does not continue the one before it, switches are missing, and the time before it
 * is unknown, unless it is clear which switch is missing. The same holds after a gap in
 * the events.
 *
 * Of the past only what a later query needs is kept: the activity of each thread at
 * the times that were announced, and its sums until then. So the memory is bounded by
 * the threads times the open waits, however long these last.
 */
#ifndef RMAPSCOPE_MODEL_ACTIVITY_H
#define RMAPSCOPE_MODEL_ACTIVITY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/model/lock.h"
#include "collector/model/machine.h"

enum activity_kind {
	ACTIVITY_RUNS,
	ACTIVITY_QUEUES,      /* for a CPU: preempted, or woken and not yet running */
	ACTIVITY_SLEEPS_LOCK, /* in a wait for a lock */
	ACTIVITY_SLEEPS,      /* for something else */
	NR_ACTIVITIES,
};

struct activity; /* of a thread */
struct activity_cpu;
struct waits;

/* Threads by id: PID_MAX_LIMIT of include/linux/threads.h. */
#define ACTIVITY_PAGE_BITS 10
#define ACTIVITY_NR_PAGES  (1 << (22 - ACTIVITY_PAGE_BITS))

struct activities {
	struct activity **page[ACTIVITY_NR_PAGES]; /* [tid >> ACTIVITY_PAGE_BITS], or NULL */
	struct activity_cpu *cpus;		   /* [nr_cpus] */
	unsigned int nr_cpus;
	struct activity *ended; /* threads that do not run any more; kept for their last waiters */
	unsigned int epoch;	/* rises where switches are missing: no earlier state is used */
	int64_t epoch_ns;	/* its first switch; NO_TIME: none yet */
	int64_t asked_ns;	/* the latest time that was announced */
	struct tasks *tasks;
	const struct waits *waits;
	uint64_t nr_links,
		nr_hidden; /* switches after another one; those that hidden threads lack */
	bool on;	   /* the capture may have all switches */
	bool lacks_idle;   /* switches from the idle task are missing */
	int32_t self_tgid; /* of the collector, some of whose switches are not recorded; or 0 */
};

extern const struct machine activities_machine;

/* Announce @now_ns: the waits that are open then will ask what threads had done until then. */
void activity_announce(struct activities *as, int64_t now_ns);

/* What an event shows about a thread and a lock. */
enum activity_touch {
	TOUCH_GOT,    /* it has got the lock that it waited for */
	TOUCH_LET_GO, /* it woke a thread that waits for the lock */
};

/* Returns 0 or -ENOMEM. */
int activity_touches(struct activities *as, int32_t tid, const struct lock_key *key,
		     enum activity_touch what, int64_t now_ns);

struct activity_query {
	int32_t tid;
	const struct lock_key *key; /* the lock that it held, by its touches; NULL: not checked */
	int64_t from_ns, until_ns;  /* both announced */
	bool held_then;		    /* it held the lock at @from_ns */
	bool ran_then;		    /* it let the lock go at @until_ns: it ran */
};

/*
 * activity_split - divide a time in which a thread may have held a lock
 * @ns: what it did meanwhile; the sum is less than the time asked for if the thread itself waited for
 *	the lock meanwhile: it cannot have held it before
 *
 * Returns false, with all @ns NO_TIME, if that is not known.
 */
bool activity_split(const struct activities *as, const struct activity_query *q,
		    int64_t ns[NR_ACTIVITIES]);

#endif
