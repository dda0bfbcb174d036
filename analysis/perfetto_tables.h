/* SPDX-License-Identifier: GPL-2.0-only */
/* What a trace for Perfetto is made from: see output/perfetto.c. */
#ifndef RMAPSCOPE_PERFETTO_TABLES_H
#define RMAPSCOPE_PERFETTO_TABLES_H

#include "analysis/table.h"

/* The columns of perfetto_threads: the threads that wait or hold, process by process. */
enum {
	THREAD_ID,
	THREAD_PROCESS_ID,
	THREAD_TID,
	THREAD_TGID,
	THREAD_COMM,
	THREAD_PROCESS,
};

/*
 * The first columns of the others, whose rows are in the order of tracks, and of time on
 * each. The id and all columns after it are shown with the slice.
 */
enum {
	SLICE_TRACK_ID,
	SLICE_TRACK_NAME,
	SLICE_START_NS,
	SLICE_DURATION_NS, /* NULL: unknown */
	SLICE_OPEN,	   /* 1: it had not ended at the end of the capture */
	SLICE_NAME,
	SLICE_HOLDER_ID, /* task.id of the thread that it waited for; NULL: unknown, or none */
	SLICE_HELD_NS,	 /* a time at which that held the lock */
	SLICE_ID,
};

extern const struct table_def perfetto_threads, perfetto_waits, perfetto_holds, perfetto_storms,
	perfetto_losses;

/* All of them; ends with NULL. */
extern const struct table_def *const perfetto_tables[];

#endif
