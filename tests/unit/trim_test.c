// SPDX-License-Identifier: GPL-2.0-only
/* Retention: what goes, what stays, and how large a file gets. */
#include <sqlite3.h>

#include "analysis/capture.h"
#include "lib/clock.h"
#include "schema/enums.h"
#include "schema/store.h"
#include "tests/unit/files.h"

#define SEC	 ((int64_t)NSEC_PER_SEC)
#define COMMIT	 (SEC / 4)
#define PER_ROWS 400

static struct store *create(const char *path, int64_t max_bytes, int64_t max_age_ns)
{
	struct error err = { 0 };
	struct store *st = NULL;

	if (store_create(&st, path, false, &err) || store_place(st, &err))
		fail_msg("%s", err.msg);
	assert_int_equal(store_limit(st, max_bytes, max_age_ns), 0);
	assert_int_equal(store_lock(st, &(struct lock_row){ .id = 1, .address = 1 }), 0);
	assert_int_equal(store_task(st, &(struct task_row){ .id = 1, .tid = 1 }), 0);
	return st;
}

/* A quarter of a second of every kind of row, which ended at @now_ns. */
static void put_rows(struct store *st, int64_t now_ns, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++) {
		struct wait_row w = {
			.start_ns = now_ns - 10, .duration_ns = 5, .lock_id = 1, .task_id = 1
		};
		struct hold_row h = {
			.start_ns = now_ns - 10, .duration_ns = 5, .lock_id = 1, .task_id = 1
		};

		assert_int_equal(store_wait(st, &w), 0);
		assert_int_equal(store_wait_part(st, &(struct wait_part_row){ .wait_id = w.id,
									      .holder_task_id = 1,
									      .duration_ns = 5 }),
				 0);
		assert_int_equal(store_hold(st, &h), 0);
		assert_int_equal(store_walk(st, &(struct walk_row){ .start_ns = now_ns - 5,
								    .duration_ns = 5,
								    .task_id = 1 }),
				 0);
		assert_int_equal(store_stall(st, &(struct stall_row){ .start_ns = now_ns - 5,
								      .duration_ns = 5,
								      .task_id = 1 }),
				 0);
		assert_int_equal(store_retry(st, &(struct retry_row){ .time_ns = now_ns - 1,
								      .task_id = 1 }),
				 0);
		assert_int_equal(store_skip(st, &(struct skip_row){ .time_ns = now_ns - 1,
								    .task_id = 1 }),
				 0);
		assert_int_equal(store_move(st, &(struct move_row){ .time_ns = now_ns - 1,
								    .task_id = 1 }),
				 0);
	}
	assert_int_equal(store_rollup(st, &(struct rollup_row){ .second = now_ns / SEC,
								.process_id = now_ns % SEC,
								.nr_waits = nr }),
			 0);
	assert_int_equal(store_holder_rollup(st,
					     &(struct holder_rollup_row){ .second = now_ns / SEC,
									  .nr_waits = nr }),
			 0);
	/* two threads, in the seconds of every commit */
	for (i = 1; i <= 2; i++) {
		assert_int_equal(store_sample_rollup(st,
						     &(struct sample_rollup_row){
							     .second = now_ns / SEC,
							     .kind = SAMPLE_HOLDER,
							     .task_id = i,
							     .lock_id = 1,
							     .function_id = 5,
							     .nr_samples = i }),
				 0);
		assert_int_equal(store_cpu_rollup(st,
						  &(struct cpu_rollup_row){
							  .second = now_ns / SEC,
							  .task_id = i,
							  .nr_samples = 10,
							  .cpu_ns = 1000,
							  .seen_ns = 5000,
							  .runnable_ns = i == 1 ? 100 : NO_TIME }),
				 0);
	}
}

static int64_t ask(const char *path, const char *sql)
{
	sqlite3_stmt *stmt;
	sqlite3 *db;
	int64_t v;

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	v = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return v;
}

static int64_t disk_bytes(const char *path)
{
	char log[600];
	off_t log_bytes;

	snprintf(log, sizeof(log), "%s-wal", path);
	log_bytes = files_size(log);
	return files_size(path) + (log_bytes > 0 ? log_bytes : 0);
}

static void check_sound(const char *path)
{
	assert_int_equal(ask(path, "SELECT integrity_check = 'ok' FROM pragma_integrity_check"), 1);
}

static void rows_over_an_age_go_and_their_sums_stay(void **state)
{
	static const char *const tables[] = { "wait", "hold" };
	static const char *const points[] = { "retry", "skip", "move" };
	struct files *f = *state;
	struct store *st = create(f->path, 0, 5 * SEC);
	struct error err = { 0 };
	int64_t now = 0, kept, kept_names;
	char sql[200];
	unsigned int i;

	for (i = 0; i < 100; i++) {
		now += COMMIT;
		put_rows(st, now, 10);
		assert_int_equal(store_commit(st, now, &err), 0);
	}
	assert_int_equal(store_finish(st, &err), 0);
	kept = ask(f->path, "SELECT value FROM meta WHERE key = 'kept_from_ns'");
	/* the commit that ended just before the limit, or the one before it */
	assert_in_range(kept, now - 5 * SEC - 2 * COMMIT, now - 5 * SEC);
	for (i = 0; i < ARRAY_SIZE(tables); i++) {
		snprintf(sql, sizeof(sql), "SELECT min(start_ns + duration_ns) FROM %s", tables[i]);
		assert_true(ask(f->path, sql) >= kept);
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", tables[i]);
		assert_int_equal(ask(f->path, sql), (now - kept) / COMMIT * 10);
	}
	for (i = 0; i < ARRAY_SIZE(points); i++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s WHERE time_ns >= %lld",
			 points[i], (long long)kept);
		assert_int_equal(ask(f->path, sql), (now - kept) / COMMIT * 10);
	}
	assert_int_equal(ask(f->path, "SELECT count(*) FROM wait_part"),
			 (now - kept) / COMMIT * 10);
	assert_int_equal(ask(f->path, "SELECT count(*) FROM walk"), (now - kept) / COMMIT * 10);
	assert_int_equal(ask(f->path, "SELECT count(*) FROM stall"), (now - kept) / COMMIT * 10);
	assert_int_equal(ask(f->path, "SELECT sum(nr_waits) FROM rollup"), 1000);
	assert_int_equal(ask(f->path, "SELECT sum(nr_samples) FROM sample_rollup"), 300);
	assert_int_equal(ask(f->path, "SELECT sum(nr_samples) FROM cpu_rollup"), 2000);
	assert_int_equal(ask(f->path, "SELECT sum(cpu_ns) FROM cpu_rollup"), 200000);
	assert_int_equal(ask(f->path, "SELECT sum(seen_ns) FROM cpu_rollup"), 1000000);
	/* one thread's time is not known: neither is the sum's */
	assert_int_equal(ask(f->path,
			     "SELECT count(runnable_ns) FROM cpu_rollup WHERE task_id = 0"),
			 0);
	/* the sums stay without names, those of late additions included */
	assert_int_equal(ask(f->path, "SELECT count(*) > 0 FROM sample_rollup WHERE task_id = 0 "
				      "AND lock_id = 0 AND function_id = 5"),
			 1);
	kept_names = ask(f->path, "SELECT value FROM meta WHERE key = 'names_from_ns'") / SEC;
	assert_int_equal(ask(f->path, "SELECT max(second) FROM cpu_rollup WHERE task_id = 0"),
			 kept_names - 1);
	assert_int_equal(ask(f->path, "SELECT min(second) FROM cpu_rollup WHERE task_id > 0"),
			 kept_names);
	assert_int_equal(ask(f->path, "SELECT min(wait_id) FROM checkpoint"),
			 1000 - ((now - kept) / COMMIT - 1) * 10);
	check_sound(f->path);
}

static void what_is_open_stays(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path, 0, SEC);
	struct wait_row w = { .start_ns = 5,
			      .duration_ns = NO_TIME,
			      .lock_id = 1,
			      .task_id = 1,
			      .outcome = OUTCOME_OPEN };
	struct hold_row h = { .start_ns = 4,
			      .duration_ns = NO_TIME,
			      .lock_id = 1,
			      .task_id = 1,
			      .outcome = OUTCOME_OPEN };
	struct error err = { 0 };
	unsigned int i;

	assert_int_equal(store_wait(st, &w), 0);
	assert_int_equal(store_hold(st, &h), 0);
	for (i = 1; i < 40; i++) {
		put_rows(st, i * COMMIT, 1);
		assert_int_equal(store_commit(st, i * COMMIT, &err), 0);
	}
	assert_int_equal(ask(f->path, "SELECT count(*) FROM wait WHERE outcome = 1"), 1);
	assert_int_equal(ask(f->path, "SELECT count(*) FROM hold WHERE outcome = 1"), 1);
	w.duration_ns = 10 * SEC;
	w.outcome = OUTCOME_ACQUIRED;
	assert_int_equal(store_wait(st, &w), 0);
	assert_int_equal(store_finish(st, &err), 0);
	assert_int_equal(ask(f->path, "SELECT count(*) FROM wait WHERE duration_ns > 1000"), 1);
	assert_int_equal(ask(f->path, "SELECT count(*) FROM wait WHERE outcome = 1"), 0);
}

static void a_file_stays_within_a_tenth_of_its_limit(void **state)
{
	const int64_t limit = 6 << 20;
	struct files *f = *state;
	struct store *st = create(f->path, limit, 0);
	struct error err = { 0 };
	struct capture_info info;
	struct db *db;
	int64_t now = 0, most = 0;
	unsigned int i;

	for (i = 0; i < 250; i++) {
		now += COMMIT;
		put_rows(st, now, PER_ROWS);
		assert_int_equal(store_commit(st, now, &err), 0);
		if (disk_bytes(f->path) > most)
			most = disk_bytes(f->path);
	}
	if (most > limit + limit / 10)
		fail_msg("%lld bytes at most", (long long)most);
	/* it is made use of */
	assert_true(most > limit / 2);
	/* while it grows, and afterwards */
	assert_int_equal(db_open(&db, f->path, &err), 0);
	assert_int_equal(capture_info_read(&info, db, &err), 0);
	assert_true(info.kept_from_ns > 0 && info.kept_from_ns < now);
	db_close(db);
	assert_int_equal(store_finish(st, &err), 0);
	assert_true(files_size(f->path) <= limit + limit / 10);
	assert_int_equal(ask(f->path, "SELECT max(start_ns) FROM wait"), now - 10);
	check_sound(f->path);
}

static void sums_go_when_rows_are_not_enough(void **state)
{
	const int64_t limit = 4 << 20;
	struct files *f = *state;
	struct store *st = create(f->path, limit, 0);
	struct error err = { 0 };
	int64_t now = 0, most = 0, from;
	unsigned int i, j;

	for (i = 0; i < 250; i++) {
		now += COMMIT;
		put_rows(st, now, 10);
		for (j = 0; j < 500; j++)
			assert_int_equal(store_rollup(st,
						      &(struct rollup_row){ .second = now / SEC,
									    .process_id = j,
									    .lock_id = i,
									    .nr_waits = 1,
									    .wait_ns = 1 << 20 }),
					 0);
		assert_int_equal(store_commit(st, now, &err), 0);
		if (disk_bytes(f->path) > most)
			most = disk_bytes(f->path);
	}
	assert_int_equal(store_finish(st, &err), 0);
	if (most > limit + limit / 10)
		fail_msg("%lld bytes at most", (long long)most);
	from = ask(f->path, "SELECT value FROM meta WHERE key = 'rollups_from_ns'");
	assert_true(from > 0);
	assert_int_equal(ask(f->path, "SELECT min(second) FROM rollup"), from / SEC);
	assert_int_equal(ask(f->path, "SELECT max(second) FROM rollup"), now / SEC);
	check_sound(f->path);
}

/* A process of its own with a thread, a lock and a wait, in each commit. */
static void put_names(struct store *st, int64_t id, int64_t now_ns)
{
	struct wait_row w = {
		.start_ns = now_ns - 10, .duration_ns = 5, .lock_id = id, .task_id = id
	};

	assert_int_equal(store_process(st, &(struct process_row){ .id = id,
								  .tgid = id,
								  .first_ns = now_ns,
								  .last_ns = now_ns }),
			 0);
	assert_int_equal(store_task(st, &(struct task_row){ .id = id,
							    .tid = id,
							    .process_id = id,
							    .first_ns = now_ns,
							    .last_ns = now_ns }),
			 0);
	assert_int_equal(store_lock(st, &(struct lock_row){ .id = id,
							    .address = id,
							    .first_ns = now_ns,
							    .last_ns = now_ns }),
			 0);
	assert_int_equal(store_vma(st, &(struct vma_row){ .id = id,
							  .process_id = id,
							  .end = 4096,
							  .from_ns = now_ns - 20,
							  .to_ns = now_ns }),
			 0);
	assert_int_equal(store_lock_vma(st, &(struct lock_vma_row){ .lock_id = id,
								    .vma_id = id,
								    .from_ns = now_ns - 20,
								    .to_ns = now_ns }),
			 0);
	assert_int_equal(store_wait(st, &w), 0);
	assert_int_equal(store_rollup(st, &(struct rollup_row){ .second = now_ns / SEC,
								.process_id = id,
								.lock_id = id,
								.nr_waits = 1,
								.wait_ns = 5 }),
			 0);
}

static void what_nothing_refers_to_any_more_goes(void **state)
{
	static const char *const tables[] = { "process", "task", "lock", "vma", "lock_vma" };
	struct files *f = *state;
	struct store *st = create(f->path, 0, 5 * SEC);
	struct error err = { 0 };
	struct wait_row open = { .start_ns = 1,
				 .duration_ns = NO_TIME,
				 .lock_id = 2,
				 .task_id = 2,
				 .outcome = OUTCOME_OPEN };
	char sql[256];
	int64_t i;

	for (i = 2; i <= 400; i++) {
		put_names(st, i, i * COMMIT);
		if (i == 2)
			assert_int_equal(store_wait(st, &open), 0);
		assert_int_equal(store_commit(st, i * COMMIT, &err), 0);
	}
	assert_int_equal(store_finish(st, &err), 0);
	for (i = 0; i < 5; i++) {
		snprintf(sql, sizeof(sql), "SELECT count(*) FROM %s", tables[i]);
		/* 5 s of rows, 6 s in which their sums may be given again, the rest until their turn comes */
		assert_in_range(ask(f->path, sql), 5 * 4, 16 * 4);
	}
	/* what is still referred to is there */
	assert_int_equal(ask(f->path, "SELECT count(*) FROM wait"),
			 ask(f->path, "SELECT count(*) FROM waits"));
	assert_int_equal(ask(f->path,
			     "SELECT count(*) FROM waits WHERE outcome = 'open' AND tid = 2"),
			 1);
	/* the sums of all stay, without names */
	assert_int_equal(ask(f->path, "SELECT sum(nr_waits) FROM rollup"), 399);
	assert_int_equal(ask(f->path, "SELECT sum(wait_ns) FROM rollup"), 399 * 5);
	assert_int_equal(ask(f->path,
			     "SELECT count(*) FROM rollup r WHERE process_id <> 0 AND NOT EXISTS "
			     "(SELECT 1 FROM process p WHERE p.id = r.process_id)"),
			 0);
	assert_true(ask(f->path, "SELECT value FROM meta WHERE key = 'names_from_ns'") > 0);
	check_sound(f->path);
}

/* Sums without names go for their size after names went for their age: earlier seconds. */
static void names_that_are_gone_do_not_come_back(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path, 1 << 20, 2 * SEC);
	struct holder_rollup_row late = {
		.lock_id = 7, .process_id = 7, .holder_task_id = 7, .nr_waits = 1, .wait_ns = 1
	};
	struct error err = { 0 };
	int64_t now = 0, i, j;

	for (i = 0; i < 400; i++) {
		now += COMMIT;
		for (j = 0; j < 200; j++)
			assert_int_equal(store_rollup(st,
						      &(struct rollup_row){ .second = now / SEC,
									    .site_id = i * 200 + j,
									    .nr_waits = 1,
									    .wait_ns = 1 }),
					 0);
		put_names(st, i + 1, now);
		assert_int_equal(store_commit(st, now, &err), 0);
	}
	late.second = ask(f->path, "SELECT value FROM meta WHERE key = 'rollups_from_ns'") / SEC;
	assert_true(late.second > 0);
	assert_true(ask(f->path, "SELECT value FROM meta WHERE key = 'names_from_ns'") / SEC >
		    late.second);
	assert_int_equal(store_holder_rollup(st, &late), 0);
	assert_int_equal(store_finish(st, &err), 0);
	assert_int_equal(ask(f->path, "SELECT count(*) FROM holder_rollup"), 1);
	assert_int_equal(ask(f->path, "SELECT max(lock_id) FROM holder_rollup"), 0);
	check_sound(f->path);
}

static void without_a_limit_nothing_goes(void **state)
{
	struct files *f = *state;
	struct store *st = create(f->path, 0, 0);
	struct error err = { 0 };
	unsigned int i;

	for (i = 1; i <= 50; i++) {
		put_rows(st, i * COMMIT, 10);
		assert_int_equal(store_commit(st, i * COMMIT, &err), 0);
	}
	assert_int_equal(store_finish(st, &err), 0);
	assert_int_equal(ask(f->path, "SELECT count(*) FROM wait"), 500);
	assert_int_equal(ask(f->path, "SELECT count(*) FROM meta WHERE key LIKE '%from_ns'"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_setup, files_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rows_over_an_age_go_and_their_sums_stay),
		TEST(what_is_open_stays),
		TEST(a_file_stays_within_a_tenth_of_its_limit),
		TEST(sums_go_when_rows_are_not_enough),
		TEST(what_nothing_refers_to_any_more_goes),
		TEST(names_that_are_gone_do_not_come_back),
		TEST(without_a_limit_nothing_goes),
	};

	return cmocka_run_group_tests_name("trim", tests, NULL, NULL);
}
