/* SPDX-License-Identifier: GPL-2.0-only */
/* Wait for the end of a recording. */
#ifndef RMAPSCOPE_WATCH_H
#define RMAPSCOPE_WATCH_H

#include <stdbool.h>

#include "cli/recording.h"

struct child;
struct progress;

enum watch_end {
	WATCH_DONE,   /* an import is complete, or something failed */
	WATCH_SIGNAL, /* SIGINT, SIGTERM or SIGHUP */
	WATCH_CHILD,  /* the command has ended */
	WATCH_TIMEOUT,
};

/*
 * watch_block_signals - block SIGINT, SIGTERM and SIGHUP, which watch() then waits for
 * @asks: SIGUSR1 as well, for a watch_tick
 *
 * Call this before anything that a signal must not interrupt.
 */
void watch_block_signals(bool asks);

/* A function that watch() calls four times a second. */
struct watch_tick {
	/* @asked: a SIGUSR1 has arrived since the last time */
	void (*tick)(void *ctx, bool asked);
	void *ctx;
};

/*
 * watch - wait until the recording should end, and return the reason
 * @child: the command, or NULL
 * @seconds: maximum time; 0: no limit
 * @progress: updated four times a second; or NULL
 * @tick: called as often; or NULL
 */
enum watch_end watch(const struct recording *rec, const struct child *child, double seconds,
		     struct progress *progress, const struct watch_tick *tick);

/* Wait until @child has ended or one of these signals arrives. Returns true for a signal. */
bool watch_child(const struct child *child);

/* Sleep for @ms, or until one of these signals arrives. Returns true for a signal. */
bool watch_sleep(unsigned int ms);

#endif
