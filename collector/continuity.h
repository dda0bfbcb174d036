/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Find gaps in a trace file that no record marks: tracing was switched off and on
 * again, an instance was disabled, a snapshot was taken.
 *
 * Two rules find them, chain and silence. Both need sched_switch events of all threads
 * in all states: in a filtered file (by state, by process) a missing event proves nothing.
 *
 * Chain: a CPU runs one thread at a time, and __schedule() (kernel/sched/core.c)
 * records every change. So all events of a CPU, from one sched_switch up to and including
 * the next, are of the thread that the first one switched to. Where an event is of
 * another thread, events are missing before it.
 * This proves something only if the thread that was switched to has events in the file:
 * trace-cmd record leaves out its own threads, set_event_notrace_pid leaves out others.
 * And some kernels do not record the switch from the idle task to the next thread: where the last
 * event of a CPU before a gap switches to the idle task, that CPU proves nothing.
 *
 * Silence: some threads run at least so often. The soft lockup detector runs its
 * stopper thread on every CPU each 2/5 of kernel.watchdog_thresh, which is at most 60 s
 * (kernel/watchdog.c: watchdog_timer_fn(), set_sample_period()), so each 24 s. Where
 * proactive compaction is on, kcompactd wakes up every 500 ms (mm/compaction.c:
 * kcompactd(), HPAGE_FRAG_CHECK_INTERVAL_MSEC). If no CPU has an event for longer than
 * that, nothing was recorded. On a machine without both, this rule makes spans
 * uncertain that are not.
 */
#ifndef RMAPSCOPE_CONTINUITY_H
#define RMAPSCOPE_CONTINUITY_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"

/* Threads that have events in the file. */
struct tids {
	uint64_t *bits; /* [nr / 64] */
	uint32_t nr;
};

void tids_free(struct tids *t);

/* Which thread runs on one CPU, as its events show. */
struct chain {
	bool known;
	int32_t tid, before;	 /* runs now, and the one that was switched out for it */
	uint64_t since_ns;	 /* of the last event */
	unsigned int nr_misfits; /* events of another thread, proof of a gap or not */
};

/*
 * chain_event - the next event of a CPU, in the order of the buffer
 * @seen: of all CPUs; gets the thread of @ev
 * @gap_ns: set to the time of the event before
 *
 * Returns 1 when events are missing between the two, else 0, or -ENOMEM.
 */
int chain_event(struct chain *c, struct tids *seen, const struct event *ev, uint64_t *gap_ns);

/* What the beginning of a file shows about which events were recorded. */
struct survey {
	unsigned int nr_links;		    /* of chains */
	unsigned int nr_misfits, nr_breaks; /* events that do not fit, and those that prove a gap */
	bool all_states;		    /* threads were switched out that did not sleep */
	unsigned int nr_kcompactd;	    /* times that it was woken up to run */
};

/* One event, of the CPU whose chain is @c. Returns 0 or -ENOMEM. */
int survey_event(struct survey *sv, struct chain *c, struct tids *seen, const struct event *ev);

/* Whether the switches of all threads were recorded. */
bool survey_is_whole(const struct survey *sv);

/* The longest time that all CPUs may be without an event; 0: no limit is known. */
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
