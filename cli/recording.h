/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From a source into a database: what record, import, top and demo share.
 *
 *	source -> pipeline (threads) -> model -> store
 */
#ifndef RMAPSCOPE_RECORDING_H
#define RMAPSCOPE_RECORDING_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/error.h"

struct recording;

struct recording_options {
	const char *path;	       /* database to create */
	bool force;		       /* replace an existing one */
	const char *profiles;	       /* live only, joined by commas; NULL: "contention" */
	bool keep_all;		       /* every span is a row */
	int64_t max_bytes, max_age_ns; /* let the oldest rows go; 0: no limit */
	unsigned int buffer_kb;	       /* live only, per CPU; 0: the profile's */
	pid_t pid;		       /* live only: this process alone; 0: all */
	int stderr_fd;		       /* import only: file that stderr goes to; 0: none */
	const char *command;	       /* for the database: how it was made; or NULL */
	/*
	 * Live only, or NULL: tracing is on, and what is to be watched may start. When
	 * it fails, so does recording_start(), and what was at @path before stays.
	 */
	int (*begun)(void *ctx, struct error *err);
	void *ctx;
};

/* What came of it. */
struct recording_result {
	uint64_t nr_events;
	uint64_t nr_lost;	   /* at least */
	bool lost_counted;	   /* exactly so many */
	int64_t first_ns, last_ns; /* of the events; -1 without any */
};

/*
 * recording_start - begin to capture this machine's events
 *
 * The database is at its path when this has succeeded. Signals are blocked in the
 * threads.
 */
int recording_start(struct recording **rec, const struct recording_options *opt, struct error *err);

/* Begin to import the trace-cmd file @trace; the database comes to its path at the end. */
int recording_import(struct recording **rec, const char *trace, const struct recording_options *opt,
		     struct error *err);

/* Readable when an import is through, or anything has failed. */
int recording_done_fd(const struct recording *rec);

/*
 * Whether a live capture has ended on its own, because it failed: a negative
 * errno with the reason in @err; else 0. Any thread may ask.
 */
int recording_problem(struct recording *rec, struct error *err);

/* Why nothing, or not all, is being recorded now; NULL: it is. Any thread may ask. */
const char *recording_trouble(const struct recording *rec);

/* How far an import is, in bytes of its file. */
void recording_progress(const struct recording *rec, uint64_t *nr_events, uint64_t *done_bytes,
			uint64_t *total_bytes);

/* What a live capture cannot tell, a line each; "" when it can tell all. */
const char *recording_limits(const struct recording *rec);

/* Give up: what was stored so far is not wanted. Then recording_finish(). */
void recording_abort(struct recording *rec);

/* No new events; what was recorded so far is still stored. */
void recording_stop(struct recording *rec);

/*
 * recording_finish - wait for the end, close the database, remove the
 * tracefs instance, free @rec
 *
 * A live capture must have been stopped. On failure the database keeps what
 * was committed; an import that fails leaves what was at its path before.
 */
int recording_finish(struct recording *rec, struct recording_result *result, struct error *err);

#endif
