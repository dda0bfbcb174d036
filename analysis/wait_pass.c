// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/wait_pass.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/db_internal.h"
#include "analysis/db_pass.h"
#include "analysis/wait_adder.h"
#include "lib/saturate.h"
#include "schema/enums.h"

/* The arguments of SQL function wait_pass(). */
enum wait_column {
	W_ID,
	W_TASK,
	W_LOCK,
	W_SITE,
	W_VMA,
	W_MODE,
	W_OUTCOME,
	W_START_NS,
	W_DURATION_NS,
	W_SLEPT_NS,
	W_RUNNABLE_NS,
	W_HOLDER_TASK,
	W_HOLDER_SITE,
	W_HOLDER_SOURCE,
	W_HOLDER_DID, /* the first of HELD_BEFORE columns */
	NR_WAIT_COLUMNS = W_HOLDER_DID + HELD_BEFORE,
};

/* In the order of enum held_part. */
#define HOLDER_DID "holder_ran_ns, holder_runnable_ns, holder_lock_ns, holder_slept_ns"

#define WAITS_SQL                                                                                        \
	"SELECT wait_pass(id, task_id, lock_id, site_id, vma_id, mode, outcome, start_ns, "              \
	"duration_ns, slept_ns, runnable_ns, holder_task_id, holder_site_id, holder_source, " HOLDER_DID \
	") FROM wait"

#define PARTS_SQL                                                                                  \
	"SELECT wait_id, holder_task_id, holder_site_id, duration_ns, " HOLDER_DID                 \
	" FROM wait_part "                                                                         \
	"ORDER BY wait_id, nr"

/* The row for id 0 makes NULL a member of the group that the other NULLs are in. */
#define TASKS_SQL                                                                                  \
	"SELECT id, coalesce(process_id, 0), dense_rank() OVER (ORDER BY process_id, comm) FROM "  \
	"(SELECT id, process_id, comm FROM task UNION ALL SELECT 0 AS id, NULL AS process_id, NULL AS comm)"
#define LOCKS_SQL "SELECT id, dense_rank() OVER (ORDER BY class) FROM lock"
#define SITES_SQL                                                                                  \
	"SELECT id, dense_rank() OVER (ORDER BY role), dense_rank() OVER (ORDER BY role, symbol) " \
	"FROM (SELECT id, role, symbol FROM site UNION ALL SELECT 0 AS id, NULL AS role, NULL AS symbol)"

/* A wait while it is added. */
struct pass_wait {
	sqlite3_value **value; /* [NR_WAIT_COLUMNS] */
	int64_t id, mode;
	const struct pass_task *task;
	const struct pass_lock *lock;
	const struct pass_site *site;
};

struct reader {
	struct wait_pass *pass;
	struct db *db;
	sqlite3_stmt *parts; /* at the first row of a wait that was not added yet */
	int64_t part_wait_id;
	int64_t last_id; /* of the wait before */
	int64_t last_ns; /* the end of the capture */
	struct wait_adder adder;
	struct error *err;
};

/* What is wrong with the numbers of a damaged file. */
static int damaged(const struct reader *r, const char *what)
{
	return error_set(r->err, -EBADMSG, "%s is damaged: %s", db_path(r->db), what);
}

static struct maybe maybe_of(sqlite3_value *value)
{
	return (struct maybe){ sqlite3_value_type(value) != SQLITE_NULL,
			       sqlite3_value_int64(value) };
}

static int64_t number(const struct pass_wait *w, enum wait_column column)
{
	return sqlite3_value_int64(w->value[column]);
}

static bool has_duration(const struct pass_wait *w)
{
	return sqlite3_value_type(w->value[W_DURATION_NS]) != SQLITE_NULL;
}

static struct wait_sum sum_of(const struct pass_wait *w)
{
	const int64_t outcome = number(w, W_OUTCOME);
	struct wait_sum sum = {
		.nr_open = outcome == OUTCOME_OPEN,
		.nr_uncertain = outcome == OUTCOME_UNCERTAIN,
		.max_task_id = number(w, W_TASK),
	};

	if (!has_duration(w))
		return sum;
	sum.nr_waits = 1;
	sum.wait_ns = sum.max_ns = number(w, W_DURATION_NS);
	sum.slept_ns = maybe_of(w->value[W_SLEPT_NS]);
	sum.runnable_ns = maybe_of(w->value[W_RUNNABLE_NS]);
	return sum;
}

/* --- the longest waits */

static int longest_first(const void *pa, const void *pb)
{
	const struct long_wait *a = pa, *b = pb;

	if (a->ns != b->ns)
		return a->ns > b->ns ? -1 : 1;
	return a->id < b->id ? -1 : a->id > b->id;
}

static void keep_longest(struct wait_pass *pass)
{
	qsort(pass->longest, pass->nr_longest, sizeof(*pass->longest), longest_first);
	if (pass->nr_longest > LONGEST_MAX)
		pass->nr_longest = LONGEST_MAX;
}

/* The first LONGEST_MAX are in order; behind them are those that may be longer. */
static void add_long(struct wait_pass *pass, int64_t id, int64_t ns)
{
	if (pass->nr_longest >= LONGEST_MAX && ns < pass->longest[LONGEST_MAX - 1].ns)
		return;
	pass->longest[pass->nr_longest++] = (struct long_wait){ id, ns };
	if (pass->nr_longest == LONGEST_MAX || pass->nr_longest == 2 * LONGEST_MAX)
		keep_longest(pass);
}

/* --- sums */

static int no_memory(const struct reader *r)
{
	return error_set(r->err, -ENOMEM, "out of memory");
}

static int too_large(const struct reader *r)
{
	return damaged(r, "a sum of its numbers is too large");
}

/* @ret: of struct wait_adder. */
static int added(const struct reader *r, int ret)
{
	return !ret ? 0 : ret == -ENOMEM ? no_memory(r) : too_large(r);
}

static int add_pair(struct reader *r, const struct pass_wait *w, const struct wait_sum *sum)
{
	*adder_next_pair(&r->adder) = (struct add_pair){
		.key = { number(w, W_TASK), number(w, W_LOCK), number(w, W_VMA) },
		.has_task = w->task,
		.has_lock = w->lock,
		.process_id = w->task ? w->task->process_id : 0,
		.sum = *sum,
	};
	return added(r, adder_pair(&r->adder));
}

static int add_place(struct reader *r, const struct pass_wait *w, const struct wait_sum *sum)
{
	const struct pass_place_key key = { w->site->symbol_group, w->lock->class_group, w->mode };
	struct pass_place *place = keyed_get(&r->pass->places, &key);

	if (!place)
		return no_memory(r);
	place->site_id = w->site->id;
	place->lock_id = w->lock->id;
	return wait_sum_add(&place->sum, sum) ? 0 : too_large(r);
}

static int add_sums(struct reader *r, const struct pass_wait *w)
{
	const struct wait_sum sum = sum_of(w);
	int ret = add_pair(r, w, &sum);

	return ret || !w->lock ? ret : add_place(r, w, &sum);
}

static const struct pass_task *task_of(const struct reader *r, int64_t id)
{
	return keyed_find_id(&r->pass->tasks, id);
}

static const struct pass_lock *lock_of(const struct reader *r, int64_t id)
{
	return keyed_find_id(&r->pass->locks, id);
}

static const struct pass_site *site_of(const struct reader *r, int64_t id)
{
	return keyed_find_id(&r->pass->sites, id);
}

/* A part of a wait that one holder caused, or waiting for a CPU. */
struct part {
	int64_t holder_task_id, holder_site_id, holder_source, ns;
	bool known; /* what the holder did is */
	int64_t did_ns[NR_HELD_PARTS];
};

/* @before: the holder may not have held it all the time */
static void set_did(struct part *part, const struct maybe did[HELD_BEFORE], bool before)
{
	int64_t rest_ns = part->ns;
	int i;

	for (i = 0; i < HELD_BEFORE; i++) {
		part->did_ns[i] = did[i].sum;
		if (!did[i].known || did[i].sum < 0 || did[i].sum > rest_ns)
			return;
		rest_ns -= did[i].sum;
	}
	part->did_ns[HELD_BEFORE] = rest_ns;
	part->known = before || !rest_ns;
}

static int add_blame(struct reader *r, const struct pass_wait *w, const struct part *part)
{
	/* id 0 is there */
	const struct pass_task *holder = task_of(r, part->holder_task_id) ?: task_of(r, 0);
	const struct pass_site *site = site_of(r, part->holder_site_id) ?: site_of(r, 0);

	*adder_next_blame(&r->adder) = (struct add_blame){
		.key = {
			.task_group = w->task->group,
			.class_group = w->lock->class_group,
			.role_group = w->site->role_group,
			.holder_group = holder->group,
			.holder_role_group = site->role_group,
			.holder_source = part->holder_source,
		},
		.task_id = w->task->id,
		.lock_id = w->lock->id,
		.site_id = w->site->id,
		.holder_task_id = holder->id,
		.holder_site_id = site->id,
		.wait_id = w->id,
		.ns = part->ns,
		.known = part->known,
	};
	memcpy(adder_next_blame(&r->adder)->did_ns, part->did_ns, sizeof(part->did_ns));
	return added(r, adder_blame(&r->adder));
}

/* --- parts of waits, which are read beside the waits */

static int next_part(struct reader *r)
{
	const int rc = sqlite3_step(r->parts);

	r->part_wait_id = rc == SQLITE_ROW ? sqlite3_column_int64(r->parts, 0) : INT64_MAX;
	return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(r->db, r->err);
}

static void part_did(struct reader *r, struct part *part)
{
	struct maybe did[HELD_BEFORE];
	int i;

	for (i = 0; i < HELD_BEFORE; i++)
		did[i] = (struct maybe){ sqlite3_column_type(r->parts, 4 + i) != SQLITE_NULL,
					 sqlite3_column_int64(r->parts, 4 + i) };
	set_did(part, did, false);
}

static void wait_did(const struct pass_wait *w, struct part *part)
{
	struct maybe did[HELD_BEFORE];
	int i;

	for (i = 0; i < HELD_BEFORE; i++)
		did[i] = maybe_of(w->value[W_HOLDER_DID + i]);
	set_did(part, did, true);
}

/* Blame the holders of the parts of @w; *@any is set if it has parts. */
static int blame_parts(struct reader *r, const struct pass_wait *w, bool *any)
{
	int ret = 0;

	while (!ret && r->part_wait_id < w->id)
		ret = next_part(r);
	*any = r->part_wait_id == w->id;
	while (!ret && r->part_wait_id == w->id) {
		struct part part = {
			.holder_task_id = sqlite3_column_int64(r->parts, 1),
			.holder_site_id = sqlite3_column_int64(r->parts, 2),
			.holder_source = number(w, W_HOLDER_SOURCE),
			.ns = sqlite3_column_int64(r->parts, 3),
		};

		part_did(r, &part);
		ret = add_blame(r, w, &part) ?: next_part(r);
	}
	return ret;
}

/*
 * Waits with exact holders are split over all of these. Others count for the last holder
 * known, until it let the lock go; from then on the waiter waits for a CPU.
 */
static int blame(struct reader *r, const struct pass_wait *w)
{
	const struct part cpu = {
		.holder_source = BLAME_CPU,
		.ns = number(w, W_RUNNABLE_NS),
	};
	struct part held = {
		.holder_task_id = number(w, W_HOLDER_TASK),
		.holder_site_id = number(w, W_HOLDER_SITE),
		.holder_source = number(w, W_HOLDER_SOURCE),
		.ns = sat_sub(number(w, W_DURATION_NS), cpu.ns),
	};
	bool any;
	int ret = blame_parts(r, w, &any);

	wait_did(w, &held);
	if (!ret && !any)
		ret = add_blame(r, w, &held);
	if (!ret && cpu.ns > 0)
		ret = add_blame(r, w, &cpu);
	return ret;
}

/* --- the pass */

/* The arguments are those of enum wait_column. */
static int add_wait(void *ctx, sqlite3_value **value)
{
	struct reader *r = ctx;
	struct pass_wait w = { .value = value, .id = sqlite3_value_int64(value[W_ID]) };
	int ret;

	if (w.id <= r->last_id)
		return damaged(r, "rows of table wait are not in order");
	r->last_id = w.id;
	w.mode = number(&w, W_MODE);
	w.task = task_of(r, number(&w, W_TASK));
	w.lock = lock_of(r, number(&w, W_LOCK));
	w.site = site_of(r, number(&w, W_SITE)) ?: site_of(r, 0);
	ret = db_take(r->db, sizeof(struct pass_pair), r->err) ?: add_sums(r, &w);
	/* as in the views of the schema: a wait of nobody, or for nothing, is not shown */
	if (ret || !w.task || !w.lock)
		return ret;
	if (number(&w, W_OUTCOME) == OUTCOME_OPEN)
		add_long(r->pass, w.id, sat_sub(r->last_ns, number(&w, W_START_NS)));
	else if (has_duration(&w))
		add_long(r->pass, w.id, number(&w, W_DURATION_NS));
	return has_duration(&w) ? blame(r, &w) : 0;
}

/* Read the rows of @sql into @table; @add returns 0 or -ENOMEM. */
static int read_ids(struct reader *r, struct keyed *table, const char *sql,
		    int (*add)(struct wait_pass *pass, int64_t id, sqlite3_stmt *stmt))
{
	sqlite3_stmt *stmt;
	int rc = SQLITE_DONE, ret = db_prepare(r->db, sql, &stmt, r->err);

	if (ret)
		return ret;
	while (!ret && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		ret = db_take(r->db, sizeof(struct pass_task), r->err);
		if (!ret && add(r->pass, sqlite3_column_int64(stmt, 0), stmt))
			ret = error_set(r->err, -ENOMEM, "out of memory");
	}
	if (!ret && rc != SQLITE_DONE)
		ret = db_fail(r->db, r->err);
	db_release(r->db, stmt);
	if (!ret && keyed_index(table))
		ret = no_memory(r);
	return ret;
}

static int add_task(struct wait_pass *pass, int64_t id, sqlite3_stmt *stmt)
{
	struct pass_task *task = keyed_get(&pass->tasks, &id);

	if (!task)
		return -ENOMEM;
	task->process_id = sqlite3_column_int64(stmt, 1);
	task->group = sqlite3_column_int64(stmt, 2);
	return 0;
}

static int add_lock(struct wait_pass *pass, int64_t id, sqlite3_stmt *stmt)
{
	struct pass_lock *lock = keyed_get(&pass->locks, &id);

	if (!lock)
		return -ENOMEM;
	lock->class_group = sqlite3_column_int64(stmt, 1);
	return 0;
}

static int add_site(struct wait_pass *pass, int64_t id, sqlite3_stmt *stmt)
{
	struct pass_site *site = keyed_get(&pass->sites, &id);

	if (!site)
		return -ENOMEM;
	site->role_group = sqlite3_column_int64(stmt, 1);
	site->symbol_group = sqlite3_column_int64(stmt, 2);
	return 0;
}

#define INIT(table, type) keyed_init(table, sizeof(((struct type *)0)->key), sizeof(struct type))

static int begin(struct reader *r)
{
	struct wait_pass *pass = r->pass;

	memset(pass, 0, sizeof(*pass));
	if (keyed_init(&pass->tasks, sizeof(int64_t), sizeof(struct pass_task)) ||
	    keyed_init(&pass->locks, sizeof(int64_t), sizeof(struct pass_lock)) ||
	    keyed_init(&pass->sites, sizeof(int64_t), sizeof(struct pass_site)) ||
	    INIT(&pass->pairs, pass_pair) || INIT(&pass->places, pass_place) ||
	    INIT(&pass->blames, pass_blame))
		return no_memory(r);
	return 0;
}

int wait_pass_read(struct wait_pass *pass, struct db *db, struct error *err)
{
	struct reader r = {
		.pass = pass,
		.db = db,
		.last_id = INT64_MIN,
		.adder = { .pass = pass },
		.err = err,
	};
	const struct db_pass waits = { "wait_pass", NR_WAIT_COLUMNS, add_wait, &r };
	int ret = begin(&r);

	if (!ret)
		ret = db_meta_int(db, "last_ns", &r.last_ns, err);
	if (!ret || ret == -ENOENT)
		ret = read_ids(&r, &pass->tasks, TASKS_SQL, add_task);
	if (!ret)
		ret = read_ids(&r, &pass->locks, LOCKS_SQL, add_lock);
	if (!ret)
		ret = read_ids(&r, &pass->sites, SITES_SQL, add_site);
	if (!ret)
		ret = db_prepare(db, PARTS_SQL, &r.parts, err);
	if (ret)
		return ret;
	ret = next_part(&r);
	if (!ret)
		ret = db_pass_run(db, &waits, WAITS_SQL, err);
	if (!ret)
		ret = added(&r, adder_end(&r.adder));
	db_release(db, r.parts);
	keep_longest(pass);
	return ret;
}

void wait_pass_free(struct wait_pass *pass)
{
	keyed_free(&pass->tasks);
	keyed_free(&pass->locks);
	keyed_free(&pass->sites);
	keyed_free(&pass->pairs);
	keyed_free(&pass->places);
	keyed_free(&pass->blames);
}
