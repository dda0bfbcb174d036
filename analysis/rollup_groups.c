// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/rollup_groups.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/saturate.h"

/*
 * The waits of a group at one call site. The site with the most waiting is the group's main
 * site.
 */
struct site_key {
	int64_t process_id, vma_id, lock_id, site_id;
};

struct site_sum {
	UT_hash_handle hh;
	struct site_key key;
	struct group *group;
	int64_t nr, wait_ns; /* nr includes uncertain waits */
};

/* Waiting caused by one holder. With key.task_id 0: the worst holder of a process and lock. */
struct holder_key {
	int64_t process_id, lock_id, task_id;
};

struct holder_sum {
	UT_hash_handle hh;
	struct holder_key key;
	int64_t wait_ns;
	int64_t task_id; /* of the worst holder */
};

/* How long a lock was held. */
struct lock_hold {
	UT_hash_handle hh;
	int64_t lock_id;
	int64_t hold_ns;
};

struct group_reader {
	struct rollup_groups *gs;
	struct db *db;
	enum group_by by;
	int64_t first, last; /* seconds */
	struct site_sum *sites;
	struct holder_sum *holders;
	struct lock_hold *holds;
	struct error *err;
};

enum column_of_rollup {
	R_SECOND,
	R_PROCESS,
	R_LOCK,
	R_VMA,
	R_SITE,
	R_NR_WAITS,
	R_WAIT_NS,
	R_MAX_NS,
	R_NR_UNCERTAIN,
	R_SLEPT_NS,
	R_RUNNABLE_NS,
	R_NR_RETRIES,
	R_HOLD_NS,
	R_HIST,
};

static const char rollup_sql[] =
	"SELECT second, process_id, lock_id, vma_id, site_id, nr_waits, wait_ns, max_wait_ns, "
	"nr_uncertain, slept_ns, runnable_ns, nr_retries, hold_ns, hist "
	"FROM rollup WHERE second >= ? AND second <= ?";

/* The time that a waiter waits for a CPU is not caused by the holder. */
static const char holder_sql[] =
	"SELECT process_id, lock_id, holder_task_id, wait_ns - coalesce(runnable_ns, 0) "
	"FROM holder_rollup "
	"WHERE second >= ? AND second <= ? AND holder_task_id > 0";

static void add_to(int64_t *sum, int64_t value)
{
	*sum = sat_add(*sum, value);
}

static void add_maybe(struct maybe *m, sqlite3_stmt *stmt, int column)
{
	if (sqlite3_column_type(stmt, column) == SQLITE_NULL)
		return;
	m->known = true;
	add_to(&m->sum, sqlite3_column_int64(stmt, column));
}

static struct group_key group_key_of(const struct group_reader *r, const struct site_key *ids)
{
	return (struct group_key){
		.process_id = r->by == GROUP_BY_LOCK ? 0 : ids->process_id,
		.vma_id = r->by == GROUP_BY_VMA ? ids->vma_id : 0,
		.lock_id = r->by == GROUP_BY_LOCK ? ids->lock_id : 0,
	};
}

static struct site_sum *site_sum_of(struct group_reader *r, const struct site_key *key)
{
	const struct group_key group_key = group_key_of(r, key);
	struct site_sum *p = hash_get(struct site_sum, r->sites, key, key);

	if (p && !p->group)
		p->group = hash_get(struct group, r->gs->head, key, &group_key);
	return p && p->group ? p : NULL;
}

static int add_to_group(const struct group_reader *r, struct group *g, sqlite3_stmt *stmt)
{
	const int64_t at = sat_sub(sqlite3_column_int64(stmt, R_SECOND), r->first);
	const int64_t wait_ns = sqlite3_column_int64(stmt, R_WAIT_NS);
	const int64_t max_ns = sqlite3_column_int64(stmt, R_MAX_NS);

	/* a damaged table may return rows outside the range */
	if (at < 0 || at > r->last - r->first)
		return error_set(r->err, -EBADMSG,
				 "%s is damaged: rows of table rollup are not in order",
				 db_path(r->db));
	add_to(&g->nr_waits, sqlite3_column_int64(stmt, R_NR_WAITS));
	add_to(&g->nr_uncertain, sqlite3_column_int64(stmt, R_NR_UNCERTAIN));
	add_to(&g->wait_ns, wait_ns);
	g->max_ns = max_ns > g->max_ns ? max_ns : g->max_ns;
	add_maybe(&g->slept_ns, stmt, R_SLEPT_NS);
	add_maybe(&g->runnable_ns, stmt, R_RUNNABLE_NS);
	add_maybe(&g->nr_retries, stmt, R_NR_RETRIES);
	add_to(&g->trend[at * r->gs->nr_trend / (r->last - r->first + 1)], wait_ns);
	if (sqlite3_column_type(stmt, R_HIST) == SQLITE_NULL)
		return 0;
	return hist_decode_add(&g->hist, sqlite3_column_blob(stmt, R_HIST),
			       sqlite3_column_bytes(stmt, R_HIST));
}

static int add_rollup(struct group_reader *r, sqlite3_stmt *stmt)
{
	const struct site_key key = {
		.process_id = sqlite3_column_int64(stmt, R_PROCESS),
		.vma_id = r->by == GROUP_BY_VMA ? sqlite3_column_int64(stmt, R_VMA) : 0,
		.lock_id = sqlite3_column_int64(stmt, R_LOCK),
		.site_id = sqlite3_column_int64(stmt, R_SITE),
	};
	const int64_t nr = sat_add(sqlite3_column_int64(stmt, R_NR_WAITS),
				   sqlite3_column_int64(stmt, R_NR_UNCERTAIN));
	const int64_t wait_ns = sqlite3_column_int64(stmt, R_WAIT_NS);
	struct site_sum *p;

	if (r->by == GROUP_BY_VMA && sqlite3_column_type(stmt, R_HOLD_NS) != SQLITE_NULL) {
		struct lock_hold *h = hash_get(struct lock_hold, r->holds, lock_id, &key.lock_id);

		if (!h)
			return -ENOMEM;
		add_to(&h->hold_ns, sqlite3_column_int64(stmt, R_HOLD_NS));
	}
	/* VMAs are shown only if they have waits or retries */
	if (r->by == GROUP_BY_VMA && !nr && !wait_ns &&
	    sqlite3_column_type(stmt, R_NR_RETRIES) == SQLITE_NULL)
		return 0;
	p = site_sum_of(r, &key);
	if (!p)
		return -ENOMEM;
	add_to(&p->nr, nr);
	add_to(&p->wait_ns, wait_ns);
	return add_to_group(r, p->group, stmt);
}

static int add_holder(struct group_reader *r, sqlite3_stmt *stmt)
{
	const struct holder_key key = {
		.process_id = r->by == GROUP_BY_LOCK ? 0 : sqlite3_column_int64(stmt, 0),
		.lock_id = r->by == GROUP_BY_PROCESS ? 0 : sqlite3_column_int64(stmt, 1),
		.task_id = sqlite3_column_int64(stmt, 2),
	};
	struct holder_sum *h = hash_get(struct holder_sum, r->holders, key, &key);

	if (!h)
		return -ENOMEM;
	add_to(&h->wait_ns, sqlite3_column_int64(stmt, 3));
	return 0;
}

static int read_rows(struct group_reader *r, const char *sql,
		     int (*add)(struct group_reader *r, sqlite3_stmt *stmt))
{
	sqlite3_stmt *stmt;
	int rc, ret = db_prepare(r->db, sql, &stmt, r->err);

	if (ret)
		return ret;
	sqlite3_bind_int64(stmt, 1, r->first);
	sqlite3_bind_int64(stmt, 2, r->last);
	while (!ret && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		ret = db_take(r->db, sizeof(struct group), r->err);
		if (!ret)
			ret = add(r, stmt);
	}
	if (ret == -EBADMSG)
		error_set(r->err, ret, "%s is damaged: not a histogram in table rollup",
			  db_path(r->db));
	else if (ret)
		error_set(r->err, ret, "out of memory");
	else if (rc != SQLITE_DONE)
		ret = db_fail(r->db, r->err);
	db_release(r->db, stmt);
	return ret;
}

static int by_ids(const struct site_sum *a, const struct site_sum *b)
{
	const int64_t x[] = { a->key.process_id, a->key.vma_id, a->key.lock_id, a->key.site_id };
	const int64_t y[] = { b->key.process_id, b->key.vma_id, b->key.lock_id, b->key.site_id };
	unsigned int i;

	for (i = 0; i < sizeof(x) / sizeof(*x); i++)
		if (x[i] != y[i])
			return x[i] < y[i] ? -1 : 1;
	return 0;
}

static void add_hold(const struct group_reader *r, struct group *g, int64_t lock_id)
{
	struct lock_hold *h;

	HASH_FIND(hh, r->holds, &lock_id, sizeof(lock_id), h);
	if (!h)
		return;
	g->hold_ns.known = true;
	add_to(&g->hold_ns.sum, h->hold_ns);
}

/* Find the main site of each group; of several with the same time, that with the lowest ids. */
static void find_main_sites(struct group_reader *r)
{
	const struct group *last = NULL;
	int64_t last_lock_id = 0;
	struct site_sum *p;

	HASH_SRT(hh, r->sites, by_ids);
	for (p = r->sites; p; p = p->hh.next) {
		struct group *g = p->group;

		if (r->by == GROUP_BY_VMA && !p->nr && !p->wait_ns)
			continue;
		if (!g->has_main || p->wait_ns > g->main_ns) {
			g->has_main = true;
			g->main_ns = p->wait_ns;
			g->main_process_id = p->key.process_id;
			g->main_lock_id = p->key.lock_id;
			g->main_site_id = p->key.site_id;
		}
		/* several call sites may share a lock: count its hold time once */
		if (r->by == GROUP_BY_VMA && (g != last || p->key.lock_id != last_lock_id))
			add_hold(r, g, p->key.lock_id);
		last = g;
		last_lock_id = p->key.lock_id;
	}
}

/* Find the holder that caused most of each group's waiting; of several, that with the lowest id. */
static int find_holders(struct group_reader *r)
{
	struct holder_sum *worst = NULL, *h, *w;
	struct group *g;
	int ret = 0;

	for (h = r->holders; !ret && h; h = h->hh.next) {
		const struct holder_key key = { h->key.process_id, h->key.lock_id, 0 };

		w = hash_get(struct holder_sum, worst, key, &key);
		if (!w)
			ret = -ENOMEM;
		else if (!w->task_id || h->wait_ns > w->wait_ns ||
			 (h->wait_ns == w->wait_ns && h->key.task_id < w->task_id)) {
			w->task_id = h->key.task_id;
			w->wait_ns = h->wait_ns;
		}
	}
	for (g = r->gs->head; !ret && g; g = g->hh.next) {
		const struct holder_key key = {
			.process_id = g->key.process_id,
			.lock_id = r->by == GROUP_BY_VMA ? g->main_lock_id : g->key.lock_id,
		};

		HASH_FIND(hh, worst, &key, sizeof(key), w);
		g->holder_task_id = w ? w->task_id : 0;
	}
	hash_free_all(struct holder_sum, worst);
	return ret;
}

static int most_first(const void *pa, const void *pb)
{
	const struct group *a = *(struct group *const *)pa, *b = *(struct group *const *)pb;

	if (a->wait_ns != b->wait_ns)
		return a->wait_ns > b->wait_ns ? -1 : 1;
	if (a->key.process_id != b->key.process_id)
		return a->key.process_id < b->key.process_id ? -1 : 1;
	if (a->key.vma_id != b->key.vma_id)
		return a->key.vma_id < b->key.vma_id ? -1 : 1;
	return a->key.lock_id < b->key.lock_id ? -1 : a->key.lock_id > b->key.lock_id;
}

static int sort_groups(struct group_reader *r)
{
	struct rollup_groups *gs = r->gs;
	struct group *g;

	gs->group = calloc(HASH_COUNT(gs->head) + 1, sizeof(struct group *));
	if (!gs->group)
		return -ENOMEM;
	for (g = gs->head; g; g = g->hh.next)
		if (r->by != GROUP_BY_VMA || sat_add(g->nr_waits, g->nr_uncertain) > 0 ||
		    g->wait_ns > 0)
			gs->group[gs->nr++] = g;
	qsort(gs->group, gs->nr, sizeof(struct group *), most_first);
	return 0;
}

static void free_reader(struct group_reader *r)
{
	hash_free_all(struct site_sum, r->sites);
	hash_free_all(struct holder_sum, r->holders);
	hash_free_all(struct lock_hold, r->holds);
}

int rollup_groups_read(struct rollup_groups *gs, struct db *db, enum group_by by,
		       const struct window *window, struct error *err)
{
	const int64_t sec = NSEC_PER_SEC;
	struct group_reader r = {
		.gs = gs,
		.db = db,
		.by = by,
		.first = window->start_ns / sec,
		.last = (window->end_ns - 1) / sec,
		.err = err,
	};
	const int64_t nr = r.last - r.first + 1;
	int ret;

	memset(gs, 0, sizeof(*gs));
	gs->nr_trend = nr < GROUP_TREND ? nr : GROUP_TREND;
	ret = read_rows(&r, rollup_sql, add_rollup);
	if (!ret)
		ret = read_rows(&r, holder_sql, add_holder);
	if (!ret) {
		find_main_sites(&r);
		ret = find_holders(&r);
		if (!ret)
			ret = sort_groups(&r);
		if (ret)
			error_set(err, ret, "out of memory");
	}
	free_reader(&r);
	return ret;
}

void rollup_groups_free(struct rollup_groups *gs)
{
	struct group *g;

	for (g = gs->head; g; g = g->hh.next)
		hist_free(&g->hist);
	hash_free_all(struct group, gs->head);
	free(gs->group);
	memset(gs, 0, sizeof(*gs));
}
