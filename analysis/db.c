// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/db.h"
#include "analysis/estimate_sql.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/db_copy.h"
#include "analysis/db_internal.h"
#include "analysis/filter.h"
#include "analysis/series_sql.h"
#include "schema/hist_sql.h"
#include "schema/known.h"
#include "schema/migrate.h"

const char *db_path(const struct db *db)
{
	return db->path;
}

bool db_is_copy(const struct db *db)
{
	return db->copy;
}

void db_stop_when(struct db *db, bool (*stop)(void))
{
	db->guard.stop = stop;
}

/* Replace the connection by one to a temporary copy with the current schema. */
static int read_copy(struct db *db, int64_t version, struct error *err)
{
	sqlite3 *copy;
	int ret = db_copy_temporary(&copy, db->db, db->path, version, &db->guard, err);

	if (ret)
		return ret;
	db_disconnect(db);
	db->db = copy;
	db->copy = true;
	return sqlite3_exec(copy, "BEGIN", NULL, NULL, NULL) == SQLITE_OK ? 0 : db_fail(db, err);
}

/* Register our functions and views, then allow nothing but reading. */
static int prepare_reading(struct db *db, struct error *err)
{
	int rc = hist_sql_register(db->db);

	if (rc == SQLITE_OK)
		rc = series_sql_register(db->db);
	if (rc == SQLITE_OK)
		rc = estimate_sql_register(db->db);
	if (rc == SQLITE_OK)
		rc = filter_sql_register(db);
	if (rc == SQLITE_OK)
		rc = known_views(db->db);
	if (rc != SQLITE_OK)
		return db_fail(db, err);
	guard_read_only(db->db);
	return db_query_int(db, "PRAGMA schema_version", &db->cookie, err);
}

/* The file is open. Check its schema and prepare reading it, in one transaction. */
static int check_and_prepare(struct db *db, struct error *err)
{
	int64_t version;
	int ret;

	if (sqlite3_exec(db->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(db, err);
	ret = db_check(db, &version, err);
	if (!ret && version < SCHEMA_VERSION) {
		ret = read_copy(db, version, err);
		if (!ret)
			ret = db_check(db, &version, err);
	}
	if (!ret)
		ret = prepare_reading(db, err);
	db_end(db);
	return ret;
}

int db_open(struct db **dbp, const char *path, struct error *err)
{
	struct db *db = calloc(1, sizeof(*db));
	int ret;

	if (db)
		db->path = strdup(path);
	if (!db || !db->path) {
		free(db);
		return error_set(err, -ENOMEM, "out of memory");
	}
	ret = db_connect(db, false, err);
	if (!ret)
		ret = check_and_prepare(db, err);
	if (ret) {
		db_close(db);
		return ret;
	}
	*dbp = db;
	return 0;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	db_disconnect(db);
	free(db->path);
	free(db);
}

static int changed(const struct db *db, struct error *err)
{
	return error_set(err, -ESTALE, "%s was changed by another program; open it again",
			 db->path);
}

int db_begin(struct db *db, struct error *err)
{
	int64_t cookie;
	int ret;

	if (!db->copy && db_file_changed(&db->file))
		return changed(db, err);
	if (!db->copy)
		db->guard.file_bytes = db_file_bytes(db->file.real);
	guard_refill(&db->guard);
	db->has_wait_sums = false;
	if (sqlite3_exec(db->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(db, err);
	ret = db_query_int(db, "PRAGMA schema_version", &cookie, err);
	if (!ret && cookie != db->cookie)
		ret = changed(db, err);
	if (ret)
		db_end(db);
	return ret;
}

void db_end(struct db *db)
{
	sqlite3_exec(db->db, "COMMIT", NULL, NULL, NULL);
}

/* Step @stmt to the value of @key. Returns 0; then the caller releases @stmt. */
static int find_meta(struct db *db, const char *key, sqlite3_stmt **stmt, struct error *err)
{
	int rc, ret;

	ret = db_prepare(db, "SELECT value FROM meta WHERE key = ?", stmt, err);
	if (ret)
		return ret;
	sqlite3_bind_text(*stmt, 1, key, -1, SQLITE_STATIC);
	rc = sqlite3_step(*stmt);
	if (rc == SQLITE_ROW && sqlite3_column_type(*stmt, 0) != SQLITE_NULL)
		return 0;
	ret = rc == SQLITE_ROW || rc == SQLITE_DONE ? -ENOENT : db_fail(db, err);
	db_release(db, *stmt);
	return ret;
}

int db_meta_int(struct db *db, const char *key, int64_t *value, struct error *err)
{
	sqlite3_stmt *stmt;
	int ret = find_meta(db, key, &stmt, err);

	if (ret)
		return ret;
	*value = sqlite3_column_int64(stmt, 0);
	db_release(db, stmt);
	return 0;
}

int db_meta_text(struct db *db, const char *key, char *value, unsigned int room, struct error *err)
{
	sqlite3_stmt *stmt;
	int ret = find_meta(db, key, &stmt, err);
	const unsigned char *text;

	if (ret)
		return ret;
	text = sqlite3_column_text(stmt, 0);
	snprintf(value, room, "%s", text ? (const char *)text : "");
	db_release(db, stmt);
	return 0;
}
