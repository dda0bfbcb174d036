// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/db.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/series_sql.h"
#include "schema/hist_sql.h"
#include "schema/migrate.h"

/* Readers never wait for our writer (WAL); this is for others, and short for the screens. */
#define BUSY_MS 200

/* Queries that are run again and again: more than any screen has. */
#define NR_STATEMENTS 64

struct db {
	sqlite3 *db;
	char *path;
	sqlite3_stmt *stmt[NR_STATEMENTS];
	unsigned int nr_stmts;
};

struct sqlite3 *db_handle(struct db *db)
{
	return db->db;
}

const char *db_path(const struct db *db)
{
	return db->path;
}

int db_fail(struct db *db, struct error *err)
{
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
				 db->path, sqlite3_errmsg(db->db));
	case SQLITE_BUSY:
		return error_set(err, -EBUSY, "%s is locked by another program; try again",
				 db->path);
	default:
		return error_set(err, -EIO, "cannot read %s: %s", db->path, sqlite3_errmsg(db->db));
	}
}

/* Pages that the file has by its own header. */
static int header_pages(const char *path, int64_t *nr_pages)
{
	uint8_t b[4] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int ret = 0;

	if (fd < 0 || pread(fd, b, sizeof(b), 28) < 0)
		ret = -errno;
	if (fd >= 0)
		close(fd);
	*nr_pages = (int64_t)b[0] << 24 | b[1] << 16 | b[2] << 8 | b[3];
	return ret;
}

/* The single integer that @sql gives. */
static int query_int(struct db *db, const char *sql, int64_t *value, struct error *err)
{
	sqlite3_stmt *stmt;
	int ret = 0;

	if (sqlite3_prepare_v2(db->db, sql, -1, &stmt, NULL) != SQLITE_OK)
		return db_fail(db, err);
	if (sqlite3_step(stmt) == SQLITE_ROW)
		*value = sqlite3_column_int64(stmt, 0);
	else
		ret = db_fail(db, err);
	sqlite3_finalize(stmt);
	return ret;
}

/*
 * SQLite reads a file that was cut short until it misses a page. The header
 * says how many there are (fileformat2.html, 1.3.7); only while there is a log
 * may some of them be in that instead.
 */
static int check_complete(struct db *db, struct error *err)
{
	int64_t nr_pages, page_bytes;
	char log[4096];
	struct stat st;
	int ret;

	snprintf(log, sizeof(log), "%s-wal", db->path);
	if (!access(log, F_OK))
		return 0;
	ret = query_int(db, "PRAGMA page_size", &page_bytes, err);
	if (!ret)
		ret = header_pages(db->path, &nr_pages);
	if (ret || stat(db->path, &st) || st.st_size >= nr_pages * page_bytes)
		return ret;
	return error_set(
		err, -EBADMSG,
		"%s is damaged: cut short at %lld of %lld bytes; copy it again from where it "
		"was recorded",
		db->path, (long long)st.st_size, (long long)(nr_pages * page_bytes));
}

/* An older version becomes this one, in the file: by a connection of its own. */
static int migrate(struct db *db, struct error *err)
{
	int64_t version = 0;
	struct db rw = { .path = db->path };
	int ret = 0;

	if (sqlite3_open_v2(db->path, &rw.db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) !=
		    SQLITE_OK ||
	    sqlite3_busy_timeout(rw.db, BUSY_MS) != SQLITE_OK ||
	    sqlite3_exec(rw.db, "BEGIN IMMEDIATE", NULL, NULL, NULL) != SQLITE_OK)
		ret = -EIO;
	/* another reader may have been faster */
	if (!ret)
		ret = query_int(&rw, "PRAGMA user_version", &version, err);
	if (!ret && (schema_migrate(rw.db, version) != SQLITE_OK ||
		     sqlite3_exec(rw.db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK))
		ret = -EIO;
	if (ret)
		ret = error_set(err, ret,
				"%s has an older schema and cannot be brought to version %d: %s; "
				"copy it to where you can write",
				db->path, SCHEMA_VERSION, sqlite3_errmsg(rw.db));
	sqlite3_close(rw.db);
	return ret;
}

static int check_schema(struct db *db, struct error *err)
{
	int64_t application_id, version;
	int ret;

	ret = query_int(db, "PRAGMA application_id", &application_id, err);
	if (!ret)
		ret = query_int(db, "PRAGMA user_version", &version, err);
	if (ret)
		return ret;
	if (application_id != SCHEMA_APPLICATION_ID)
		return error_set(err, -EBADMSG,
				 "%s is an SQLite file of another program, not rmapscope's; give a "
				 "file made by rmapscope record or import",
				 db->path);
	if (version < SCHEMA_VERSION)
		return migrate(db, err);
	if (version > SCHEMA_VERSION)
		return error_set(
			err, -ENOTSUP,
			"%s has schema version %lld, newer than this rmapscope's %d; use the "
			"rmapscope that made it or a newer one",
			db->path, (long long)version, SCHEMA_VERSION);
	return 0;
}

int db_open(struct db **dbp, const char *path, struct error *err)
{
	struct db *db;
	int ret;

	if (access(path, R_OK))
		return error_set(err, -errno, "cannot open %s: %s", path, strerror(errno));
	db = calloc(1, sizeof(*db));
	if (db)
		db->path = strdup(path);
	if (!db || !db->path) {
		free(db);
		return error_set(err, -ENOMEM, "out of memory");
	}
	if (sqlite3_open_v2(path, &db->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) ==
	    SQLITE_OK) {
		sqlite3_busy_timeout(db->db, BUSY_MS);
		hist_sql_register(db->db);
		series_sql_register(db->db);
		ret = check_schema(db, err);
		if (!ret)
			ret = check_complete(db, err);
	} else {
		ret = db_fail(db, err);
	}
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
	while (db->nr_stmts)
		sqlite3_finalize(db->stmt[--db->nr_stmts]);
	sqlite3_close(db->db);
	free(db->path);
	free(db);
}

int db_prepare(struct db *db, const char *sql, sqlite3_stmt **stmt, struct error *err)
{
	unsigned int i;

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

int db_begin(struct db *db, struct error *err)
{
	if (sqlite3_exec(db->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(db, err);
	return 0;
}

void db_end(struct db *db)
{
	sqlite3_exec(db->db, "COMMIT", NULL, NULL, NULL);
}

/* Step to the value of @key. 0: at a row, to be released by the caller. */
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

	if (ret)
		return ret;
	snprintf(value, room, "%s", sqlite3_column_text(stmt, 0));
	db_release(db, stmt);
	return 0;
}
