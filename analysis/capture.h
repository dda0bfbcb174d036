/* SPDX-License-Identifier: GPL-2.0-only */
/* What a capture is as a whole: the header of reports and screens. */
#ifndef RMAPSCOPE_ANALYSIS_CAPTURE_H
#define RMAPSCOPE_ANALYSIS_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/db.h"
#include "analysis/table.h"

/* How @asleep of a capture is told. */
#define CAPTURE_ASLEEP                                                                             \
	"asleep where a lock is taken since before the capture, and not among its waits: "

struct capture_info {
	char host[65], kernel[65], profile[64], source[32];
	char limits[1024];  /* what this capture cannot tell, "" nothing */
	char trouble[128];  /* why nothing, or not all, is being recorded now; "" */
	char asleep[320];   /* who slept since before it began, and for how long at least; "" */
	bool recording;	    /* being written now, or its writer was killed */
	int recorder_pid;   /* of the process here that writes it; 0: none does, or unknown */
	bool recorder_gone; /* it was killed, or is not on this machine */
	int64_t first_ns, last_ns; /* of the events; 0 when there are none */
	int64_t kept_from_ns;	   /* rows of single spans; older ones are gone; 0: all */
	int64_t rollups_from_ns;   /* likewise sums per second */
	int64_t names_from_ns;	   /* sums before it name no process, lock or VMA; 0: all do */
	int64_t clock_offset_ns;   /* to the time since 1970; 0: not known */
	int64_t nr_events;
	bool sees_waits;  /* false: the counts of waits are not known */
	int64_t nr_waits; /* with a duration */
	int64_t nr_open;  /* of those that pass the filter, if there is one */
	int64_t nr_open_all;
	int64_t nr_uncertain;
	int64_t longest_open_ns; /* age of the oldest open wait at last_ns */
	int64_t nr_lost;	 /* at least; that many when all gaps are counted */
	int64_t nr_gaps;
	int64_t nr_uncounted; /* gaps of which the number of events is not known */
};

/* Returns 0 or a negative errno. */
int capture_info_read(struct capture_info *info, struct db *db, struct error *err);

/*
 * capture_lost_format - how many events were lost: "5", "at least 5", or "-" where
 * nothing but that there are gaps is known
 *
 * @grouped: thousands separated
 * Returns @buf.
 */
const char *capture_lost_format(char *buf, size_t room, const struct capture_info *info,
				bool grouped);

/*
 * capture_window - the @seconds before @end_ns
 *
 * Starts at a whole second and not before the capture. Works for a capture
 * without events, too.
 */
struct window capture_window(const struct capture_info *info, int64_t end_ns, unsigned int seconds);

/* Rates over a window; negative where they are not known. */
struct capture_rates {
	double retries_per_s, moves_per_s;
	int64_t nr_storms;
};

int capture_rates_read(struct capture_rates *rates, struct db *db, const struct window *window,
		       struct error *err);

/* A storm, or a stall of 10 ms or more. */
struct capture_event {
	char kind[8]; /* "storm", "stall" */
	int64_t start_ns, end_ns;
};

/*
 * capture_find_event - the next one that ends after @time_ns, or with @step -1
 * the last one that ended by then
 *
 * Returns 0, -ENOENT when there is none, or another negative errno.
 */
int capture_find_event(struct capture_event *event, struct db *db, int64_t time_ns, int step,
		       struct error *err);

/*
 * capture_rate - waits per second over the last seconds, oldest first
 * @rate: [@nr], for the seconds up to the one that ends at @end_ns or holds it
 */
int capture_rate(struct db *db, int64_t end_ns, int64_t *rate, unsigned int nr, struct error *err);

#endif
