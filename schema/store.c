// SPDX-License-Identifier: GPL-2.0-only
#include "schema/store.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/clock.h"
#include "schema/hist_sql.h"
#include "schema/migrate.h"
#include "schema/store_internal.h"

/* For others to let the file go; an emulated or overloaded machine takes its time. */
#define BUSY_MS 5000

static int sqlite_errno(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return -EACCES;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	default:
		return -EIO;
	}
}

int store_fail(struct store *st, int rc)
{
	if (st->broken)
		return st->ret;
	st->broken = true;
	st->ret = sqlite3_system_errno(st->db) == ENOSPC ? -ENOSPC : sqlite_errno(rc);
	return error_set(&st->err, st->ret, "cannot write %s: %s", st->path,
			 st->ret == -ENOSPC ? "the disk is full" : sqlite3_errmsg(st->db));
}

static int run(struct store *st, const char *sql)
{
	int rc;

	if (st->broken)
		return st->ret;
	rc = sqlite3_exec(st->db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : store_fail(st, rc);
}

int store_commit(struct store *st, int64_t time_ns, struct error *err)
{
	const uint64_t start_ns = now_ns();
	int ret = store_checkpoint(st, time_ns);
	int64_t took_ns;

	if (!ret && (st->max_bytes || st->max_age_ns))
		ret = store_trim(st, time_ns);
	if (!ret)
		ret = run(st, "COMMIT; BEGIN");
	took_ns = now_ns() - start_ns;
	if (took_ns > st->longest_commit_ns) {
		st->longest_commit_ns = took_ns;
		/* part of the next one */
		if (!ret)
			ret = store_meta_int(st, "longest_commit_ns", took_ns);
	}
	return ret ? error_set(err, ret, "%s", st->err.msg) : 0;
}

const struct error *store_error(const struct store *st)
{
	return &st->err;
}

/*
 * The page size must come before the first write of any kind. SQLite waits for
 * other programs in most places, but not to change the journal: who opens the
 * file as soon as there is one holds all of it for a moment.
 */
static int set_modes(sqlite3 *db)
{
	const uint64_t end_ns = now_ns() + BUSY_MS * 1000000ULL;
	int rc;

	do {
		rc = sqlite3_exec(db,
				  "PRAGMA page_size = 16384; PRAGMA journal_mode = WAL; "
				  "PRAGMA synchronous = NORMAL",
				  NULL, NULL, NULL);
	} while (rc == SQLITE_BUSY && now_ns() < end_ns && sqlite3_sleep(1));
	return rc;
}

static int create_schema(struct store *st)
{
	int rc = sqlite3_busy_timeout(st->db, BUSY_MS);

	if (rc == SQLITE_OK)
		rc = hist_sql_register(st->db);
	if (rc == SQLITE_OK)
		rc = set_modes(st->db);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(st->db, "BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = schema_migrate(st->db, 0);
	return rc == SQLITE_OK ? run(st, "COMMIT; BEGIN") : store_fail(st, rc);
}

void store_remove(const char *path)
{
	static const char *const suffix[] = { "", "-wal", "-shm", "-journal" };
	char name[4096];
	unsigned int i;

	for (i = 0; i < sizeof(suffix) / sizeof(*suffix); i++) {
		snprintf(name, sizeof(name), "%s%s", path, suffix[i]);
		unlink(name);
	}
}

int store_path_free(const char *path, bool force, struct error *err)
{
	struct stat st;

	if (!*path)
		return error_set(err, -EINVAL,
				 "cannot create a file without a name; give one with "
				 "-o");
	if (lstat(path, &st))
		return 0;
	if (!S_ISREG(st.st_mode))
		return error_set(err, -EINVAL,
				 "%s is not a regular file; give another name with -o", path);
	if (!force)
		return error_set(err, -EEXIST,
				 "%s exists; give another name with -o, or --force to replace it",
				 path);
	return 0;
}

static int claim_path(const char *path, bool force, struct error *err)
{
	int ret = store_path_free(path, force, err);
	int fd;

	if (ret)
		return ret;
	if (force)
		store_remove(path);
	/* ours from the start, and a plain errno instead of SQLite's */
	fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0644);
	if (fd < 0)
		return error_set(err, -errno, "cannot create %s: %s", path, strerror(errno));
	close(fd);
	return 0;
}

int store_create(struct store **stp, const char *path, bool force, struct error *err)
{
	struct store *st;
	int ret, rc;

	ret = claim_path(path, force, err);
	if (ret)
		return ret;
	st = calloc(1, sizeof(*st));
	if (st)
		st->path = strdup(path);
	if (!st || !st->path) {
		free(st);
		return error_set(err, -ENOMEM, "out of memory");
	}
	st->done.wait_min_ns = st->done.hold_min_ns = NO_TIME;
	st->kept_from_ns = st->rollups_from_ns = NO_TIME;
	rc = sqlite3_open_v2(path, &st->db,
			     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			     NULL);
	ret = rc == SQLITE_OK ? create_schema(st) : store_fail(st, rc);
	if (ret) {
		error_set(err, ret, "%s", st->err.msg);
		store_discard(st);
		return ret;
	}
	*stp = st;
	return 0;
}

static void store_free(struct store *st)
{
	unsigned int i;

	for (i = 0; i < NR_STATEMENTS; i++)
		sqlite3_finalize(st->stmt[i]);
	sqlite3_close(st->db);
	free(st->path);
	free(st);
}

/*
 * A finished file is a single file. A reader that has it open now keeps the
 * log beside it; SQLite folds it in when the last one closes.
 */
static int fold_log(struct store *st)
{
	int rc;

	/* not worth waiting for */
	sqlite3_busy_timeout(st->db, 0);
	rc = sqlite3_wal_checkpoint_v2(st->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(st->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	return rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED ? 0 : store_fail(st, rc);
}

int store_finish(struct store *st, struct error *err)
{
	int ret = run(st, "COMMIT");

	if (!ret)
		ret = fold_log(st);
	if (ret)
		error_set(err, ret, "%s", st->err.msg);
	store_free(st);
	return ret;
}

void store_discard(struct store *st)
{
	char *path = strdup(st->path);

	store_free(st);
	if (path)
		store_remove(path);
	free(path);
}
