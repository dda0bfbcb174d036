// SPDX-License-Identifier: GPL-2.0-only
/*
 * Every write, sync, truncation, opening and removal fails in turn, once and from
 * then on, while a database is recorded, imported, read and upgraded: it ends with a
 * line that says so, or with a complete file; never with half of one.
 *
 * After the first 12 of a kind each 13th is tried; with RMAPSCOPE_FAULTS=all all.
 */
#include <errno.h>
#include <sqlite3.h>

#include "analysis/capture.h"
#include "analysis/db.h"
#include "analysis/db_upgrade.h"
#include "analysis/tables.h"
#include "schema/migrate.h"
#include "schema/store.h"
#include "tests/unit/fault_vfs.h"
#include "tests/unit/files.h"

#define NR_COMMITS 4
#define NR_ROWS	   40
#define ALL_UP_TO  12
#define STEP	   13

/* What is done, and what is to be found afterwards. */
struct job {
	const char *name;
	void (*prepare)(struct files *f);
	int (*run)(struct files *f, struct error *err);
	/* @ret: of run() */
	void (*check)(struct files *f, int ret);
};

/* Commits of the present recording that went well. */
static int nr_committed;

static char before[1 << 20];
static size_t before_bytes;

static size_t read_bytes(const char *path, char *to)
{
	FILE *file = fopen(path, "r");
	size_t bytes;

	assert_non_null(file);
	bytes = fread(to, 1, sizeof(before), file);
	assert_true(bytes < sizeof(before));
	fclose(file);
	return bytes;
}

static void keep(const char *path)
{
	before_bytes = read_bytes(path, before);
}

static void assert_kept(const char *path)
{
	static char now[sizeof(before)];

	assert_int_equal(read_bytes(path, now), before_bytes);
	assert_memory_equal(now, before, before_bytes);
}

/*
 * Rows of table wait, or -1: it is not whole. A reader says what keeps it from
 * reading; whoever may write rolls a write back that was cut off, as SQLite does.
 */
static int nr_waits(const char *path)
{
	sqlite3_stmt *stmt = NULL;
	struct error err = { 0 };
	struct db *db = NULL;
	sqlite3 *raw;
	int nr = -1;

	if (db_open(&db, path, &err))
		check_message(err.msg);
	else
		db_close(db);
	assert_int_equal(sqlite3_open_v2(path, &raw, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	if (!sqlite3_prepare_v2(raw,
				"SELECT (SELECT count(*) FROM wait), integrity_check FROM "
				"pragma_integrity_check",
				-1, &stmt, NULL) &&
	    sqlite3_step(stmt) == SQLITE_ROW &&
	    !strcmp((const char *)sqlite3_column_text(stmt, 1), "ok"))
		nr = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(raw);
	err.msg[0] = '\0';
	if (db_open(&db, path, &err))
		fail_msg("%s", err.msg);
	db_close(db);
	return nr;
}

static bool exists(const char *path)
{
	return !access(path, F_OK);
}

static void nothing(struct files *f)
{
	(void)f;
}

static int put_commit(struct store *st, int64_t time_ns, struct error *err)
{
	int ret = 0, i;

	for (i = 0; !ret && i < NR_ROWS; i++) {
		struct wait_row w = { .start_ns = time_ns + i,
				      .duration_ns = 1,
				      .slept_ns = NO_TIME,
				      .lock_id = 1,
				      .task_id = 1 };

		ret = store_wait(st, &w);
	}
	if (ret)
		return error_set(err, ret, "%s", store_error(st)->msg);
	return store_commit(st, time_ns + NR_ROWS, err);
}

static int put_all(struct store *st, struct error *err)
{
	int ret = 0, i;

	nr_committed = 0;
	for (i = 0; !ret && i < NR_COMMITS; i++) {
		ret = put_commit(st, i * 1000, err);
		nr_committed += !ret;
	}
	return ret;
}

/* What was committed before stays. */
static int record(struct files *f, struct error *err)
{
	struct error later = { 0 };
	struct store *st;
	int ret = store_create(&st, f->path, false, err);

	nr_committed = 0;
	if (ret)
		return ret;
	ret = store_place(st, err);
	if (ret) {
		store_discard(st);
		return ret;
	}
	ret = put_all(st, err);
	return ret ? store_finish(st, &later), ret : store_finish(st, err);
}

static void check_record(struct files *f, int ret)
{
	if (!ret)
		assert_int_equal(nr_waits(f->path), NR_COMMITS * NR_ROWS);
	else if (nr_committed)
		assert_true(nr_waits(f->path) >= nr_committed * NR_ROWS);
}

/* All or nothing. */
static int import(struct files *f, struct error *err)
{
	struct store *st;
	int ret = store_create(&st, f->path, false, err);

	if (ret)
		return ret;
	ret = put_all(st, err);
	if (!ret)
		return store_finish(st, err);
	store_discard(st);
	return ret;
}

static void check_import(struct files *f, int ret)
{
	if (!ret || exists(f->path))
		assert_int_equal(nr_waits(f->path), NR_COMMITS * NR_ROWS);
	/* and no file or folder of an attempt */
	assert_int_equal(files_count(f), exists(f->path));
}

static void make(struct files *f)
{
	struct error err = { 0 };

	assert_int_equal(import(f, &err), 0);
	keep(f->path);
}

/* As the first version made it, with triggers of nobody. */
static void make_old(struct files *f)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(f->path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, schema_steps[0], NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "PRAGMA user_version = 1; WITH RECURSIVE n(i) AS (SELECT 1 "
				      "UNION ALL SELECT i + 1 FROM n WHERE i < 2000) INSERT INTO "
				      "wait (id, start_ns, duration_ns, lock_id, task_id, mode, "
				      "holder_source, outcome) SELECT i, i, 1, i, 1, 1, 0, 0 FROM n",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(db);
	keep(f->path);
}

static int report(struct files *f, struct error *err)
{
	const struct table_def *const *def;
	struct capture_info info;
	struct table t;
	struct db *db;
	int ret = db_open(&db, f->path, err);

	if (ret)
		return ret;
	ret = db_begin(db, err);
	if (!ret)
		ret = capture_info_read(&info, db, err);
	for (def = report_tables; !ret && *def; def++) {
		ret = table_read(&t, *def, db, NULL, err);
		if (!ret)
			table_free(&t);
	}
	db_close(db);
	return ret;
}

static void check_kept(struct files *f, int ret)
{
	(void)ret;
	assert_kept(f->path);
	assert_int_equal(files_count(f), 1);
}

static int upgrade(struct files *f, struct error *err)
{
	int64_t from;

	return db_upgrade(f->path, &from, err);
}

static void check_upgrade(struct files *f, int ret)
{
	if (ret)
		assert_kept(f->path);
	assert_int_equal(nr_waits(f->path), 2000);
	assert_int_equal(files_count(f), 1);
}

static const struct job jobs[] = {
	{ "record", nothing, record, check_record },
	{ "import", nothing, import, check_import },
	{ "report", make, report, check_kept },
	{ "report of an old file", make_old, report, check_kept },
	{ "upgrade", make_old, upgrade, check_upgrade },
};

/* Returns whether a call failed. */
static bool try(const struct job *job, enum fault what, unsigned int after, bool ever)
{
	void *state = NULL;
	struct error err = { 0 };
	struct files *f;
	bool failed;
	int ret;

	assert_int_equal(files_setup(&state), 0);
	f = state;
	job->prepare(f);
	fault_arm(what, after, ever);
	ret = job->run(f, &err);
	failed = fault_disarm();
	if (ret && (!err.msg[0] || strchr(err.msg, '\n')))
		fail_msg("%s: fault %d after %u: %d \"%s\"", job->name, what, after, ret, err.msg);
	if (ret && !failed)
		fail_msg("%s: without a fault: %s", job->name, err.msg);
	job->check(f, ret);
	files_teardown(&state);
	return failed;
}

static void each_call_fails_in_turn(void **state)
{
	const char *want = getenv("RMAPSCOPE_FAULTS");
	const bool all = want && !strcmp(want, "all");
	unsigned int i, after, nr = 0;
	enum fault what;
	int ever;

	(void)state;
	assert_int_equal(fault_vfs_register(), SQLITE_OK);
	for (i = 0; i < ARRAY_SIZE(jobs); i++)
		for (what = 0; what < NR_FAULTS; what++)
			for (ever = 0; ever < 2; ever++)
				for (after = 0; try(&jobs[i], what, after, ever); nr++)
					after += all || after < ALL_UP_TO ? 1 : STEP;
	print_message("# %u faults\n", nr);
	/* it is no test when nothing fails */
	assert_true(nr > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_call_fails_in_turn),
	};

	return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
