// SPDX-License-Identifier: GPL-2.0-only
/* Temporary directories of runs that begin at the same time, in the same place. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/crash.h"
#include "lib/scratch.h"
#include "tests/unit/unit.h"

#define NR_RUNS	  4
#define NR_ROUNDS 400

static void test_no_run_removes_that_of_another(void **state)
{
	char base[] = "/tmp/scratch.XXXXXX";
	int i, round, status;

	(void)state;
	assert_non_null(mkdtemp(base));
	for (i = 0; i < NR_RUNS; i++) {
		pid_t pid = fork();

		assert_return_code(pid, 0);
		if (pid)
			continue;
		for (round = 0; round < NR_ROUNDS; round++) {
			struct scratch s;

			/* as long as it has no lock, the others take it for a killed run's */
			if (scratch_create(&s, base) || access(s.path, R_OK | W_OK))
				_exit(1);
			scratch_remove(&s);
		}
		_exit(0);
	}
	for (i = 0; i < NR_RUNS; i++) {
		assert_return_code(wait(&status), 0);
		assert_int_equal(status, 0);
	}
	assert_return_code(rmdir(base), 0);
}

static void put_file(const char *dir, const char *name)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%.*s/%s", PATH_MAX - 16, dir, name);
	file = fopen(path, "w");
	if (!file || fclose(file))
		_exit(2);
}

/* A process with two such directories, one in the other, and files. Tells by @fd that it waits. */
static void wait_for_signal(const char *base, int sig, int fd) __attribute__((noreturn));

static void wait_for_signal(const char *base, int sig, int fd)
{
	struct scratch gone, outer, inner;

	/* whoever has started this test may ignore it */
	signal(sig, SIG_DFL);
	crash_take_signals();
	if (scratch_create(&gone, base) || scratch_create(&outer, base))
		_exit(2);
	scratch_remove(&gone);
	if (scratch_create(&inner, outer.path))
		_exit(2);
	put_file(outer.path, "capture.db");
	put_file(inner.path, "capture.db");
	put_file(inner.path, "capture.db-wal");
	close(STDERR_FILENO);
	if (write(fd, "", 1) != 1)
		_exit(2);
	for (;;)
		pause();
}

static void test_a_signal_that_ends_the_process_leaves_none(void **state)
{
	const int sigs[] = { SIGALRM, SIGQUIT, SIGUSR1, SIGXCPU, SIGRTMIN, SIGRTMAX };
	char base[] = "/tmp/scratch.XXXXXX", byte;
	int fd[2], status;
	unsigned int i;

	(void)state;
	assert_non_null(mkdtemp(base));
	assert_return_code(pipe(fd), 0);
	for (i = 0; i < sizeof(sigs) / sizeof(*sigs); i++) {
		pid_t pid = fork();

		assert_return_code(pid, 0);
		if (!pid)
			wait_for_signal(base, sigs[i], fd[1]);
		assert_int_equal(read(fd[0], &byte, 1), 1);
		assert_return_code(kill(pid, sigs[i]), 0);
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 1);
	}
	assert_return_code(rmdir(base), 0);
	close(fd[0]);
	close(fd[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_run_removes_that_of_another),
		cmocka_unit_test(test_a_signal_that_ends_the_process_leaves_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
