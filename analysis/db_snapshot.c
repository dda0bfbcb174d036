// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/db_snapshot.h"

#include <errno.h>
#include <sqlite3.h>

#include "analysis/db_copy.h"
#include "analysis/db_internal.h"
#include "schema/output_file.h"

static int write_meta(sqlite3 *to, const char *trigger)
{
	static const char sql[] = "INSERT OR REPLACE INTO meta VALUES ('trigger', ?1), "
				  "('state', 'finished'), ('trouble', '')";
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(to, sql, -1, &stmt, NULL);

	if (rc != SQLITE_OK)
		return rc;
	sqlite3_bind_text(stmt, 1, trigger, -1, SQLITE_STATIC);
	sqlite3_step(stmt);
	return sqlite3_finalize(stmt);
}

static int write_copy(struct db *db, const char *name, const char *trigger)
{
	sqlite3 *to;
	int rc = sqlite3_open_v2(name, &to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	if (rc == SQLITE_OK)
		rc = db_copy_pages(to, db->db, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(to, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	if (rc == SQLITE_OK)
		rc = write_meta(to, trigger);
	sqlite3_close(to);
	return rc;
}

int db_snapshot(struct db *db, const char *path, const char *trigger, struct error *err)
{
	struct output_file of;
	int rc, ret = output_file_create(&of, path, false, err);

	if (ret)
		return ret;
	rc = write_copy(db, of.name, trigger);
	if (rc != SQLITE_OK)
		ret = error_set(err, rc == SQLITE_FULL ? -ENOSPC : -EIO, "cannot write %s: %s",
				path, rc == SQLITE_FULL ? "the disk is full" : sqlite3_errstr(rc));
	else
		ret = output_file_place(&of, err);
	output_file_unlock(&of);
	output_file_close(&of, !ret);
	return ret;
}
