// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/perfetto_tables.h"

#include "analysis/filter.h"
#include "schema/sql.h"

static const struct column thread_columns[] = {
	[THREAD_ID] = { "task_id", "", UNIT_ID, 0, "", false },
	[THREAD_PROCESS_ID] = { "process_id", "", UNIT_ID, 0, "", false },
	[THREAD_TID] = { "tid", "", UNIT_ID, 0, "", false },
	[THREAD_TGID] = { "tgid", "", UNIT_ID, 0, "", false },
	[THREAD_COMM] = { "comm", "", UNIT_TEXT, 0, "", false },
	[THREAD_PROCESS] = { "process", "", UNIT_TEXT, 0, "", false },
	{ 0 },
};

const struct table_def perfetto_threads = {
	.name = "threads",
	.sql = analysis_perfetto_threads_sql,
	.columns = thread_columns,
	.sight = SIGHT_LOSSES,
};

/* clang-format off */
#define SLICE								\
	[SLICE_TRACK_ID] = { "track_id", "", UNIT_ID, 0, "", false },	\
	[SLICE_TRACK_NAME] = { "track", "", UNIT_TEXT, 0, "", false },	\
	[SLICE_START_NS] = { "start_ns", "", UNIT_NS, 0, "", false },	\
	[SLICE_DURATION_NS] = { "duration_ns", "", UNIT_NS, 0, "", false }, \
	[SLICE_OPEN] = { "open", "", UNIT_ID, 0, "", false },		\
	[SLICE_NAME] = { "slice", "", UNIT_TEXT, 0, "", false },	\
	[SLICE_HOLDER_ID] = { "holder_id", "", UNIT_ID, 0, "", false },	\
	[SLICE_HELD_NS] = { "held_ns", "", UNIT_NS, 0, "", false }
/* clang-format on */

static const struct column wait_columns[] = {
	SLICE,
	[SLICE_ID] = { "wait_id", "", UNIT_ID, 0, "", true },
	{ "class", "", UNIT_TEXT, 0, "", true },
	{ "lock", "", UNIT_TEXT, 0, "", true },
	{ "mode", "", UNIT_TEXT, 0, "", false },
	{ "role", "", UNIT_TEXT, 0, "", false },
	{ "function", "", UNIT_TEXT, 0, "", false },
	{ "vma", "", UNIT_TEXT, 0, "", false },
	{ "waiter", "", UNIT_TEXT, 0, "", true },
	{ "holder", "", UNIT_TEXT, 0, "", false },
	{ "holder_tid", "", UNIT_ID, 0, "", false },
	{ "holder_role", "", UNIT_TEXT, 0, "", true },
	{ "holder_source", "", UNIT_TEXT, 0, "", true },
	{ "outcome", "", UNIT_TEXT, 0, "", false },
	{ "slept_ns", "", UNIT_NS, 0, "", false },
	{ "runnable_ns", "", UNIT_NS, 0, "", false },
	{ "spun_ns", "", UNIT_NS, 0, "", false },
	{ 0 },
};

const struct table_def perfetto_waits = {
	.name = "waits",
	.sql = analysis_perfetto_waits_sql,
	.columns = wait_columns,
	.sight = SIGHT_WAITS,
};

static const struct column hold_columns[] = {
	SLICE,
	[SLICE_ID] = { "hold_id", "", UNIT_ID, 0, "", false },
	{ "class", "", UNIT_TEXT, 0, "", false },
	{ "lock", "", UNIT_TEXT, 0, "", false },
	{ "mode", "", UNIT_TEXT, 0, "", false },
	{ "role", "", UNIT_TEXT, 0, "", false },
	{ "function", "", UNIT_TEXT, 0, "", false },
	{ "nr_waiters", "", UNIT_COUNT, 0, "", false },
	{ "outcome", "", UNIT_TEXT, 0, "", false },
	{ 0 },
};

const struct table_def perfetto_holds = {
	.name = "holds",
	.sql = analysis_perfetto_holds_sql,
	.columns = hold_columns,
	.sight = SIGHT_HOLDS,
	.unfiltered = FILTER_THREAD | FILTER_CLASS | FILTER_TIME,
};

static const struct column storm_columns[] = {
	SLICE,
	[SLICE_ID] = { "storm_id", "", UNIT_ID, 0, "", false },
	{ "lock", "", UNIT_TEXT, 0, "", false },
	{ "outcome", "", UNIT_TEXT, 0, "", false },
	{ "nr_events", "", UNIT_COUNT, 0, "", false },
	{ "peak_per_s", "", UNIT_COUNT, 0, "", false },
	{ "nr_walkers", "", UNIT_COUNT, 0, "", false },
	{ "nr_movers", "", UNIT_COUNT, 0, "", false },
	{ "nr_moves", "", UNIT_COUNT, 0, "", false },
	{ "walker", "", UNIT_TEXT, 0, "", false },
	{ "mover", "", UNIT_TEXT, 0, "", false },
	{ "from_vma", "", UNIT_TEXT, 0, "", false },
	{ "to_vma", "", UNIT_TEXT, 0, "", false },
	{ 0 },
};

const struct table_def perfetto_storms = {
	.name = "storms",
	.sql = analysis_perfetto_storms_sql,
	.columns = storm_columns,
	.sight = SIGHT_STORMS,
};

static const struct column loss_columns[] = {
	SLICE,
	[SLICE_ID] = { "loss_id", "", UNIT_ID, 0, "", false },
	{ "nr_lost", "", UNIT_COUNT, 0, "", false },
	{ "reason", "", UNIT_TEXT, 0, "", false },
	{ "began", "", UNIT_TEXT, 0, "", false },
	{ 0 },
};

const struct table_def perfetto_losses = {
	.name = "losses",
	.sql = analysis_perfetto_losses_sql,
	.columns = loss_columns,
	.sight = SIGHT_LOSSES,
};

const struct table_def *const perfetto_tables[] = {
	&perfetto_threads, &perfetto_waits,  &perfetto_holds,
	&perfetto_storms,  &perfetto_losses, NULL,
};
