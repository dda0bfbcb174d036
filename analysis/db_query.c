// SPDX-License-Identifier: GPL-2.0-only
/* Statements on an open database, and the error messages for their failures. */
#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "analysis/db_internal.h"

int db_interrupted(const struct db *db, struct error *err)
{
	if (db->guard.endless)
		return error_set(err, -EBADMSG,
				 "%s is damaged: reading it takes more work than a file of its size "
				 "can need",
				 db->path);
	return error_set(err, -EINTR, "reading %s was stopped by a signal", db->path);
}

int db_fail(struct db *db, struct error *err)
{
	const char *why = sqlite3_errmsg(db->db);

	switch (sqlite3_errcode(db->db)) {
	case SQLITE_NOTADB:
		return error_set(
			err, -EBADMSG,
			"%s is not an rmapscope database; import a trace.dat with rmapscope "
			"import",
			db->path);
	case SQLITE_CORRUPT:
		return error_set(err, -EBADMSG,
				 "%s is damaged: %s; sqlite3's .recover may save what is left",
				 db->path, why);
	case SQLITE_BUSY:
		return error_set(err, -EBUSY, "%s is locked by another program; try again",
				 db->path);
	case SQLITE_INTERRUPT:
		return db_interrupted(db, err);
	case SQLITE_TOOBIG:
		return error_set(
			err, -EBADMSG,
			"%s is damaged: it has a text longer than any that rmapscope writes",
			db->path);
	case SQLITE_NOMEM:
		return error_set(err, -ENOMEM, "out of memory");
	case SQLITE_READONLY:
		if (db->file.journal)
			return error_set(
				err, -EROFS,
				"%s has the journal (-journal) of an incomplete write; copy "
				"both to a directory that you can write to and open the "
				"copy once with sqlite3, which rolls that write back",
				db->path);
		break;
	case SQLITE_CANTOPEN:
		if (db->file.log)
			return error_set(err, -EACCES,
					 "%s has a log (-wal) that cannot be read here: it, and the "
					 "index beside it (-shm), must be yours, too (chown), in a "
					 "directory that you can write to",
					 db->path);
		break;
	case SQLITE_ERROR:
		/* the error of SQL's sum() */
		if (!strcmp(why, "integer overflow"))
			return error_set(err, -EBADMSG,
					 "%s is damaged: a sum of its numbers is too large",
					 db->path);
		break;
	}
	return error_set(err, -EIO, "cannot read %s: %s", db->path, why);
}

int db_prepare(struct db *db, const char *sql, sqlite3_stmt **stmt, struct error *err)
{
	unsigned int i;

	guard_refill(&db->guard);
	for (i = 0; i < db->nr_stmts; i++) {
		*stmt = db->stmt[i];
		if (!sqlite3_stmt_busy(*stmt) && !strcmp(sqlite3_sql(*stmt), sql)) {
			sqlite3_clear_bindings(*stmt);
			return 0;
		}
	}
	if (sqlite3_prepare_v3(db->db, sql, -1, SQLITE_PREPARE_PERSISTENT, stmt, NULL) != SQLITE_OK)
		return db_fail(db, err);
	if (db->nr_stmts < NR_STATEMENTS)
		db->stmt[db->nr_stmts++] = *stmt;
	return 0;
}

void db_release(struct db *db, sqlite3_stmt *stmt)
{
	unsigned int i;

	sqlite3_reset(stmt);
	for (i = 0; i < db->nr_stmts; i++)
		if (db->stmt[i] == stmt)
			return;
	sqlite3_finalize(stmt);
}

int db_take(struct db *db, size_t bytes, struct error *err)
{
	return guard_take(&db->guard, bytes) ? 0 : db_interrupted(db, err);
}

int db_query_int(struct db *db, const char *sql, int64_t *value, struct error *err)
{
	sqlite3_stmt *stmt;
	int ret = db_prepare(db, sql, &stmt, err);

	if (ret)
		return ret;
	if (sqlite3_step(stmt) == SQLITE_ROW)
		*value = sqlite3_column_int64(stmt, 0);
	else
		ret = db_fail(db, err);
	db_release(db, stmt);
	return ret;
}

int db_define(struct db *db, const char *sql, struct error *err)
{
	int rc;

	guard_refill(&db->guard);
	sqlite3_set_authorizer(db->db, NULL, NULL);
	rc = sqlite3_exec(db->db, sql, NULL, NULL, NULL);
	guard_read_only(db->db);
	return rc == SQLITE_OK ? 0 : db_fail(db, err);
}

void db_let_write(struct db *db, bool on)
{
	if (on)
		sqlite3_set_authorizer(db->db, NULL, NULL);
	else
		guard_read_only(db->db);
}

int db_view_text(struct db *db, const char *name, char **sql, struct error *err)
{
	sqlite3_stmt *stmt = NULL;
	const char *text;
	int ret = 0;

	*sql = NULL;
	sqlite3_set_authorizer(db->db, NULL, NULL);
	if (sqlite3_prepare_v2(db->db, "SELECT sql FROM sqlite_temp_schema WHERE name = ?", -1,
			       &stmt, NULL) == SQLITE_OK)
		sqlite3_bind_text(stmt, 1, name, -1, SQLITE_STATIC);
	if (stmt && sqlite3_step(stmt) == SQLITE_ROW) {
		text = (const char *)sqlite3_column_text(stmt, 0);
		*sql = text ? strdup(text) : NULL;
	}
	if (!*sql)
		ret = db_fail(db, err);
	sqlite3_finalize(stmt);
	guard_read_only(db->db);
	return ret;
}
