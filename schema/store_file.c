// SPDX-License-Identifier: GPL-2.0-only
/* Run statements of a store, and turn their failures into errors. */
#include <errno.h>
#include <sqlite3.h>
#include <string.h>

#include "schema/store_internal.h"

/* The last errno of a system call on the file or its log; 0: none. */
static int system_errno(sqlite3 *db)
{
	sqlite3_file *log = NULL;
	int error = 0;

	sqlite3_file_control(db, "main", SQLITE_FCNTL_LAST_ERRNO, &error);
	if (error)
		return error;
	sqlite3_file_control(db, "main", SQLITE_FCNTL_JOURNAL_POINTER, &log);
	if (log && log->pMethods)
		log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO, &error);
	return error ? error : sqlite3_system_errno(db);
}

/* The errno of a failure: that of the system call, or one for SQLite's code @rc. */
static int errno_of(const struct store *st, int rc)
{
	const int system = system_errno(st->db);

	switch (rc & 0xff) {
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_READONLY:
	case SQLITE_CANTOPEN:
		return system ? -system : -EACCES;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return -EUCLEAN;
	case SQLITE_IOERR:
		return (rc == SQLITE_IOERR_NOMEM) ? -ENOMEM : system ? -system : -EIO;
	default:
		return -EIO;
	}
}

/* The text for an errno, with advice; for some, SQLite's message. */
static const char *cause(const struct store *st, int ret)
{
	switch (ret) {
	case -ENOSPC:
		return "the disk is full";
	case -ENOMEM:
		return "out of memory";
	case -EFBIG:
		return "the file would be larger than is allowed (ulimit -f)";
	case -EMFILE:
		return "too many open files (ulimit -n)";
	case -EUCLEAN:
		return "another program has changed the file, which may be damaged now";
	case -EBUSY:
	case -EIO:
		return sqlite3_errmsg(st->db);
	default:
		return strerror(-ret);
	}
}

int store_broken(struct store *st, int ret)
{
	st->broken = true;
	st->ret = ret;
	return ret;
}

int store_fail(struct store *st, int rc)
{
	if (st->broken)
		return st->ret;
	store_broken(st, errno_of(st, rc));
	return error_set(&st->err, st->ret, "cannot write %s: %s", st->file.path,
			 cause(st, st->ret));
}

int store_run(struct store *st, const char *sql)
{
	int rc;

	if (st->broken)
		return st->ret;
	rc = sqlite3_exec(st->db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : store_fail(st, rc);
}

int store_number(struct store *st, const char *sql, int64_t arg, int64_t none, int64_t *value)
{
	sqlite3_stmt *stmt;
	int rc = sqlite3_prepare_v2(st->db, sql, -1, &stmt, NULL);

	*value = none;
	if (rc == SQLITE_OK) {
		sqlite3_bind_int64(stmt, 1, arg);
		if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_type(stmt, 0) != SQLITE_NULL)
			*value = sqlite3_column_int64(stmt, 0);
		rc = sqlite3_finalize(stmt);
	}
	return rc == SQLITE_OK ? 0 : store_fail(st, rc);
}
