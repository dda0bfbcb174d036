// SPDX-License-Identifier: GPL-2.0-only
/* Screens of `top`: rates over a window. Their SQL is beside this file. */
#include "analysis/tables.h"

/* Embedded by the Makefile. */
extern const char analysis_top_processes_sql[], analysis_top_locks_sql[];

/* clang-format off */
#define RATE_COLUMNS                                                                          \
	{ "wait_ns_per_s", "WAIT ms/s", UNIT_NS_PER_S, 10, "time waited, per second", false }, \
	{ "waits_per_s", "WAITS/s", UNIT_PER_S, 10, "waits that ended, per second", false }

#define TIME_COLUMNS                                                                          \
	{ "p99_ns", "P99 ms", UNIT_NS, 9, "99 % of them were shorter (within 1.6 %)", false }, \
	{ "max_ns", "MAX ms", UNIT_NS, 9, "longest of them", false },                          \
	{ "slept_ns_per_s", "SLEPT ms/s", UNIT_NS_PER_S, 10, "part of it asleep", false }

#define TOTAL_COLUMNS                                                                         \
	{ "nr_waits", "WAITS", UNIT_COUNT, 8, "waits that ended in the window", true },        \
	{ "wait_ns", "WAIT ms", UNIT_NS, 12, "sum of their durations", true },                 \
	{ "nr_uncertain", "UNCERT", UNIT_COUNT, 6, "waits cut by lost events", true }

/* clang-format on */

static const struct column processes_columns[] = {
	{ "process", "PROCESS", UNIT_TEXT, 15, "process that waited", false },
	{ "tgid", "PID", UNIT_ID, 7, "its id", false },
	RATE_COLUMNS,
	{ "holder", "HELD BY", UNIT_TEXT, 15, "thread that it waited for most", false },
	{ "class", "CLASS", UNIT_TEXT, 11, "class of the lock that it waited for most", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "what it did there most", false },
	{ "holder_tid", "HOLDER TID", UNIT_ID, 10, "id of the thread in HELD BY", false },
	TIME_COLUMNS,
	TOTAL_COLUMNS,
	{ 0 },
};

static const struct table_def processes = {
	.name = "processes",
	.title = "Processes",
	.help = "which processes wait, and for whom",
	.sql = analysis_top_processes_sql,
	.columns = processes_columns,
	.sort = 2,
};

static const struct column locks_columns[] = {
	{ "class", "CLASS", UNIT_TEXT, 11, "what the lock guards", false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "its address, #N for the Nth life after the first",
	  false },
	RATE_COLUMNS,
	{ "holder", "HELD BY", UNIT_TEXT, 15, "thread that was waited for most", false },
	{ "process", "PROCESS", UNIT_TEXT, 15, "process that waited for it most", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "what was done there most", false },
	{ "holder_tid", "HOLDER TID", UNIT_ID, 10, "id of the thread in HELD BY", false },
	TIME_COLUMNS,
	TOTAL_COLUMNS,
	{ 0 },
};

static const struct table_def locks = {
	.name = "locks",
	.title = "Locks",
	.help = "which locks are waited for, by whom, for whom",
	.sql = analysis_top_locks_sql,
	.columns = locks_columns,
	.sort = 2,
};

const struct table_def *const top_tables[] = { &processes, &locks, NULL };
