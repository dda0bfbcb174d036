// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/stack_sums.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>

#include "analysis/db_internal.h"
#include "analysis/db_pass.h"
#include "lib/keyed.h"

#define SUM_TABLE                                                                                  \
	"CREATE TEMP TABLE IF NOT EXISTS stack_sum (id INTEGER PRIMARY KEY, task_id INTEGER, "     \
	"stack_id INTEGER, wait_ns INTEGER); DELETE FROM stack_sum;"

/* The threads, and numbers for their names. */
#define TASKS_SQL                                                                                  \
	"SELECT t.id, dense_rank() OVER (ORDER BY p.comm, t.comm) FROM task t "                    \
	"LEFT JOIN process p ON p.id = t.process_id"
#define WAITS_SQL                                                                                  \
	"SELECT stack_pass(task_id, stack_id, duration_ns) FROM wait WHERE duration_ns IS NOT NULL"
#define INSERT_SQL "INSERT INTO stack_sum (task_id, stack_id, wait_ns) VALUES (?1, ?2, ?3)"

/* Look-ups whose memory is fetched together, see lib/keyed.h. */
#define NR_QUEUED 64

struct task {
	int64_t id, names;
};

struct key {
	int64_t names, stack_id;
};

struct sum {
	struct key key;
	int64_t task_id, wait_ns;
};

struct queued {
	struct sum sum;
	uint32_t hash;
};

struct pass {
	struct db *db;
	struct keyed tasks, sums;
	struct queued queue[NR_QUEUED];
	unsigned int nr_queued;
	struct error *err;
};

static int no_memory(const struct pass *p)
{
	return error_set(p->err, -ENOMEM, "out of memory");
}

static int add(struct pass *p, const struct queued *q)
{
	struct sum *sum = keyed_get_hashed(&p->sums, &q->sum.key, q->hash);

	if (!sum)
		return no_memory(p);
	sum->task_id = q->sum.task_id;
	if (__builtin_add_overflow(sum->wait_ns, q->sum.wait_ns, &sum->wait_ns))
		return error_set(p->err, -EBADMSG,
				 "%s is damaged: a sum of its numbers is too large",
				 db_path(p->db));
	return 0;
}

static int add_queued(struct pass *p)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; i < p->nr_queued; i++)
		keyed_fetch(&p->sums, p->queue[i].hash);
	for (i = 0; !ret && i < p->nr_queued; i++)
		ret = add(p, &p->queue[i]);
	p->nr_queued = 0;
	return ret;
}

/* The arguments are task_id, stack_id and duration_ns. */
static int add_wait(void *ctx, sqlite3_value **args)
{
	struct pass *p = ctx;
	const struct task *task = keyed_find_id(&p->tasks, sqlite3_value_int64(args[0]));
	struct queued *q = &p->queue[p->nr_queued];

	/* a damaged file can lack it */
	if (!task)
		return 0;
	q->sum = (struct sum){
		.key = { task->names, sqlite3_value_int64(args[1]) },
		.task_id = task->id,
		.wait_ns = sqlite3_value_int64(args[2]),
	};
	q->hash = keyed_hash(&p->sums, &q->sum.key);
	if (++p->nr_queued < NR_QUEUED)
		return 0;
	return db_take(p->db, sizeof(p->queue), p->err) ?: add_queued(p);
}

static int read_tasks(struct pass *p)
{
	sqlite3_stmt *stmt;
	int rc = SQLITE_DONE, ret = db_prepare(p->db, TASKS_SQL, &stmt, p->err);

	if (ret)
		return ret;
	while (!ret && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		const int64_t id = sqlite3_column_int64(stmt, 0);
		struct task *task = keyed_get(&p->tasks, &id);

		if (task)
			task->names = sqlite3_column_int64(stmt, 1);
		ret = task ? db_take(p->db, sizeof(*task), p->err) : no_memory(p);
	}
	if (!ret && rc != SQLITE_DONE)
		ret = db_fail(p->db, p->err);
	db_release(p->db, stmt);
	if (!ret && keyed_index(&p->tasks))
		ret = no_memory(p);
	return ret;
}

static int read_waits(struct pass *p)
{
	const struct db_pass pass = { "stack_pass", 3, add_wait, p };

	return db_pass_run(p->db, &pass, WAITS_SQL, p->err) ?: add_queued(p);
}

static int by_key(const void *pa, const void *pb)
{
	const struct key *a = *(const struct key *const *)pa, *b = *(const struct key *const *)pb;

	if (a->names != b->names)
		return a->names < b->names ? -1 : 1;
	return a->stack_id < b->stack_id ? -1 : a->stack_id > b->stack_id;
}

static int insert(struct pass *p, const struct sum *const *sums)
{
	sqlite3_stmt *stmt;
	int rc, ret = db_prepare(p->db, INSERT_SQL, &stmt, p->err);
	size_t i;

	if (ret)
		return ret;
	for (i = 0; !ret && i < p->sums.nr; i++) {
		sqlite3_bind_int64(stmt, 1, sums[i]->task_id);
		sqlite3_bind_int64(stmt, 2, sums[i]->key.stack_id);
		sqlite3_bind_int64(stmt, 3, sums[i]->wait_ns);
		rc = sqlite3_step(stmt);
		sqlite3_reset(stmt);
		ret = rc == SQLITE_DONE ? 0 : db_fail(p->db, p->err);
	}
	db_release(p->db, stmt);
	return ret;
}

static int write_sums(struct pass *p)
{
	const struct sum **sums = calloc(p->sums.nr + 1, sizeof(*sums));
	size_t i;
	int ret;

	if (!sums)
		return no_memory(p);
	for (i = 0; i < p->sums.nr; i++)
		sums[i] = keyed_at(&p->sums, i);
	qsort(sums, p->sums.nr, sizeof(*sums), by_key);
	db_let_write(p->db, true);
	ret = insert(p, sums);
	db_let_write(p->db, false);
	free(sums);
	return ret;
}

int stack_sums_make(struct db *db, struct error *err)
{
	struct pass p = { .db = db, .err = err };
	int ret = db_define(db, SUM_TABLE, err);

	if (ret)
		return ret;
	if (keyed_init(&p.tasks, sizeof(int64_t), sizeof(struct task)) ||
	    keyed_init(&p.sums, sizeof(struct key), sizeof(struct sum)))
		ret = no_memory(&p);
	if (!ret)
		ret = read_tasks(&p);
	if (!ret)
		ret = read_waits(&p);
	if (!ret)
		ret = write_sums(&p);
	keyed_free(&p.tasks);
	keyed_free(&p.sums);
	return ret;
}
