// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/heatmap_table.h"

#include <errno.h>
#include <math.h>
#include <sqlite3.h>

#include "analysis/views.h"
#include "lib/clock.h"
#include "lib/saturate.h"
#include "schema/hist.h"

/* There is a row for each power of two that has waits. */
#define NR_POWERS 63
#define SEC	  ((int64_t)NSEC_PER_SEC)

static const char seconds_sql[] = "SELECT second, hist FROM second_rollup "
				  "WHERE second >= ? AND second <= ? AND nr_waits > 0 "
				  "ORDER BY second";

struct slots {
	struct table *t;
	struct db *db;
	const struct window *window;
	int64_t first_ns; /* of the capture; -1: unknown */
	int64_t at;	  /* number of the slot that is being summed */
	struct hist hist;
	struct error *err;
};

static void set_int(struct cell *cell, int64_t v)
{
	*cell = (struct cell){ .type = CELL_INT, .i = v };
}

static int put_row(const struct slots *s, unsigned int power, int64_t nr)
{
	const int64_t slot_s = window_slot(s->window);
	const int64_t start_ns = (s->window->start_ns / SEC + s->at * slot_s) * SEC;
	struct cell *row = table_add(s->t);

	if (!row)
		return -ENOMEM;
	if (s->first_ns >= 0)
		set_int(&row[0], start_ns - s->first_ns);
	set_int(&row[1], 1LL << power);
	set_int(&row[2], power + 1 < NR_POWERS ? 2LL << power : INT64_MAX);
	set_int(&row[3], nr);
	set_int(&row[4], start_ns);
	return 0;
}

/* Add the rows of the slot, the longest waits first. */
static int put_slot(struct slots *s)
{
	int64_t nr[NR_POWERS] = { 0 };
	unsigned int power;
	uint32_t i;
	int ret = 0;

	for (i = 0; i < s->hist.nr; i++) {
		/* no bucket crosses a power of two */
		uint64_t ns = hist_bucket_middle(s->hist.bucket[i].number) | 1;

		power = 63 - __builtin_clzll(ns);
		if (power >= NR_POWERS)
			power = NR_POWERS - 1;
		nr[power] = sat_add(nr[power], sat_int(s->hist.bucket[i].count));
	}
	for (power = NR_POWERS; !ret && power-- > 0;)
		if (nr[power])
			ret = put_row(s, power, nr[power]);
	hist_free(&s->hist);
	return ret;
}

static int add_second(struct slots *s, sqlite3_stmt *stmt)
{
	const int64_t second = sat_sub(sqlite3_column_int64(stmt, 0), s->window->start_ns / SEC);
	const int64_t at = second / window_slot(s->window);
	int ret;

	/* a damaged table may return rows outside the range */
	if (second < 0 || second > (s->window->end_ns - 1) / SEC - s->window->start_ns / SEC)
		return error_set(s->err, -EBADMSG,
				 "%s is damaged: rows of table second_rollup are not in order",
				 db_path(s->db));
	ret = at == s->at ? 0 : put_slot(s);
	s->at = at;
	if (ret || sqlite3_column_type(stmt, 1) == SQLITE_NULL)
		return ret;
	return hist_decode_add(&s->hist, sqlite3_column_blob(stmt, 1),
			       sqlite3_column_bytes(stmt, 1));
}

static int read_slots(struct slots *s)
{
	sqlite3_stmt *stmt;
	int rc, ret = db_prepare(s->db, seconds_sql, &stmt, s->err);

	if (ret)
		return ret;
	sqlite3_bind_int64(stmt, 1, s->window->start_ns / SEC);
	sqlite3_bind_int64(stmt, 2, (s->window->end_ns - 1) / SEC);
	while (!ret && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		ret = add_second(s, stmt);
	if (!ret && rc != SQLITE_DONE) {
		ret = db_fail(s->db, s->err);
	} else {
		ret = ret ?: put_slot(s);
		ret = ret ?: table_end(s->t);
		if (ret == -EBADMSG)
			error_set(s->err, ret, "%s is damaged: not a histogram in second_rollup",
				  db_path(s->db));
		else if (ret)
			error_set(s->err, ret, "out of memory");
	}
	db_release(s->db, stmt);
	return ret;
}

int top_heatmap_read(struct table *t, struct db *db, const struct window *window, struct error *err)
{
	struct slots s = { .t = t, .db = db, .window = window, .err = err };
	int ret;

	table_begin(t, &top_heatmap);
	ret = db_meta_int(db, "first_ns", &s.first_ns, err);
	if (ret == -ENOENT) {
		s.first_ns = -1;
		ret = 0;
	}
	if (!ret)
		ret = read_slots(&s);
	hist_free(&s.hist);
	if (ret)
		table_free(t);
	return ret;
}

int heatmap_level(int64_t count, int64_t max)
{
	if (max < 2)
		return HEATMAP_LEVELS;
	return 1 + (int)(log2(count) / log2(max) * (HEATMAP_LEVELS - 1) + 1e-9);
}

int64_t heatmap_least(int level, int64_t max)
{
	return ceil(pow(max, (level - 1.0) / (HEATMAP_LEVELS - 1)) - 1e-9);
}
