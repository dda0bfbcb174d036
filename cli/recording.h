/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Record a source into a database: shared by record, import, top and demo.
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
struct source_file;

/* How the waits of a live capture are recorded. */
enum {
	RUNG_TRACEFS = 1,
	RUNG_BPF,   /* and the VMA of a wait, and the lock's owner */
	RUNG_CALLS, /* and the spinning before it slept */
};

#define SAMPLES_OFF (-1)

struct recording_options {
	const char *path;	       /* database to create */
	bool force;		       /* replace an existing one */
	bool temporary;		       /* the caller removes it */
	const char *profiles;	       /* live only, joined by commas; NULL: "contention" */
	bool keep_all;		       /* store every hold, walk and move as a row */
	int64_t max_bytes, max_age_ns; /* remove the oldest rows beyond these; 0: no limit */
	unsigned int buffer_kb;	       /* live only, per CPU; 0: the profile's */
	unsigned int rung;	       /* live only, RUNG_*: the highest to use; 0: the best one */
	int samples_hz; /* live only: samples per second and CPU; 0: the default, or SAMPLES_OFF */
	pid_t pid;	/* live only: only this process; 0: all */
	const char *kallsyms; /* import only: symbols for a file without; or NULL */
	const char *command;  /* command line, stored in the database; or NULL */
	/*
	 * Live only, or NULL: called when tracing is on, to start the command. If it
	 * fails, recording_start() fails, and a file that was at @path before is kept.
	 */
	int (*begun)(void *ctx, struct error *err);
	void *ctx;
};

/* What was recorded. */
struct recording_result {
	uint64_t nr_events;
	uint64_t nr_lost;  /* at least this many */
	bool lost_counted; /* nr_lost is exact */
	/* The time that it covers; of a file from its first event to its last, -1: it has none. */
	int64_t first_ns, last_ns;
};

/*
 * recording_start - begin to capture the events of this machine
 *
 * The database exists at its path when this has succeeded. Signals are blocked in the
 * threads that it starts.
 */
int recording_start(struct recording **rec, const struct recording_options *opt, struct error *err);

/*
 * Begin to import @trace, whose file descriptor is taken over. The database appears at its
 * path at the end.
 */
int recording_import(struct recording **rec, const struct source_file *trace,
		     const struct recording_options *opt, struct error *err);

/* What an import took its file for. */
const char *recording_kind(const struct recording *rec);

/* A file descriptor: readable when an import is complete, or anything has failed. */
int recording_done_fd(const struct recording *rec);

/*
 * Returns a negative errno and sets @err if a live capture has failed and ended,
 * otherwise 0. Any thread may call this.
 */
int recording_problem(struct recording *rec, struct error *err);

/* Why nothing, or not all, is being recorded now; NULL: all is. Any thread may call this. */
const char *recording_trouble(const struct recording *rec);

/* The number of events so far, and for an import the bytes of its file: read, and in all. */
void recording_progress(const struct recording *rec, uint64_t *nr_events, uint64_t *done_bytes,
			uint64_t *total_bytes);

/* What a capture cannot show, one line each; "": nothing is missing. */
const char *recording_limits(const struct recording *rec);

/* Why the requested rung is not in use, and what to do, in one line; "": it is in use. */
const char *recording_refusal(const struct recording *rec);

/* Stop, and discard what was stored. Call recording_finish() next. */
void recording_abort(struct recording *rec);

/* Record no new events; those recorded so far are still stored. */
void recording_stop(struct recording *rec);

/*
 * recording_finish - wait for the end, close the database, remove the
 * tracefs instance, free @rec
 *
 * Call recording_stop() before, for a live capture. On failure its database keeps what
 * was committed. An import that fails leaves an older file at its path as it was.
 */
int recording_finish(struct recording *rec, struct recording_result *result, struct error *err);

#endif
