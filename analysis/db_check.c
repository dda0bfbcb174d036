// SPDX-License-Identifier: GPL-2.0-only
/* Opening a file that a stranger may have made, and whether it is one of ours. */
#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "analysis/db_internal.h"
#include "schema/known.h"
#include "schema/migrate.h"

/* Readers never wait for our writer (WAL); this is for others, and short for the screens. */
#define BUSY_MS 200

int db_interrupted(const struct db *db, struct error *err)
{
	if (db->guard.endless)
		return error_set(err, -EBADMSG,
				 "%s is damaged: it takes more work than a file of its size can",
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
		return error_set(err, -EBADMSG,
				 "%s is damaged: it has a text longer than any of rmapscope",
				 db->path);
	case SQLITE_NOMEM:
		return error_set(err, -ENOMEM, "out of memory");
	case SQLITE_CANTOPEN:
		if (db->file.log)
			return error_set(err, -EACCES,
					 "%s has a log beside it (-wal) that cannot be read here; "
					 "copy both to where you can write",
					 db->path);
		break;
	case SQLITE_ERROR:
		/* of sum() */
		if (!strcmp(why, "integer overflow"))
			return error_set(err, -EBADMSG,
					 "%s is damaged: a sum of its numbers is too large",
					 db->path);
		break;
	}
	return error_set(err, -EIO, "cannot read %s: %s", db->path, why);
}

/* The single integer that @sql gives. */
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

int db_connect(struct db *db, bool write, struct error *err)
{
	const int flags = write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	char uri[DB_FILE_URI_MAX];
	int ret = db_file_check(&db->file, db->path, err);

	if (ret)
		return ret;
	db_file_uri(&db->file, !write, uri);
	if (sqlite3_open_v2(uri, &db->db, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL) !=
		    SQLITE_OK ||
	    sqlite3_busy_timeout(db->db, BUSY_MS) != SQLITE_OK)
		return db_fail(db, err);
	db->guard.file_bytes = db->file.bytes;
	return guard_open(&db->guard, db->db) == SQLITE_OK ? 0 : db_fail(db, err);
}

void db_disconnect(struct db *db)
{
	while (db->nr_stmts)
		sqlite3_finalize(db->stmt[--db->nr_stmts]);
	sqlite3_close(db->db);
}

/* Whose file it is, and of which version. */
static int check_identity(struct db *db, int64_t *version, struct error *err)
{
	int64_t application_id;
	int ret;

	ret = db_query_int(db, "PRAGMA application_id", &application_id, err);
	if (!ret)
		ret = db_query_int(db, "PRAGMA user_version", version, err);
	if (ret)
		return ret;
	if (application_id != SCHEMA_APPLICATION_ID)
		return error_set(err, -EBADMSG,
				 "%s is an SQLite file of another program, not rmapscope's; give a "
				 "file made by rmapscope record or import",
				 db->path);
	if (*version > SCHEMA_VERSION)
		return error_set(
			err, -ENOTSUP,
			"%s has schema version %lld, newer than this rmapscope's %d; use the "
			"rmapscope that made it or a newer one",
			db->path, (long long)*version, SCHEMA_VERSION);
	if (*version < 1)
		return error_set(err, -EBADMSG,
				 "%s is damaged: it has schema version %lld, which never was",
				 db->path, (long long)*version);
	return 0;
}

static int check_schema(struct db *db, struct known *known, struct error *err)
{
	char why[128];

	if (!known)
		return error_set(err, -ENOMEM, "out of memory");
	if (known_check(known, db->db, why, sizeof(why)) != SQLITE_OK)
		return db_fail(db, err);
	if (*why)
		return error_set(err, -EBADMSG, "%s is damaged or was tampered with: it %s",
				 db->path, why);
	return 0;
}

int db_check(struct db *db, int64_t *version, struct known **knownp, struct error *err)
{
	struct known *known;
	int ret = check_identity(db, version, err);

	if (ret)
		return ret;
	known = known_schema(*version);
	ret = check_schema(db, known, err);
	if (!ret && knownp)
		*knownp = known;
	else
		known_free(known);
	return ret;
}
