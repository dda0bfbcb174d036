// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/wait_sums.h"

#include <errno.h>
#include <sqlite3.h>

#include "analysis/db_internal.h"
#include "analysis/wait_pass.h"

#define TABLES                                                                                     \
	"CREATE TEMP TABLE IF NOT EXISTS wait_sum (kind TEXT, process_id INTEGER, "                \
	"vma_id INTEGER, lock_id INTEGER, task_id INTEGER, site_id INTEGER, mode INTEGER, "        \
	"nr_waits INTEGER, wait_ns INTEGER, max_ns INTEGER, slept_ns INTEGER, "                    \
	"runnable_ns INTEGER, nr_tasks INTEGER, nr_locks INTEGER, nr_open INTEGER, "               \
	"nr_uncertain INTEGER);"                                                                   \
	"CREATE TEMP TABLE IF NOT EXISTS blame_sum (task_id INTEGER, lock_id INTEGER, "            \
	"site_id INTEGER, holder_task_id INTEGER, holder_site_id INTEGER, "                        \
	"holder_source INTEGER, cause TEXT, nr_waits INTEGER, wait_ns INTEGER, max_ns INTEGER, "   \
	"ran_ns INTEGER, runnable_ns INTEGER, lock_ns INTEGER, slept_ns INTEGER, "                 \
	"before_ns INTEGER, unknown_ns INTEGER);"                                                  \
	"CREATE TEMP TABLE IF NOT EXISTS longest_wait (id INTEGER PRIMARY KEY, ns INTEGER);"       \
	"DELETE FROM wait_sum; DELETE FROM blame_sum; DELETE FROM longest_wait;"

#define SUM_SQL                                                                                    \
	"INSERT INTO wait_sum VALUES "                                                             \
	"(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
#define BLAME_SQL                                                                                  \
	"INSERT INTO blame_sum VALUES "                                                            \
	"(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
#define LONGEST_SQL "INSERT INTO longest_wait VALUES (?1, ?2)"

/* The ids that pairs of thread and lock are added up by; 0: of any. */
struct group_key {
	int64_t process_id, vma_id, lock_id, task_id;
};

struct group {
	struct group_key key;
	struct wait_sum sum;
	int64_t nr_tasks, nr_locks;
};

enum kind {
	BY_PROCESS,
	BY_VMA,
	BY_LOCK,
	BY_TASK,
	NR_KINDS,
};

static const char *const kinds[NR_KINDS] = {
	[BY_PROCESS] = "process",
	[BY_VMA] = "vma",
	[BY_LOCK] = "lock",
	[BY_TASK] = "task",
};

static struct group_key key_of(const struct pass_pair *pair, enum kind kind)
{
	return (struct group_key){
		.process_id = kind == BY_PROCESS || kind == BY_VMA ? pair->process_id : 0,
		.vma_id = kind == BY_VMA ? pair->key.vma_id : 0,
		.lock_id = kind == BY_LOCK ? pair->key.lock_id : 0,
		.task_id = kind == BY_TASK ? pair->key.task_id : 0,
	};
}

/* A damaged file lacks what the group has its name from. */
static bool is_of(const struct pass_pair *pair, enum kind kind)
{
	return kind == BY_LOCK ? pair->has_lock : pair->has_task;
}

/* Which different ids of a group's waits are counted. */
static const struct {
	bool tasks, locks;
} counted[NR_KINDS] = {
	[BY_PROCESS] = { true, true },
	[BY_VMA] = { false, true },
	[BY_LOCK] = { true, false },
	[BY_TASK] = { false, true },
};

/* An id that was counted, and the address of its counter. */
struct seen {
	uint64_t counter;
	int64_t id;
};

struct writer {
	struct db *db;
	struct wait_pass *pass;
	sqlite3_stmt *stmt;
	struct error *err;
};

static int no_memory(const struct writer *w)
{
	return error_set(w->err, -ENOMEM, "out of memory");
}

static int begin(struct writer *w, const char *sql)
{
	return db_prepare(w->db, sql, &w->stmt, w->err);
}

static int insert(struct writer *w)
{
	const int rc = sqlite3_step(w->stmt);

	sqlite3_reset(w->stmt);
	return rc == SQLITE_DONE ? 0 : db_fail(w->db, w->err);
}

static void bind_known(struct writer *w, int at, bool known, int64_t value)
{
	if (known)
		sqlite3_bind_int64(w->stmt, at, value);
	else
		sqlite3_bind_null(w->stmt, at);
}

static int insert_sum(struct writer *w, const char *kind, const int64_t id[6],
		      const struct wait_sum *sum, int64_t nr_tasks, int64_t nr_locks)
{
	int i;

	sqlite3_bind_text(w->stmt, 1, kind, -1, SQLITE_STATIC);
	for (i = 0; i < 6; i++)
		sqlite3_bind_int64(w->stmt, 2 + i, id[i]);
	sqlite3_bind_int64(w->stmt, 8, sum->nr_waits);
	sqlite3_bind_int64(w->stmt, 9, sum->wait_ns);
	bind_known(w, 10, sum->nr_waits, sum->max_ns);
	bind_known(w, 11, sum->slept_ns.known, sum->slept_ns.sum);
	bind_known(w, 12, sum->runnable_ns.known, sum->runnable_ns.sum);
	sqlite3_bind_int64(w->stmt, 13, nr_tasks);
	sqlite3_bind_int64(w->stmt, 14, nr_locks);
	sqlite3_bind_int64(w->stmt, 15, sum->nr_open);
	sqlite3_bind_int64(w->stmt, 16, sum->nr_uncertain);
	return insert(w);
}

/* Add 1 to @counter if @id has not been counted by it yet. */
static int count(struct keyed *seen, int64_t *counter, int64_t id)
{
	const struct seen key = { (uintptr_t)counter, id };
	const size_t nr = seen->nr;

	if (!keyed_get(seen, &key))
		return -ENOMEM;
	*counter += seen->nr - nr;
	return 0;
}

static int add_pair(struct writer *w, struct group *g, const struct pass_pair *pair, enum kind kind,
		    struct keyed *seen)
{
	if (!wait_sum_add(&g->sum, &pair->sum))
		return error_set(w->err, -EBADMSG,
				 "%s is damaged: a sum of its numbers is too large",
				 db_path(w->db));
	if ((counted[kind].tasks && count(seen, &g->nr_tasks, pair->key.task_id)) ||
	    (counted[kind].locks && count(seen, &g->nr_locks, pair->key.lock_id)))
		return no_memory(w);
	return 0;
}

/* Add the pairs up into @groups. */
static int add_up(struct writer *w, enum kind kind, struct keyed *groups, struct keyed *seen)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < w->pass->pairs.nr; i++) {
		const struct pass_pair *pair = keyed_at(&w->pass->pairs, i);
		const struct group_key key = key_of(pair, kind);
		struct group *g;

		if (!is_of(pair, kind))
			continue;
		g = keyed_get(groups, &key);
		ret = g ? add_pair(w, g, pair, kind, seen) : no_memory(w);
	}
	return ret;
}

static int write_kind(struct writer *w, enum kind kind)
{
	struct keyed groups, seen;
	int ret = keyed_init(&groups, sizeof(struct group_key), sizeof(struct group));
	size_t i;

	ret = keyed_init(&seen, sizeof(struct seen), sizeof(struct seen)) ?: ret;
	ret = ret ? no_memory(w) : add_up(w, kind, &groups, &seen);
	for (i = 0; !ret && i < groups.nr; i++) {
		const struct group *g = keyed_at(&groups, i);
		const int64_t id[6] = { g->key.process_id, g->key.vma_id, g->key.lock_id,
					g->sum.max_task_id };

		ret = insert_sum(w, kinds[kind], id, &g->sum, g->nr_tasks, g->nr_locks);
	}
	keyed_free(&groups);
	keyed_free(&seen);
	return ret;
}

static int write_places(struct writer *w)
{
	size_t i;
	int ret = 0;

	for (i = 0; !ret && i < w->pass->places.nr; i++) {
		const struct pass_place *p = keyed_at(&w->pass->places, i);
		const int64_t id[6] = { 0, 0, p->lock_id, 0, p->site_id, p->key.mode };

		ret = insert_sum(w, "site", id, &p->sum, 0, 0);
	}
	return ret;
}

static int write_sums(struct writer *w)
{
	enum kind kind;
	int ret = begin(w, SUM_SQL);

	if (ret)
		return ret;
	for (kind = 0; !ret && kind < NR_KINDS; kind++)
		ret = write_kind(w, kind);
	if (!ret)
		ret = write_places(w);
	db_release(w->db, w->stmt);
	return ret;
}

static int insert_blame(struct writer *w, const struct pass_blame *b)
{
	const bool held = b->key.holder_source != BLAME_CPU;
	const int64_t id[] = { b->task_id, b->lock_id, b->site_id, b->holder_task_id,
			       b->holder_site_id };
	int i;

	for (i = 0; i < 5; i++)
		sqlite3_bind_int64(w->stmt, 1 + i, id[i]);
	bind_known(w, 6, held, b->key.holder_source);
	sqlite3_bind_text(w->stmt, 7, held ? BLAME_HELD : BLAME_CPU_TEXT, -1, SQLITE_STATIC);
	sqlite3_bind_int64(w->stmt, 8, b->nr_waits);
	sqlite3_bind_int64(w->stmt, 9, b->wait_ns);
	sqlite3_bind_int64(w->stmt, 10, b->max_ns);
	for (i = 0; i < NR_HELD_PARTS; i++)
		bind_known(w, 11 + i, b->known, b->held_ns[i]);
	bind_known(w, 11 + NR_HELD_PARTS, held, b->unknown_ns);
	return insert(w);
}

static int write_blame(struct writer *w)
{
	size_t i;
	int ret = begin(w, BLAME_SQL);

	if (ret)
		return ret;
	for (i = 0; !ret && i < w->pass->blames.nr; i++)
		ret = insert_blame(w, keyed_at(&w->pass->blames, i));
	db_release(w->db, w->stmt);
	return ret;
}

static int write_longest(struct writer *w)
{
	size_t i;
	int ret = begin(w, LONGEST_SQL);

	if (ret)
		return ret;
	for (i = 0; !ret && i < w->pass->nr_longest; i++) {
		sqlite3_bind_int64(w->stmt, 1, w->pass->longest[i].id);
		sqlite3_bind_int64(w->stmt, 2, w->pass->longest[i].ns);
		ret = insert(w);
	}
	db_release(w->db, w->stmt);
	return ret;
}

int wait_sums_make(struct db *db, struct error *err)
{
	struct wait_pass pass;
	struct writer w = { .db = db, .pass = &pass, .err = err };
	int ret;

	if (db->has_wait_sums)
		return 0;
	ret = db_define(db, TABLES, err);
	if (ret)
		return ret;
	ret = wait_pass_read(&pass, db, err);
	db_let_write(db, true);
	if (!ret)
		ret = write_sums(&w);
	if (!ret)
		ret = write_blame(&w);
	if (!ret)
		ret = write_longest(&w);
	db_let_write(db, false);
	wait_pass_free(&pass);
	db->has_wait_sums = !ret;
	return ret;
}
