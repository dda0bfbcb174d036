// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/group_tables.h"

#include <errno.h>
#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "analysis/rollup_groups.h"
#include "analysis/views.h"

/* A busy machine has thousands of VMAs: show those with the most time. */
#define VMAS_MAX 500

/* The named parameters of the SQL of these screens. */
enum param_of_group {
	P_PROCESS,
	P_VMA,
	P_LOCK,
	P_MAIN_PROCESS,
	P_MAIN_LOCK,
	P_MAIN_SITE,
	P_HOLDER,
	P_NR_WAITS,
	P_WAIT_NS,
	P_P99_NS,
	P_MAX_NS,
	P_SLEPT_NS,
	P_RUNNABLE_NS,
	P_HOLD_NS,
	P_NR_RETRIES,
	P_NR_UNCERTAIN,
	P_TREND,
	NR_PARAMS,
};

static const char *const param_names[NR_PARAMS] = {
	[P_PROCESS] = ":process_id",
	[P_VMA] = ":vma_id",
	[P_LOCK] = ":lock_id",
	[P_MAIN_PROCESS] = ":main_process_id",
	[P_MAIN_LOCK] = ":main_lock_id",
	[P_MAIN_SITE] = ":main_site_id",
	[P_HOLDER] = ":holder_task_id",
	[P_NR_WAITS] = ":nr_waits",
	[P_WAIT_NS] = ":wait_ns",
	[P_P99_NS] = ":p99_ns",
	[P_MAX_NS] = ":max_ns",
	[P_SLEPT_NS] = ":slept_ns",
	[P_RUNNABLE_NS] = ":runnable_ns",
	[P_HOLD_NS] = ":hold_ns",
	[P_NR_RETRIES] = ":nr_retries",
	[P_NR_UNCERTAIN] = ":nr_uncertain",
	[P_TREND] = ":trend",
};

struct writer {
	struct table *t;
	struct db *db;
	sqlite3_stmt *stmt;
	int at[NR_PARAMS]; /* index of the parameter; 0: the SQL does not have it */
	struct error *err;
};

static void bind(const struct writer *w, enum param_of_group p, int64_t value)
{
	if (w->at[p])
		sqlite3_bind_int64(w->stmt, w->at[p], value);
}

static void bind_maybe(const struct writer *w, enum param_of_group p, const struct maybe *value)
{
	if (!w->at[p])
		return;
	if (value->known)
		sqlite3_bind_int64(w->stmt, w->at[p], value->sum);
	else
		sqlite3_bind_null(w->stmt, w->at[p]);
}

/* Bind p99 and maximum, of waits that ended: an open wait has no duration yet. */
static void bind_longest(const struct writer *w, const struct group *g)
{
	int64_t p99_ns;

	bind_maybe(w, P_MAX_NS, &(struct maybe){ g->nr_waits > 0, g->max_ns });
	if (!g->hist.nr) {
		sqlite3_bind_null(w->stmt, w->at[P_P99_NS]);
		return;
	}
	p99_ns = hist_quantile(&g->hist, 0.99);
	/* the middle of the last bucket may lie above the longest wait */
	bind(w, P_P99_NS, p99_ns < g->max_ns ? p99_ns : g->max_ns);
}

static void bind_trend(const struct writer *w, const struct group *g, unsigned int nr)
{
	char text[GROUP_TREND * 21 + 1] = "";
	unsigned int i;
	int len = 0;

	if (!w->at[P_TREND])
		return;
	for (i = 0; i < nr; i++)
		len += snprintf(text + len, sizeof(text) - len, "%s%" PRId64, i ? " " : "",
				g->trend[i]);
	sqlite3_bind_text(w->stmt, w->at[P_TREND], text, len, SQLITE_TRANSIENT);
}

static void bind_group(const struct writer *w, const struct group *g, unsigned int nr_trend)
{
	bind(w, P_PROCESS, g->key.process_id);
	bind(w, P_VMA, g->key.vma_id);
	bind(w, P_LOCK, g->key.lock_id);
	bind(w, P_MAIN_PROCESS, g->main_process_id);
	bind(w, P_MAIN_LOCK, g->main_lock_id);
	bind(w, P_MAIN_SITE, g->main_site_id);
	bind(w, P_HOLDER, g->holder_task_id);
	bind(w, P_NR_WAITS, g->nr_waits);
	bind(w, P_WAIT_NS, g->wait_ns);
	bind(w, P_NR_UNCERTAIN, g->nr_uncertain);
	bind_maybe(w, P_SLEPT_NS, &g->slept_ns);
	bind_maybe(w, P_RUNNABLE_NS, &g->runnable_ns);
	bind_maybe(w, P_HOLD_NS, &g->hold_ns);
	bind_maybe(w, P_NR_RETRIES, &g->nr_retries);
	bind_longest(w, g);
	bind_trend(w, g, nr_trend);
}

static int begin(struct writer *w, const struct table_def *def, const struct window *window)
{
	int ret = db_prepare(w->db, def->sql, &w->stmt, w->err);
	unsigned int i;

	table_begin(w->t, def);
	if (ret)
		return ret;
	for (i = 0; i < NR_PARAMS; i++)
		w->at[i] = sqlite3_bind_parameter_index(w->stmt, param_names[i]);
	ret = table_bind_seconds(w->stmt, w->db, window, w->err);
	return ret ?: table_check_columns(w->t, w->stmt, w->err);
}

static int read_groups(struct table *t, const struct table_def *def, enum group_by by, size_t max,
		       struct db *db, const struct window *window, struct error *err)
{
	struct writer w = { .t = t, .db = db, .err = err };
	struct rollup_groups gs;
	size_t i;
	int ret = begin(&w, def, window);

	if (!ret)
		ret = rollup_groups_read(&gs, db, by, window, err);
	else
		memset(&gs, 0, sizeof(gs));
	for (i = 0; !ret && i < gs.nr && i < max; i++) {
		bind_group(&w, gs.group[i], gs.nr_trend);
		ret = table_add_rows(t, db, w.stmt, err);
		sqlite3_reset(w.stmt);
	}
	rollup_groups_free(&gs);
	db_release(db, w.stmt);
	if (!ret && table_end(t))
		ret = error_set(err, -ENOMEM, "out of memory");
	if (ret)
		table_free(t);
	return ret;
}

int top_vmas_read(struct table *t, struct db *db, const struct window *window, struct error *err)
{
	return read_groups(t, &top_vmas, GROUP_BY_VMA, VMAS_MAX, db, window, err);
}

int top_processes_read(struct table *t, struct db *db, const struct window *window,
		       struct error *err)
{
	return read_groups(t, &top_processes, GROUP_BY_PROCESS, SIZE_MAX, db, window, err);
}

int top_locks_read(struct table *t, struct db *db, const struct window *window, struct error *err)
{
	return read_groups(t, &top_locks, GROUP_BY_LOCK, SIZE_MAX, db, window, err);
}
