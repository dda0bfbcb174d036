// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/export_tables.h"

/* clang-format off */
#define WAITER								\
	{ "process", "", UNIT_TEXT, 0, "", false },			\
	{ "comm", "", UNIT_TEXT, 0, "", false },			\
	{ "stack", "", UNIT_STACK, 0, "", false },			\
	{ "wait_ns", "", UNIT_NS, 0, "", false },			\
	{ 0 }
/* clang-format on */

#define WAITS                                                                                      \
	"p.comm AS process, t.comm, k.frames AS stack, sum(w.duration_ns) AS wait_ns FROM wait w " \
	"JOIN task t ON t.id = w.task_id LEFT JOIN process p ON p.id = t.process_id "              \
	"LEFT JOIN stack k ON k.id = w.stack_id LEFT JOIN task h ON h.id = w.holder_task_id "      \
	"WHERE w.duration_ns IS NOT NULL "

static const struct column by_waiter_columns[] = { WAITER };

const struct table_def export_by_waiter = {
	.name = "waits",
	.sql = "SELECT " WAITS "GROUP BY p.comm, t.comm, w.stack_id "
	       "ORDER BY p.comm, t.comm, w.stack_id",
	.columns = by_waiter_columns,
	.sort = SORT_AS_READ,
	.sight = SIGHT_WAITS,
};

static const struct column by_holder_columns[] = {
	{ "holder", "", UNIT_TEXT, 0, "", false },
	WAITER,
};

const struct table_def export_by_holder = {
	.name = "waits",
	.sql = "SELECT coalesce('held by ' || h.comm, 'held by an unknown thread') AS holder, " WAITS
	       "GROUP BY 1, p.comm, t.comm, w.stack_id ORDER BY 1, p.comm, t.comm, w.stack_id",
	.columns = by_holder_columns,
	.sort = SORT_AS_READ,
	.sight = SIGHT_WAITS,
};
