// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delete the oldest rows. Each commit deletes the rows of a few earlier commits, so that
 * no commit takes long. Freed pages are reused, so the file does not grow.
 */
#include <stdbool.h>
#include <stdio.h>

#include "lib/clock.h"
#include "schema/sql.h"
#include "schema/store_internal.h"

/* Each commit deletes the rows of two commits, so that deletion outpaces insertion. */
#define SLICE	     2
#define SLICE_FULL   8
/* A roll-up of this age is not passed again, see KEEP_SECONDS in collector/model/rollup.c. */
#define LATE_SECONDS 5
/* Rows of the last seconds, this many, are deleted only after the oldest roll-ups. */
#define KEEP_ROWS_NS (10 * (int64_t)NSEC_PER_SEC)

/* Delete rows up to the ids of a checkpoint, except open ones. */
static const struct {
	const char *sql;
	enum ordered table;
} by_id[] = {
	{ "DELETE FROM wait_part WHERE wait_id <= ?", AT_wait },
#define ROW(name)
#define ORDERED(name) { "DELETE FROM " #name " WHERE id <= ?", AT_##name },
#define SPAN(name)                                                                                 \
	{ "DELETE FROM " #name " WHERE id <= ? AND outcome <> " SQL_OUTCOME_OPEN, AT_##name },
#include "schema/rows.def"
};

/* Tables with few rows, whose ids are not in time order. */
static const char *const by_time[] = {
	"DELETE FROM checkpoint WHERE time_ns <= ?",
	("DELETE FROM storm WHERE start_ns + duration_ns <= ? AND outcome <> " SQL_OUTCOME_OPEN),
	"DELETE FROM straggler WHERE time_ns <= ?",
	"DELETE FROM frame WHERE end_ns <= ?",
};

static const char *const by_second[] = {
#define ROW(name)
#define ROLLUP(name) "DELETE FROM " #name " WHERE second <= ?",
#include "schema/rows.def"
};

/*
 * Remove the names from the sums of a second. Which process waited for which lock is
 * kept as long as rows are; how much was waited in each second is kept longer.
 */
static const char *const without_names[] = {
	"INSERT OR REPLACE INTO rollup (second, process_id, lock_id, vma_id, site_id, mode, "
	"nr_waits, wait_ns, max_wait_ns, slept_ns, runnable_ns, nr_uncertain, nr_holds, hold_ns, "
	"nr_retries, nr_moves, hist) SELECT second, 0, 0, 0, site_id, mode, sum(nr_waits), "
	"sum(wait_ns), max(max_wait_ns), sum(slept_ns), sum(runnable_ns), sum(nr_uncertain), "
	"sum(nr_holds), sum(hold_ns), sum(nr_retries), sum(nr_moves), hist_merge(hist) "
	"FROM rollup WHERE second = ? GROUP BY second, site_id, mode",
	"DELETE FROM rollup WHERE second = ? AND (process_id <> 0 OR lock_id <> 0 OR vma_id <> 0)",
	"INSERT OR REPLACE INTO holder_rollup (second, lock_id, process_id, holder_task_id, "
	"nr_waits, wait_ns, runnable_ns) SELECT second, 0, 0, 0, sum(nr_waits), sum(wait_ns), "
	"sum(runnable_ns) "
	"FROM holder_rollup WHERE second = ? GROUP BY second",
	"DELETE FROM holder_rollup WHERE second = ? AND lock_id + process_id + holder_task_id > 0",
	"INSERT OR REPLACE INTO sample_rollup (second, kind, task_id, lock_id, site_id, "
	"function_id, nr_samples) SELECT second, kind, 0, 0, site_id, function_id, "
	"sum(nr_samples) FROM sample_rollup WHERE second = ? GROUP BY second, kind, site_id, "
	"function_id",
	"DELETE FROM sample_rollup WHERE second = ? AND task_id + lock_id > 0",
	/* a sum with an unknown time in it is unknown */
	"INSERT OR REPLACE INTO cpu_rollup (second, task_id, nr_samples, cpu_ns, seen_ns, "
	"runnable_ns) SELECT second, 0, sum(nr_samples), sum(cpu_ns), "
	"iif(count(seen_ns) = count(*), sum(seen_ns), NULL), "
	"iif(count(runnable_ns) = count(*), sum(runnable_ns), NULL) "
	"FROM cpu_rollup WHERE second = ? GROUP BY second",
	"DELETE FROM cpu_rollup WHERE second = ? AND task_id > 0",
};

/* Run @sql, whose only parameter is the last time, id or second to delete. */
static int run_with(struct store *st, const char *sql, int64_t arg)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(st->db, sql, -1, &stmt, NULL);

	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(stmt, 1, arg);
		sqlite3_step(stmt);
		rc = sqlite3_finalize(stmt);
	}
	return rc == SQLITE_OK ? 0 : store_fail(st, rc);
}

/* Delete the rows of the oldest checkpoint, if that is before @before_ns. */
static int trim_rows(struct store *st, int64_t before_ns, bool *done)
{
	static const char sql[] = "SELECT time_ns"
#define ROW(name)
#define ORDERED(name) ", " #name "_id"
#define SPAN(name)    ", " #name "_id"
#include "schema/rows.def"
				  " FROM checkpoint WHERE time_ns < ? ORDER BY time_ns LIMIT 1";
	int64_t time_ns = 0, id[NR_ORDERED];
	sqlite3_stmt *stmt;
	unsigned int i;
	int ret, rc = sqlite3_prepare_v2(st->db, sql, -1, &stmt, NULL);

	*done = false;
	if (rc != SQLITE_OK)
		return store_fail(st, rc);
	sqlite3_bind_int64(stmt, 1, before_ns);
	*done = sqlite3_step(stmt) == SQLITE_ROW;
	if (*done)
		time_ns = sqlite3_column_int64(stmt, 0);
	for (i = 0; *done && i < NR_ORDERED; i++)
		id[i] = sqlite3_column_int64(stmt, i + 1);
	rc = sqlite3_finalize(stmt);
	if (rc != SQLITE_OK)
		return store_fail(st, rc);
	if (!*done)
		return 0;
	for (i = 0, ret = 0; !ret && i < sizeof(by_id) / sizeof(*by_id); i++)
		ret = run_with(st, by_id[i].sql, id[by_id[i].table]);
	for (i = 0; !ret && i < sizeof(by_time) / sizeof(*by_time); i++)
		ret = run_with(st, by_time[i], time_ns);
	st->kept_from_ns = time_ns;
	return ret ? ret : store_meta_int(st, "kept_from_ns", time_ns);
}

/* Delete the roll-ups of the oldest second, if that is before @before. */
static int trim_rollups(struct store *st, int64_t before, bool *done)
{
	int64_t second, from_ns;
	unsigned int i;
	int ret = store_number(st,
			       "SELECT min(s) FROM (SELECT min(second) AS s FROM rollup UNION ALL "
			       "SELECT min(second) FROM walk_rollup UNION ALL "
			       "SELECT min(second) FROM cpu_rollup) WHERE s < ?",
			       before, -1, &second);

	*done = !ret && second >= 0;
	for (i = 0; !ret && *done && i < sizeof(by_second) / sizeof(*by_second); i++)
		ret = run_with(st, by_second[i], second);
	if (ret || !*done)
		return ret;
	from_ns = (second + 1) * (int64_t)NSEC_PER_SEC;
	/* the names of later seconds may be removed already */
	if (st->names_from_ns == NO_TIME || st->names_from_ns < from_ns)
		st->names_from_ns = from_ns;
	return store_meta_int(st, "rollups_from_ns", from_ns);
}

/*
 * Remove the names in the roll-ups of the oldest second that has some, if that is before
 * @before.
 */
static int trim_names(struct store *st, int64_t before, bool *done)
{
	const int64_t from = st->names_from_ns == NO_TIME ? 0 : st->names_from_ns / NSEC_PER_SEC;
	int64_t second;
	unsigned int i;
	int ret = store_number(st,
			       "SELECT min(s) FROM (SELECT min(second) AS s FROM rollup "
			       "WHERE second >= ?1 UNION ALL "
			       "SELECT min(second) FROM cpu_rollup WHERE second >= ?1)",
			       from, before, &second);

	*done = !ret && second < before;
	for (i = 0; !ret && *done && i < sizeof(without_names) / sizeof(*without_names); i++)
		ret = run_with(st, without_names[i], second);
	if (ret || !*done)
		return ret;
	st->names_from_ns = (second + 1) * (int64_t)NSEC_PER_SEC;
	return store_meta_int(st, "names_from_ns", st->names_from_ns);
}

/* The size of all pages that are in use. */
static int used_bytes(struct store *st, int64_t *bytes)
{
	int64_t nr_pages, nr_free, page_bytes;
	int ret = store_number(st, "PRAGMA page_count", 0, 0, &nr_pages);

	if (!ret)
		ret = store_number(st, "PRAGMA freelist_count", 0, 0, &nr_free);
	if (!ret)
		ret = store_number(st, "PRAGMA page_size", 0, 0, &page_bytes);
	*bytes = ret ? 0 : (nr_pages - nr_free) * page_bytes;
	return ret;
}

/* Delete a little more: old rows, then roll-ups, then rows of the last seconds. */
static int trim_for_size(struct store *st, int64_t time_ns, bool *done)
{
	int ret = trim_rows(st, time_ns - KEEP_ROWS_NS, done);

	if (!ret && !*done)
		ret = trim_rollups(st, (time_ns - KEEP_ROWS_NS) / (int64_t)NSEC_PER_SEC, done);
	/* still too large: keep a shorter time */
	if (!ret && !*done)
		ret = trim_rows(st, time_ns, done);
	return ret;
}

int store_trim(struct store *st, int64_t time_ns)
{
	int64_t used = 0, limit = st->max_bytes;
	unsigned int i, nr = SLICE;
	bool done = st->max_age_ns > 0;
	int ret = 0;

	for (i = 0; !ret && done && i < SLICE; i++)
		ret = trim_rows(st, time_ns - st->max_age_ns, &done);
	for (i = 0, done = st->max_age_ns > 0; !ret && done && i < SLICE; i++)
		ret = trim_names(st,
				 (time_ns - st->max_age_ns) / (int64_t)NSEC_PER_SEC - LATE_SECONDS,
				 &done);
	for (i = 0, done = limit > 0; !ret && done && i < nr; i++) {
		ret = used_bytes(st, &used);
		/* the rest of the size is for the log and the next commit */
		if (ret || used <= limit - limit / 5)
			break;
		if (used > limit - limit / 10)
			nr = SLICE_FULL;
		ret = trim_for_size(st, time_ns, &done);
	}
	return ret ? ret : store_forget(st);
}

int store_limit(struct store *st, int64_t max_bytes, int64_t max_age_ns)
{
	char sql[128];
	int64_t page_bytes, nr_pages;
	int rc, ret = store_number(st, "PRAGMA page_size", 0, 0, &page_bytes);

	st->max_bytes = max_bytes;
	st->max_age_ns = max_age_ns;
	if (ret || !max_bytes)
		return ret;
	/* the log counts, too: merge it before it is large */
	nr_pages = max_bytes / 20 / page_bytes;
	snprintf(sql, sizeof(sql),
		 "PRAGMA wal_autocheckpoint = %d; PRAGMA journal_size_limit = %lld",
		 nr_pages < 4	   ? 4
		 : nr_pages > 1000 ? 1000
				   : (int)nr_pages,
		 (long long)max_bytes / 20);
	rc = sqlite3_exec(st->db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : store_fail(st, rc);
}
