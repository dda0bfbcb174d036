// SPDX-License-Identifier: GPL-2.0-only
/* Who owns the name of a database: while it is made, while it is recorded, afterwards. */
#include <errno.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <sys/wait.h>

#include "analysis/db.h"
#include "lib/scratch.h"
#include "schema/store.h"
#include "tests/unit/files.h"

static struct store *begin(const char *path, bool force)
{
	struct error err = { 0 };
	struct store *st = NULL;

	if (store_create(&st, path, force, &err))
		fail_msg("%s", err.msg);
	return st;
}

static struct store *record(const char *path, bool force)
{
	struct store *st = begin(path, force);
	struct error err = { 0 };

	if (store_place(st, &err))
		fail_msg("%s", err.msg);
	return st;
}

static int put(struct store *st, int64_t time_ns)
{
	struct wait_row w = { .start_ns = time_ns,
			      .duration_ns = 1,
			      .slept_ns = NO_TIME,
			      .lock_id = 1,
			      .task_id = 1 };

	assert_int_equal(store_wait(st, &w), 0);
	return store_commit(st, time_ns, NULL);
}

static void finish(struct store *st)
{
	struct error err = { 0 };

	if (store_finish(st, &err))
		fail_msg("%s", err.msg);
}

static int nr_waits(const char *path)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db;
	int nr = -1;

	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
	    sqlite3_prepare_v2(db, "SELECT count(*) FROM wait", -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		nr = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return nr;
}

/* What is refused, says why, and changes nothing at @path. */
static void check_refused(const char *path, bool force, int want, const char *why)
{
	struct error err = { 0 };
	struct stat before, after;
	struct store *st;

	assert_int_equal(lstat(path, &before), 0);
	assert_int_equal(store_create(&st, path, force, &err), want);
	check_message(err.msg);
	assert_non_null(strstr(err.msg, path));
	if (!strstr(err.msg, why))
		fail_msg("'%s' does not say '%s'", err.msg, why);
	assert_int_equal(lstat(path, &after), 0);
	assert_int_equal(after.st_ino, before.st_ino);
	assert_int_equal(after.st_size, before.st_size);
}

static void nothing_is_at_the_path_before_it_is_placed(void **state)
{
	struct files *f = *state;
	struct store *st = begin(f->path, false);

	assert_int_equal(put(st, 1), 0);
	assert_int_equal(access(f->path, F_OK), -1);
	store_discard(st);
	assert_int_equal(files_count(f), 0);
	assert_int_equal(files_count_hidden(f), 0);
	st = begin(f->path, false);
	assert_int_equal(put(st, 1), 0);
	finish(st);
	assert_int_equal(nr_waits(f->path), 1);
	assert_int_equal(files_count(f), 1);
	assert_int_equal(files_count_hidden(f), 0);
}

static void what_is_replaced_stays_until_then(void **state)
{
	struct files *f = *state;
	struct store *st = record(f->path, false);

	assert_int_equal(put(st, 1), 0);
	finish(st);
	st = begin(f->path, true);
	assert_int_equal(store_settle(st, NULL), 0);
	assert_int_equal(nr_waits(f->path), 1);
	store_discard(st);
	assert_int_equal(nr_waits(f->path), 1);
	st = record(f->path, true);
	assert_int_equal(nr_waits(f->path), 0);
	finish(st);
	assert_int_equal(files_count(f), 1);
}

/* Its frames would be read as if they belonged to the new file. */
static void the_log_of_what_is_replaced_goes_with_it(void **state)
{
	struct files *f = *state;
	struct store *st = record(f->path, false);
	char log[128], other_log[128];

	assert_int_equal(put(st, 1), 0);
	snprintf(log, sizeof(log), "%s-wal", f->path);
	snprintf(other_log, sizeof(other_log), "%s-wal", f->other);
	files_copy(f->path, f->other, -1);
	files_copy(log, other_log, -1);
	finish(st);
	st = record(f->other, true);
	finish(st);
	assert_int_equal(nr_waits(f->other), 0);
	assert_int_equal(access(other_log, F_OK), -1);
	/* one whose database is gone, too */
	files_copy(f->path, other_log, -1);
	unlink(f->other);
	st = record(f->other, false);
	finish(st);
	assert_int_equal(nr_waits(f->other), 0);
}

static void somebody_elses_file_is_not_replaced_without_force(void **state)
{
	struct files *f = *state;
	struct store *st = begin(f->path, false);
	struct error err = { 0 };

	files_write(f->path, "precious", 8);
	assert_int_equal(store_place(st, &err), -EEXIST);
	check_message(err.msg);
	assert_non_null(strstr(err.msg, f->path));
	store_discard(st);
	st = begin(f->other, false);
	assert_int_equal(put(st, 1), 0);
	files_write(f->other, "precious", 8);
	memset(&err, 0, sizeof(err));
	assert_int_equal(store_finish(st, &err), -EEXIST);
	check_message(err.msg);
	assert_int_equal(files_size(f->path), 8);
	assert_int_equal(files_size(f->other), 8);
	assert_int_equal(files_count(f), 2);
	assert_int_equal(files_count_hidden(f), 0);
}

static void only_a_regular_file_is_replaced(void **state)
{
	struct files *f = *state;
	int force;

	files_write(f->other, "precious", 8);
	for (force = 0; force < 2; force++) {
		assert_int_equal(symlink(f->other, f->path), 0);
		check_refused(f->path, force, -EINVAL, "a symbolic link");
		unlink(f->path);
		/* one that leads nowhere, too: SQLite would make the file there */
		assert_int_equal(symlink("nowhere", f->path), 0);
		check_refused(f->path, force, -EINVAL, "a symbolic link");
		unlink(f->path);
		assert_int_equal(mkfifo(f->path, 0600), 0);
		check_refused(f->path, force, -EINVAL, "a pipe");
		unlink(f->path);
		check_refused(f->dir, force, -EINVAL, "a directory");
		check_refused("/dev/null", force, -EINVAL, "a device");
	}
	assert_int_equal(files_size(f->other), 8);
}

/* SQLite takes these for no file, or for another one. */
static void a_name_is_that_of_a_file_and_of_no_other(void **state)
{
	static const char *const names[] = { "file:other.db",
					     "file:other.db?mode=rwc",
					     "file:///tmp/x",
					     ":memory:",
					     ":memory:x",
					     "?a=b",
					     "-",
					     "a%20b",
					     "file::memory:?cache=shared" };
	struct files *f = *state;
	char cwd[4096];
	unsigned int i;

	files_write(f->other, "precious", 8);
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(chdir(f->dir), 0);
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		struct error err = { 0 };
		struct store *st = NULL;
		char path[128];

		if (strchr(names[i], '/')) {
			assert_int_equal(store_create(&st, names[i], true, &err), -ENOENT);
			check_message(err.msg);
			continue;
		}
		st = record(names[i], false);
		assert_int_equal(put(st, 1), 0);
		assert_int_equal(access(names[i], F_OK), 0);
		check_refused(names[i], true, -EBUSY, "is being recorded now");
		finish(st);
		snprintf(path, sizeof(path), "%s/%s", f->dir, names[i]);
		assert_int_equal(files_count(f), 2);
		check_refused(names[i], false, -EEXIST, "exists");
		unlink(names[i]);
	}
	assert_int_equal(chdir(cwd), 0);
	assert_int_equal(files_size(f->other), 8);
}

/* Kernel addresses and command lines are in them. */
static void all_parts_are_for_their_owner_alone(void **state)
{
	static const char *const suffix[] = { "", "-wal", "-shm" };
	struct files *f = *state;
	mode_t mask[] = { 0, 022, 0777 };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(mask); i++) {
		mode_t before = umask(mask[i]);
		struct store *st = record(f->path, true);
		struct stat s;
		char part[128];

		assert_int_equal(put(st, 1), 0);
		umask(before);
		for (j = 0; j < ARRAY_SIZE(suffix); j++) {
			snprintf(part, sizeof(part), "%s%s", f->path, suffix[j]);
			assert_int_equal(stat(part, &s), 0);
			assert_int_equal(s.st_mode & 07777, 0600);
		}
		finish(st);
		assert_int_equal(stat(f->path, &s), 0);
		assert_int_equal(s.st_mode & 07777, 0600);
	}
}

/* In a process of its own: locks of files are told by processes. */
static void in_another_process(void (*fn)(const struct files *f), const struct files *f)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		fn(f);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

static void try_to_replace(const struct files *f)
{
	struct error err = { 0 };
	struct store *st;

	if (store_create(&st, f->path, true, &err) != -EBUSY ||
	    !strstr(err.msg, "is being recorded now"))
		_exit(1);
	if (store_create(&st, f->path, false, &err) != -EBUSY)
		_exit(2);
}

static void a_file_that_is_recorded_is_not_replaced(void **state)
{
	struct files *f = *state;
	struct store *st = record(f->path, false);

	in_another_process(try_to_replace, f);
	assert_int_equal(put(st, 1), 0);
	in_another_process(try_to_replace, f);
	finish(st);
	assert_int_equal(nr_waits(f->path), 1);
	st = record(f->path, true);
	finish(st);
}

/* That SQLite holds its own locks as it thinks it does. */
static void look_for_sqlites_locks(const struct files *f)
{
	/* SHARED_FIRST and SHARED_SIZE of os.h */
	struct flock lock = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = 0x40000002, .l_len = 510
	};
	int fd = open(f->path, O_RDWR);

	if (fd < 0 || fcntl(fd, F_GETLK, &lock) || lock.l_type != F_RDLCK)
		_exit(1);
}

/* Another process may else take the log for unused, and remove it. */
static void reading_in_the_same_process_leaves_the_locks(void **state)
{
	struct files *f = *state;
	struct store *st = record(f->path, false);
	struct error err = { 0 };
	struct db *db;

	assert_int_equal(put(st, 1), 0);
	in_another_process(look_for_sqlites_locks, f);
	if (db_open(&db, f->path, &err))
		fail_msg("%s", err.msg);
	db_close(db);
	in_another_process(look_for_sqlites_locks, f);
	in_another_process(try_to_replace, f);
	finish(st);
}

static void a_recorder_notices_that_its_file_is_removed(void **state)
{
	static const char *const suffix[] = { "", "-wal", "-shm" };
	struct files *f = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(suffix); i++) {
		struct store *st = record(f->path, true);
		struct error err = { 0 };
		char part[128];

		assert_int_equal(put(st, 1), 0);
		snprintf(part, sizeof(part), "%s%s", f->path, suffix[i]);
		assert_int_equal(unlink(part), 0);
		assert_int_equal(put(st, 2), -ESTALE);
		check_message(store_error(st)->msg);
		assert_non_null(strstr(store_error(st)->msg, part));
		assert_int_equal(store_finish(st, &err), -ESTALE);
		assert_non_null(strstr(err.msg, "was removed or replaced"));
		/* what is left is whole */
		assert_int_equal(files_count(f), i ? 1 : 0);
		assert_int_equal(nr_waits(f->path), i ? 2 : -1);
	}
}

static void a_file_that_is_renamed_meanwhile_has_what_was_committed(void **state)
{
	struct files *f = *state;
	struct store *st = record(f->path, false);
	struct error err = { 0 };

	assert_int_equal(put(st, 1), 0);
	assert_int_equal(rename(f->path, f->other), 0);
	assert_int_equal(put(st, 2), -ESTALE);
	assert_int_equal(store_finish(st, &err), -ESTALE);
	assert_int_equal(files_count(f), 1);
	assert_int_equal(nr_waits(f->other), 2);
}

/* As two recorders with --force of which neither saw the other. */
static void who_replaces_a_recorded_file_is_not_disturbed(void **state)
{
	struct files *f = *state;
	struct store *old = record(f->path, false), *st;
	struct error err = { 0 };
	char log[128];

	assert_int_equal(put(old, 1), 0);
	unlink(f->path);
	st = record(f->path, false);
	assert_int_equal(put(st, 1), 0);
	assert_int_equal(put(st, 2), 0);
	assert_int_equal(put(old, 2), -ESTALE);
	assert_int_equal(store_finish(old, &err), -ESTALE);
	snprintf(log, sizeof(log), "%s-wal", f->path);
	assert_int_equal(access(log, F_OK), 0);
	assert_int_equal(nr_waits(f->path), 2);
	assert_int_equal(put(st, 3), 0);
	finish(st);
	assert_int_equal(nr_waits(f->path), 3);
	assert_int_equal(files_count(f), 1);
}

static void make_scratch_and_die(const struct files *f)
{
	struct scratch s;
	char path[PATH_MAX + 64];

	if (scratch_create(&s, f->dir))
		_exit(1);
	snprintf(path, sizeof(path), "%s/live.db-wal", s.path);
	files_write(path, "x", 1);
	snprintf(path, sizeof(path), "%s/.rmapscope.abcdef", s.path);
	mkdir(path, 0700);
	snprintf(path, sizeof(path), "%s/.rmapscope.abcdef/capture.db", s.path);
	files_write(path, "x", 1);
}

static void what_a_killed_run_left_is_removed_by_the_next(void **state)
{
	struct files *f = *state;
	struct scratch living, s;
	char other[128];

	assert_int_equal(scratch_create(&living, f->dir), 0);
	in_another_process(make_scratch_and_die, f);
	assert_int_equal(files_count_hidden(f), 2);
	/* what is named otherwise, or is no directory, is somebody else's */
	snprintf(other, sizeof(other), "%s/.rmapscope.toolong", f->dir);
	files_write(other, "x", 1);
	snprintf(other, sizeof(other), "%s/.rmapscope.afile_", f->dir);
	files_write(other, "x", 1);
	assert_int_equal(scratch_create(&s, f->dir), 0);
	assert_int_equal(files_count_hidden(f), 4);
	assert_int_equal(access(living.path, F_OK), 0);
	scratch_remove(&s);
	scratch_remove(&living);
	assert_int_equal(files_count_hidden(f), 2);
}

static void what_another_user_left_stays(void **state)
{
	struct files *f = *state;
	struct scratch s;
	char other[128];

	if (geteuid())
		skip();
	snprintf(other, sizeof(other), "%s/.rmapscope.abcdef", f->dir);
	assert_int_equal(mkdir(other, 0700), 0);
	assert_int_equal(chown(other, 65534, 65534), 0);
	assert_int_equal(scratch_create(&s, f->dir), 0);
	assert_int_equal(access(other, F_OK), 0);
	scratch_remove(&s);
	rmdir(other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_setup, files_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nothing_is_at_the_path_before_it_is_placed),
		TEST(what_is_replaced_stays_until_then),
		TEST(the_log_of_what_is_replaced_goes_with_it),
		TEST(somebody_elses_file_is_not_replaced_without_force),
		TEST(only_a_regular_file_is_replaced),
		TEST(a_name_is_that_of_a_file_and_of_no_other),
		TEST(all_parts_are_for_their_owner_alone),
		TEST(a_file_that_is_recorded_is_not_replaced),
		TEST(reading_in_the_same_process_leaves_the_locks),
		TEST(a_recorder_notices_that_its_file_is_removed),
		TEST(a_file_that_is_renamed_meanwhile_has_what_was_committed),
		TEST(who_replaces_a_recorded_file_is_not_disturbed),
		TEST(what_a_killed_run_left_is_removed_by_the_next),
		TEST(what_another_user_left_stays),
	};

	return cmocka_run_group_tests_name("output_file", tests, NULL, NULL);
}
