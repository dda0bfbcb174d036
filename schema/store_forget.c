// SPDX-License-Identifier: GPL-2.0-only
/*
 * Delete processes, threads, locks and VMAs that no kept row refers to.
 *
 * Each of these has a time when it was last seen, which is not before the end of any
 * wait, hold, ... that refers to it. It can be deleted when that time is before
 * everything that is kept: rows (kept_from_ns) and sums per second (names_from_ns). If it
 * is seen again later, the model passes its row again, with the same id.
 *
 * Each commit checks a limited number of rows of one table, so that no commit takes long.
 */
#include <stdio.h>

#include "lib/clock.h"
#include "schema/sql.h"
#include "schema/store_internal.h"

/* Rows that one commit checks. */
#define ROWS_PER_COMMIT 8192

/* The last wait for a VMA may end a moment after the VMA was unmapped. */
#define VMA_MARGIN_NS ((int64_t)NSEC_PER_SEC)

/* Open rows, and rows of tables without a time order, may refer to older things. */
#define OPEN_OF(column)                                                                            \
	"SELECT " column " FROM wait WHERE outcome = " SQL_OUTCOME_OPEN " UNION SELECT " column    \
	" FROM hold WHERE outcome = " SQL_OUTCOME_OPEN
#define TASKS_IN_USE                                                                               \
	OPEN_OF("task_id")                                                                         \
	" UNION SELECT ifnull(walker_task_id, 0) FROM storm"                                       \
	" UNION SELECT ifnull(mover_task_id, 0) FROM storm"                                        \
	" UNION SELECT task_id FROM straggler"                                                     \
	" UNION SELECT ifnull(other_task_id, 0) FROM straggler"                                    \
	" UNION SELECT ifnull(task_id, 0) FROM frame"                                              \
	" UNION SELECT task_id FROM order_edge"

/* ?1 and ?2: first and last id to check; ?3: everything that is kept is later */
static const struct {
	const char *name;
	const char *forget;
	int64_t margin_ns;
} tables[NR_FORGET] = {
	{ "lock_vma", "DELETE FROM lock_vma WHERE id BETWEEN ?1 AND ?2 AND to_ns < ?3",
	  VMA_MARGIN_NS },
	{ "vma",
	  "DELETE FROM vma WHERE id BETWEEN ?1 AND ?2 AND to_ns < ?3 AND id NOT IN ("
	  "SELECT ifnull(vma_id, 0) FROM lock UNION SELECT vma_id FROM lock_vma "
	  "UNION SELECT ifnull(from_vma_id, 0) FROM storm "
	  "UNION SELECT ifnull(to_vma_id, 0) FROM storm)",
	  VMA_MARGIN_NS },
	{ "lock",
	  "DELETE FROM lock WHERE id BETWEEN ?1 AND ?2 AND last_ns < ?3 AND id NOT IN (" OPEN_OF(
		  "lock_id") " UNION SELECT lock_id FROM lock_vma "
			     "UNION SELECT ifnull(lock_id, 0) FROM storm "
			     "UNION SELECT ifnull(held_lock_id, 0) FROM order_edge "
			     "UNION SELECT ifnull(taken_lock_id, 0) FROM order_edge)",
	  0 },
	{ "task",
	  "DELETE FROM task WHERE id BETWEEN ?1 AND ?2 AND last_ns < ?3 AND id NOT IN (" TASKS_IN_USE
	  ")",
	  0 },
	{ "process",
	  "DELETE FROM process WHERE id BETWEEN ?1 AND ?2 AND last_ns < ?3 AND id NOT IN ("
	  "SELECT ifnull(process_id, 0) FROM vma UNION SELECT ifnull(process_id, 0) FROM task "
	  "WHERE id IN (" TASKS_IN_USE "))",
	  0 },
};

/*
 * Set *@before_ns to a time before everything that is kept, including the start of the
 * longest wait or hold; NO_TIME: nothing was deleted yet.
 */
static int find_kept(struct store *st, int64_t *before_ns)
{
	int64_t begun_ns;
	int ret;

	*before_ns = NO_TIME;
	if (st->kept_from_ns == NO_TIME || st->names_from_ns == NO_TIME)
		return 0;
	ret = store_number(st,
			   "SELECT min(min(ifnull(wait_min_ns, time_ns), "
			   "ifnull(hold_min_ns, time_ns))) FROM checkpoint WHERE time_ns > ?",
			   st->kept_from_ns, st->kept_from_ns, &begun_ns);
	*before_ns = st->kept_from_ns < st->names_from_ns ? st->kept_from_ns : st->names_from_ns;
	if (begun_ns < *before_ns)
		*before_ns = begun_ns;
	return ret;
}

int store_forget(struct store *st)
{
	const unsigned int table = st->forget.table;
	const int64_t first = st->forget.next_id[table];
	sqlite3_stmt *stmt;
	int64_t last;
	char sql[128];
	int rc, ret = 0;

	/* the same time for all tables: a kept row must find what it refers to */
	if (!table)
		ret = find_kept(st, &st->forget.before_ns);
	if (ret || st->forget.before_ns == NO_TIME)
		return ret;
	snprintf(sql, sizeof(sql), "SELECT id FROM %s WHERE id >= ? ORDER BY id LIMIT 1 OFFSET %d",
		 tables[table].name, ROWS_PER_COMMIT - 1);
	ret = store_number(st, sql, first, INT64_MAX, &last);
	if (ret)
		return ret;
	rc = sqlite3_prepare_v2(st->db, tables[table].forget, -1, &stmt, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(stmt, 1, first);
		sqlite3_bind_int64(stmt, 2, last);
		sqlite3_bind_int64(stmt, 3, st->forget.before_ns - tables[table].margin_ns);
		sqlite3_step(stmt);
		rc = sqlite3_finalize(stmt);
	}
	if (rc != SQLITE_OK)
		return store_fail(st, rc);
	st->forget.next_id[table] = last == INT64_MAX ? 0 : last + 1;
	st->forget.table = (table + 1) % NR_FORGET;
	return 0;
}
