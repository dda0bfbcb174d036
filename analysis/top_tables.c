// SPDX-License-Identifier: GPL-2.0-only
/* Screens of `top`: rates over a window. Their SQL is beside this file. */
#include "analysis/filter.h"
#include "analysis/views.h"
#include "schema/sql.h"

/* clang-format off */
#define RATE_COLUMNS                                                                          \
	{ "wait_ns_per_s", "WAIT ms/s", UNIT_NS_PER_S, 10, "time waited, per second", false }, \
	{ "waits_per_s", "WAITS/s", UNIT_PER_S, 10, "waits that ended, per second", false }

#define CPU_COLUMN                                                                            \
	{ "runnable_ns_per_s", "CPU ms/s", UNIT_NS_PER_S, 10,                                  \
	  "part of it after the lock was let go, waiting for a CPU", false }

#define TIME_COLUMNS                                                                          \
	{ "p99_ns", "P99 ms", UNIT_NS, 9, "99 % of them were shorter (within 1.6 %)", false }, \
	{ "max_ns", "MAX ms", UNIT_NS, 9, "longest of them", false },                          \
	{ "slept_ns_per_s", "SLEPT ms/s", UNIT_NS_PER_S, 10, "part of it asleep", false }, \
	CPU_COLUMN

#define TOTAL_COLUMNS                                                                         \
	{ "nr_waits", "WAITS", UNIT_COUNT, 8, "waits that ended in the window", true },        \
	{ "wait_ns", "WAIT ms", UNIT_NS, 12, "sum of their durations", true },                 \
	{ "nr_uncertain", "UNCERT", UNIT_COUNT, 6, "waits cut by lost events", true }

/* Ids of the row, which its details are found by. */
#define KEY(name, help) { name, "", UNIT_ID, 0, help, true }

/* clang-format on */

static const struct column vmas_columns[] = {
	{ "process", "PROCESS", UNIT_TEXT, 12, "process that waited", false },
	{ "vma", "VMA", UNIT_TEXT, 16,
	  "its VMA; -: waits that no VMA is known of: stock events do not name it", false },
	{ "vma_name", "NAME", UNIT_TEXT, 12, "of the VMA, as in /proc/PID/maps", false },
	RATE_COLUMNS,
	{ "p99_ns", "P99 ms", UNIT_NS, 9, "99 % of them were shorter (within 1.6 %)", false },
	{ "max_ns", "MAX ms", UNIT_NS, 9, "longest of them", false },
	{ "hold_ns_per_s", "HOLD ms/s", UNIT_NS_PER_S, 10,
	  "time per second that anybody held the locks it waited for; -: not traced", false },
	{ "retries_per_s", "RETRY/s", UNIT_PER_S, 8,
	  "walks that started over, per second; -: not known", false },
	{ "trend", "TREND", UNIT_SERIES, 8, "waiting over the window, in eighths", false },
	{ "holder", "HELD BY", UNIT_TEXT, 15,
	  "thread that its process waited for most, for the lock where most of it was", false },
	{ "class", "CLASS", UNIT_TEXT, 11, "class of that lock", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "what it did there most", false },
	{ "tgid", "PID", UNIT_ID, 7, "id of the process", false },
	{ "holder_tid", "HOLDER TID", UNIT_ID, 10, "id of the thread in HELD BY", false },
	{ "slept_ns_per_s", "SLEPT ms/s", UNIT_NS_PER_S, 10, "part of it asleep", false },
	CPU_COLUMN,
	{ "perms", "PERM", UNIT_TEXT, 4, "permissions of the VMA", false },
	TOTAL_COLUMNS,
	KEY("process_id", "process.id"),
	KEY("vma_id", "vma.id, 0: not known"),
	{ 0 },
};

const struct table_def top_vmas = {
	.name = "vmas",
	.title = "VMAs",
	.help = "which mappings lose the most time, and for whom; p: whole processes",
	.sql = analysis_top_vmas_sql,
	.columns = vmas_columns,
	.sort = 3,
};

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
	KEY("process_id", "process.id"),
	{ 0 },
};

const struct table_def top_processes = {
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
	KEY("lock_id", "lock.id"),
	{ 0 },
};

const struct table_def top_locks = {
	.name = "locks",
	.title = "Locks",
	.help = "which locks are waited for, by whom, for whom",
	.sql = analysis_top_locks_sql,
	.columns = locks_columns,
	.sort = 2,
};

static const struct column storms_columns[] = {
	{ "kind", "KIND", UNIT_TEXT, 5,
	  "retry: walks started over, the folio had moved; skip: walks were given up", false },
	{ "state", "STATE", UNIT_TEXT, 9, "at the end of the window", false },
	{ "at_ns", "STARTED s", UNIT_TIME, 10, "since the start of the capture", false },
	{ "duration_ns", "LENGTH ms", UNIT_NS, 10, "to the last of them so far", false },
	{ "nr_events", "EVENTS", UNIT_COUNT, 8, "retries or skips", false },
	{ "peak_per_s", "PEAK/s", UNIT_COUNT, 7, "most in one second", false },
	{ "walker", "WALKED BY", UNIT_TEXT, 12, "thread with most of them", false },
	{ "walker_role", "ROLE", UNIT_TEXT, 10, "what it walked for", false },
	{ "mover", "MOVED BY", UNIT_TEXT, 16,
	  "thread that moved most folios meanwhile; -: none, or not traced", false },
	{ "nr_walkers", "WALKERS", UNIT_COUNT, 7, "threads that walked", false },
	{ "nr_movers", "MOVERS", UNIT_COUNT, 6, "threads that moved folios; -: not traced", false },
	{ "nr_moves", "MOVES", UNIT_COUNT, 8, "folios that they moved; -: not traced", false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "anon_vma root that the folios left", false },
	{ "from_vma", "FROM", UNIT_TEXT, 14, "VMA that most of them left", false },
	{ "to_vma", "TO", UNIT_TEXT, 14, "VMA that most of them went to", false },
	KEY("storm_id", "storm.id"),
	{ "start_ns", "", UNIT_ID, 0, "first retry or skip", true },
	KEY("lock_id", "lock.id"),
	{ 0 },
};

const struct table_def top_storms = {
	.name = "storms",
	.title = "Storms",
	.help = "bursts of retries and skips, and who causes them",
	.sql = analysis_top_storms_sql,
	.columns = storms_columns,
	.sort = 2,
	.sight = SIGHT_STORMS,
};

static const struct column stalls_columns[] = {
	{ "comm", "THREAD", UNIT_TEXT, 15, "who slept uninterruptibly", false },
	{ "tid", "TID", UNIT_ID, 7, "its id", false },
	{ "duration_ns", "STALL ms", UNIT_NS, 10, "until it was woken, or so far", false },
	{ "slept_in", "FUNCTION", UNIT_TEXT, 16, "kernel function that it slept in, as in wchan",
	  false },
	{ "class", "CLASS", UNIT_TEXT, 8, "of the lock that it waited for; -: not for one", false },
	{ "role", "ROLE", UNIT_TEXT, 9, "what it took the lock for", false },
	{ "holder", "HELD BY", UNIT_TEXT, 15, "thread to blame", false },
	{ "holder_role", "HOLDER ROLE", UNIT_TEXT, 11, "what that one held it for", false },
	{ "holder_tid", "HOLDER TID", UNIT_ID, 10, "its id", false },
	{ "holder_source", "KNOWN BY", UNIT_TEXT, 8, "how the holder was learnt", false },
	{ "waker", "WOKEN BY", UNIT_TEXT, 15, "who ended the sleep", false },
	{ "waker_tid", "WAKER TID", UNIT_ID, 9, "its id", false },
	{ "process", "PROCESS", UNIT_TEXT, 15, "of the thread that slept", false },
	{ "tgid", "PID", UNIT_ID, 7, "its id", false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "address of the lock", false },
	{ "at_ns", "STARTED s", UNIT_TIME, 10, "since the start of the capture", false },
	{ "outcome", "STATE", UNIT_TEXT, 9, "open: not over yet", false },
	{ "wait_ns", "WAIT ms", UNIT_NS, 10, "whole wait for the lock, spinning included", false },
	{ "io_wait", "IO", UNIT_COUNT, 2, "1: it slept for a block device, 0: not", false },
	KEY("stall_id", "stall.id"),
	{ "start_ns", "", UNIT_ID, 0, "switched out", true },
	KEY("lock_id", "lock.id"),
	{ 0 },
};

const struct table_def top_stalls = {
	.name = "stalls",
	.title = "Stalls",
	.help = "uninterruptible sleeps, longest first, and who is to blame",
	.sql = analysis_top_stalls_sql,
	.columns = stalls_columns,
	.sort = 2,
	.sight = SIGHT_STALLS,
};

static const struct column walks_columns[] = {
	{ "kind", "KIND", UNIT_TEXT, 5,
	  "of the folio; -: given up at the folio's lock, before it is known", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "what the walk was for", false },
	{ "walks_per_s", "WALKS/s", UNIT_PER_S, 10, "walks that ended, per second", false },
	{ "walk_ns_per_s", "WALK ms/s", UNIT_NS_PER_S, 10, "time in them, per second", false },
	{ "vmas_per_walk", "VMAS/WALK", UNIT_RATIO, 9, "VMAs visited by each", false },
	{ "p50_ns", "P50 ms", UNIT_NS, 8, "half of them were shorter (within 1.6 %)", false },
	{ "p99_ns", "P99 ms", UNIT_NS, 8, "99 % of them were shorter (within 1.6 %)", false },
	{ "max_ns", "MAX ms", UNIT_NS, 8, "longest of them", false },
	{ "retries_per_walk", "RETRY/WALK", UNIT_RATIO, 10, "times that each started over", false },
	{ "skips_per_s", "SKIP/s", UNIT_PER_S, 8, "walks given up for a lock, per second", false },
	{ "contended_per_s", "CONTENDED/s", UNIT_PER_S, 11,
	  "walks that ended because of a lock, per second", false },
	{ "nr_walks", "WALKS", UNIT_COUNT, 8, "walks that ended in the window", true },
	{ "walk_ns", "WALK ms", UNIT_NS, 12, "sum of their durations", true },
	{ "nr_uncertain", "UNCERT", UNIT_COUNT, 6, "walks cut by lost events", true },
	{ 0 },
};

const struct table_def top_walks = {
	.name = "walks",
	.title = "Walks",
	.help = "what rmap walks cost (profile walks, on a kernel with the rmap events)",
	.sql = analysis_top_walks_sql,
	.columns = walks_columns,
	.sort = 3,
	.sight = SIGHT_WALKS,
	.unfiltered = FILTER_THREAD | FILTER_CLASS | FILTER_TIME,
};

static const struct column heatmap_columns[] = {
	{ "at_ns", "AT s", UNIT_TIME, 10, "since the start of the capture", false },
	{ "from_ns", "FROM ms", UNIT_NS, 12, "waits at least so long", false },
	{ "to_ns", "TO ms", UNIT_NS, 12, "and shorter than this", false },
	{ "nr_waits", "WAITS", UNIT_COUNT, 8, "so many ended then", false },
	{ "start_ns", "", UNIT_ID, 0, "start of the time, by the capture's clock", true },
	{ 0 },
};

const struct table_def top_heatmap = {
	.name = "heatmap",
	.title = "Heatmap",
	.help = "how long waits were, over time: brighter is more",
	.columns = heatmap_columns,
	.sort = SORT_AS_READ,
};
