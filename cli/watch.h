/* SPDX-License-Identifier: GPL-2.0-only */
/* Waiting for what ends a recording. */
#ifndef RMAPSCOPE_WATCH_H
#define RMAPSCOPE_WATCH_H

#include <stdbool.h>

#include "cli/recording.h"

struct child;
struct progress;

enum watch_end {
	WATCH_DONE,   /* an import is through, or something failed */
	WATCH_SIGNAL, /* SIGINT, SIGTERM or SIGHUP */
	WATCH_CHILD,  /* the watched command has ended */
	WATCH_TIMEOUT,
};

/*
 * watch_block_signals - keep SIGINT, SIGTERM and SIGHUP for watch()
 *
 * To be called before anything that must not be left half-done.
 */
void watch_block_signals(void);

/*
 * watch - sleep until the recording is to end
 * @child: or NULL
 * @seconds: or 0 for no limit
 * @progress: updated four times a second, or NULL
 */
enum watch_end watch(const struct recording *rec, const struct child *child, double seconds,
		     struct progress *progress);

/* Sleep until @child has ended, or one of those signals comes: then true. */
bool watch_child(const struct child *child);

/* Sleep @ms unless one of those signals comes first: then true. */
bool watch_sleep(unsigned int ms);

#endif
