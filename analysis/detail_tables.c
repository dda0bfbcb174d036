// SPDX-License-Identifier: GPL-2.0-only
/* The detail tables of the screens: what Enter opens for a row. The SQL of NAME is NAME.sql. */
#include "analysis/holder_did.h"
#include "analysis/views.h"
#include "schema/sql.h"

/* clang-format off */
#define TABLE(id, of, heading, what, by)                                                      \
	static const struct table_def id = {                                                   \
		.name = #id, .title = heading, .help = what, .sql = analysis_##id##_sql,       \
		.columns = id##_columns, .sort = by, .sight = SIGHT_##of,                      \
	}

#define AT      { "at_ns", "AT s", UNIT_TIME, 9, "since the start of the capture", false }
#define START   { "start_ns", "", UNIT_ID, 0, "start, in the clock of the capture", true }
#define THREAD  { "comm", "THREAD", UNIT_TEXT, 15, "name of the thread", false }
#define TID     { "tid", "TID", UNIT_ID, 7, "thread id", false }
#define PROCESS { "process", "PROCESS", UNIT_TEXT, 15, "name of the process", false }
#define ROLE    { "role", "ROLE", UNIT_TEXT, 13, "kernel operation that took the lock", false }
#define MODE    { "mode", "MODE", UNIT_TEXT, 5, "read or write", false }
#define WAIT_NS { "wait_ns", "WAIT ms", UNIT_NS, 10, "time waited", false }
#define WAITS   { "nr_waits", "WAITS", UNIT_COUNT, 7, "waits that ended", false }
#define P99     { "p99_ns", "P99 ms", UNIT_NS, 9, "99 % of them were shorter", false }
#define MAX     { "max_ns", "MAX ms", UNIT_NS, 9, "longest of them", false }
#define SOURCE  { "holder_source", "KNOWN BY", UNIT_TEXT, 8, "how the holder is known", false }
#define SYMBOL  { "symbol", "FUNCTION", UNIT_TEXT, 22, "kernel function that took the lock", false }
#define VMA     { "vma", "VMA", UNIT_TEXT, 14, "address range", false }
#define NAME    { "vma_name", "NAME", UNIT_TEXT, 16, "name, as in /proc/PID/maps", false }
#define KEY(name, help) { name, "", UNIT_ID, 0, help, true }
/* clang-format on */

static const struct column vma_locks_columns[] = {
	{ "class", "CLASS", UNIT_TEXT, 11, "what the lock guards", false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "address of the lock", false },
	WAIT_NS,
	WAITS,
	P99,
	MAX,
	{ "trend", "TREND", UNIT_SERIES, 8, "time waited in each eighth of the window", false },
	KEY("lock_id", "lock.id"),
	{ 0 },
};
TABLE(vma_locks, WAITS, "Locks", "locks that it waited for; Enter opens the lock", "wait_ns");

static const struct column vma_waiters_columns[] = {
	ROLE, SYMBOL, MODE, WAIT_NS, WAITS, P99, MAX, { 0 },
};
TABLE(vma_waiters, WAITS, "Waiters by site", "where in the kernel it waited", "wait_ns");

static const struct column vma_holders_columns[] = {
	{ "cause", "CAUSE", UNIT_TEXT, 17,
	  "held lock, or waiting for a CPU, which no holder caused", false },
	{ "holder", "HELD BY", UNIT_TEXT, 15, "thread that held it", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "kernel operation that held the lock", false },
	WAIT_NS,
	WAITS,
	MAX,
	SOURCE,
	SYMBOL,
	PROCESS,
	{ "holder_tid", "TID", UNIT_ID, 7, "id of the thread", false },
	{ 0 },
};
TABLE(vma_holders, WAITS, "Holders by site", "who held the locks during the waits", "wait_ns");

static const struct column vma_histogram_columns[] = {
	{ "from_ns", "FROM ms", UNIT_NS, 10, "waits of at least this time", false },
	{ "to_ns", "TO ms", UNIT_NS, 10, "and shorter than this time", false },
	WAITS,
	{ 0 },
};
TABLE(vma_histogram, WAITS, "Histogram", "how long the waits were", NULL);

static const struct column vma_timeline_columns[] = {
	AT, WAITS, WAIT_NS, MAX, START, { 0 },
};
TABLE(vma_timeline, WAITS, "Timeline", "its waits over time", NULL);

const struct view_def vma_views[] = {
	{ .table = &vma_locks, .details = lock_views },
	{ .table = &vma_waiters },
	{ .table = &vma_holders },
	{ .table = &vma_histogram, .shape = SHAPE_BARS, .chart = "nr_waits" },
	{ .table = &vma_timeline, .shape = SHAPE_BARS, .chart = "wait_ns" },
	{ .table = NULL },
};

static const struct column lock_queue_columns[] = {
	THREAD,
	TID,
	PROCESS,
	MODE,
	ROLE,
	{ "age_ns", "AGE ms", UNIT_NS, 10, "waited so far", false },
	{ "holder", "HELD BY", UNIT_TEXT, 15, "thread that it waits for", false },
	{ "holder_tid", "HOLDER TID", UNIT_ID, 10, "id of that thread", false },
	SOURCE,
	START,
	{ 0 },
};
TABLE(lock_queue, WAITS, "Queue", "who waits at the time shown, longest first", NULL);

static const struct column lock_spans_columns[] = {
	AT,   { "what", "WHAT", UNIT_TEXT, 4, "wait or hold", false }, THREAD, TID,   MODE,
	ROLE, { "duration_ns", "ms", UNIT_NS, 9, "duration", false },  START,  { 0 },
};
TABLE(lock_spans, WAITS, "Waits and holds", "the latest in the window", NULL);

static const struct column lock_waited_vmas_columns[] = {
	PROCESS,
	VMA,
	NAME,
	WAIT_NS,
	WAITS,
	MAX,
	KEY("vma_id", "vma.id"),
	KEY("process_id", "process.id"),
	{ 0 },
};
TABLE(lock_waited_vmas, WAITS, "VMAs waited in", "of the waits for it; -: the VMA is not known",
      "wait_ns");

static const struct column lock_vmas_columns[] = {
	PROCESS,
	VMA,
	NAME,
	{ "perms", "PERM", UNIT_TEXT, 4, "permissions", false },
	{ "tgid", "PID", UNIT_ID, 7, "id of the process", false },
	{ "from_ns", "LINKED s", UNIT_TIME, 9, "linked to the lock at this time", false },
	{ "to_ns", "UNLINKED s", UNIT_TIME, 10, "unlinked at this time; -: still linked", false },
	KEY("vma_id", "vma.id"),
	KEY("process_id", "process.id"),
	{ 0 },
};
TABLE(lock_vmas, LINKS, "VMAs on it", "linked to the lock; Enter opens the VMA", NULL);

static const struct column lock_stacks_columns[] = {
	ROLE,
	WAIT_NS,
	WAITS,
	MAX,
	{ "stack", "STACK", UNIT_STACK, 30, "functions, the innermost first", false },
	{ 0 },
};
TABLE(lock_stacks, WAITS, "Stacks", "kernel stacks of its waiters", "wait_ns");

static const struct column lock_holders_columns[] = {
	{ "holder", "HELD BY", UNIT_TEXT, 15, "thread that held it", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "kernel operation that held the lock", false },
	{ "wait_ns", "WAIT ms", UNIT_NS, 10, "time that others waited for it", false },
	WAITS,
	HOLDER_DID,
	{ "slept_in", "ASLEEP IN", UNIT_TEXT, 20,
	  "kernel function in which the holder was asleep longest; -: not, or unknown", false },
	SOURCE,
	PROCESS,
	{ "holder_tid", "TID", UNIT_ID, 7, "id of the thread", false },
	{ 0 },
};
TABLE(lock_holders, WAITS, "Holders", "measured: what holders did while others waited", "wait_ns");

static const struct column lock_why_columns[] = {
	{ "holder_function", "FUNCTION", UNIT_TEXT, 28, "innermost kernel function that ran",
	  false },
	{ "holder_role", "ROLE", UNIT_TEXT, 13, "kernel operation that held the lock", false },
	{ "share_percent", "SHARE %", UNIT_RATIO, 7,
	  "estimate: share of the holders' time on a CPU, while others waited", false },
	{ "low_percent", "LOW %", UNIT_RATIO, 6,
	  "lower end of the interval with 95 % probability, for independent samples", false },
	{ "high_percent", "HIGH %", UNIT_RATIO, 6, "upper end of it", false },
	{ "nr_samples", "N", UNIT_COUNT, 6, "samples in this function", false },
	{ "nr_held", "OF", UNIT_COUNT, 6, "samples of holders while others waited", false },
	{ "nr_holders", "HOLDERS", UNIT_COUNT, 7, "threads that were sampled there", false },
	{ 0 },
};
TABLE(lock_why, WHY, "Why", "estimate by samples: what holders did while others waited",
      "nr_samples");

static const struct column lock_spin_columns[] = {
	PROCESS,
	{ "role", "ROLE", UNIT_TEXT, 13, "kernel operation that takes the lock", false },
	{ "share_percent", "SHARE %", UNIT_RATIO, 7,
	  "estimate: share of the threads' CPU time that they spun for it", false },
	{ "low_percent", "LOW %", UNIT_RATIO, 6,
	  "lower end of the interval with 95 % probability, for independent samples", false },
	{ "high_percent", "HIGH %", UNIT_RATIO, 6, "upper end of it", false },
	{ "nr_samples", "N", UNIT_COUNT, 6, "samples in which a thread spun for it", false },
	{ "nr_all", "OF", UNIT_COUNT, 6, "all samples of these threads", false },
	{ "est_ns", "EST ms", UNIT_NS, 9, "estimate: SHARE of their CPU time", false },
	{ "nr_tasks", "THREADS", UNIT_COUNT, 7, "threads that were sampled so", false },
	{ "nr_in_waits", "IN WAITS", UNIT_COUNT, 8,
	  "of N: within waits, with the rmap events; the others are of before waits began", false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	{ 0 },
};
TABLE(lock_spin, SPIN, "Spin", "estimate by samples: who spun for it", "nr_samples");

static const struct column lock_life_columns[] = {
	{ "class", "CLASS", UNIT_TEXT, 11, "what the lock guards", false },
	{ "why", "UNKNOWN BECAUSE", UNIT_TEXT, 44, "why the class is not known", false },
	{ "generation", "LIFE", UNIT_COUNT, 4, "earlier locks at its address", false },
	{ "first_ns", "FIRST s", UNIT_TIME, 9, "first seen", false },
	{ "last_ns", "LAST s", UNIT_TIME, 9, "last seen", false },
	{ 0 },
};
TABLE(lock_life, WAITS, "Lock", "what it is", NULL);

/* First what is asked of a lock: where, because of whom, why, how much was spun. Small terminals show no more. */
const struct view_def lock_views[] = {
	{ .table = &lock_queue, .of_instant = true },
	{ .table = &lock_spans, .shape = SHAPE_TIMELINE, .chart = "duration_ns" },
	{ .table = &lock_waited_vmas, .details = vma_views },
	{ .table = &lock_holders },
	{ .table = &lock_why },
	{ .table = &lock_spin },
	{ .table = &lock_vmas, .details = vma_views },
	{ .table = &lock_stacks },
	{ .table = &lock_life },
	{ .table = NULL },
};

static const struct column storm_movers_columns[] = {
	THREAD,
	TID,
	PROCESS,
	{ "nr_moves", "MOVES", UNIT_COUNT, 8, "folios that it moved off or onto the lock", false },
	{ "nr_pages", "PAGES", UNIT_COUNT, 8, "pages of these folios", false },
	{ 0 },
};
TABLE(storm_movers, MOVES, "Movers", "who moved folios during the storm", "nr_moves");

static const struct column storm_walkers_columns[] = {
	THREAD,
	TID,
	PROCESS,
	{ "role", "ROLE", UNIT_TEXT, 13, "purpose of the walks that were given up", false },
	{ "nr_events", "EVENTS", UNIT_COUNT, 8, "walks that it restarted or gave up", false },
	{ 0 },
};
TABLE(storm_walkers, STORMS, "Walkers", "whose walks restarted or were given up", "nr_events");

static const struct column storm_vmas_columns[] = {
	{ "what", "FOLIOS", UNIT_TEXT, 12, "whether folios left this VMA or went to it", false },
	PROCESS,
	VMA,
	NAME,
	{ "nr_moves", "MOVES", UNIT_COUNT, 8, "number of moves", false },
	KEY("vma_id", "vma.id"),
	KEY("process_id", "process.id"),
	{ 0 },
};
TABLE(storm_vmas, MOVES, "Source and destination", "VMAs that folios left and went to", NULL);

static const struct column storm_rate_columns[] = {
	AT,
	{ "nr_events", "EVENTS", UNIT_COUNT, 8, "retries or skips", false },
	{ "events_per_s", "EVENTS/s", UNIT_PER_S, 10, "retries or skips per second", false },
	{ "nr_walkers", "WALKERS", UNIT_COUNT, 7, "threads that walked", false },
	{ 0 },
};
TABLE(storm_rate, STORMS, "Rate", "retries or skips over time", NULL);

const struct view_def storm_views[] = {
	{ .table = &storm_movers },
	{ .table = &storm_walkers },
	{ .table = &storm_vmas, .details = vma_views },
	{ .table = &storm_rate, .shape = SHAPE_BARS, .chart = "nr_events" },
	{ .table = NULL },
};

static const struct column stall_timeline_columns[] = {
	AT,	 { "what", "WHAT", UNIT_TEXT, 13, "what the thread did", false },
	THREAD,	 TID,
	PROCESS, ROLE,
	MODE,	 { "duration_ns", "ms", UNIT_NS, 10, "duration", false },
	SOURCE,	 START,
	{ 0 },
};
TABLE(stall_timeline, STALLS, "Timeline", "the sleep, its lock, and who held it", NULL);

static const struct column stall_stack_columns[] = {
	{ "frame", "FUNCTION", UNIT_TEXT, 40, "kernel function and offset", false },
	{ 0 },
};
TABLE(stall_stack, STALLS, "Asleep in", "the innermost function first", NULL);

const struct view_def stall_views[] = {
	{ .table = &stall_timeline, .shape = SHAPE_TIMELINE, .chart = "duration_ns" },
	{ .table = &lock_queue, .of_instant = true },
	{ .table = &lock_spans, .shape = SHAPE_TIMELINE, .chart = "duration_ns" },
	{ .table = &stall_stack },
	{ .table = NULL },
};
