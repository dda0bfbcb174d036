// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/export_tables.h"

#include "analysis/stack_sums.h"
#include "schema/fragments.h"

/* clang-format off */
#define WAITER								\
	{ "process", "", UNIT_TEXT, 0, "", false },			\
	{ "comm", "", UNIT_TEXT, 0, "", false },			\
	{ "stack", "", UNIT_STACK, 0, "", false },			\
	{ "wait_ns", "", UNIT_NS, 0, "", false },			\
	{ 0 }
/* clang-format on */

/* The waits that have a duration. */
#define FROM_WAITS                                                                                 \
	"FROM wait w JOIN task t ON t.id = w.task_id LEFT JOIN process p ON p.id = t.process_id "  \
	"LEFT JOIN stack k ON k.id = w.stack_id LEFT JOIN task h ON h.id = w.holder_task_id "

#define WAITS                                                                                      \
	"p.comm AS process, t.comm, k.frames AS stack, sum(w.duration_ns) AS wait_ns " FROM_WAITS  \
	"WHERE w.duration_ns IS NOT NULL "

static const struct column by_waiter_columns[] = { WAITER };

#define BY_WAITER                                                                                  \
	"SELECT p.comm AS process, t.comm, k.frames AS stack, s.wait_ns FROM stack_sum s "         \
	"JOIN task t ON t.id = s.task_id LEFT JOIN process p ON p.id = t.process_id "              \
	"LEFT JOIN stack k ON k.id = s.stack_id ORDER BY s.id"

const struct table_def export_by_waiter = {
	.name = "waits",
	.make = stack_sums_make,
	.sql = BY_WAITER,
	.columns = by_waiter_columns,
	.sight = SIGHT_WAITS,
};

const struct table_def page_flame = {
	.name = "flame",
	.title = "Where threads wait",
	.help = "a box is a thread or a function, as wide as the time waited in it; its caller is below",
	.make = stack_sums_make,
	.sql = BY_WAITER,
	.columns = by_waiter_columns,
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
	.sight = SIGHT_WAITS,
};

static const struct column by_label_columns[] = {
	{ "process", "", UNIT_TEXT, 0, "", false },
	{ "thread", "", UNIT_TEXT, 0, "", false },
	{ "class", "", UNIT_TEXT, 0, "", false },
	{ "role", "", UNIT_TEXT, 0, "", false },
	{ "vma", "", UNIT_TEXT, 0, "", false },
	{ "holder", "", UNIT_TEXT, 0, "", false },
	{ "holder_source", "", UNIT_TEXT, 0, "", false },
	{ "stack", "", UNIT_STACK, 0, "", false },
	{ "nr_waits", "", UNIT_COUNT, 0, "", false },
	{ "wait_ns", "", UNIT_NS, 0, "", false },
	{ 0 },
};

const struct table_def export_by_label = {
	.name = "waits",
	.sql = "SELECT p.comm AS process, t.comm AS thread, " LABEL(lock_class, l.class) " AS class, " LABEL(
		role,
		s.role) " AS role, "
			"coalesce(v.name, iif(v.id IS NULL, NULL, printf('%x-%x', v.start, v.end))) AS vma, "
			"h.comm AS holder, iif(h.id IS NULL, NULL, " LABEL(
				holder_source,
				w.holder_source) ") AS holder_source, k.frames AS stack, "
						 "count(*) AS nr_waits, sum(w.duration_ns) AS wait_ns " FROM_WAITS
						 "LEFT JOIN lock l ON l.id = w.lock_id LEFT JOIN site s ON s.id = w.site_id "
						 "LEFT JOIN vma v ON v.id = w.vma_id WHERE w.duration_ns IS NOT NULL "
						 "GROUP BY 1, 2, 3, 4, 5, 6, 7, w.stack_id ORDER BY 1, 2, 3, 4, 5, 6, 7, w.stack_id",
	.columns = by_label_columns,
	.sight = SIGHT_WAITS,
};
