// SPDX-License-Identifier: GPL-2.0-only
/* Open a file that may come from anybody, and check that it is one of ours. */
#include <errno.h>
#include <sqlite3.h>

#include "analysis/db_internal.h"
#include "lib/crash.h"
#include "schema/known.h"
#include "schema/migrate.h"

/*
 * With a write-ahead log, readers never wait for our writer: this is for other programs that
 * lock the file.
 */
#define BUSY_MS 200

int db_connect(struct db *db, bool write, struct error *err)
{
	const int flags = write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	char uri[DB_FILE_URI_MAX];
	int ret = db_file_check(&db->file, db->path, err);

	if (ret)
		return ret;
	db_file_uri(&db->file, !write, uri);
	crash_set_file(db->path);
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

/* Check that it is a file of rmapscope, and of which schema version. */
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
				 "%s is an SQLite file of another program; give a file made by "
				 "rmapscope record or import",
				 db->path);
	if (*version > SCHEMA_VERSION)
		return error_set(
			err, -ENOTSUP,
			"%s has schema version %lld, newer than this rmapscope's %d; use the "
			"rmapscope that made it or a newer one",
			db->path, (long long)*version, SCHEMA_VERSION);
	if (*version < 1)
		return error_set(err, -EBADMSG,
				 "%s is damaged: it has schema version %lld, which does not exist",
				 db->path, (long long)*version);
	return 0;
}

static int check_schema(struct db *db, int64_t version, struct error *err)
{
	char why[128];

	if (known_check(version, db->db, why, sizeof(why)) != SQLITE_OK)
		return db_fail(db, err);
	if (*why)
		return error_set(err, -EBADMSG, "%s is damaged or was tampered with: it %s",
				 db->path, why);
	return 0;
}

int db_check(struct db *db, int64_t *version, struct error *err)
{
	int ret = check_identity(db, version, err);

	return ret ? ret : check_schema(db, *version, err);
}
