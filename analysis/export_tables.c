// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/export_tables.h"

#include "analysis/stack_sums.h"
#include "schema/sql.h"

/* clang-format off */
#define WAITER								\
	{ "process", "", UNIT_TEXT, 0, "", false },			\
	{ "comm", "", UNIT_TEXT, 0, "", false },			\
	{ "stack", "", UNIT_STACK, 0, "", false },			\
	{ "wait_ns", "", UNIT_NS, 0, "", false },			\
	{ 0 }
/* clang-format on */

static const struct column by_waiter_columns[] = { WAITER };

const struct table_def export_by_waiter = {
	.name = "waits",
	.make = stack_sums_make,
	.sql = analysis_export_by_waiter_sql,
	.columns = by_waiter_columns,
	.sight = SIGHT_WAITS,
};

const struct table_def page_flame = {
	.name = "flame",
	.title = "Where threads wait",
	.help = "a box is a thread or a function, as wide as the time waited in it; its caller is below",
	.make = stack_sums_make,
	.sql = analysis_export_by_waiter_sql,
	.columns = by_waiter_columns,
	.sight = SIGHT_WAITS,
};

static const struct column by_holder_columns[] = {
	{ "holder", "", UNIT_TEXT, 0, "", false },
	WAITER,
};

const struct table_def export_by_holder = {
	.name = "waits",
	.sql = analysis_export_by_holder_sql,
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
	.sql = analysis_export_by_label_sql,
	.columns = by_label_columns,
	.sight = SIGHT_WAITS,
};
