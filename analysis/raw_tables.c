// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/raw_tables.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/filter.h"

/* Of tables without rows that a filter selects. */
#define NO_FILTER (FILTER_THREAD | FILTER_CLASS | FILTER_TIME)

/* Names and the facts about a capture are always seen, as gaps in it are. */
#define SIGHT_ALWAYS SIGHT_LOSSES

const struct raw_table raw_tables[] = {
	{ "meta", false, SIGHT_ALWAYS, NO_FILTER },
	{ "enum", false, SIGHT_ALWAYS, NO_FILTER },
	{ "process", false, SIGHT_ALWAYS, NO_FILTER },
	{ "task", false, SIGHT_ALWAYS, NO_FILTER },
	{ "vma", false, SIGHT_ALWAYS, NO_FILTER },
	{ "lock", false, SIGHT_ALWAYS, NO_FILTER },
	{ "site", false, SIGHT_ALWAYS, NO_FILTER },
	{ "stack", false, SIGHT_ALWAYS, NO_FILTER },
	{ "slice", false, SIGHT_ALWAYS, NO_FILTER },
	{ "wait", false, SIGHT_WAITS, 0 },
	{ "wait_part", false, SIGHT_HOLDS, NO_FILTER },
	{ "hold", false, SIGHT_HOLDS, NO_FILTER },
	{ "walk", false, SIGHT_WALKS, NO_FILTER },
	{ "walk_rollup", false, SIGHT_WALKS, NO_FILTER },
	{ "retry", false, SIGHT_RETRIES, NO_FILTER },
	{ "skip", false, SIGHT_STORMS, NO_FILTER },
	{ "move", false, SIGHT_MOVES, NO_FILTER },
	{ "lock_vma", false, SIGHT_LINKS, NO_FILTER },
	{ "checkpoint", false, SIGHT_ALWAYS, NO_FILTER },
	{ "stall", false, SIGHT_STALLS, 0 },
	{ "storm", false, SIGHT_STORMS, 0 },
	{ "straggler", false, SIGHT_STRAGGLERS, FILTER_CLASS },
	{ "order_edge", false, SIGHT_ORDER, FILTER_THREAD | FILTER_TIME },
	{ "loss", false, SIGHT_LOSSES, FILTER_THREAD | FILTER_CLASS },
	{ "rollup", false, SIGHT_WAITS, FILTER_TIME },
	{ "second_rollup", false, SIGHT_WAITS, FILTER_TIME },
	{ "holder_rollup", false, SIGHT_WAITS, FILTER_TIME },
	{ "frame", false, SIGHT_FRAMES, FILTER_CLASS },
	{ "sample_rollup", false, SIGHT_SAMPLES, NO_FILTER },
	{ "cpu_rollup", false, SIGHT_SAMPLES, NO_FILTER },
	{ "waits", true, SIGHT_WAITS, 0 },
	{ "locks", true, SIGHT_ALWAYS, NO_FILTER },
	{ "wait_by_lock", true, SIGHT_WAITS, 0 },
	{ "wait_by_process", true, SIGHT_WAITS, 0 },
	{ "wait_by_task", true, SIGHT_WAITS, 0 },
	{ "wait_by_site", true, SIGHT_WAITS, 0 },
	{ "wait_by_vma", true, SIGHT_WAITS, 0 },
	{ "blame", true, SIGHT_WAITS, 0 },
	{ "holds", true, SIGHT_HOLDS, NO_FILTER },
	{ "walks", true, SIGHT_WALKS, NO_FILTER },
	{ "walk_cost", true, SIGHT_WALKS, NO_FILTER },
	{ "retries", true, SIGHT_RETRIES, NO_FILTER },
	{ "skips", true, SIGHT_STORMS, NO_FILTER },
	{ "moves", true, SIGHT_MOVES, NO_FILTER },
	{ "stalls", true, SIGHT_STALLS, 0 },
	{ "frames", true, SIGHT_FRAMES, FILTER_CLASS },
	{ "missed_frames", true, SIGHT_FRAMES, FILTER_CLASS },
	{ "storms", true, SIGHT_STORMS, 0 },
	{ "stragglers", true, SIGHT_STRAGGLERS, FILTER_CLASS },
	{ "lock_order", true, SIGHT_ORDER, FILTER_THREAD | FILTER_TIME },
	{ "lost", true, SIGHT_LOSSES, FILTER_THREAD | FILTER_CLASS },
	{ 0 },
};

const struct raw_table *raw_table_by_name(const char *name)
{
	const struct raw_table *raw = raw_tables;

	while (raw->name && strcmp(raw->name, name))
		raw++;
	return raw->name ? raw : NULL;
}

/* The text of a stack has line feeds, which are kept. */
static bool is_stack(const char *name)
{
	const size_t len = strlen(name), tail = strlen("stack");

	return !strcmp(name, "frames") || (len >= tail && !strcmp(name + len - tail, "stack"));
}

/* Fill the columns of @def with those of @stmt, and its SQL. Returns 0 or -ENOMEM. */
static int copy_columns(struct table_def *def, struct column *columns, sqlite3_stmt *stmt)
{
	sqlite3_str *s = sqlite3_str_new(NULL);
	int i, nr = sqlite3_column_count(stmt), ret = 0;

	sqlite3_str_appendall(s, "SELECT ");
	for (i = 0; i < nr; i++) {
		const char *name = sqlite3_column_name(stmt, i),
			   *type = sqlite3_column_decltype(stmt, i);

		columns[i].name = name ? strdup(name) : NULL;
		if (!columns[i].name) {
			ret = -ENOMEM;
			break;
		}
		/* counts below 0 are shown as they are: any number may be in a table */
		columns[i].unit = is_stack(name) ? UNIT_STACK : UNIT_TEXT;
		sqlite3_str_appendf(s,
				    type && !strcmp(type, "BLOB") ? "%shex(%s) AS %s"
								  : "%s%s AS %s",
				    i ? ", " : "", name, name);
	}
	sqlite3_str_appendf(s, " FROM %s", def->name);
	def->sql = sqlite3_str_finish(s);
	return def->sql ? ret : -ENOMEM;
}

int raw_table_def(struct table_def **defp, const struct raw_table *raw, struct db *db,
		  struct error *err)
{
	struct table_def *def = calloc(1, sizeof(*def));
	struct column *columns;
	sqlite3_stmt *stmt;
	char sql[64];
	int ret;

	*defp = def;
	if (!def)
		return error_set(err, -ENOMEM, "out of memory");
	def->name = raw->name;
	def->sight = raw->sight;
	def->unfiltered = raw->unfiltered;
	sqlite3_snprintf(sizeof(sql), sql, "SELECT * FROM %s LIMIT 0", raw->name);
	ret = db_prepare(db, sql, &stmt, err);
	if (ret)
		return ret;
	columns = calloc(sqlite3_column_count(stmt) + 1, sizeof(*columns));
	def->columns = columns;
	ret = columns ? copy_columns(def, columns, stmt) : -ENOMEM;
	db_release(db, stmt);
	return ret ? error_set(err, ret, "out of memory") : 0;
}

void raw_table_free(struct table_def *def)
{
	const struct column *col;

	if (!def)
		return;
	for (col = def->columns; col && col->name; col++)
		free((char *)col->name);
	free((struct column *)def->columns);
	sqlite3_free((char *)def->sql);
	free(def);
}
