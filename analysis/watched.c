// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/watched.h"

#include <errno.h>
#include <sqlite3.h>

#include "analysis/table.h"
#include "lib/saturate.h"
#include "schema/sql.h"

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/* Cut @w to the time of the capture; it is empty if there were no events. */
static int cut_to_capture(struct window *w, struct db *db, struct error *err)
{
	int64_t first_ns, last_ns;
	int ret = db_meta_int(db, "first_ns", &first_ns, err);

	if (!ret)
		ret = db_meta_int(db, "last_ns", &last_ns, err);
	if (ret == -ENOENT) {
		w->end_ns = w->start_ns;
		return 0;
	}
	if (ret)
		return ret;
	w->start_ns = later(w->start_ns, first_ns);
	/* the last event is part of the capture */
	w->end_ns = earlier(w->end_ns, sat_add(last_ns, 1));
	return 0;
}

/* The time of @w within gaps, which may overlap. A filter must not hide them. */
static int sum_gaps(int64_t *sum_ns, struct db *db, const struct window *w, struct error *err)
{
	int64_t done_ns = w->start_ns, start_ns, end_ns;
	sqlite3_stmt *stmt;
	int rc, ret = db_prepare(db,
				 "SELECT start_ns, end_ns FROM main.loss WHERE cpu IS NULL "
				 "AND reason IN (" SQL_LOSS_NOT_RECORDED ", " SQL_LOSS_UNMARKED
				 ") AND (start_ns IS NULL OR start_ns < ?2) "
				 "AND (end_ns IS NULL OR end_ns > ?1) ORDER BY start_ns",
				 &stmt, err);

	*sum_ns = 0;
	if (ret)
		return ret;
	sqlite3_bind_int64(stmt, 1, w->start_ns);
	sqlite3_bind_int64(stmt, 2, w->end_ns);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		/* NULL, the beginning of the capture, is 0 here */
		start_ns = later(sqlite3_column_int64(stmt, 0), done_ns);
		end_ns = sqlite3_column_type(stmt, 1) == SQLITE_NULL
				 ? w->end_ns
				 : earlier(sqlite3_column_int64(stmt, 1), w->end_ns);
		if (end_ns <= start_ns)
			continue;
		*sum_ns += end_ns - start_ns;
		done_ns = end_ns;
	}
	ret = rc == SQLITE_DONE ? 0 : db_fail(db, err);
	db_release(db, stmt);
	return ret;
}

int watched_ns(int64_t *ns, struct db *db, const struct window *window, struct error *err)
{
	struct window w = *window;
	int64_t gaps_ns;
	int ret = cut_to_capture(&w, db, err);

	*ns = 0;
	if (ret || w.end_ns <= w.start_ns)
		return ret;
	ret = sum_gaps(&gaps_ns, db, &w, err);
	*ns = sat_sub(w.end_ns, w.start_ns) - gaps_ns;
	return ret;
}
