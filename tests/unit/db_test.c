// SPDX-License-Identifier: GPL-2.0-only
/* Opening what is, and what is not, a database of ours. */
#include <errno.h>
#include <sqlite3.h>

#include "analysis/capture.h"
#include "analysis/tables.h"
#include "collector/event.h"
#include "schema/enums.h"
#include "schema/store.h"
#include "tests/unit/files.h"

static void run_sql(const char *path, const char *sql)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

/* A finished capture of a few hundred waits at @path. */
static void make_capture(const char *path)
{
	const struct lock_row lock = { .id = 1, .class = LOCK_ANON_VMA, .address = 1 };
	const struct task_row task = { .id = 1, .tid = 1, .tgid = 1, .comm = "waiter" };
	struct error err = { 0 };
	struct store *st;
	unsigned int i;

	assert_int_equal(store_create(&st, path, false, &err), 0);
	assert_int_equal(store_lock(st, &lock), 0);
	assert_int_equal(store_task(st, &task), 0);
	for (i = 0; i < 5000; i++) {
		struct wait_row w = { .start_ns = i, .duration_ns = 1, .lock_id = 1, .task_id = 1 };

		assert_int_equal(store_wait(st, &w), 0);
	}
	assert_int_equal(store_finish(st, &err), 0);
}

static void check_refused(const char *path, int want, const char *part)
{
	struct error err = { 0 };
	struct db *db = NULL;
	int ret = db_open(&db, path, &err);

	if (ret != want)
		fail_msg("got %d \"%s\", want %d", ret, err.msg, want);
	check_message(err.msg);
	if (!strstr(err.msg, part))
		fail_msg("no \"%s\" in \"%s\"", part, err.msg);
	if (!strstr(err.msg, path))
		fail_msg("no path in \"%s\"", err.msg);
}

static void a_capture_opens(void **state)
{
	struct files *f = *state;
	struct error err = { 0 };
	struct db *db;

	make_capture(f->path);
	assert_int_equal(db_open(&db, f->path, &err), 0);
	assert_string_equal(db_path(db), f->path);
	assert_int_equal(db_begin(db, &err), 0);
	db_end(db);
	db_close(db);
	db_close(NULL);
}

static void a_file_that_is_not_there_is_refused(void **state)
{
	struct files *f = *state;

	check_refused(f->path, -ENOENT, "No such file");
	assert_int_equal(files_count(f), 0);
}

static void a_directory_is_refused(void **state)
{
	struct files *f = *state;
	struct error err = { 0 };
	struct db *db = NULL;

	assert_true(db_open(&db, f->dir, &err) < 0);
	check_message(err.msg);
}

static void a_text_file_is_refused(void **state)
{
	struct files *f = *state;
	char text[5000];

	memset(text, 'x', sizeof(text));
	files_write(f->path, text, sizeof(text));
	check_refused(f->path, -EBADMSG, "not an rmapscope database");
	files_write(f->path, "hello\n", 6);
	check_refused(f->path, -EBADMSG, "not");
}

static void an_empty_file_is_refused(void **state)
{
	struct files *f = *state;

	files_write(f->path, "", 0);
	check_refused(f->path, -EBADMSG, f->path);
}

static void a_database_of_another_program_is_refused(void **state)
{
	struct files *f = *state;

	run_sql(f->path, "CREATE TABLE wait (id INTEGER)");
	check_refused(f->path, -EBADMSG, "another program");
}

static void a_newer_schema_is_refused_with_both_versions(void **state)
{
	struct files *f = *state;

	make_capture(f->path);
	run_sql(f->path, "PRAGMA user_version = 4711");
	check_refused(f->path, -ENOTSUP, "4711");
	check_refused(f->path, -ENOTSUP, "newer");
}

/*
 * Wherever a file is cut: it is refused, or what is read says that it is
 * damaged. Never a crash, and never rows in silence.
 */
static void a_truncated_file_is_damaged(void **state)
{
	struct files *f = *state;
	struct stat st;
	ssize_t cut;

	make_capture(f->path);
	assert_int_equal(stat(f->path, &st), 0);
	for (cut = 1; cut < st.st_size; cut += 4096 - (cut == 1)) {
		struct capture_info info;
		struct error err = { 0 };
		struct db *db = NULL;
		struct table t;
		int ret;

		files_copy(f->path, f->other, cut);
		ret = db_open(&db, f->other, &err);
		if (!ret)
			ret = capture_info_read(&info, db, &err);
		if (!ret) {
			ret = table_read(&t, report_tables[0], db, NULL, &err);
			if (!ret)
				table_free(&t);
		}
		if (ret != -EBADMSG)
			fail_msg("cut at %zd of %lld: %d \"%s\"", cut, (long long)st.st_size, ret,
				 err.msg);
		check_message(err.msg);
		db_close(db);
	}
}

static void damaged_pages_are_told_or_read_but_never_crash(void **state)
{
	struct files *f = *state;
	struct stat st;
	ssize_t at;

	make_capture(f->path);
	assert_int_equal(stat(f->path, &st), 0);
	for (at = 16384; at < st.st_size; at += 16384) {
		struct capture_info info;
		struct error err = { 0 };
		struct db *db = NULL;
		FILE *file;

		files_copy(f->path, f->other, -1);
		file = fopen(f->other, "r+");
		fseek(file, at, SEEK_SET);
		fwrite("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 1, 12, file);
		fclose(file);
		if (!db_open(&db, f->other, &err))
			if (capture_info_read(&info, db, &err))
				check_message(err.msg);
		db_close(db);
	}
}

static void a_window_starts_at_a_second_and_not_before_the_capture(void **state)
{
	const struct capture_info info = { .first_ns = 3500000000 };
	const struct capture_info empty = { 0 };
	struct window w;

	(void)state;
	w = capture_window(&info, 20700000000, 5);
	assert_int_equal(w.start_ns, 16000000000);
	assert_int_equal(w.end_ns, 20700000000);
	w = capture_window(&info, 5100000000, 60);
	assert_int_equal(w.start_ns, 3000000000);
	w = capture_window(&empty, 0, 10);
	assert_int_equal(w.start_ns, 0);
	assert_true(w.end_ns > w.start_ns);
}

static void the_rate_is_waits_per_second_oldest_first(void **state)
{
	static const int64_t seconds[] = { 5, 7, 8, 12 };
	struct files *f = *state;
	struct error err = { 0 };
	int64_t rate[4];
	struct store *st;
	unsigned int i;
	struct db *db;

	assert_int_equal(store_create(&st, f->path, false, &err), 0);
	for (i = 0; i < ARRAY_SIZE(seconds); i++) {
		const struct second_rollup_row r = { .second = seconds[i], .nr_waits = 10 + i };

		assert_int_equal(store_second_rollup(st, &r), 0);
	}
	assert_int_equal(store_finish(st, &err), 0);
	assert_int_equal(db_open(&db, f->path, &err), 0);
	assert_int_equal(capture_rate(db, 8500000000, rate, 4, &err), 0);
	assert_int_equal(rate[0], 10);
	assert_int_equal(rate[1], 0);
	assert_int_equal(rate[2], 11);
	assert_int_equal(rate[3], 12);
	/* before the clock's first second */
	assert_int_equal(capture_rate(db, 0, rate, 4, &err), 0);
	assert_int_equal(rate[3], 0);
	db_close(db);
}

/* Retries: one, a checkpoint, a gap of 2 s, four more and a checkpoint, 6 s later. */
static void write_retries(const char *path)
{
	struct retry_row retry = { .time_ns = 1500000000, .task_id = 1 };
	const struct loss_row loss = {
		.id = 1,
		.start_ns = 3000000000,
		.end_ns = 5000000000,
		.cpu = LOSS_EVERY_CPU,
		.nr_lost = LOST_UNKNOWN,
		.reason = LOSS_NOT_RECORDED,
	};
	struct error err = { 0 };
	struct store *st;
	unsigned int i;

	assert_int_equal(store_create(&st, path, false, &err), 0);
	store_meta_int(st, "first_ns", 1500000000);
	store_meta_int(st, "last_ns", 8000000000);
	store_retry(st, &retry);
	store_commit(st, 2000000000, &err);
	for (i = 0; i < 4; i++) {
		retry.time_ns = 6000000000;
		store_retry(st, &retry);
	}
	store_loss(st, &loss);
	store_commit(st, 8000000000, &err);
	assert_int_equal(store_finish(st, &err), 0);
}

static void the_rates_of_retries_are_over_the_time_that_was_watched(void **state)
{
	struct window w = { .start_ns = 2000000000, .end_ns = 8000000000 };
	struct files *f = *state;
	struct error err = { 0 };
	struct capture_rates r;
	struct db *db;

	write_retries(f->path);
	assert_int_equal(db_open(&db, f->path, &err), 0);
	assert_int_equal(capture_rates_read(&r, db, &w, &err), 0);
	/* 4 s of 6 */
	assert_float_equal(r.retries_per_s, 1, 1e-6);
	/* from the first event on, not the first second */
	w.start_ns = 1000000000;
	assert_int_equal(capture_rates_read(&r, db, &w, &err), 0);
	assert_float_equal(r.retries_per_s, 5 / 4.5, 1e-6);
	/* from the first event to the first checkpoint */
	w.end_ns = 2500000000;
	assert_int_equal(capture_rates_read(&r, db, &w, &err), 0);
	assert_float_equal(r.retries_per_s, 2, 1e-6);
	db_close(db);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_setup, files_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_capture_opens),
		TEST(a_file_that_is_not_there_is_refused),
		TEST(a_directory_is_refused),
		TEST(a_text_file_is_refused),
		TEST(an_empty_file_is_refused),
		TEST(a_database_of_another_program_is_refused),
		TEST(a_newer_schema_is_refused_with_both_versions),
		TEST(a_truncated_file_is_damaged),
		TEST(damaged_pages_are_told_or_read_but_never_crash),
		cmocka_unit_test(a_window_starts_at_a_second_and_not_before_the_capture),
		TEST(the_rate_is_waits_per_second_oldest_first),
		TEST(the_rates_of_retries_are_over_the_time_that_was_watched),
	};

	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
