// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/page_tables.h"

#include "schema/sql.h"

static const struct column matrix_columns[] = {
	{ "waiter_nr", "", UNIT_ID, 0, "number of the waiter", true },
	{ "comm", "THREAD", UNIT_TEXT, 15, "thread that waited", false },
	{ "process", "WAITED", UNIT_TEXT, 15, "process that waited", false },
	{ "tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "holder_nr", "", UNIT_ID, 0, "number of what was waited for", true },
	{ "cause", "CAUSE", UNIT_TEXT, 17,
	  "held lock, or waiting for a CPU, which no holder caused", false },
	{ "holder_comm", "THREAD", UNIT_TEXT, 15, "thread that held the lock", false },
	{ "holder_process", "FOR", UNIT_TEXT, 15, "process that held the lock", false },
	{ "holder_tgid", "PID", UNIT_ID, 7, "process id", false },
	{ "nr_waits", "WAITS", UNIT_COUNT, 8, "waits that it caused, or a part of them", false },
	{ "wait_ns", "WAIT ms", UNIT_NS, 12, "time waited for it", false },
	{ 0 },
};

const struct table_def blame_matrix = {
	.name = "blame_matrix",
	.title = "Who waits for whom",
	.help = "a row per waiter, a column for who held the lock; shaded by WAIT ms",
	.make = blame_matrix_make,
	.sql = analysis_blame_matrix_sql,
	.columns = matrix_columns,
	.sight = SIGHT_WAITS,
};
