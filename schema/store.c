// SPDX-License-Identifier: GPL-2.0-only
#include "schema/store.h"

#include <errno.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/crash.h"
#include "schema/hist_sql.h"
#include "schema/migrate.h"
#include "schema/store_internal.h"

/*
 * How long to wait for other programs that lock the file; long, since a machine may be
 * overloaded.
 */
#define BUSY_MS 5000

/* SQLite increments it with each change of the schema. */
#define SCHEMA_COOKIE "SELECT schema_version FROM pragma_schema_version WHERE ?1 = 0"

/* Fail if another program has changed the schema since the file was created. */
static int check_schema(struct store *st)
{
	int64_t version;
	int ret = store_number(st, SCHEMA_COOKIE, 0, 0, &version);

	if (ret || version == st->schema_cookie)
		return ret;
	store_broken(st, -EUCLEAN);
	return error_set(&st->err, st->ret,
			 "cannot write %s: another program has changed its tables; what was "
			 "committed before that may be in them",
			 st->file.path);
}

int store_commit(struct store *st, int64_t time_ns, struct error *err)
{
	const uint64_t start_ns = now_ns();
	int ret = store_checkpoint(st, time_ns);
	int64_t took_ns;

	if (!ret && (st->max_bytes || st->max_age_ns))
		ret = store_trim(st, time_ns);
	if (!ret)
		ret = store_run(st, "COMMIT");
	if (!ret && st->file.placed && output_file_check(&st->file, &st->err))
		ret = store_broken(st, -ESTALE);
	if (!ret)
		ret = check_schema(st) ?: store_run(st, "BEGIN");
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
 * The page size must be set before the first write of any kind. The log is enabled after
 * the schema was written; otherwise the schema would be on disk twice.
 */
static int create_schema(struct store *st)
{
	int rc = sqlite3_exec(st->db,
			      "PRAGMA page_size = 16384; PRAGMA journal_mode = MEMORY; "
			      "BEGIN IMMEDIATE",
			      NULL, NULL, NULL);

	if (rc == SQLITE_OK)
		rc = schema_migrate(st->db, 0);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(st->db, "COMMIT; PRAGMA journal_mode = WAL; BEGIN", NULL, NULL,
				  NULL);
	return rc == SQLITE_OK ? store_number(st, SCHEMA_COOKIE, 0, 0, &st->schema_cookie)
			       : store_fail(st, rc);
}

/* Open the file, which exists already: letting SQLite create it could overwrite another one. */
static int open_file(struct store *st)
{
	int rc = sqlite3_open_v2(st->file.name, &st->db,
				 SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);

	crash_set_file(st->file.path);
	if (rc == SQLITE_OK)
		rc = sqlite3_busy_timeout(st->db, BUSY_MS);
	if (rc == SQLITE_OK)
		rc = hist_sql_register(st->db);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(st->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : store_fail(st, rc);
}

int store_create(struct store **stp, const char *path, bool force, struct error *err)
{
	struct store *st = calloc(1, sizeof(*st));
	int ret;

	if (!st)
		return error_set(err, -ENOMEM, "out of memory");
	ret = output_file_create(&st->file, path, force, err);
	if (ret) {
		free(st);
		return ret;
	}
	memset(st->done.min_ns, 0xff, sizeof(st->done.min_ns)); /* NO_TIME */
	st->kept_from_ns = st->names_from_ns = NO_TIME;
	ret = open_file(st);
	if (!ret)
		ret = create_schema(st);
	if (ret) {
		error_set(err, ret, "%s", st->err.msg);
		store_discard(st);
		return ret;
	}
	*stp = st;
	return 0;
}

static void close_file(struct store *st)
{
	unsigned int i;

	for (i = 0; i < NR_STATEMENTS; i++) {
		sqlite3_finalize(st->stmt[i]);
		st->stmt[i] = NULL;
	}
	sqlite3_close(st->db);
	st->db = NULL;
}

int store_settle(struct store *st, struct error *err)
{
	int ret = store_run(st, "COMMIT");

	if (ret)
		return error_set(err, ret, "%s", st->err.msg);
	close_file(st);
	return 0;
}

int store_place(struct store *st, struct error *err)
{
	int ret = st->db ? store_settle(st, err) : 0;

	if (!ret)
		ret = output_file_place(&st->file, err);
	if (ret)
		return ret;
	ret = open_file(st);
	if (!ret)
		ret = store_run(st, "BEGIN");
	return ret ? error_set(err, ret, "%s", st->err.msg) : 0;
}

/*
 * A finished database is a single file. If a reader has it open now, the log stays
 * beside it; SQLite merges it when the last reader closes the file.
 */
static int fold_log(struct store *st)
{
	int rc;

	/* do not wait for readers */
	sqlite3_busy_timeout(st->db, 0);
	rc = sqlite3_wal_checkpoint_v2(st->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

	if (rc == SQLITE_OK)
		rc = sqlite3_exec(st->db, "PRAGMA journal_mode = DELETE", NULL, NULL, NULL);
	return rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED ? 0 : store_fail(st, rc);
}

/*
 * Merge the log into the file, which may have been renamed: the log is of no use
 * without its file beside it.
 */
static void part_from_file(struct store *st)
{
	bool folded = sqlite3_wal_checkpoint_v2(st->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL,
						NULL) == SQLITE_OK;

	close_file(st);
	if (folded)
		output_file_remove_logs(&st->file);
}

int store_finish(struct store *st, struct error *err)
{
	int ret = store_run(st, "COMMIT") ?: check_schema(st);

	if (!ret)
		ret = fold_log(st);
	if (ret)
		error_set(err, ret, "%s", st->err.msg);
	if (ret == -ESTALE)
		part_from_file(st);
	close_file(st);
	output_file_unlock(&st->file);
	if (!ret && !st->file.placed)
		ret = output_file_place(&st->file, err);
	output_file_close(&st->file, true);
	free(st);
	return ret;
}

void store_discard(struct store *st)
{
	close_file(st);
	output_file_close(&st->file, false);
	free(st);
}
