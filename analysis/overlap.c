// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/overlap.h"

#include <errno.h>
#include <sqlite3.h>

/* About the memory that a wait, its thread and its lock take. */
#define ROW_BYTES 256

struct overlap_reader {
	struct db *db;
	int (*row)(void *ctx, sqlite3_stmt *stmt);
	void *ctx;
	int64_t at_ns;
	struct error *err;
};

static int prepare(const struct overlap_reader *r, const char *sql, sqlite3_stmt **stmt)
{
	int ret = db_prepare(r->db, sql, stmt, r->err);

	if (!ret)
		sqlite3_bind_int64(*stmt, 1, r->at_ns);
	return ret;
}

static int read_rows(const struct overlap_reader *r, sqlite3_stmt *stmt)
{
	int rc, ret = 0;

	while (!ret && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		ret = db_take(r->db, ROW_BYTES, r->err);
		if (!ret)
			ret = r->row(r->ctx, stmt);
	}
	if (ret)
		error_set(r->err, ret, "out of memory");
	else if (rc != SQLITE_DONE)
		ret = db_fail(r->db, r->err);
	sqlite3_reset(stmt);
	return ret;
}

/* Read the rows with ids above @after, up to @to. */
static int read_range(const struct overlap_reader *r, sqlite3_stmt *stmt, int64_t after, int64_t to)
{
	if (after >= to)
		return 0;
	sqlite3_bind_int64(stmt, 2, after);
	sqlite3_bind_int64(stmt, 3, to);
	return read_rows(r, stmt);
}

/* Set *@id to the highest id that ended before the instant. */
static int ended_before(const struct overlap_reader *r, const char *before, int64_t *id)
{
	sqlite3_stmt *stmt;
	int rc, ret = prepare(r, before, &stmt);

	if (ret)
		return ret;
	rc = sqlite3_step(stmt);
	*id = rc == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
	ret = rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : db_fail(r->db, r->err);
	db_release(r->db, stmt);
	return ret;
}

/*
 * Read the ranges of ids that ended after the instant and may have begun before it; then the
 * ids after the last checkpoint.
 */
static int read_later(const struct overlap_reader *r, const char *later, sqlite3_stmt *rows,
		      int64_t id)
{
	sqlite3_stmt *stmt;
	int rc, ret = prepare(r, later, &stmt);

	if (ret)
		return ret;
	while (!ret && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		/* a file of schema version 1 had no such column: its rows are read at the end */
		if (sqlite3_column_type(stmt, 0) == SQLITE_NULL)
			continue;
		if (sqlite3_column_type(stmt, 1) == SQLITE_NULL ||
		    sqlite3_column_int64(stmt, 1) <= r->at_ns)
			ret = read_range(r, rows, id, sqlite3_column_int64(stmt, 0));
		id = sqlite3_column_int64(stmt, 0);
	}
	if (!ret && rc != SQLITE_DONE)
		ret = db_fail(r->db, r->err);
	db_release(r->db, stmt);
	return ret ? ret : read_range(r, rows, id, INT64_MAX);
}

int overlap_read(const struct overlap_queries *s, struct db *db, int64_t at_ns,
		 int (*row)(void *ctx, struct sqlite3_stmt *stmt), void *ctx, struct error *err)
{
	const struct overlap_reader r = { db, row, ctx, at_ns, err };
	sqlite3_stmt *stmt = NULL;
	int64_t id;
	int ret = ended_before(&r, s->before, &id);

	if (!ret)
		ret = prepare(&r, s->rows, &stmt);
	if (!ret)
		ret = read_later(&r, s->later, stmt, id);
	db_release(db, stmt);
	if (ret || !s->open_rows)
		return ret;
	ret = prepare(&r, s->open_rows, &stmt);
	if (!ret)
		ret = read_rows(&r, stmt);
	db_release(db, stmt);
	return ret;
}
