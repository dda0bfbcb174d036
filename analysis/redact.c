// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/redact.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "analysis/db_copy.h"
#include "analysis/db_internal.h"
#include "schema/sql.h"

/* Copy all of @db into @work, within one read transaction. */
static int copy_all(struct db *db, sqlite3 *work, const char **why, struct error *err)
{
	int rc, ret = db_begin(db, err);

	if (ret)
		return ret;
	rc = db_copy_upgraded(work, db->db, SCHEMA_VERSION, &db->guard, why);
	db_end(db);
	return rc == SQLITE_OK ? 0 : -EIO;
}

/* Write the rows of @work, and nothing else of it, to @path. */
static int write_anew(sqlite3 *work, const char *path)
{
	sqlite3_stmt *stmt;
	int rc;

	/* VACUUM attaches the file to write to */
	sqlite3_limit(work, SQLITE_LIMIT_ATTACHED, 1);
	rc = sqlite3_prepare_v2(work, "VACUUM INTO ?", -1, &stmt, NULL);
	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC);
	sqlite3_step(stmt);
	return sqlite3_finalize(stmt);
}

static int redact(struct db *db, sqlite3 *work, const char *path, const char **why,
		  struct error *err)
{
	int rc, ret = copy_all(db, work, why, err);

	if (ret)
		return ret;
	guard_refill(&db->guard);
	rc = sqlite3_exec(work, "BEGIN", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(work, analysis_redact_sql, NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(work, "COMMIT", NULL, NULL, NULL);
	guard_refill(&db->guard);
	if (rc == SQLITE_OK)
		rc = write_anew(work, path);
	*why = sqlite3_errmsg(work);
	return rc == SQLITE_OK ? 0 : rc == SQLITE_INTERRUPT ? -EINTR : -EIO;
}

int db_redact(struct db *db, const char *path, const char *work_path, struct error *err)
{
	const char *why = "out of memory";
	sqlite3 *work;
	int ret, rc = sqlite3_open_v2(work_path, &work,
				      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
					      SQLITE_OPEN_NOMUTEX,
				      NULL);

	if (work)
		why = sqlite3_errmsg(work);
	if (rc == SQLITE_OK)
		rc = guard_open(&db->guard, work);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(work, "PRAGMA synchronous = OFF", NULL, NULL, NULL);
	ret = rc == SQLITE_OK ? redact(db, work, path, &why, err) : -EIO;
	if (ret == -EINTR || db->guard.stopped || db->guard.endless)
		ret = db_interrupted(db, err);
	/* of the file, SQLite's own text says nothing */
	if (ret == -EIO && work && sqlite3_system_errno(work))
		why = strerror(sqlite3_system_errno(work));
	if (ret)
		error_set(err, ret, "cannot make a redacted copy of %s: %s", db_path(db), why);
	sqlite3_close(work);
	return ret;
}
