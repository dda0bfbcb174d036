/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which times of a file belong together. A damaged record may be of any time; one of them
 * would make a capture of centuries.
 *
 * The records are counted by day. The day with the most is where the capture is; it goes
 * on to earlier and later days as long as no more than PERFDATA_ASTRAY_DAYS lie between.
 * The records of other days are astray, if they are few.
 */
#ifndef RMAPSCOPE_PERFDATA_TIMES_H
#define RMAPSCOPE_PERFDATA_TIMES_H

#include <stdbool.h>
#include <stdint.h>

#define PERFDATA_ASTRAY_DAYS 3

struct perfdata_day {
	uint64_t nr, first_ns, last_ns;
};

struct perfdata_times {
	struct perfdata_day *day;	    /* one for each that a time may be of */
	uint64_t first_ns, last_ns;	    /* of what belongs together; 0: no times */
	uint64_t nr_astray;		    /* records */
	uint64_t astray_first, astray_last; /* ns; of these */
};

/* A record of @time_ns, which is 1..INT64_MAX. Returns 0 or -ENOMEM. */
int times_add(struct perfdata_times *t, uint64_t time_ns);

/* After the last: find what belongs together. */
void times_end(struct perfdata_times *t);

/* Whether a record of @time_ns is left out; false before times_end(). */
bool times_astray(const struct perfdata_times *t, uint64_t time_ns);

void times_free(struct perfdata_times *t);

#endif
