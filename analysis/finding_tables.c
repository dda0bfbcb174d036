// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sections of findings: storms, stragglers, the order of locks, and what walks
 * cost.
 */
#include "analysis/finding_tables.h"
#include "analysis/filter.h"
#include "schema/fragments.h"

static const struct column storms_columns[] = {
	{ "kind", "KIND", UNIT_TEXT, 5, "walks that start over (retry) or are given up (skip)",
	  false },
	{ "lock", "LOCK", UNIT_TEXT, 16, "anon_vma root that the folios left", false },
	{ "nr_events", "EVENTS", UNIT_COUNT, 8, "retries or skips", false },
	{ "peak_per_s", "PEAK/s", UNIT_COUNT, 8, "most in any second", false },
	{ "start_ns", "START", UNIT_ID, 0, "its first event, nanoseconds of the capture's clock",
	  true },
	{ "duration_ns", "LASTED ms", UNIT_NS, 12, "from its first to its last event", false },
	{ "outcome", "STATE", UNIT_TEXT, 8, "acquired: over; open: not yet", false },
	{ "nr_walkers", "WALKERS", UNIT_COUNT, 7, "threads that walked", false },
	{ "walker_process", "WALKER", UNIT_TEXT, 15, "process of the one with most events", false },
	{ "walker_comm", "THREAD", UNIT_TEXT, 15, "its name", false },
	{ "walker_tid", "TID", UNIT_ID, 7, "its id", false },
	{ "walker_role", "ROLE", UNIT_TEXT, 13, "on behalf of what it walked", false },
	{ "nr_movers", "MOVERS", UNIT_COUNT, 6, "threads that moved folios meanwhile", false },
	{ "nr_moves", "MOVES", UNIT_COUNT, 8, "folios that they moved off or onto the lock",
	  false },
	{ "mover_process", "MOVER", UNIT_TEXT, 15, "process of the one with most moves", false },
	{ "mover_comm", "THREAD", UNIT_TEXT, 15, "its name", false },
	{ "mover_tid", "TID", UNIT_ID, 7, "its id", false },
	{ "from_vma", "FROM", UNIT_TEXT, 25, "VMA that most moves left", false },
	{ "to_vma", "TO", UNIT_TEXT, 25, "VMA that most moves went to", false },
	{ 0 },
};

const struct table_def storms_table = {
	.name = "storms",
	.title = "Storms",
	.help = "bursts of walks that start over or are given up, and who moved the folios",
	.sql = "SELECT kind, lock, nr_events, peak_per_s, start_ns, duration_ns, outcome, "
	       "nr_walkers, walker_process, walker_comm, walker_tid, walker_role, nr_movers, "
	       "nr_moves, mover_process, mover_comm, mover_tid, "
	       "iif(from_end, printf('%x-%x', from_start, from_end), NULL) AS from_vma, "
	       "iif(to_end, printf('%x-%x', to_start, to_end), NULL) AS to_vma "
	       "FROM storms ORDER BY nr_events DESC, id",
	.columns = storms_columns,
	.sort = 2,
	.sight = SIGHT_STORMS,
};

static const struct column stragglers_columns[] = {
	{ "time_ns", "TIME", UNIT_ID, 0, "entry set, nanoseconds of the capture's clock", true },
	{ "process", "MIGRATED BY", UNIT_TEXT, 15, "process that migrates", false },
	{ "comm", "THREAD", UNIT_TEXT, 15, "its thread", false },
	{ "tid", "TID", UNIT_ID, 7, "its id", false },
	{ "address", "ADDRESS", UNIT_TEXT, 16, "user address of the entry", false },
	{ "nr_pages", "PAGES", UNIT_COUNT, 5, "entries left behind", false },
	{ "why", "WHY", UNIT_TEXT, 11, "what hid it", false },
	{ "other_process", "BY", UNIT_TEXT, 15, "process that moved its page tables", false },
	{ "other_comm", "THREAD", UNIT_TEXT, 15, "its thread", false },
	{ "other_tid", "TID", UNIT_ID, 7, "its id", false },
	{ "other_ns", "SINCE", UNIT_ID, 0, "when that began", true },
	{ 0 },
};

const struct table_def stragglers_table = {
	.name = "stragglers",
	.title = "Migration entries left behind",
	.help = "set, and hidden from the walk that should have removed them",
	.sql = "SELECT time_ns, process, comm, tid, address, nr_pages, why, other_process, "
	       "other_comm, other_tid, other_ns FROM stragglers ORDER BY time_ns, id",
	.columns = stragglers_columns,
	.sort = 0,
	.sight = SIGHT_STRAGGLERS,
	.unfiltered = FILTER_CLASS,
};

static const struct column order_columns[] = {
	{ "held", "HELD", UNIT_TEXT, 11, "class of the lock that was held", false },
	{ "taken", "TAKEN", UNIT_TEXT, 11, "class of the lock that was taken meanwhile", false },
	{ "nr_taken", "TAKEN", UNIT_COUNT, 10, "times, waiting for it if need be", false },
	{ "nr_tried", "TRIED", UNIT_COUNT, 10,
	  "times by a try-lock, or not known to have been able to wait", false },
	{ "documented", "ORDER", UNIT_ID, 5,
	  "1: as mm/rmap.c documents; 0: against it; -: it has none", false },
	{ "inversion", "INVERSION", UNIT_ID, 9, "1: against it, and could wait", false },
	{ "process", "FIRST BY", UNIT_TEXT, 15, "process of the first example", false },
	{ "comm", "THREAD", UNIT_TEXT, 15, "its thread", false },
	{ "tid", "TID", UNIT_ID, 7, "its id", false },
	{ "held_symbol", "HELD AT", UNIT_TEXT, 24, "kernel function that took the first", false },
	{ "taken_symbol", "TAKEN AT", UNIT_TEXT, 24, "kernel function that took the second",
	  false },
	{ "time_ns", "TIME", UNIT_ID, 0, "of the example, nanoseconds of the capture's clock",
	  true },
	{ "held_lock", "LOCK", UNIT_TEXT, 0, "address of the first", true },
	{ "taken_lock", "LOCK", UNIT_TEXT, 0, "address of the second", true },
	{ "held_stack", "STACK", UNIT_TEXT, 0, "where the first was taken", true },
	{ "taken_stack", "STACK", UNIT_TEXT, 0, "where the second was taken", true },
	{ 0 },
};

const struct table_def order_table = {
	.name = "order",
	.title = "Lock order",
	.help = "which classes of locks were taken while others were held",
	.sql = "SELECT held, taken, nr_taken, nr_tried, documented, inversion, process, comm, tid, "
	       "held_symbol, taken_symbol, time_ns, held_lock, taken_lock, held_stack, taken_stack "
	       "FROM lock_order ORDER BY inversion IS 1 DESC, held, taken, time_ns",
	.columns = order_columns,
	.sort = 5,
	.sight = SIGHT_ORDER,
	.unfiltered = FILTER_THREAD | FILTER_TIME,
};

static const struct column walks_columns[] = {
	{ "kind", "KIND", UNIT_TEXT, 5, "through what the VMAs are found", false },
	{ "role", "ROLE", UNIT_TEXT, 13, "what the walk is for", false },
	{ "rmap_one", "FUNCTION", UNIT_TEXT, 24, "kernel function that is called for each VMA",
	  false },
	{ "nr_walks", "WALKS", UNIT_COUNT, 10, "walks that have a duration", false },
	{ "nr_vmas", "VMAS", UNIT_COUNT, 10, "VMAs that they visited", false },
	{ "walk_ns", "WALK ms", UNIT_NS, 12, "sum of their durations", false },
	{ "p50_ns", "P50 ms", UNIT_NS, 10, "half of them were no longer, within 1.6 %", false },
	{ "p99_ns", "P99 ms", UNIT_NS, 10, "all but a hundredth were no longer, within 1.6 %",
	  false },
	{ "max_ns", "MAX ms", UNIT_NS, 10, "longest of them", false },
	{ "nr_retries", "RETRIES", UNIT_COUNT, 8, "times that they started over", false },
	{ "retries_per_walk", "PER WALK", UNIT_ID, 8, "retries for each walk", false },
	{ "nr_contended", "CONTEND", UNIT_COUNT, 8, "given up at a lock that was taken", false },
	{ "nr_uncertain", "UNCERT", UNIT_COUNT, 6, "walks cut by lost events: counted, never timed",
	  false },
	{ 0 },
};

#define WALK_KIND LABEL(walk_kind, r.kind)
#define WALK_ROLE LABEL(role, s.role)

/* As view walk_cost, with quantiles: plain SQL has none. */
const struct table_def walks_table = {
	.name = "walks",
	.title = "Rmap walks",
	.help = "what they cost, by kind and purpose",
	.sql = "SELECT " WALK_KIND " AS kind, " WALK_ROLE " AS role, "
	       "s.symbol AS rmap_one, sum(r.nr_walks) AS nr_walks, sum(r.nr_vmas) AS nr_vmas, "
	       "sum(r.walk_ns) AS walk_ns, hist_quantile(hist_merge(r.hist), 0.5) AS p50_ns, "
	       "hist_quantile(hist_merge(r.hist), 0.99) AS p99_ns, "
	       "iif(sum(r.nr_walks), max(r.max_walk_ns), NULL) AS max_ns, "
	       "sum(r.nr_retries) AS nr_retries, "
	       "round(1.0 * sum(r.nr_retries) / nullif(sum(r.nr_walks), 0), 4) "
	       "AS retries_per_walk, sum(r.nr_contended) AS nr_contended, "
	       "sum(r.nr_uncertain) AS nr_uncertain "
	       "FROM walk_rollup r LEFT JOIN site s ON s.id = r.site_id "
	       "GROUP BY r.kind, r.site_id ORDER BY sum(r.walk_ns) DESC, r.kind, r.site_id",
	.columns = walks_columns,
	.sort = 5,
	.sight = SIGHT_WALKS,
	.unfiltered = FILTER_THREAD | FILTER_CLASS | FILTER_TIME,
};
