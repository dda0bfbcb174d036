// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope snapshot: ask a flight recorder for a capture now. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cli/cli.h"

struct args {
	unsigned int pid;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (a->pid)
			cli_wrong(state, "one PID at a time");
		a->pid = cli_count(arg, state, "PID");
		return 0;
	case ARGP_KEY_NO_ARGS:
		cli_wrong(state, "which PID? that of rmapscope record --flight");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.parser = parse,
	.args_doc = "PID",
	.doc = "Ask a running rmapscope record --flight for a capture now.\v"
	       "It is written to the place that the recorder was started with; the recorder says "
	       "where. Exit codes: 0 done, 1 failed, 2 wrong usage.",
};

/* Whether @argv, words that end with NUL, starts "rmapscope record" with an option --flight. */
static bool is_flight(const char *argv, size_t bytes)
{
	const char *word = argv, *name;
	bool record = false;
	unsigned int i;

	for (i = 0; word < argv + bytes; i++, word += strlen(word) + 1) {
		name = strrchr(word, '/');
		if (i == 0 && strcmp(name ? name + 1 : word, "rmapscope"))
			return false;
		if (i == 1)
			record = !strcmp(word, "record");
		if (i > 1 && record && !strcmp(word, "--"))
			return false;
		if (i > 1 && record && !strncmp(word, "--flight", 8))
			return true;
	}
	return false;
}

/* Whether the process waits for SIGUSR1: before, the signal would end it. */
static bool is_ready(unsigned int pid)
{
	unsigned long long blocked = 0;
	char path[64], line[256];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%u/status", pid);
	f = fopen(path, "re");
	while (f && fgets(line, sizeof(line), f))
		if (sscanf(line, "SigBlk: %llx", &blocked) == 1)
			break;
	if (f)
		fclose(f);
	return blocked >> (SIGUSR1 - 1) & 1;
}

/* Any other process would be ended by the signal. */
static int check(unsigned int pid, struct error *err)
{
	char path[64], argv[4096] = "";
	ssize_t bytes;
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_set(err, -ESRCH, "there is no process %u", pid);
	bytes = read(fd, argv, sizeof(argv) - 1);
	close(fd);
	if (bytes <= 0 || !is_flight(argv, bytes))
		return error_set(err, -EINVAL, "process %u is no rmapscope record --flight", pid);
	if (!is_ready(pid))
		return error_set(err, -EAGAIN, "process %u has not begun to record; try again",
				 pid);
	return 0;
}

static int snapshot(int argc, char **argv)
{
	struct error err = { 0 };
	struct args a = { 0 };
	int fd, ret;

	cli_parse(&argp, argc, argv, &a);
	/* this distinguishes a process that ends now from a later one with the same id */
	fd = syscall(SYS_pidfd_open, a.pid, 0);
	ret = check(a.pid, &err);
	if (!ret && (fd < 0 || syscall(SYS_pidfd_send_signal, fd, SIGUSR1, NULL, 0)))
		ret = error_set(&err, -errno, "cannot signal process %u: %s", a.pid,
				strerror(errno));
	if (fd >= 0)
		close(fd);
	return ret ? cli_fail(&err) : EXIT_DONE;
}

const struct subcommand cmd_snapshot = {
	.name = "snapshot",
	.help = "ask a flight recorder for a capture now",
	.run = snapshot,
};
