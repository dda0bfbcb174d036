// SPDX-License-Identifier: GPL-2.0-only
/*
 * A capture that was damaged, or changed by somebody who means harm, is read to the
 * end or refused in one line. RMAPSCOPE_MUTATIONS=10000 tries that many of them.
 */
#include <signal.h>
#include <sys/wait.h>

#include "tests/fuzz/mutate.h"
#include "tests/unit/files.h"
#include "tests/unit/random.h"

#ifdef __SANITIZE_ADDRESS__
#define NR_MUTATIONS 100 /* each takes ten times as long */
#else
#define NR_MUTATIONS 300
#endif
/* Of one: on a machine that is busy, and with a sanitizer. */
#define SECONDS 60

static void make_and_read(const char *path, uint64_t seed)
{
	struct random r = random_from(seed);
	uint8_t data[64];
	unsigned int i;

	for (i = 0; i < sizeof(data); i++)
		data[i] = random_u64(&r) >> 32;
	mutate(path, data, sizeof(data));
	read_all(path);
}

static void the_good_one_is_read(void **state)
{
	struct files *f = *state;

	mutate_init();
	/* kind 11 and on changes no value, and no byte is changed to what it is */
	mutate(f->path, (const uint8_t[]){ 14, 0, 17 }, 0);
	read_all(f->path);
}

static void whatever_is_changed_it_ends_in_order(void **state)
{
	const char *want = getenv("RMAPSCOPE_MUTATIONS"), *first = getenv("RMAPSCOPE_SEED");
	uint64_t nr = want ? strtoull(want, NULL, 10) : NR_MUTATIONS;
	uint64_t seed = first ? strtoull(first, NULL, 10) : 1, end = seed + nr;
	struct files *f = *state;
	unsigned int failed = 0;

	mutate_init();
	for (; seed < end; seed++) {
		pid_t pid = fork();
		int status;

		if (!pid) {
			/* cmocka would go on in two processes */
			signal(SIGABRT, SIG_DFL);
			signal(SIGSEGV, SIG_DFL);
			alarm(SECONDS);
			make_and_read(f->path, seed);
			_exit(0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		if (status && ++failed)
			print_message("seed %" PRIu64 ": %s %d\n", seed,
				      WIFSIGNALED(status) ? "signal" : "exit code",
				      WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	}
	if (failed)
		fail_msg("%u of %" PRIu64 " mutations", failed, nr);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_setup, files_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_good_one_is_read),
		TEST(whatever_is_changed_it_ends_in_order),
	};

	return cmocka_run_group_tests_name("mutate", tests, NULL, NULL);
}
