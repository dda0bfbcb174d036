// SPDX-License-Identifier: GPL-2.0-only
/*
 * Short-lived processes, as a fork-heavy server makes them: each has threads that
 * map, write and unmap memory, and so wait for the mmap_lock of their process.
 */
#include <argp.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/workload/workload.h"

#define NAME	   "process-churn"
#define NR_THREADS 3
#define NR_LOOPS   60
#define MAP_BYTES  65536

struct options {
	unsigned long per_minute;
	uint64_t duration_ns;
};

static void *map_and_unmap(void *unused)
{
	unsigned int i;
	char *p;

	for (i = 0; i < NR_LOOPS; i++) {
		p = mmap(NULL, MAP_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
			 0);
		if (p == MAP_FAILED)
			break;
		p[0] = p[MAP_BYTES / 2] = 1;
		munmap(p, MAP_BYTES);
	}
	return unused;
}

static void live(void)
{
	pthread_t thread[NR_THREADS];
	unsigned int i, nr = 0;

	for (i = 0; i < NR_THREADS; i++)
		nr += !pthread_create(&thread[nr], NULL, map_and_unmap, NULL);
	for (i = 0; i < nr; i++)
		pthread_join(thread[i], NULL);
	_exit(0);
}

static error_t parse_option(int key, char *arg, struct argp_state *state)
{
	struct options *opts = state->input;

	switch (key) {
	case 'r':
		opts->per_minute = workload_parse_count(state, arg, 1000000);
		return 0;
	case 'd':
		opts->duration_ns = workload_parse_seconds(state, arg);
		return 0;
	case ARGP_KEY_ARG:
		argp_error(state, "unexpected argument '%s'", arg);
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

int main(int argc, char **argv)
{
	static const struct argp_option option_table[] = {
		{ "rate", 'r', "N", 0, "processes per minute (default 20000)", 0 },
		{ "duration", 'd', "SECONDS", 0, "how long to run (default 10)", 0 },
		{ 0 },
	};
	static const struct argp argp = {
		.options = option_table,
		.parser = parse_option,
		.doc = "Fork short-lived processes at a steady rate.",
	};
	struct options opts = { .per_minute = 20000, .duration_ns = 10 * NSEC_PER_SEC };
	struct workload_span span = { .signal = 0 };
	struct workload_signals signals;
	unsigned long nr = 0, nr_late = 0;
	uint64_t next_ns, step_ns;
	pid_t pid;

	argp_err_exit_status = 2;
	argp_parse(&argp, argc, argv, 0, NULL, &opts);
	step_ns = 60 * NSEC_PER_SEC / opts.per_minute;
	workload_signals_block(&signals, 0);
	span.start_ns = next_ns = workload_now_ns();
	while (!span.signal && next_ns - span.start_ns < opts.duration_ns) {
		pid = fork();
		if (!pid)
			live();
		if (pid < 0)
			return workload_fail(NAME, "fork", -errno, "use a lower --rate");
		nr++;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		next_ns += step_ns;
		nr_late += workload_now_ns() > next_ns;
		span.signal = workload_wait(&signals, next_ns);
	}
	while (waitpid(-1, NULL, 0) > 0)
		;
	span.duration_ns = workload_now_ns() - span.start_ns;
	workload_signals_restore(&signals);
	return workload_print(NAME, &span, "nr_processes=%lu nr_late=%lu", nr, nr_late);
}
