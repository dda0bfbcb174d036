/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of SQL that many queries share, as macros for C strings. A query in C puts them
 * between its strings. A file analysis/NAME.sql uses them in the same way, each on one
 * line; schema/embed.sh expands them.
 *
 * The values of enums.def are written OUTCOME_OPEN in a file, but not within a macro, and
 * SQL_OUTCOME_OPEN (from schema/sql.h) in C.
 */
#ifndef RMAPSCOPE_FRAGMENTS_H
#define RMAPSCOPE_FRAGMENTS_H

/* The label of @value in @domain of enums.def. */
#define LABEL(domain, value)                                                                       \
	"(SELECT label FROM enum WHERE domain = '" #domain "' AND value = " #value ")"

/* The name of lock @l: its address, with #N if that was reused for the Nth time. */
#define LOCK_NAME(l)                                                                               \
	"printf('%x', " #l ".address) || CASE " #l ".generation WHEN 0 THEN '' ELSE '#' || " #l    \
	".generation END"

/* The time of the first event. Its difference to a time is one since the start of the capture. */
#define FIRST_NS() "(SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'first_ns')"

/* An address range as in /proc/PID/maps; NULL if @end is. */
#define ADDRESS_RANGE(start, end)                                                                  \
	"iif(" #end " IS NULL, NULL, printf('%x-%x', " #start ", " #end "))"

/* Of VMA @v, which may be the row of a LEFT JOIN without one: its range; its name or else that. */
#define VMA_RANGE(v) ADDRESS_RANGE(v.start, v.end)
#define VMA_NAME(v)  "coalesce(" #v ".name, " VMA_RANGE(v) ")"

/* When wait @w, which has a duration, was woken last: since then it waits for a CPU. */
#define FREED_NS(w)                                                                                \
#w ".start_ns + " #w ".duration_ns - coalesce(" #w ".runnable_ns - coalesce(" #w           \
	   ".early_runnable_ns, 0), 0)"

/* Helpers of the macros below; arguments are strings. @from: the tables that hold the time. */
#define ID_ABOVE(table, from, time)                                                                \
	"coalesce((SELECT " table "_id FROM " from " WHERE checkpoint.time_ns <= " time            \
	" ORDER BY checkpoint.time_ns DESC LIMIT 1), 0)"
#define ID_BELOW(table, from, time_is)                                                             \
	"coalesce((SELECT " table "_id FROM " from " WHERE checkpoint.time_ns " time_is            \
	" ORDER BY checkpoint.time_ns LIMIT 1), 9223372036854775807)"

/*
 * Bounds on ids, from table checkpoint, to read only a part of @table. Rows that ended
 * after @time have ids above ID_BEFORE(). Rows that ended before it have ids up to
 * ID_UNTIL(). The bounds are not exact: a query must also compare the times.
 */
#define ID_BEFORE(table, time) ID_ABOVE(#table, "checkpoint", #time)
#define ID_UNTIL(table, time)  ID_BELOW(#table, "checkpoint", ">= " #time)

/* Whether row @id of @table may have ended in the window: at or after :start_ns, before :end_ns. */
#define ID_IN_WINDOW(id, table)                                                                    \
#id " > " ID_ABOVE(#table, "checkpoint",                                                   \
			   ":start_ns") " AND " #id                                                \
					" <= " ID_BELOW(#table, "checkpoint", ">= :end_ns")

/* Whether row @row of @table has a duration and ended in the window. */
#define ENDED_IN_WINDOW(row, table)                                                                \
	ID_IN_WINDOW(row.id, table)                                                                \
	" AND " #row ".duration_ns IS NOT NULL"                                                    \
	" AND " #row ".start_ns + " #row ".duration_ns >= :start_ns"                               \
	" AND " #row ".start_ns + " #row ".duration_ns < :end_ns"

/* Whether a sum of @second is of the window. */
#define SECOND_IN_WINDOW(second)                                                                   \
#second " >= :start_ns / 1000000000 AND " #second " <= (:end_ns - 1) / 1000000000"

/* As ID_IN_WINDOW(), from @start to @end, both inclusive, which are columns of table @of. */
#define ID_IN_SPAN(id, table, of, start, end)                                                      \
#id " > " ID_ABOVE(#table, "checkpoint, " #of,                                             \
			   #start) " AND " #id                                                     \
				   " <= " ID_BELOW(#table, "checkpoint, " #of, "> " #end)

/* The last checkpoint until @time: its columns. Rows that ended later have higher ids. */
#define LAST_CHECKPOINT(time, ...)                                                                 \
	"SELECT " #__VA_ARGS__ " FROM checkpoint WHERE time_ns <= " #time                          \
	" ORDER BY time_ns DESC LIMIT 1"

/* The checkpoints after @time, in their order. */
#define LATER_CHECKPOINTS(time, ...)                                                               \
	"SELECT " #__VA_ARGS__ " FROM checkpoint WHERE time_ns > " #time " ORDER BY time_ns"

/*
 * The ranges of ids above first, up to last, with the rows of @table that ended after @time and
 * may have begun before it: those between two checkpoints whose earliest start is not later.
 */
#define ID_RANGES(table, time)                                                                     \
	"SELECT coalesce((SELECT " #table "_id FROM checkpoint p WHERE p.time_ns < c.time_ns"      \
	" ORDER BY p.time_ns DESC LIMIT 1), 0) AS first, c." #table "_id AS last"                  \
	" FROM checkpoint c WHERE c.time_ns > " #time " AND coalesce(c." #table                    \
	"_min_ns, 0) <= " #time

#endif
