// SPDX-License-Identifier: GPL-2.0-only
/* Rows into a file and back out of it, and what happens when writing fails. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <sys/mount.h>
#include <sys/resource.h>

#include "analysis/capture.h"
#include "analysis/tables.h"
#include "analysis/views.h"
#include "schema/enums.h"
#include "schema/hist_sql.h"
#include "schema/store.h"
#include "tests/unit/files.h"

static struct store *create(const char *path)
{
	struct error err = { 0 };
	struct store *st = NULL;

	if (store_create(&st, path, false, &err) || store_place(st, &err))
		fail_msg("%s", err.msg);
	return st;
}

static int64_t put_wait(struct store *st, int64_t start_ns, int64_t duration_ns)
{
	struct wait_row row = {
		.start_ns = start_ns,
		.duration_ns = duration_ns,
		.slept_ns = duration_ns == NO_TIME ? NO_TIME : duration_ns / 2,
		.lock_id = 1,
		.task_id = 1,
		.mode = MODE_WRITE,
		.site_id = 1,
		.stack_id = 1,
		.holder_task_id = duration_ns == NO_TIME ? 0 : 2,
		.holder_source = duration_ns == NO_TIME ? HOLDER_UNKNOWN : HOLDER_WAKER,
		.outcome = duration_ns == NO_TIME ? OUTCOME_UNCERTAIN : OUTCOME_ACQUIRED,
	};

	assert_int_equal(store_wait(st, &row), 0);
	return row.id;
}

/* Identity rows for waits of task 1 for lock 1, held by task 2. */
static void put_identity(struct store *st)
{
	const struct process_row process = { .id = 1,
					     .tgid = 100,
					     .comm = "mover",
					     .exe = "/bin/mover",
					     .first_ns = 1,
					     .last_ns = 2 };
	struct task_row task = { .id = 1,
				 .tid = 100,
				 .tgid = 100,
				 .comm = "mover",
				 .process_id = 1,
				 .first_ns = 1,
				 .last_ns = 2 };
	const struct lock_row lock = {
		.id = 1, .class = LOCK_ANON_VMA, .address = 0xffff888012345678, .generation = 2
	};
	const struct site_row site = {
		.id = 1, .symbol = "move_pages", .offset = 0x123, .role = ROLE_UFFD_MOVE
	};
	const struct stack_row stack = { .id = 1,
					 .site_id = 1,
					 .frames = "down_write+0x1\nmove_pages+0x123" };

	assert_int_equal(store_process(st, &process), 0);
	assert_int_equal(store_task(st, &task), 0);
	task = (struct task_row){ .id = 2, .tid = 101, .tgid = -1, .comm = "holder" };
	assert_int_equal(store_task(st, &task), 0);
	assert_int_equal(store_lock(st, &lock), 0);
	assert_int_equal(store_site(st, &site), 0);
	assert_int_equal(store_stack(st, &stack), 0);
}

/* The value of @sql in the file at @path as text, "NULL", or "error: ...". */
static const char *query(const char *path, const char *sql)
{
	static char text[600];
	sqlite3_stmt *stmt = NULL;
	struct error err = { 0 };
	struct db *ours;
	sqlite3 *db;

	if (db_open(&ours, path, &err)) {
		snprintf(text, sizeof(text), "error: %s", err.msg);
		return text;
	}
	db_close(ours);
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) || hist_sql_register(db) ||
	    sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) || sqlite3_step(stmt) != SQLITE_ROW)
		snprintf(text, sizeof(text), "error: %s", sqlite3_errmsg(db));
	else if (sqlite3_column_type(stmt, 0) == SQLITE_NULL)
		snprintf(text, sizeof(text), "NULL");
	else
		snprintf(text, sizeof(text), "%s", sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return text;
}

static void finish(struct store *st)
{
	struct error err = { 0 };

	if (store_finish(st, &err))
		fail_msg("%s", err.msg);
}

static void rows_come_back_by_the_view(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);

	put_identity(st);
	put_wait(st, 1000, 500);
	finish(st);
	assert_string_equal(
		query(f->path,
		      "SELECT concat FROM (SELECT start_ns || ' ' || duration_ns || ' ' || slept_ns "
		      "|| ' ' || tid || ' ' || comm || ' ' || tgid || ' ' || process || ' ' || class "
		      "|| ' ' || lock || ' ' || mode || ' ' || role || ' ' || symbol || ' ' || "
		      "holder_tid || ' ' || holder_comm || ' ' || holder_source || ' ' || outcome "
		      "AS concat FROM waits)"),
		"1000 500 250 100 mover 100 mover anon_vma ffff888012345678#2 write uffd_move "
		"move_pages 101 holder waker acquired");
	assert_string_equal(query(f->path, "SELECT frames FROM stack"),
			    "down_write+0x1\nmove_pages+0x123");
	assert_string_equal(query(f->path, "SELECT is_main FROM task WHERE id = 1"), "1");
}

static void unknown_values_come_back_as_null(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);
	const struct lock_row lock = { .id = 1, .class = ENUM_NONE, .address = 1 };
	const struct site_row site = { .id = 1, .symbol = "f", .role = ENUM_NONE };
	const struct task_row task = { .id = 1, .tid = 7, .tgid = -1 };
	const struct loss_row loss = { .start_ns = 1, .end_ns = 2, .cpu = 3, .nr_lost = -1 };
	struct wait_row w = { .start_ns = 1,
			      .duration_ns = NO_TIME,
			      .slept_ns = NO_TIME,
			      .lock_id = 1,
			      .task_id = 1,
			      .outcome = OUTCOME_OPEN };

	assert_int_equal(store_lock(st, &lock), 0);
	assert_int_equal(store_site(st, &site), 0);
	assert_int_equal(store_task(st, &task), 0);
	assert_int_equal(store_loss(st, &loss), 0);
	assert_int_equal(store_wait(st, &w), 0);
	finish(st);
	assert_string_equal(query(f->path, "SELECT class FROM lock"), "NULL");
	assert_string_equal(query(f->path, "SELECT role FROM site"), "NULL");
	assert_string_equal(query(f->path, "SELECT coalesce(tgid, comm, is_main, process_id) "
					   "FROM task"),
			    "NULL");
	assert_string_equal(query(f->path, "SELECT nr_lost FROM loss"), "NULL");
	assert_string_equal(query(f->path, "SELECT nr_unknown FROM lost"), "1");
	assert_string_equal(query(f->path,
				  "SELECT coalesce(duration_ns, slept_ns, class, role, holder_tid, "
				  "symbol, process) FROM waits"),
			    "NULL");
	assert_string_equal(query(f->path, "SELECT outcome FROM waits"), "open");
}

static void an_identity_row_that_comes_again_replaces_the_former(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);
	struct task_row task = { .id = 1, .tid = 7, .tgid = -1, .comm = "old" };

	assert_int_equal(store_task(st, &task), 0);
	snprintf(task.comm, sizeof(task.comm), "new");
	assert_int_equal(store_task(st, &task), 0);
	finish(st);
	assert_string_equal(query(f->path, "SELECT count(*) || max(comm) FROM task"), "1new");
}

static void a_wait_that_comes_again_is_one_row_with_a_higher_id(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);
	struct wait_row w = { .start_ns = 1,
			      .duration_ns = NO_TIME,
			      .slept_ns = NO_TIME,
			      .lock_id = 1,
			      .task_id = 1,
			      .outcome = OUTCOME_OPEN };
	int64_t open_id, other_id;

	put_identity(st);
	assert_int_equal(store_wait(st, &w), 0);
	open_id = w.id;
	other_id = put_wait(st, 5, 5);
	w.duration_ns = 100;
	w.outcome = OUTCOME_ACQUIRED;
	assert_int_equal(store_wait(st, &w), 0);
	assert_true(open_id < other_id && other_id < w.id);
	finish(st);
	assert_string_equal(query(f->path, "SELECT count(*) FROM wait"), "2");
	assert_string_equal(query(f->path, "SELECT duration_ns FROM wait WHERE start_ns = 1"),
			    "100");
}

/* Ids below a checkpoint ended before its time: they must never be used twice. */
/* Its id stays: it tells when the wait ended. */
static void the_vma_of_a_wait_may_come_after_it(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);
	const struct vma_row vma = {
		.id = 5,
		.process_id = 1,
		.start = 0x1000,
		.end = 0x3000,
		.perms = "rw-p",
		.name = "[anon:a b]",
		.from_ns = 10,
		.to_ns = NO_TIME,
	};
	struct lock_row lock = { .id = 1, .class = LOCK_ANON_VMA, .address = 1, .vma_id = 5 };

	put_identity(st);
	put_wait(st, 1000, 500);
	put_wait(st, 2000, 500);
	assert_int_equal(store_vma(st, &vma), 0);
	assert_int_equal(store_wait_vma(st, 1, 5), 0);
	assert_int_equal(store_lock(st, &lock), 0);
	finish(st);
	assert_string_equal(query(f->path, "SELECT group_concat(id || ' ' || start_ns || ' ' || "
					   "coalesce(vma_name, '-'), ', ') FROM waits"),
			    "1 1000 [anon:a b], 2 2000 -");
	assert_string_equal(query(f->path, "SELECT vma_start || ' ' || vma_end || ' ' || wait_ns "
					   "FROM wait_by_vma WHERE vma_name IS NOT NULL"),
			    "4096 12288 500");
	assert_string_equal(query(f->path, "SELECT perms || ' ' || from_ns || ' ' || "
					   "coalesce(to_ns, '-') FROM vma"),
			    "rw-p 10 -");
	assert_string_equal(query(f->path, "SELECT vma_id FROM lock WHERE id = 1"), "5");
}

static void the_id_of_a_replaced_last_wait_is_not_given_again(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);
	struct wait_row w = { .start_ns = 1,
			      .duration_ns = NO_TIME,
			      .slept_ns = NO_TIME,
			      .lock_id = 1,
			      .task_id = 1,
			      .outcome = OUTCOME_OPEN };
	int64_t open_id;

	put_identity(st);
	assert_int_equal(store_wait(st, &w), 0);
	open_id = w.id;
	assert_int_equal(store_commit(st, 1000, NULL), 0);
	w.duration_ns = 5000;
	w.outcome = OUTCOME_ACQUIRED;
	assert_int_equal(store_wait(st, &w), 0);
	assert_int_equal(store_commit(st, 9000, NULL), 0);
	finish(st);
	assert_true(w.id > open_id);
	assert_string_equal(query(f->path, "SELECT count(*) FROM checkpoint"), "2");
}

static void a_checkpoint_bounds_the_waits_of_its_commit(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);
	struct error err = { 0 };

	put_identity(st);
	put_wait(st, 100, 50);
	put_wait(st, 120, 50);
	assert_int_equal(store_commit(st, 1000, &err), 0);
	assert_int_equal(store_commit(st, 2000, &err), 0);
	put_wait(st, 2500, 10);
	assert_int_equal(store_commit(st, 3000, &err), 0);
	finish(st);
	assert_string_equal(query(f->path, "SELECT group_concat(time_ns || ':' || wait_id) "
					   "FROM checkpoint"),
			    "1000:2,3000:3");
}

static void a_rollup_that_comes_again_is_the_whole(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);
	struct rollup_row r = { .second = 5, .lock_id = 1, .slept_ns = NO_TIME };
	unsigned int i;

	for (i = 1; i <= 3; i++) {
		assert_int_equal(hist_add(&r.hist, 1000, 1), 0);
		r.nr_waits = i;
		r.wait_ns = 1000 * i;
		assert_int_equal(store_rollup(st, &r), 0);
	}
	hist_free(&r.hist);
	finish(st);
	assert_string_equal(query(f->path, "SELECT count(*) FROM rollup"), "1");
	assert_string_equal(query(f->path, "SELECT wait_ns FROM rollup"), "3000");
	assert_string_equal(query(f->path, "SELECT slept_ns FROM rollup"), "NULL");
	assert_string_equal(query(f->path, "SELECT hist_count(hist) FROM rollup"), "3");
	assert_string_equal(query(f->path, "SELECT hist_quantile(hist, 0.5) / 32 FROM rollup"),
			    "31");
}

static void meta_and_enums_are_there(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);
	struct error err = { 0 };
	char text[8];
	int64_t value;
	struct db *db;

	assert_int_equal(store_meta_text(st, "host", "a name of some length"), 0);
	assert_int_equal(store_meta_int(st, "nr_events", INT64_MAX), 0);
	assert_int_equal(store_meta_text(st, "empty", ""), 0);
	finish(st);
	assert_int_equal(db_open(&db, f->path, &err), 0);
	assert_int_equal(db_meta_text(db, "host", text, sizeof(text), &err), 0);
	assert_string_equal(text, "a name ");
	assert_int_equal(db_meta_int(db, "nr_events", &value, &err), 0);
	assert_true(value == INT64_MAX);
	assert_int_equal(db_meta_int(db, "no such key", &value, &err), -ENOENT);
	assert_int_equal(db_meta_text(db, "empty", text, sizeof(text), &err), -ENOENT);
	db_close(db);
	assert_string_equal(query(f->path, "SELECT label FROM enum WHERE domain = 'role' "
					   "AND value = 0"),
			    "uffd_move");
	assert_string_equal(query(f->path, "SELECT count(*) > 30 FROM enum"), "1");
}

/* The one wait of 500 ns, wherever waits are summed up. */
static void check_wait(const struct table_def *def, struct db *db, const struct window *window)
{
	int column = table_column(def, "wait_ns");
	struct error err = { 0 };
	struct table t;

	if (table_read(&t, def, db, window, &err))
		fail_msg("%s: %s", def->name, err.msg);
	assert_int_equal(t.nr_columns, table_nr_columns(def));
	if (column >= 0) {
		assert_int_equal(t.nr_rows, 1);
		assert_int_equal(t.rows[0][column].i, 500);
	}
	table_free(&t);
}

/* Screens, and what their rows open: the queries fit their columns. */
static void check_views(const struct view_def *view, struct db *db, const struct window *window,
			int depth)
{
	const struct param params[] = { { "lock_id", 1 }, { "process_id", 1 }, { 0 } };
	struct error err = { 0 };
	struct table t;

	for (; view->table; view++) {
		if (view_read(&t, view, db, window, params, &err))
			fail_msg("%s: %s", view->table->name, err.msg);
		assert_int_equal(t.nr_columns, table_nr_columns(view->table));
		if (view->chart)
			assert_true(table_column(view->table, view->chart) >= 0);
		if (view->key)
			assert_true(table_column(view->table, view->key) >= 0);
		table_free(&t);
		if (view->details && depth < 2)
			check_views(view->details, db, window, depth + 1);
	}
}

static void every_report_table_and_screen_can_be_read(void **state)
{
	const struct window window = { .end_ns = 2000000000 };
	struct files *f = *state;
	struct store *st = create(f->path);
	struct rollup_row r = { .second = 1,
				.process_id = 1,
				.lock_id = 1,
				.site_id = 1,
				.mode = MODE_WRITE,
				.nr_waits = 1,
				.wait_ns = 500,
				.max_wait_ns = 500,
				.slept_ns = 250 };
	struct error err = { 0 };
	unsigned int i;
	struct db *db;

	put_identity(st);
	put_wait(st, 1000000000, 500);
	assert_int_equal(store_stall(st, &(struct stall_row){ .start_ns = 1000000100,
							      .duration_ns = 250,
							      .task_id = 1,
							      .wait_id = 1,
							      .outcome = OUTCOME_ACQUIRED }),
			 0);
	hist_add(&r.hist, 500, 1);
	assert_int_equal(store_rollup(st, &r), 0);
	hist_free(&r.hist);
	assert_int_equal(store_commit(st, 1500000000, &err), 0);
	finish(st);
	assert_int_equal(db_open(&db, f->path, &err), 0);
	for (i = 0; report_tables[i]; i++)
		check_wait(report_tables[i], db, &window);
	check_views(top_views, db, &window, 0);
	db_close(db);
}

static void the_totals_of_a_capture_are_those_of_its_rows(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);
	const struct rollup_row r = { .second = 1, .lock_id = 1, .nr_waits = 42 };
	const struct loss_row loss = { .start_ns = 1, .end_ns = 2, .cpu = 3, .nr_lost = 17 };
	struct wait_row open = { .start_ns = 400,
				 .duration_ns = NO_TIME,
				 .slept_ns = NO_TIME,
				 .lock_id = 1,
				 .task_id = 1,
				 .outcome = OUTCOME_OPEN };
	struct capture_info info;
	struct error err = { 0 };
	struct db *db;

	put_identity(st);
	put_wait(st, 100, NO_TIME);
	assert_int_equal(store_wait(st, &open), 0);
	assert_int_equal(store_rollup(st, &r), 0);
	assert_int_equal(store_loss(st, &loss), 0);
	assert_int_equal(store_meta_int(st, "last_ns", 1000), 0);
	assert_int_equal(store_meta_int(st, "nr_waits", 42), 0);
	assert_int_equal(store_meta_int(st, "nr_uncertain", 1), 0);
	assert_int_equal(store_meta_text(st, "state", "recording"), 0);
	finish(st);
	assert_int_equal(db_open(&db, f->path, &err), 0);
	assert_int_equal(capture_info_read(&info, db, &err), 0);
	assert_int_equal(info.nr_waits, 42);
	assert_int_equal(info.nr_open, 1);
	assert_int_equal(info.nr_uncertain, 1);
	assert_int_equal(info.longest_open_ns, 600);
	assert_int_equal(info.nr_lost, 17);
	assert_int_equal(info.nr_gaps, 1);
	assert_true(info.recording);
	db_close(db);
}

static void an_existing_file_is_refused_and_left_alone(void **state)
{
	struct files *f = *state;
	struct error err = { 0 };
	char text[16] = { 0 };
	struct store *st;
	FILE *file;

	files_write(f->path, "precious", 8);
	assert_int_equal(store_create(&st, f->path, false, &err), -EEXIST);
	check_message(err.msg);
	assert_non_null(strstr(err.msg, f->path));
	file = fopen(f->path, "r");
	assert_int_equal(fread(text, 1, sizeof(text), file), 8);
	fclose(file);
	assert_string_equal(text, "precious");
	assert_int_equal(files_count(f), 1);
}

static void force_replaces_an_existing_file(void **state)
{
	struct files *f = *state;
	struct error err = { 0 };
	struct store *st;

	st = create(f->path);
	put_identity(st);
	put_wait(st, 1, 1);
	finish(st);
	assert_int_equal(store_create(&st, f->path, true, &err), 0);
	finish(st);
	assert_string_equal(query(f->path, "SELECT count(*) FROM wait"), "0");
}

static void a_file_that_cannot_be_made_is_one_clear_line(void **state)
{
	struct files *f = *state;
	struct error err = { 0 };
	char path[128];
	struct store *st;

	snprintf(path, sizeof(path), "%s/no/such/directory.db", f->dir);
	assert_int_equal(store_create(&st, path, false, &err), -ENOENT);
	check_message(err.msg);
	assert_non_null(strstr(err.msg, path));
	assert_int_equal(files_count(f), 0);
}

static void discard_leaves_nothing(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);

	put_identity(st);
	assert_int_equal(store_commit(st, 1, NULL), 0);
	assert_true(files_count(f) > 0);
	store_discard(st);
	assert_int_equal(files_count(f), 0);
}

static void a_finished_file_is_a_single_file(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);

	put_identity(st);
	put_wait(st, 1, 1);
	assert_true(files_count(f) > 1);
	finish(st);
	assert_int_equal(files_count(f), 1);
	assert_string_equal(query(f->path, "PRAGMA journal_mode"), "delete");
	assert_string_equal(query(f->path, "PRAGMA integrity_check"), "ok");
	assert_int_equal(files_count(f), 1);
}

/* What a kill leaves: the file and its log as they are at this moment. */
static void after_a_kill_the_file_has_what_was_committed(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);
	char wal[128], other_wal[128];
	unsigned int i;

	put_identity(st);
	for (i = 0; i < 1000; i++)
		put_wait(st, i, 1);
	assert_int_equal(store_commit(st, 5000, NULL), 0);
	for (i = 0; i < 1000; i++)
		put_wait(st, 10000 + i, 1);
	snprintf(wal, sizeof(wal), "%s-wal", f->path);
	snprintf(other_wal, sizeof(other_wal), "%s-wal", f->other);
	files_copy(f->path, f->other, -1);
	files_copy(wal, other_wal, -1);
	assert_string_equal(query(f->other, "SELECT count(*) FROM wait"), "1000");
	assert_string_equal(query(f->other, "SELECT max(start_ns) FROM wait"), "999");
	assert_string_equal(query(f->other, "PRAGMA integrity_check"), "ok");
	finish(st);
	assert_string_equal(query(f->path, "SELECT count(*) FROM wait"), "2000");
}

static void a_reader_sees_each_commit_while_it_is_written(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);

	put_identity(st);
	put_wait(st, 1, 1);
	assert_string_equal(query(f->path, "SELECT count(*) FROM wait"), "0");
	assert_int_equal(store_commit(st, 10, NULL), 0);
	assert_string_equal(query(f->path, "SELECT count(*) FROM wait"), "1");
	put_wait(st, 20, 1);
	assert_string_equal(query(f->path, "SELECT count(*) FROM wait"), "1");
	finish(st);
	assert_string_equal(query(f->path, "SELECT count(*) FROM wait"), "2");
}

/* Write and commit until it fails; the waits that were committed before. */
static int fill(struct store *st, int64_t *nr_committed, struct error *err)
{
	int64_t nr = 0;
	int ret = 0;

	*nr_committed = 0;
	while (!ret && nr < 1000000) {
		struct wait_row w = {
			.start_ns = nr, .duration_ns = 1, .slept_ns = 0, .lock_id = 1, .task_id = 1
		};

		ret = store_wait(st, &w);
		nr++;
		if (!ret && nr % 500 == 0) {
			ret = store_commit(st, nr, err);
			if (!ret)
				*nr_committed = nr;
		}
	}
	return ret;
}

static void check_broken(struct store *st, int ret)
{
	const struct task_row task = { .id = 9, .tid = 9 };
	struct wait_row w = { .lock_id = 1, .task_id = 1 };
	const struct rollup_row r = { .second = 1 };
	struct error err = { 0 };
	char first[512];

	check_message(store_error(st)->msg);
	snprintf(first, sizeof(first), "%s", store_error(st)->msg);
	assert_int_equal(store_task(st, &task), ret);
	assert_int_equal(store_wait(st, &w), ret);
	assert_int_equal(store_rollup(st, &r), ret);
	assert_int_equal(store_meta_int(st, "x", 1), ret);
	assert_int_equal(store_commit(st, 1 << 30, &err), ret);
	assert_string_equal(err.msg, first);
	assert_string_equal(store_error(st)->msg, first);
}

/* A table that gets no rows just now is missed, too. */
static void tables_that_another_program_changes_end_the_recording(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path);
	struct error err = { 0 };
	sqlite3 *db;

	/* before the store's first write, which would lock it out */
	assert_int_equal(sqlite3_open_v2(f->path, &db, SQLITE_OPEN_READWRITE, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "DROP TABLE wait_part", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	put_identity(st);
	put_wait(st, 20, 1);
	assert_int_equal(store_commit(st, 30, &err), -EUCLEAN);
	assert_non_null(strstr(err.msg, "another program has changed its tables"));
	check_broken(st, -EUCLEAN);
	store_discard(st);
}

/* Another program that has the file for itself for a moment, whenever there is one. */
struct other_program {
	const char *path;
	atomic_bool stop;
	unsigned int nr_locked;
};

static void *lock_again_and_again(void *arg)
{
	struct other_program *other = arg;
	sqlite3 *db;

	while (!atomic_load(&other->stop)) {
		if (sqlite3_open_v2(other->path, &db, SQLITE_OPEN_READWRITE, NULL) == SQLITE_OK &&
		    sqlite3_exec(db, "BEGIN EXCLUSIVE", NULL, NULL, NULL) == SQLITE_OK) {
			other->nr_locked++;
			usleep(2000);
		}
		sqlite3_close(db);
		usleep(2000);
	}
	return NULL;
}

static void a_file_that_is_locked_for_a_moment_can_be_recorded_into(void **state)
{
	struct files *f = *state;
	struct other_program other = { .path = f->path };
	struct error err = { 0 };
	pthread_t thread;
	struct store *st;
	int i;

	assert_int_equal(pthread_create(&thread, NULL, lock_again_and_again, &other), 0);
	for (i = 0; i < 30; i++) {
		st = create(f->path);
		put_identity(st);
		assert_int_equal(store_commit(st, 0, &err), 0);
		store_discard(st);
	}
	atomic_store(&other.stop, true);
	pthread_join(thread, NULL);
	print_message("%u times locked\n", other.nr_locked);
}

/* A limit on the file size stands in for a disk error: EFBIG is no ENOSPC. */
static void a_write_error_is_told_once_and_the_file_keeps_what_was_committed(void **state)
{
	struct rlimit before, limit;
	struct files *f = *state;
	struct store *st = create(f->path);
	struct error err = { 0 }, finish_err = { 0 };
	int64_t nr_committed;
	char want[32];
	int ret;

	put_identity(st);
	assert_int_equal(store_commit(st, 0, &err), 0);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &before);
	limit = (struct rlimit){ .rlim_cur = 2 << 20, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ret = fill(st, &nr_committed, &err);
	assert_int_equal(ret, -EFBIG);
	assert_non_null(strstr(store_error(st)->msg, "ulimit -f"));
	assert_true(nr_committed > 0);
	check_broken(st, ret);
	assert_int_equal(store_finish(st, &finish_err), ret);
	check_message(finish_err.msg);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	snprintf(want, sizeof(want), "%lld", (long long)nr_committed);
	assert_string_equal(query(f->path, "SELECT count(*) FROM wait"), want);
	assert_string_equal(query(f->path, "PRAGMA integrity_check"), "ok");
}

/* Write until the disk of @dir is full, then look what is there. */
static void check_full_disk(const char *dir)
{
	struct error err = { 0 }, finish_err = { 0 };
	int64_t nr_committed;
	char path[128], want[32];
	struct store *st;
	int ret;

	snprintf(path, sizeof(path), "%s/full.db", dir);
	st = create(path);
	put_identity(st);
	ret = fill(st, &nr_committed, &err);
	assert_int_equal(ret, -ENOSPC);
	assert_non_null(strstr(store_error(st)->msg, "full"));
	check_broken(st, ret);
	assert_int_equal(store_finish(st, &finish_err), ret);
	assert_true(nr_committed > 0);
	snprintf(want, sizeof(want), "%lld", (long long)nr_committed);
	assert_string_equal(query(path, "SELECT count(*) FROM wait"), want);
	assert_string_equal(query(path, "PRAGMA integrity_check"), "ok");
}

static int mount_small_disk(void **state)
{
	struct files *f;

	if (files_setup(state))
		return -1;
	f = *state;
	if (mount("tmpfs", f->dir, "tmpfs", 0, "size=4m"))
		f->path[0] = '\0';
	return 0;
}

static int unmount_small_disk(void **state)
{
	struct files *f = *state;

	if (f->path[0] && umount2(f->dir, MNT_DETACH))
		return -1;
	return files_teardown(state);
}

static void a_full_disk_is_told_once_and_the_file_keeps_what_was_committed(void **state)
{
	struct files *f = *state;

	if (!f->path[0]) {
		print_message("# skipped: a small disk needs root, to mount a tmpfs\n");
		skip();
	}
	check_full_disk(f->dir);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_setup, files_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_come_back_by_the_view),
		TEST(unknown_values_come_back_as_null),
		TEST(an_identity_row_that_comes_again_replaces_the_former),
		TEST(a_wait_that_comes_again_is_one_row_with_a_higher_id),
		TEST(the_vma_of_a_wait_may_come_after_it),
		TEST(the_id_of_a_replaced_last_wait_is_not_given_again),
		TEST(a_checkpoint_bounds_the_waits_of_its_commit),
		TEST(a_rollup_that_comes_again_is_the_whole),
		TEST(meta_and_enums_are_there),
		TEST(every_report_table_and_screen_can_be_read),
		TEST(the_totals_of_a_capture_are_those_of_its_rows),
		TEST(an_existing_file_is_refused_and_left_alone),
		TEST(force_replaces_an_existing_file),
		TEST(a_file_that_cannot_be_made_is_one_clear_line),
		TEST(discard_leaves_nothing),
		TEST(a_finished_file_is_a_single_file),
		TEST(after_a_kill_the_file_has_what_was_committed),
		TEST(a_reader_sees_each_commit_while_it_is_written),
		TEST(tables_that_another_program_changes_end_the_recording),
		TEST(a_file_that_is_locked_for_a_moment_can_be_recorded_into),
		TEST(a_write_error_is_told_once_and_the_file_keeps_what_was_committed),
		cmocka_unit_test_setup_teardown(
			a_full_disk_is_told_once_and_the_file_keeps_what_was_committed,
			mount_small_disk, unmount_small_disk),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
