// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/blame_matrix.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/db_internal.h"
#include "analysis/wait_sums.h"
#include "lib/keyed.h"
#include "lib/saturate.h"

#define NR_NAMES BLAME_MATRIX_NAMES

#define CELL_TABLE                                                                                 \
	"CREATE TEMP TABLE IF NOT EXISTS matrix_cell (waiter_nr INTEGER, task_id INTEGER, "        \
	"holder_nr INTEGER, cause TEXT, holder_task_id INTEGER, nr_waits INTEGER, "                \
	"wait_ns INTEGER); DELETE FROM matrix_cell;"

/* Threads with the same names are one waiter or holder. Id 0 is an unknown thread. */
#define NAMES_SQL                                                                                                                   \
	"SELECT t.id, dense_rank() OVER (ORDER BY p.comm, t.tgid, t.comm) FROM "                                                    \
	"(SELECT id, process_id, tgid, comm FROM task UNION ALL SELECT 0 AS id, NULL AS process_id, NULL AS tgid, NULL AS comm) t " \
	"LEFT JOIN process p ON p.id = t.process_id"
#define BLAME_SQL "SELECT task_id, holder_task_id, cause, nr_waits, wait_ns FROM blame_sum"
#define CELL_SQL  "INSERT INTO matrix_cell VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"

struct named {
	int64_t task_id;
	uint32_t group; /* from 1; the same for threads of the same names */
};

/* A row of blame_sum, with the numbers of its parties. */
struct pair {
	uint32_t waiter, holder;
	int64_t nr_waits, wait_ns;
};

/* All waiters, by group; or what was waited for: held locks by group, then waiting for a CPU. */
struct party {
	struct {
		int64_t task_id; /* some thread of these names */
		const char *cause;
		int64_t nr_waits, wait_ns;
		unsigned int rank; /* from 1; NR_NAMES + 1: one of the others */
	} * member;		   /* [nr] */
	size_t nr;
};

struct matrix {
	struct db *db;
	struct keyed names;
	uint32_t nr_groups;
	struct pair *pairs; /* [nr_pairs] */
	size_t nr_pairs, room;
	struct party waiter, holder;
	struct error *err;
};

static int no_memory(const struct matrix *m)
{
	return error_set(m->err, -ENOMEM, "out of memory");
}

static int add_name(struct matrix *m, sqlite3_stmt *stmt)
{
	const int64_t id = sqlite3_column_int64(stmt, 0);
	struct named *named = keyed_get(&m->names, &id);

	if (!named)
		return no_memory(m);
	named->group = sqlite3_column_int64(stmt, 1);
	if (named->group > m->nr_groups)
		m->nr_groups = named->group;
	return 0;
}

static uint32_t group_of(struct matrix *m, int64_t task_id)
{
	const struct named *named =
		keyed_find_id(&m->names, task_id) ?: keyed_find_id(&m->names, 0);

	return named->group;
}

/* Count @pair for one of its parties. */
static void count(struct party *party, uint32_t nr, int64_t task_id, const char *cause,
		  const struct pair *pair)
{
	party->member[nr].task_id = task_id;
	party->member[nr].cause = cause;
	party->member[nr].nr_waits = sat_add(party->member[nr].nr_waits, pair->nr_waits);
	party->member[nr].wait_ns = sat_add(party->member[nr].wait_ns, pair->wait_ns);
}

static int add_pair(struct matrix *m, sqlite3_stmt *stmt)
{
	const int64_t task_id = sqlite3_column_int64(stmt, 0),
		      holder_id = sqlite3_column_int64(stmt, 1);
	const bool cpu = strcmp((const char *)sqlite3_column_text(stmt, 2), BLAME_HELD);
	struct pair pair = {
		.waiter = group_of(m, task_id),
		.holder = group_of(m, holder_id) + (cpu ? m->nr_groups : 0),
		.nr_waits = sqlite3_column_int64(stmt, 3),
		.wait_ns = sqlite3_column_int64(stmt, 4),
	};

	if (m->nr_pairs == m->room) {
		const size_t room = m->room ? 2 * m->room : 1024;
		struct pair *grown = realloc(m->pairs, room * sizeof(*grown));

		if (!grown)
			return no_memory(m);
		m->pairs = grown;
		m->room = room;
	}
	m->pairs[m->nr_pairs++] = pair;
	count(&m->waiter, pair.waiter, task_id, NULL, &pair);
	count(&m->holder, pair.holder, holder_id, cpu ? BLAME_CPU_TEXT : BLAME_HELD, &pair);
	return 0;
}

/* Run @sql; @add takes each row. */
static int read_rows(struct matrix *m, const char *sql,
		     int (*add)(struct matrix *m, sqlite3_stmt *stmt))
{
	sqlite3_stmt *stmt;
	int rc = SQLITE_DONE, ret = db_prepare(m->db, sql, &stmt, m->err);

	if (ret)
		return ret;
	while (!ret && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
		ret = db_take(m->db, sizeof(struct pair), m->err) ?: add(m, stmt);
	if (!ret && rc != SQLITE_DONE)
		ret = db_fail(m->db, m->err);
	db_release(m->db, stmt);
	return ret;
}

static int party_init(struct party *party, size_t nr)
{
	party->nr = nr;
	party->member = calloc(nr, sizeof(*party->member));
	return party->member ? 0 : -ENOMEM;
}

/* Number those with most waiting from 1; of equals, the first by name. */
static void rank(struct party *party)
{
	size_t top[NR_NAMES], nr = 0, i, at;

	for (i = 0; i < party->nr; i++) {
		party->member[i].rank = NR_NAMES + 1;
		if (!party->member[i].nr_waits)
			continue;
		for (at = nr; at && party->member[i].wait_ns > party->member[top[at - 1]].wait_ns;
		     at--)
			if (at < NR_NAMES)
				top[at] = top[at - 1];
		if (at < NR_NAMES)
			top[at] = i;
		if (at < NR_NAMES && nr < NR_NAMES)
			nr++;
	}
	for (i = 0; i < nr; i++)
		party->member[top[i]].rank = i + 1;
}

struct sum {
	const struct pair *pair; /* one of them; NULL: none */
	int64_t nr_waits, wait_ns;
};

static int insert(struct matrix *m, sqlite3_stmt *stmt, int waiter_nr, int holder_nr,
		  const struct sum *sum)
{
	const int64_t task_id = m->waiter.member[sum->pair->waiter].task_id;
	int rc;

	sqlite3_clear_bindings(stmt);
	sqlite3_bind_int(stmt, 1, waiter_nr);
	if (waiter_nr <= NR_NAMES)
		sqlite3_bind_int64(stmt, 2, task_id);
	sqlite3_bind_int(stmt, 3, holder_nr);
	if (holder_nr <= NR_NAMES) {
		sqlite3_bind_text(stmt, 4, m->holder.member[sum->pair->holder].cause, -1,
				  SQLITE_STATIC);
		sqlite3_bind_int64(stmt, 5, m->holder.member[sum->pair->holder].task_id);
	}
	sqlite3_bind_int64(stmt, 6, sum->nr_waits);
	sqlite3_bind_int64(stmt, 7, sum->wait_ns);
	rc = sqlite3_step(stmt);
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? 0 : db_fail(m->db, m->err);
}

static int write_cells(struct matrix *m)
{
	struct sum cell[NR_NAMES + 1][NR_NAMES + 1] = { 0 };
	sqlite3_stmt *stmt;
	int w, h, ret;
	size_t i;

	for (i = 0; i < m->nr_pairs; i++) {
		const struct pair *p = &m->pairs[i];
		struct sum *sum = &cell[m->waiter.member[p->waiter].rank - 1]
				       [m->holder.member[p->holder].rank - 1];

		sum->pair = p;
		sum->nr_waits = sat_add(sum->nr_waits, p->nr_waits);
		sum->wait_ns = sat_add(sum->wait_ns, p->wait_ns);
	}
	ret = db_prepare(m->db, CELL_SQL, &stmt, m->err);
	if (ret)
		return ret;
	for (w = 0; w <= NR_NAMES; w++)
		for (h = 0; !ret && h <= NR_NAMES; h++)
			if (cell[w][h].pair)
				ret = insert(m, stmt, w + 1, h + 1, &cell[w][h]);
	db_release(m->db, stmt);
	return ret;
}

static int make(struct matrix *m)
{
	int ret = keyed_init(&m->names, sizeof(int64_t), sizeof(struct named)) ? no_memory(m) : 0;

	if (!ret)
		ret = read_rows(m, NAMES_SQL, add_name);
	if (!ret && (keyed_index(&m->names) || party_init(&m->waiter, m->nr_groups + 1) ||
		     party_init(&m->holder, 2 * m->nr_groups + 1)))
		ret = no_memory(m);
	if (!ret)
		ret = read_rows(m, BLAME_SQL, add_pair);
	if (ret)
		return ret;
	rank(&m->waiter);
	rank(&m->holder);
	db_let_write(m->db, true);
	ret = write_cells(m);
	db_let_write(m->db, false);
	return ret;
}

int blame_matrix_make(struct db *db, struct error *err)
{
	struct matrix m = { .db = db, .err = err };
	int ret = wait_sums_make(db, err);

	if (!ret)
		ret = db_define(db, CELL_TABLE, err);
	if (ret)
		return ret;
	ret = make(&m);
	keyed_free(&m.names);
	free(m.pairs);
	free(m.waiter.member);
	free(m.holder.member);
	return ret;
}
