// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/db_upgrade.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/db_copy.h"
#include "analysis/db_internal.h"
#include "lib/process.h"
#include "lib/scratch.h"
#include "schema/migrate.h"

/*
 * Refuse a file that is being recorded: the recorder would go on writing to the old, removed
 * file.
 */
static int check_recorder(struct db *db, struct error *err)
{
	char state[16] = "", recorder[96] = "";
	int pid, ret = db_meta_text(db, "state", state, sizeof(state), err);

	if (!ret)
		ret = db_meta_text(db, "recorder", recorder, sizeof(recorder), err);
	if (ret == -ENOENT)
		ret = 0;
	if (!ret && !strcmp(state, "recording") && process_runs(recorder, &pid))
		ret = error_set(err, -EBUSY,
				"%s is being recorded by process %d; upgrade it when that has ended",
				db->path, pid);
	return ret;
}

/*
 * Remove the write-ahead log, which moves its rows into the file and fails if another
 * program has the file open. Then lock the file against writers with a second
 * connection, @keeper: SQLite cannot copy from a connection that holds such a lock.
 */
static int lock_out_writers(struct db *db, sqlite3 **keeper, struct error *err)
{
	char uri[DB_FILE_URI_MAX];
	int rc;

	if (sqlite3_db_readonly(db->db, "main"))
		return error_set(err, -EACCES,
				 "cannot write to %s; copy it to a directory that you can write to",
				 db->path);
	if (sqlite3_exec(db->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(db, err);
	db_file_uri(&db->file, false, uri);
	rc = sqlite3_open_v2(uri, keeper,
			     SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_URI, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(*keeper, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc == SQLITE_BUSY)
		return error_set(err, -EBUSY, "%s is locked by another program; try again",
				 db->path);
	return rc == SQLITE_OK ? 0
			       : error_set(err, -EIO, "cannot lock %s: %s", db->path,
					   sqlite3_errmsg(*keeper));
}

/* Create an empty file @name with the owner and mode of @like, which it is going to replace. */
static int create(const char *name, const struct db_file *like)
{
	int fd = open(name, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);

	if (fd < 0)
		return -errno;
	/* if the owner cannot be set, the file stays private (0600) */
	if (!fchown(fd, like->uid, like->gid))
		fchmod(fd, like->mode & 0777);
	close(fd);
	return 0;
}

/* Check the copy: damage was copied, too. Sets @why to the first problem. */
static int check_whole(sqlite3 *to, char *why, size_t room)
{
	sqlite3_stmt *stmt;
	const char *result;
	int rc = sqlite3_prepare_v2(to, "PRAGMA integrity_check(1)", -1, &stmt, NULL);

	if (rc != SQLITE_OK)
		return rc;
	rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		result = (const char *)sqlite3_column_text(stmt, 0);
		rc = result && !strcmp(result, "ok") ? SQLITE_OK : SQLITE_CORRUPT;
		snprintf(why, room, "it is damaged: %.*s", (int)strcspn(result ?: "", "\n"),
			 result ?: "");
	}
	sqlite3_finalize(stmt);
	return rc;
}

static int write_new(struct db *db, const char *name, int64_t version, struct error *err)
{
	char damage[256];
	const char *why;
	sqlite3 *to;
	int rc = sqlite3_open_v2(name, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK)
		rc = guard_open(&db->guard, to);
	/* without memory there is no connection, and so no error message of SQLite */
	why = to ? sqlite3_errmsg(to) : "out of memory";
	if (rc == SQLITE_OK)
		rc = db_copy_upgraded(to, db->db, version, &db->guard, &why);
	if (rc == SQLITE_OK) {
		guard_refill(&db->guard);
		snprintf(damage, sizeof(damage), "%s", "it cannot be checked");
		why = damage;
		rc = check_whole(to, damage, sizeof(damage));
	}
	if (rc != SQLITE_OK)
		error_set(err, rc == SQLITE_INTERRUPT ? -EINTR : -EIO,
			  "cannot convert %s to schema version %d: %s; the file is unchanged",
			  db->path, SCHEMA_VERSION, why);
	sqlite3_close(to);
	return rc == SQLITE_OK ? 0 : rc == SQLITE_INTERRUPT ? -EINTR : -EIO;
}

/* Make the rename survive a power failure. */
static void sync_folder(const char *path)
{
	char folder[PATH_MAX];
	int fd;

	snprintf(folder, sizeof(folder), "%s", path);
	fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	fsync(fd);
	close(fd);
}

/*
 * Write the new file in a temporary directory beside the old one, then rename it. If this
 * process is killed, the next one removes that directory.
 */
static int replace(struct db *db, int64_t version, struct error *err)
{
	char folder[PATH_MAX], name[PATH_MAX + 16];
	struct scratch scratch;
	int ret;

	snprintf(folder, sizeof(folder), "%s", db->file.real);
	ret = scratch_create(&scratch, dirname(folder));
	if (ret)
		return error_set(err, ret,
				 "cannot write beside %s: %s; copy it to a directory that you can "
				 "write to",
				 db->path, strerror(-ret));
	snprintf(name, sizeof(name), "%s/capture.db", scratch.path);
	ret = create(name, &db->file);
	if (!ret)
		ret = write_new(db, name, version, err);
	if (!ret && rename(name, db->file.real))
		ret = -errno;
	if (ret)
		error_set(err, ret, "cannot replace %s: %s; the file is unchanged", db->path,
			  strerror(-ret));
	else
		sync_folder(db->file.real);
	scratch_remove(&scratch);
	return ret;
}

static int begin_and_check(struct db *db, int64_t *version, struct error *err)
{
	if (sqlite3_exec(db->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK)
		return db_fail(db, err);
	return db_check(db, version, err);
}

int db_upgrade(const char *path, int64_t *from, struct error *err)
{
	struct db db = { .path = (char *)path };
	sqlite3 *keeper = NULL;
	int ret = db_connect(&db, true, err);

	if (!ret)
		ret = begin_and_check(&db, from, err);
	if (!ret)
		ret = check_recorder(&db, err);
	if (!ret && *from < SCHEMA_VERSION) {
		db_end(&db);
		ret = lock_out_writers(&db, &keeper, err);
		/* it may have been changed before the lock was taken */
		if (!ret)
			ret = begin_and_check(&db, from, err);
		if (!ret && *from < SCHEMA_VERSION)
			ret = replace(&db, *from, err);
	}
	db_end(&db);
	db_disconnect(&db);
	sqlite3_close(keeper);
	return ret;
}
