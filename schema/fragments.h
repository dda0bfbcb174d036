/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parts of SQL that many queries have, as C strings: a query in C puts them between
 * its strings. In a file analysis/NAME.sql they are written in the same way, each on
 * one line; schema/embed.sh makes strings of them, too.
 *
 * Likewise the values of enums.def: OUTCOME_OPEN in a file, SQL_OUTCOME_OPEN of
 * schema/sql.h in C.
 */
#ifndef RMAPSCOPE_FRAGMENTS_H
#define RMAPSCOPE_FRAGMENTS_H

/* The label of @value, which is of @domain of enums.def. */
#define LABEL(domain, value)                                                                       \
	"(SELECT label FROM enum WHERE domain = '" #domain "' AND value = " #value ")"

/* How people name lock @l: its address, #N for the Nth life after the first. */
#define LOCK_NAME(l)                                                                               \
	"printf('%x', " #l ".address) || CASE " #l ".generation WHEN 0 THEN '' ELSE '#' || " #l    \
	".generation END"

/* The bounds, as strings: of @table, by a time that is in the tables of @from. */
#define ID_ABOVE(table, from, time)                                                                \
	"coalesce((SELECT " table "_id FROM " from " WHERE checkpoint.time_ns <= " time            \
	" ORDER BY checkpoint.time_ns DESC LIMIT 1), 0)"
#define ID_BELOW(table, from, time_is)                                                             \
	"coalesce((SELECT " table "_id FROM " from " WHERE checkpoint.time_ns " time_is            \
	" ORDER BY checkpoint.time_ns LIMIT 1), 9223372036854775807)"

/*
 * Which rows are read, by table checkpoint: rows of @table that ended after @time have
 * ids above ID_BEFORE(), those that ended before it up to ID_UNTIL(). The bounds are
 * not exact: the rows' own times decide.
 */
#define ID_BEFORE(table, time) ID_ABOVE(#table, "checkpoint", #time)
#define ID_UNTIL(table, time)  ID_BELOW(#table, "checkpoint", ">= " #time)

/* Whether @id, of @table, may have ended in the window: from :start_ns on, before :end_ns. */
#define ID_IN_WINDOW(id, table)                                                                    \
#id " > " ID_ABOVE(#table, "checkpoint",                                                   \
			   ":start_ns") " AND " #id                                                \
					" <= " ID_BELOW(#table, "checkpoint", ">= :end_ns")

/* Likewise from @start to @end, both included, which are columns of table @of. */
#define ID_IN_SPAN(id, table, of, start, end)                                                      \
#id " > " ID_ABOVE(#table, "checkpoint, " #of,                                             \
			   #start) " AND " #id                                                     \
				   " <= " ID_BELOW(#table, "checkpoint, " #of, "> " #end)

#endif
