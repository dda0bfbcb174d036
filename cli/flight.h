/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The flight recorder: while a recording keeps the last seconds in a temporary database, write
 * a capture of these when a trigger fires. It reads that database as any reader does.
 */
#ifndef RMAPSCOPE_FLIGHT_H
#define RMAPSCOPE_FLIGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

#define FLIGHT_TRIGGERS_MAX 16

struct progress;

struct flight_options {
	int64_t before_ns; /* what a capture has before its trigger; 0: no flight */
	int64_t after_ns;  /* and after it */
	const char *trigger[FLIGHT_TRIGGERS_MAX]; /* [nr_triggers], see analysis/trigger.h */
	unsigned int nr_triggers;
	const char *path;	   /* of the captures; %t is replaced by the local time */
	unsigned int max_captures; /* 0: no limit */
	bool rotate;		   /* at that limit, remove the oldest of this run */
	const char *command;	   /* run by sh with a capture's path as $1; or NULL */
};

struct flight;

/* Check @opt. Returns 0, or -EINVAL with @err. */
int flight_check(const struct flight_options *opt, struct error *err);

/*
 * flight_open - watch the database at @db_path, which is being recorded
 * @progress: where lines are printed; or NULL
 *
 * Returns 0 or a negative errno.
 */
int flight_open(struct flight **flight, const struct flight_options *opt, const char *db_path,
		struct progress *progress, struct error *err);

/*
 * flight_tick - look for triggers, and write the capture that is due
 * @asked: a capture was requested now
 *
 * A failure is printed in a line and counted; the recording goes on.
 */
void flight_tick(struct flight *flight, bool asked);

/* Write the capture that is still due, say how many there are, and free @flight. */
void flight_close(struct flight *flight);

#endif
