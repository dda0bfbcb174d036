// SPDX-License-Identifier: GPL-2.0-only
/* The tables of the screens of `top`: rates over a window. The SQL of NAME is top_NAME.sql. */
#include "analysis/filter.h"
#include "analysis/views.h"
#include "schema/sql.h"

/* clang-format off */
#define RATE_COLUMNS                                                                          \
	{ "wait_ns_per_s", "WAIT ms/s", UNIT_NS_PER_S, 10, "time waited, per second", false }, \
	{ "waits_per_s", "WAITS/s", UNIT_PER_S, 10, "waits that ended, per second", false }

#define CPU_COLUMN                                                                            \
	{ "runnable_ns_per_s", "CPU ms/s", UNIT_NS_PER_S, 10,                                  \
	  "part of that after the release of the lock, waiting for a CPU", false }

#define TIME_COLUMNS                                                                          \
	{ "p99_ns", "P99 ms", UNIT_NS, 9, "99 % of them were shorter (within 1.6 %)", false }, \
	{ "max_ns", "MAX ms", UNIT_NS, 9, "longest of them", false },                          \
	{ "slept_ns_per_s", "SLEPT ms/s", UNIT_NS_PER_S, 10, "part of that asleep", false }, \
	CPU_COLUMN

#define TOTAL_COLUMNS                                                                         \
	{ "nr_waits", "WAITS", UNIT_COUNT, 8, "waits that ended in the window", true },        \
	{ "wait_ns", "WAIT ms", UNIT_NS, 12, "sum of their durations", true },                 \
	{ "nr_uncertain", "UNCERT", UNIT_COUNT, 6, "waits that overlap lost events", true }

/* The ids of a row: parameters of the SQL of its details. */
#define KEY(name, help) { name, "", UNIT_ID, 0, help, true }

/* clang-format on */

static const struct column vmas_columns[] = {
	{ "process", "PROCESS", UNIT_TEXT, 12, "process that waited", false },
	{ "vma", "VMA", UNIT_TEXT, 16,
	  "address range; -: waits whose VMA is unknown, since stock events do not name it",
	  false },
	{ "vma_name", "NAME", UNIT_TEXT, 12, "name of the VMA, as in /proc/PID/maps", false },
	RATE_COLUMNS,
	{ "p99_ns", "P99 ms", UNIT_NS, 9, "99 % of them were shorter (within 1.6 %)", false },
	{ "max_ns", "MAX ms", UNIT_NS, 9, "longest of them", false },
	{ "hold_ns_per_s", "HOLD ms/s", UNIT_NS_PER_S, 10,
	  "time per second that any thread held the locks it waited for; -: not traced", false },
	{ "retries_per_s", "RETRY/s", UNIT_PER_S, 8,
	  "rmap walks that restarted, per second; -: unknown", false },
	{ "trend", "TREND", UNIT_SERIES, 8, "time waited in each eighth of the window", false },
	{ "holder", "HELD BY", UNIT_TEXT, 15,
	  "thread that held the lock in CLASS while the process waited most", false },
	{ "class", "CLASS", UNIT_TEXT, 11, "class of the lock with the most waiting", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "kernel operation that waited most", false },
	{ "tgid", "PID", UNIT_ID, 7, "id of the process", false },
	{ "holder_tid", "HOLDER TID", UNIT_ID, 10, "id of the thread in HELD BY", false },
	{ "slept_ns_per_s", "SLEPT ms/s", UNIT_NS_PER_S, 10, "part of that asleep", false },
	CPU_COLUMN,
	{ "perms", "PERM", UNIT_TEXT, 4, "permissions of the VMA", false },
	TOTAL_COLUMNS,
	KEY("process_id", "process.id"),
	KEY("vma_id", "vma.id; 0: unknown"),
	{ 0 },
};

const struct table_def top_vmas = {
	.name = "vmas",
	.title = "VMAs",
	.help = "which mappings lose the most time, and who holds the lock; p: by process",
	.sql = analysis_top_vmas_sql,
	.columns = vmas_columns,
	.sort = "wait_ns_per_s",
};

static const struct column processes_columns[] = {
	{ "process", "PROCESS", UNIT_TEXT, 15, "process that waited", false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	RATE_COLUMNS,
	{ "holder", "HELD BY", UNIT_TEXT, 15, "thread that it waited for most", false },
	{ "class", "CLASS", UNIT_TEXT, 11, "class of the lock that it waited for most", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "kernel operation that waited most", false },
	{ "holder_tid", "HOLDER TID", UNIT_ID, 10, "id of the thread in HELD BY", false },
	TIME_COLUMNS,
	TOTAL_COLUMNS,
	KEY("process_id", "process.id"),
	{ 0 },
};

const struct table_def top_processes = {
	.name = "processes",
	.title = "Processes",
	.help = "which processes wait, and who holds the lock",
	.sql = analysis_top_processes_sql,
	.columns = processes_columns,
	.sort = "wait_ns_per_s",
};

static const struct column locks_columns[] = {
	{ "class", "CLASS", UNIT_TEXT, 11, "what the lock guards", false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "address, with #N when reused for the Nth time", false },
	RATE_COLUMNS,
	{ "holder", "HELD BY", UNIT_TEXT, 15, "thread that was waited for most", false },
	{ "process", "PROCESS", UNIT_TEXT, 15, "process that waited most", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "kernel operation that waited most", false },
	{ "tgid", "PID", UNIT_ID, 7, "id of the process", false },
	{ "holder_tid", "HOLDER TID", UNIT_ID, 10, "id of the thread in HELD BY", false },
	TIME_COLUMNS,
	TOTAL_COLUMNS,
	KEY("lock_id", "lock.id"),
	{ 0 },
};

const struct table_def top_locks = {
	.name = "locks",
	.title = "Locks",
	.help = "which locks are waited for, by which process, and who holds them",
	.sql = analysis_top_locks_sql,
	.columns = locks_columns,
	.sort = "wait_ns_per_s",
};

static const struct column storms_columns[] = {
	{ "kind", "KIND", UNIT_TEXT, 5,
	  "retry: walks restart since the folio was moved; skip: walks are given up", false },
	{ "state", "STATE", UNIT_TEXT, 9, "state at the end of the window", false },
	{ "at_ns", "STARTED s", UNIT_TIME, 10, "start, since the start of the capture", false },
	{ "duration_ns", "LENGTH ms", UNIT_NS, 10, "time from its first to its last event", false },
	{ "nr_events", "EVENTS", UNIT_COUNT, 8, "retries or skips", false },
	{ "peak_per_s", "PEAK/s", UNIT_COUNT, 7, "most in one second", false },
	{ "walker", "WALKED BY", UNIT_TEXT, 12, "thread with most of these events", false },
	{ "walker_role", "ROLE", UNIT_TEXT, 10, "purpose of its walks", false },
	{ "mover", "MOVED BY", UNIT_TEXT, 16,
	  "thread that moved most folios then; -: none, or not traced", false },
	{ "nr_walkers", "WALKERS", UNIT_COUNT, 7, "threads that walked", false },
	{ "nr_movers", "MOVERS", UNIT_COUNT, 6, "threads that moved folios; -: not traced", false },
	{ "nr_moves", "MOVES", UNIT_COUNT, 8, "folios that they moved; -: not traced", false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "anon_vma root that the folios left", false },
	{ "from_vma", "FROM", UNIT_TEXT, 14, "VMA that most folios left", false },
	{ "to_vma", "TO", UNIT_TEXT, 14, "VMA that most folios went to", false },
	KEY("storm_id", "storm.id"),
	{ "start_ns", "", UNIT_ID, 0, "first retry or skip", true },
	KEY("lock_id", "lock.id"),
	{ 0 },
};

const struct table_def top_storms = {
	.name = "storms",
	.title = "Storms",
	.help = "bursts of retries and skips of rmap walks, and who causes them",
	.sql = analysis_top_storms_sql,
	.columns = storms_columns,
	.sort = "at_ns",
	.sight = SIGHT_STORMS,
};

static const struct column stalls_columns[] = {
	{ "comm", "THREAD", UNIT_TEXT, 15, "thread that slept uninterruptibly", false },
	{ "tid", "TID", UNIT_ID, 7, "thread id", false },
	{ "duration_ns", "STALL ms", UNIT_NS, 10, "time until it was woken, or so far", false },
	{ "slept_in", "FUNCTION", UNIT_TEXT, 16, "kernel function that it slept in, as in wchan",
	  false },
	{ "class", "CLASS", UNIT_TEXT, 8, "class of the lock that it waited for; -: no known lock",
	  false },
	{ "role", "ROLE", UNIT_TEXT, 9, "kernel operation that waited", false },
	{ "holder", "HELD BY", UNIT_TEXT, 15, "thread that held the lock", false },
	{ "holder_role", "HOLDER ROLE", UNIT_TEXT, 11, "kernel operation that held the lock",
	  false },
	{ "holder_tid", "HOLDER TID", UNIT_ID, 10, "id of the thread in HELD BY", false },
	{ "holder_source", "KNOWN BY", UNIT_TEXT, 8, "how the holder is known", false },
	{ "waker", "WOKEN BY", UNIT_TEXT, 15, "thread that ended the sleep", false },
	{ "waker_tid", "WAKER TID", UNIT_ID, 9, "id of the thread in WOKEN BY", false },
	{ "process", "PROCESS", UNIT_TEXT, 15, "process of the thread that slept", false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "address of the lock", false },
	{ "at_ns", "STARTED s", UNIT_TIME, 10, "start, since the start of the capture", false },
	{ "outcome", "STATE", UNIT_TEXT, 9, "open: has not ended", false },
	{ "wait_ns", "WAIT ms", UNIT_NS, 10, "the whole wait for the lock, with spinning", false },
	{ "io_wait", "IO", UNIT_COUNT, 2, "1: it waited for a block device, 0: not", false },
	KEY("stall_id", "stall.id"),
	{ "start_ns", "", UNIT_ID, 0, "start, in the clock of the capture", true },
	KEY("lock_id", "lock.id"),
	{ 0 },
};

const struct table_def top_stalls = {
	.name = "stalls",
	.title = "Stalls",
	.help = "uninterruptible sleeps, longest first, and who caused them",
	.sql = analysis_top_stalls_sql,
	.columns = stalls_columns,
	.sort = "duration_ns",
	.sight = SIGHT_STALLS,
};

static const struct column walks_columns[] = {
	{ "kind", "KIND", UNIT_TEXT, 5,
	  "kind of the folio; -: unknown, given up at the folio's lock", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "purpose of the walk", false },
	{ "walks_per_s", "WALKS/s", UNIT_PER_S, 10, "walks that ended, per second", false },
	{ "walk_ns_per_s", "WALK ms/s", UNIT_NS_PER_S, 10, "time in walks, per second", false },
	{ "vmas_per_walk", "VMAS/WALK", UNIT_RATIO, 9, "VMAs visited per walk", false },
	{ "p50_ns", "P50 ms", UNIT_NS, 8, "half of them were shorter (within 1.6 %)", false },
	{ "p99_ns", "P99 ms", UNIT_NS, 8, "99 % of them were shorter (within 1.6 %)", false },
	{ "max_ns", "MAX ms", UNIT_NS, 8, "longest of them", false },
	{ "retries_per_walk", "RETRY/WALK", UNIT_RATIO, 10, "restarts per walk", false },
	{ "skips_per_s", "SKIP/s", UNIT_PER_S, 8, "walks given up for a lock, per second", false },
	{ "contended_per_s", "CONTENDED/s", UNIT_PER_S, 11,
	  "walks that ended because of a lock, per second", false },
	{ "nr_walks", "WALKS", UNIT_COUNT, 8, "walks that ended in the window", true },
	{ "walk_ns", "WALK ms", UNIT_NS, 12, "sum of their durations", true },
	{ "nr_uncertain", "UNCERT", UNIT_COUNT, 6, "walks that overlap lost events", true },
	{ 0 },
};

const struct table_def top_walks = {
	.name = "walks",
	.title = "Walks",
	.help = "cost of rmap walks (profile walks, on a kernel with the rmap events)",
	.sql = analysis_top_walks_sql,
	.columns = walks_columns,
	.sort = "walk_ns_per_s",
	.sight = SIGHT_WALKS,
	.unfiltered = FILTER_THREAD | FILTER_CLASS | FILTER_TIME,
};

static const struct column heatmap_columns[] = {
	{ "at_ns", "AT s", UNIT_TIME, 10, "start of the slot, since the start of the capture",
	  false },
	{ "from_ns", "FROM ms", UNIT_NS, 12, "waits of at least this time", false },
	{ "to_ns", "TO ms", UNIT_NS, 12, "and shorter than this time", false },
	{ "nr_waits", "WAITS", UNIT_COUNT, 8, "number of waits that ended in the slot", false },
	{ "start_ns", "", UNIT_ID, 0, "start of the slot, in the capture's clock", true },
	{ 0 },
};

const struct table_def top_heatmap = {
	.name = "heatmap",
	.title = "Heatmap",
	.help = "durations of waits over time; the stronger the shade, the more waits",
	.columns = heatmap_columns,
};
