// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/db_copy.h"

#include <errno.h>
#include <sqlite3.h>

#include "analysis/db_guard.h"
#include "schema/migrate.h"

/* A larger file is not converted for each read. */
#define TEMPORARY_MAX (256 << 20)

/* Signals are checked after this many pages. */
#define PAGES_AT_ONCE 256

int db_copy_pages(sqlite3 *to, sqlite3 *from, struct db_guard *guard)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int rc;

	if (!backup)
		return sqlite3_errcode(to);
	do {
		rc = guard && guard_stopped(guard)
			     ? SQLITE_INTERRUPT
			     : sqlite3_backup_step(backup, guard ? PAGES_AT_ONCE : -1);
	} while (rc == SQLITE_OK);
	/* the result of the last step says more than the error code of the connection */
	sqlite3_backup_finish(backup);
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

int db_copy_upgraded(sqlite3 *to, sqlite3 *from, int64_t version, struct db_guard *guard,
		     const char **why)
{
	int rc = db_copy_pages(to, from, guard);

	*why = rc == SQLITE_OK ? NULL : sqlite3_errstr(rc);
	if (rc != SQLITE_OK)
		return rc;
	guard_refill(guard);
	rc = sqlite3_exec(to, "PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = schema_migrate(to, version);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(to, "COMMIT", NULL, NULL, NULL);
	if (rc != SQLITE_OK)
		*why = sqlite3_errmsg(to);
	return rc;
}

int db_copy_temporary(sqlite3 **to, sqlite3 *from, const char *path, int64_t version,
		      struct db_guard *guard, struct error *err)
{
	const char *why;
	int rc, ret;

	if (guard->file_bytes > TEMPORARY_MAX)
		return error_set(err, -EFBIG,
				 "%s has schema version %lld and is too large to be converted each "
				 "time that it is read; run rmapscope upgrade %s once",
				 path, (long long)version, path);
	/* an empty name: SQLite creates a file in TMPDIR, mode 0600, and unlinks it at once */
	rc = sqlite3_open_v2("", to,
			     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
			     NULL);
	if (rc == SQLITE_OK)
		rc = guard_open(guard, *to);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(*to, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
	why = rc == SQLITE_OK ? NULL : sqlite3_errmsg(*to);
	if (rc == SQLITE_OK)
		rc = db_copy_upgraded(*to, from, version, guard, &why);
	if (rc == SQLITE_OK)
		return 0;
	ret = error_set(err, rc == SQLITE_INTERRUPT ? -EINTR : -EIO,
			"%s has schema version %lld and a copy of it cannot be converted to "
			"version %d: %s; set TMPDIR to a writable directory with free space",
			path, (long long)version, SCHEMA_VERSION, why);
	sqlite3_close(*to);
	*to = NULL;
	return ret;
}
