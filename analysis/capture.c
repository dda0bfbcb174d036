// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/capture.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "analysis/filter.h"
#include "analysis/watched.h"
#include "lib/clock.h"
#include "lib/process.h"
#include "lib/saturate.h"
#include "schema/sql.h"

static const struct column totals_columns[] = {
	{ "nr_open", "", UNIT_COUNT, 0, "", false },
	{ "first_open_ns", "", UNIT_NS, 0, "", false },
	{ "nr_open_all", "", UNIT_COUNT, 0, "", false },
	{ "nr_lost", "", UNIT_COUNT, 0, "", false },
	{ "nr_gaps", "", UNIT_COUNT, 0, "", false },
	{ "nr_uncounted", "", UNIT_COUNT, 0, "", false },
	{ 0 },
};

static const struct table_def totals = {
	.name = "totals",
	.sql = analysis_totals_sql,
	.columns = totals_columns,
};

/* Refuse times that would overflow in calculations. */
static int check_range(const char *key, int64_t value, int64_t min, struct db *db,
		       struct error *err)
{
	if (value >= min && value <= TIME_NS_MAX)
		return 0;
	return error_set(err, -EBADMSG, "%s is damaged: %s of table meta is %" PRId64, db_path(db),
			 key, value);
}

static int read_totals(struct capture_info *info, struct db *db, struct error *err)
{
	char reason[SEEN_REASON_LEN];
	struct table t;
	int ret = seen_reason(reason, db, SIGHT_WAITS, err);

	info->sees_waits = !reason[0];
	if (!ret)
		ret = table_read(&t, &totals, db, NULL, err);
	if (ret)
		return ret;
	info->nr_open = cell_int(&t.cells[0], 0);
	if (t.cells[1].type == CELL_INT && info->last_ns > t.cells[1].i)
		info->longest_open_ns = sat_sub(info->last_ns, t.cells[1].i);
	info->nr_open_all = cell_int(&t.cells[2], 0);
	info->nr_lost = cell_int(&t.cells[3], 0);
	info->nr_gaps = cell_int(&t.cells[4], 0);
	info->nr_uncounted = cell_int(&t.cells[5], 0);
	table_free(&t);
	return 0;
}

/* The process that records it. Older versions did not write it. */
static int read_recorder(struct capture_info *info, struct db *db, struct error *err)
{
	char recorder[96];
	int pid, ret = db_meta_text(db, "recorder", recorder, sizeof(recorder), err);

	if (ret)
		return ret == -ENOENT ? 0 : ret;
	info->recorder_gone = !process_runs(recorder, &pid);
	info->recorder_pid = info->recorder_gone ? 0 : pid;
	return 0;
}

int capture_info_read(struct capture_info *info, struct db *db, struct error *err)
{
	const struct {
		const char *key;
		char *value;
		unsigned int room;
	} texts[] = {
		{ "host", info->host, sizeof(info->host) },
		{ "kernel_release", info->kernel, sizeof(info->kernel) },
		{ "profile", info->profile, sizeof(info->profile) },
		{ "source", info->source, sizeof(info->source) },
		{ "clock", info->clock, sizeof(info->clock) },
		{ "limits", info->limits, sizeof(info->limits) },
		{ "trouble", info->trouble, sizeof(info->trouble) },
		{ "error", info->failure, sizeof(info->failure) },
		{ "asleep", info->asleep, sizeof(info->asleep) },
	};
	const struct {
		const char *key;
		int64_t *value;
		int64_t min;
	} ints[] = {
		{ "first_ns", &info->first_ns, 0 },
		{ "last_ns", &info->last_ns, 0 },
		{ "nr_events", &info->nr_events, 0 },
		{ "nr_waits", &info->nr_waits, 0 },
		{ "nr_uncertain", &info->nr_uncertain, 0 },
		{ "kept_from_ns", &info->kept_from_ns, 0 },
		{ "rollups_from_ns", &info->rollups_from_ns, 0 },
		{ "names_from_ns", &info->names_from_ns, 0 },
		{ "clock_offset_ns", &info->clock_offset_ns, -TIME_NS_MAX },
		{ "boot_offset_ns", &info->boot_offset_ns, 0 },
	};
	char state[16] = "";
	unsigned int i;
	int ret = 0;

	memset(info, 0, sizeof(*info));
	info->boot_offset_ns = -1;
	for (i = 0; !ret && i < sizeof(texts) / sizeof(*texts); i++) {
		ret = db_meta_text(db, texts[i].key, texts[i].value, texts[i].room, err);
		if (ret == -ENOENT)
			ret = 0;
	}
	for (i = 0; !ret && i < sizeof(ints) / sizeof(*ints); i++) {
		ret = db_meta_int(db, ints[i].key, ints[i].value, err);
		if (!ret)
			ret = check_range(ints[i].key, *ints[i].value, ints[i].min, db, err);
		if (ret == -ENOENT)
			ret = 0;
	}
	if (!ret && info->last_ns < info->first_ns && info->last_ns)
		ret = check_range("last_ns", info->last_ns, info->first_ns, db, err);
	if (!ret)
		ret = db_meta_text(db, "state", state, sizeof(state), err);
	if (ret && ret != -ENOENT)
		return ret;
	info->recording = !strcmp(state, "recording");
	if (!info->recording)
		info->trouble[0] = info->failure[0] = '\0';
	ret = info->recording ? read_recorder(info, db, err) : 0;
	if (ret)
		return ret;
	return read_totals(info, db, err);
}

const char *capture_lost_format(char *buf, size_t room, const struct capture_info *info,
				bool grouped)
{
	const struct column count = { .unit = grouped ? UNIT_COUNT : UNIT_ID };
	const struct cell cell = { .type = CELL_INT, .i = info->nr_lost };
	char number[32];

	cell_format(number, sizeof(number), &count, &cell);
	if (info->nr_uncounted && !info->nr_lost)
		snprintf(buf, room, "-");
	else
		snprintf(buf, room, "%s%s", info->nr_uncounted ? "at least " : "", number);
	return buf;
}

struct window capture_window(const struct capture_info *info, int64_t end_ns, unsigned int seconds)
{
	const int64_t sec = NSEC_PER_SEC;
	struct window w = { .end_ns = end_ns };

	w.start_ns = ((end_ns - 1) / sec - seconds + 1) * sec;
	if (w.start_ns < info->first_ns / sec * sec)
		w.start_ns = info->first_ns / sec * sec;
	if (w.start_ns < info->rollups_from_ns)
		w.start_ns = info->rollups_from_ns;
	if (w.end_ns <= w.start_ns)
		w.end_ns = w.start_ns + 1;
	return w;
}

struct window capture_whole(const struct capture_info *info)
{
	/* the last event is part of the window */
	return capture_window(info, info->last_ns + 1, UINT_MAX);
}

int capture_rate(struct db *db, int64_t end_ns, int64_t *rate, unsigned int nr, struct error *err)
{
	const int64_t end_s = (end_ns - 1) / (int64_t)NSEC_PER_SEC + 1;
	sqlite3_stmt *stmt;
	int rc, ret;

	memset(rate, 0, nr * sizeof(*rate));
	ret = db_prepare(db,
			 "SELECT second, nr_waits FROM second_rollup "
			 "WHERE second >= ? AND second < ?",
			 &stmt, err);
	if (ret)
		return ret;
	sqlite3_bind_int64(stmt, 1, end_s - nr);
	sqlite3_bind_int64(stmt, 2, end_s);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		/* a damaged table may return rows outside the range */
		const int64_t at = sat_sub(sqlite3_column_int64(stmt, 0), end_s - nr);

		if (at >= 0 && at < nr)
			rate[at] = sqlite3_column_int64(stmt, 1);
	}
	ret = rc == SQLITE_DONE ? 0 : db_fail(db, err);
	db_release(db, stmt);
	return ret;
}

enum rates_column {
	RATES_RETRIES,
	RATES_MOVES,
	RATES_FROM,
	RATES_TO,
	RATES_STORMS,
};

static const struct column rates_columns[] = {
	[RATES_RETRIES] = { "nr_retries", "", UNIT_ID, 0, "", false },
	[RATES_MOVES] = { "nr_moves", "", UNIT_ID, 0, "", false },
	[RATES_FROM] = { "from_ns", "", UNIT_ID, 0, "", false },
	[RATES_TO] = { "to_ns", "", UNIT_ID, 0, "", false },
	[RATES_STORMS] = { "nr_storms", "", UNIT_ID, 0, "", false },
	{ 0 },
};

static const struct table_def rates_def = {
	.name = "rates",
	.sql = analysis_rates_sql,
	.columns = rates_columns,
};

/* A number above 0 is known. 0 is known only if the events were recorded; otherwise -1. */
static int read_rate(double *rate, double value, struct db *db, enum sight what, struct error *err)
{
	char reason[SEEN_REASON_LEN];
	int ret = seen_reason(reason, db, what, err);

	*rate = value > 0 || !reason[0] ? value : -1;
	return ret;
}

/* A count as a rate over @ns; negative: unknown. */
static double rate_of(const struct cell *nr, int64_t ns)
{
	return nr->type == CELL_INT && ns ? nr->i * 1e9 / ns : -1;
}

int capture_rates_read(struct capture_rates *rates, struct db *db, const struct window *window,
		       struct error *err)
{
	double nr_storms = -1;
	struct window counted;
	const struct cell *row;
	int64_t ns = 0;
	struct table t;
	int ret = table_read(&t, &rates_def, db, window, err);

	*rates = (struct capture_rates){ -1, -1, -1 };
	if (ret)
		return ret;
	row = t.rows[0];
	counted.start_ns = cell_int(&row[RATES_FROM], 0);
	counted.end_ns = cell_int(&row[RATES_TO], 0);
	/* retries and moves are only counted: no filter can be applied */
	if (!filter_of(db) || !filter_parts(filter_of(db)))
		ret = watched_ns(&ns, db, &counted, err);
	if (!ret)
		ret = read_rate(&rates->retries_per_s, rate_of(&row[RATES_RETRIES], ns), db,
				SIGHT_RETRIES, err);
	if (!ret)
		ret = read_rate(&rates->moves_per_s, rate_of(&row[RATES_MOVES], ns), db,
				SIGHT_MOVES, err);
	if (!ret)
		ret = read_rate(&nr_storms, cell_int(&row[RATES_STORMS], -1), db, SIGHT_STORMS,
				err);
	rates->nr_storms = nr_storms;
	table_free(&t);
	return ret;
}

static const struct column open_columns[] = {
	{ "nr_open", "", UNIT_COUNT, 0, "", false },
	{ "longest_ns", "", UNIT_NS, 0, "", false },
	{ 0 },
};

static const struct table_def open_def = {
	.name = "open_at",
	.sql = analysis_open_at_sql,
	.columns = open_columns,
};

int capture_open_at(int64_t *nr_open, int64_t *longest_ns, struct db *db,
		    const struct window *window, struct error *err)
{
	struct table t;
	int ret = table_read(&t, &open_def, db, window, err);

	if (ret)
		return ret;
	*nr_open = cell_int(&t.cells[0], 0);
	*longest_ns = cell_int(&t.cells[1], 0);
	table_free(&t);
	return 0;
}

static const struct column event_columns[] = {
	{ "kind", "", UNIT_TEXT, 0, "", false },
	{ "start_ns", "", UNIT_ID, 0, "", false },
	{ "end_ns", "", UNIT_ID, 0, "", false },
	{ 0 },
};

static const struct table_def next_event = {
	.name = "next_event",
	.sql = analysis_next_event_sql,
	.columns = event_columns,
};

static const struct table_def previous_event = {
	.name = "previous_event",
	.sql = analysis_previous_event_sql,
	.columns = event_columns,
};

int capture_find_event(struct capture_event *event, struct db *db, int64_t time_ns, int step,
		       struct error *err)
{
	const struct param at[] = { { step > 0 ? "after_ns" : "before_ns", time_ns }, { 0 } };
	struct table t;
	int ret = table_read_of(&t, step > 0 ? &next_event : &previous_event, db, NULL, at, err);

	if (ret)
		return ret;
	if (t.nr_rows) {
		snprintf(event->kind, sizeof(event->kind), "%s", cell_text(&t.cells[0]));
		event->start_ns = cell_int(&t.cells[1], 0);
		event->end_ns = cell_int(&t.cells[2], event->start_ns);
	} else {
		ret = -ENOENT;
	}
	table_free(&t);
	return ret;
}

const struct table_def *const capture_tables[] = {
	&totals, &rates_def, &open_def, &next_event, &previous_event, NULL,
};
