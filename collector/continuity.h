/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Gaps in a trace file that nothing marks: tracing was switched off and on
 * again, an instance was disabled, a snapshot was taken.
 *
 * Both rules need the switches of all threads in all states; a file that was
 * filtered (by state, by process) proves nothing by what it does not hold.
 *
 * Chain: a CPU runs one thread at a time, and __schedule() (kernel/sched/core.c)
 * tells of every change. So the thread that a sched_switch puts on a CPU is the one
 * that all its events are of, up to and with the next; where it is another one,
 * events are missing in between.
 *
 * Silence: the soft lockup detector has its stopper thread run on every CPU each
 * 2/5 of kernel.watchdog_thresh, which is 60 s at most (kernel/watchdog.c:
 * watchdog_timer_fn(), set_sample_period()): 24 s; and kcompactd, where proactive
 * compaction is on, wakes up every 500 ms (mm/compaction.c: kcompactd(),
 * HPAGE_FRAG_CHECK_INTERVAL_MSEC). Where no CPU has any event for longer, nothing
 * was recorded. On a machine that has neither, this makes spans uncertain that
 * were not.
 */
#ifndef RMAPSCOPE_CONTINUITY_H
#define RMAPSCOPE_CONTINUITY_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"

/* What runs on one CPU, by its events. */
struct chain {
	bool known;
	int32_t tid, before; /* runs now, and the one that was switched out for it */
	uint64_t since_ns;   /* of the last event */
};

/*
 * chain_event - the next event of a CPU, in the order of the buffer
 * @gap_ns: set to the time of the one before
 *
 * Returns true when events are missing between the two.
 */
bool chain_event(struct chain *c, const struct event *ev, uint64_t *gap_ns);

/* What the beginning of a file shows of what was recorded. */
struct survey {
	unsigned int nr_links, nr_breaks; /* of chains */
	bool all_states;		  /* threads were switched out that did not sleep */
	unsigned int nr_kcompactd;	  /* times that it was woken up to run */
};

/* One event, of the CPU whose chain is @c. */
void survey_event(struct survey *sv, struct chain *c, const struct event *ev);

/* Whether the switches of all threads were recorded. */
bool survey_is_whole(const struct survey *sv);

/* How long all CPUs may be without any event; 0: for ever. */
uint64_t survey_silence_ns(const struct survey *sv);

/* The latest time at which any CPU is known to have been watched. */
struct silence {
	uint64_t last_ns; /* 0: none yet */
};

/*
 * silence_event - the next event of all CPUs, in the order of time
 * @max_ns: see survey_silence_ns()
 *
 * Returns true, with @loss filled, when nothing was recorded for a while before @ev.
 */
bool silence_event(struct silence *s, uint64_t max_ns, const struct event *ev, struct event *loss);

#endif
