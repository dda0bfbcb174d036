// SPDX-License-Identifier: GPL-2.0-only
/* Temporary directories of runs that begin at the same time, in the same place. */
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_run_removes_that_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
