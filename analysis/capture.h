/* SPDX-License-Identifier: GPL-2.0-only */
/* The facts about a capture as a whole, for the header of reports and screens. */
#ifndef RMAPSCOPE_ANALYSIS_CAPTURE_H
#define RMAPSCOPE_ANALYSIS_CAPTURE_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/db.h"
#include "analysis/table.h"
#include "schema/meta.h"

/* The text before @asleep of a capture. */
#define CAPTURE_ASLEEP                                                                             \
	"asleep where a lock is taken since before the capture, and so not among its waits: "

struct capture_info {
	char host[65], kernel[65], profile[64], source[32];
	char clock[16];		      /* as in table meta; "": not named */
	char limits[META_LIMITS_LEN]; /* what this capture cannot show; "": nothing is missing */
	char trouble[128];	      /* why nothing, or not all, is being recorded now; "" */
	char failure[512]; /* the error that the recorder ended with, if it could say so; "" */
	char asleep[320];  /* threads asleep since before the capture, and for how long; "" */
	bool recording; /* not finished: being written now, or its recorder was killed or failed */
	int recorder_pid;   /* process on this machine that writes it; 0: none, or unknown */
	bool recorder_gone; /* the recorder was killed or failed, or is not on this machine */
	int64_t first_ns, last_ns; /* times of the first and last event; 0: no events */
	int64_t kept_from_ns;	   /* older rows of waits, holds, ... were removed; 0: none */
	int64_t rollups_from_ns;   /* older sums per second were removed; 0: none */
	int64_t names_from_ns;	   /* older sums name no process, lock or VMA; 0: all do */
	int64_t clock_offset_ns;   /* to the time since 1970; 0: unknown */
	int64_t boot_offset_ns;	   /* to CLOCK_BOOTTIME, as the capture began; -1: unknown */
	int64_t nr_events;
	bool sees_waits;  /* false: the counts of waits are unknown */
	int64_t nr_waits; /* with a duration */
	int64_t nr_open;  /* those that pass the filter, if there is one */
	int64_t nr_open_all;
	int64_t nr_uncertain;
	int64_t longest_open_ns; /* age of the oldest open wait at last_ns */
	int64_t nr_lost;	 /* a minimum; exact if nr_uncounted is 0 */
	int64_t nr_gaps;
	int64_t nr_uncounted; /* gaps with an unknown number of events */
};

/* Read all of it. Returns 0 or a negative errno. */
int capture_info_read(struct capture_info *info, struct db *db, struct error *err);

/*
 * capture_lost_format - how many events were lost: "5", "at least 5", or "-" if unknown
 * @grouped: separate thousands by commas
 *
 * Returns @buf.
 */
const char *capture_lost_format(char *buf, size_t room, const struct capture_info *info,
				bool grouped);

/*
 * capture_window - the @seconds before @end_ns
 *
 * It starts at a whole second: the one in which the capture begins, or the first one whose
 * sums were not removed, if there is no earlier one. watched_ns() gives the watched part
 * of it. A capture without events has a window, too.
 */
struct window capture_window(const struct capture_info *info, int64_t end_ns, unsigned int seconds);

/* The window of the whole capture. */
struct window capture_whole(const struct capture_info *info);

/* Rates over a window; negative: unknown. */
struct capture_rates {
	double retries_per_s, moves_per_s;
	int64_t nr_storms;
};

int capture_rates_read(struct capture_rates *rates, struct db *db, const struct window *window,
		       struct error *err);

/*
 * capture_open_at - how many waits were open at the instant of @window, and how old the
 * oldest was then
 *
 * Returns 0, or a negative errno with @err.
 */
int capture_open_at(int64_t *nr_open, int64_t *longest_ns, struct db *db,
		    const struct window *window, struct error *err);

/* A storm, a stall of 10 ms or more, or a missed frame. */
struct capture_event {
	char kind[16]; /* "storm", "stall", "missed frame" */
	int64_t start_ns, end_ns;
};

/*
 * capture_find_event - the next event that ends after @time_ns, or with @step -1
 * the last one that ended at or before @time_ns
 *
 * Returns 0, -ENOENT if there is none, or another negative errno.
 */
int capture_find_event(struct capture_event *event, struct db *db, int64_t time_ns, int step,
		       struct error *err);

/*
 * capture_rate - waits per second over the last @nr seconds, oldest first
 * @rate: [@nr]; the last is for the second that ends at @end_ns or contains it
 */
int capture_rate(struct db *db, int64_t end_ns, int64_t *rate, unsigned int nr, struct error *err);

/* What the functions above read, except capture_rate(); ends with NULL. */
extern const struct table_def *const capture_tables[];

#endif
