// SPDX-License-Identifier: GPL-2.0-only
/*
 * Report sections that are subcommands, too: storms, stragglers, lock order, and the
 * cost of walks.
 */
#include "analysis/finding_tables.h"
#include "analysis/filter.h"
#include "schema/sql.h"

static const struct column storms_columns[] = {
	{ "kind", "KIND", UNIT_TEXT, 5, "walks that restart (retry) or are given up (skip)",
	  false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "anon_vma root that the folios left", false },
	{ "nr_events", "EVENTS", UNIT_COUNT, 8, "retries or skips", false },
	{ "peak_per_s", "PEAK/s", UNIT_COUNT, 8, "most in any second", false },
	{ "start_ns", "START", UNIT_ID, 0, "first event, nanoseconds of the capture's clock",
	  true },
	{ "duration_ns", "LASTED ms", UNIT_NS, 12, "from its first to its last event", false },
	{ "outcome", "STATE", UNIT_TEXT, 8, "acquired: has ended; open: has not", false },
	{ "nr_walkers", "WALKERS", UNIT_COUNT, 7, "threads that walked", false },
	{ "walker_process", "WALKER", UNIT_TEXT, 15, "process of the thread with most events",
	  false },
	{ "walker_comm", "THREAD", UNIT_TEXT, 15, "name of that thread", false },
	{ "walker_tid", "TID", UNIT_ID, 7, "id of that thread", false },
	{ "walker_role", "ROLE", UNIT_TEXT, 13, "purpose of its walks", false },
	{ "nr_movers", "MOVERS", UNIT_COUNT, 6, "threads that moved folios during the storm",
	  false },
	{ "nr_moves", "MOVES", UNIT_COUNT, 8, "folios that they moved off or onto the lock",
	  false },
	{ "mover_process", "MOVER", UNIT_TEXT, 15, "process of the thread with most moves", false },
	{ "mover_comm", "THREAD", UNIT_TEXT, 15, "name of that thread", false },
	{ "mover_tid", "TID", UNIT_ID, 7, "id of that thread", false },
	{ "from_vma", "FROM", UNIT_TEXT, 25, "VMA that most moves left", false },
	{ "to_vma", "TO", UNIT_TEXT, 25, "VMA that most moves went to", false },
	{ 0 },
};

const struct table_def storms_table = {
	.name = "storms",
	.title = "Storms",
	.help = "bursts of rmap walks that restart or are given up, and who moved the folios",
	.sql = analysis_report_storms_sql,
	.columns = storms_columns,
	.sort = "nr_events",
	.sight = SIGHT_STORMS,
};

static const struct column stragglers_columns[] = {
	{ "time_ns", "TIME", UNIT_ID, 0, "entry set, nanoseconds of the capture's clock", true },
	{ "process", "MIGRATED BY", UNIT_TEXT, 15, "process that migrated the page", false },
	{ "comm", "THREAD", UNIT_TEXT, 15, "name of its thread", false },
	{ "tid", "TID", UNIT_ID, 7, "id of that thread", false },
	{ "address", "ADDRESS", UNIT_TEXT, 16, "user address of the entry", false },
	{ "nr_pages", "PAGES", UNIT_COUNT, 5, "entries left behind", false },
	{ "why", "WHY", UNIT_TEXT, 11, "what hid the entry from the walk", false },
	{ "other_process", "BY", UNIT_TEXT, 15, "process that moved its page tables", false },
	{ "other_comm", "THREAD", UNIT_TEXT, 15, "name of its thread", false },
	{ "other_tid", "TID", UNIT_ID, 7, "id of that thread", false },
	{ "other_ns", "SINCE", UNIT_ID, 0, "when the move began", true },
	{ 0 },
};

const struct table_def stragglers_table = {
	.name = "stragglers",
	.title = "Migration entries left behind",
	.help = "entries hidden from the rmap walk that should have removed them",
	.sql = analysis_report_stragglers_sql,
	.columns = stragglers_columns,
	.sort = "time_ns",
	.sight = SIGHT_STRAGGLERS,
	.unfiltered = FILTER_CLASS,
};

static const struct column order_columns[] = {
	{ "held", "HELD", UNIT_TEXT, 11, "class of the lock that was held", false },
	{ "taken", "TAKEN", UNIT_TEXT, 11, "class of the lock that was taken then", false },
	{ "nr_taken", "TAKEN", UNIT_COUNT, 10, "times, by an acquire that can wait", false },
	{ "nr_tried", "TRIED", UNIT_COUNT, 10,
	  "times, by a try-lock, or by an acquire that may not be able to wait", false },
	{ "documented", "ORDER", UNIT_ID, 5,
	  "1: as mm/rmap.c documents; 0: against that; -: not documented", false },
	{ "inversion", "INVERSION", UNIT_ID, 9, "1: against the order, and could wait", false },
	{ "process", "FIRST BY", UNIT_TEXT, 15, "process of the first example", false },
	{ "comm", "THREAD", UNIT_TEXT, 15, "name of its thread", false },
	{ "tid", "TID", UNIT_ID, 7, "id of that thread", false },
	{ "held_symbol", "HELD AT", UNIT_TEXT, 24, "kernel function that took the held lock",
	  false },
	{ "taken_symbol", "TAKEN AT", UNIT_TEXT, 24, "kernel function that took the other lock",
	  false },
	{ "time_ns", "TIME", UNIT_ID, 0, "of the example, nanoseconds of the capture's clock",
	  true },
	{ "held_lock", "LOCK", UNIT_TEXT, 0, "address of the held lock", true },
	{ "taken_lock", "LOCK", UNIT_TEXT, 0, "address of the other lock", true },
	{ "held_stack", "STACK", UNIT_STACK, 0, "stack that took the held lock", true },
	{ "taken_stack", "STACK", UNIT_STACK, 0, "stack that took the other lock", true },
	{ 0 },
};

const struct table_def order_table = {
	.name = "order",
	.title = "Lock order",
	.help = "which classes of locks were taken while others were held",
	.sql = analysis_report_order_sql,
	.columns = order_columns,
	.sort = "inversion",
	.sight = SIGHT_ORDER,
	.unfiltered = FILTER_THREAD | FILTER_TIME,
};

static const struct column walks_columns[] = {
	{ "kind", "KIND", UNIT_TEXT, 5, "kind of the folio: anon, file or ksm", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "purpose of the walk", false },
	{ "rmap_one", "FUNCTION", UNIT_TEXT, 24, "kernel function that is called for each VMA",
	  false },
	{ "nr_walks", "WALKS", UNIT_COUNT, 10, "walks that have a duration", false },
	{ "nr_vmas", "VMAS", UNIT_COUNT, 10, "VMAs that they visited; -: not all were counted",
	  false },
	{ "walk_ns", "WALK ms", UNIT_NS, 12, "sum of their durations", false },
	{ "p50_ns", "P50 ms", UNIT_NS, 10, "half of them were shorter (within 1.6 %)", false },
	{ "p99_ns", "P99 ms", UNIT_NS, 10, "99 % of them were shorter (within 1.6 %)", false },
	{ "max_ns", "MAX ms", UNIT_NS, 10, "longest of them", false },
	{ "nr_retries", "RETRIES", UNIT_COUNT, 8, "times that they restarted; -: not traced",
	  false },
	{ "retries_per_walk", "PER WALK", UNIT_ID, 8, "retries per walk", false },
	{ "nr_contended", "CONTEND", UNIT_COUNT, 8, "walks given up because a lock was taken",
	  false },
	{ "nr_uncertain", "UNCERT", UNIT_COUNT, 6,
	  "walks that overlap lost events: counted, but in no duration", false },
	{ 0 },
};

const struct table_def walks_table = {
	.name = "walks",
	.title = "Rmap walks",
	.help = "the cost of rmap walks, by kind and purpose",
	.sql = analysis_report_walks_sql,
	.columns = walks_columns,
	.sort = "walk_ns",
	.sight = SIGHT_WALKS,
	.unfiltered = FILTER_THREAD | FILTER_CLASS | FILTER_TIME,
};
