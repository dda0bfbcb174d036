// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope record: capture this machine's events into a database. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/capture_args.h"
#include "cli/child.h"
#include "cli/cli.h"
#include "cli/flight_args.h"
#include "cli/progress.h"
#include "cli/recording.h"
#include "cli/temp_db.h"
#include "cli/watch.h"
#include "lib/clock.h"
#include "lib/text.h"

/* Enough for an empty database and one second of roll-ups, several times over. */
#define MIN_BYTES (4 << 20)

/* Of a flight recorder: its captures, its own database, and how far that may be behind. */
#define FLIGHT_OUTPUT	 "rmapscope-%t.db"
#define FLIGHT_BYTES	 (512 << 20)
#define FLIGHT_BEHIND_NS (5 * (int64_t)NSEC_PER_SEC)

struct args {
	struct recording_options rec;
	double seconds;
	char **command; /* argv of the COMMAND, or NULL */
	struct flight_options flight;
	struct temp_db temp; /* a flight recorder's own database */
	struct child child;
};

/* The same exit codes as a shell and time(1) use. */
enum {
	EXIT_CANNOT_RUN = 126,
	EXIT_NO_COMMAND = 127,
};

enum {
	OPT_FORCE = 0x100,
	OPT_KEEP,
	OPT_MAX_SIZE,
	OPT_MAX_AGE,
};

static const struct argp_option options[] = {
	{ "output", 'o', "FILE", 0, "database to create (default " DEFAULT_OUTPUT ")", 0 },
	{ "force", OPT_FORCE, NULL, 0, "replace FILE if it exists", 0 },
	{ "duration", 'd', "SECONDS", 0, "stop after this time", 0 },
	{ "keep", OPT_KEEP, "all", 0, "store every hold, walk and move as a row", 0 },
	{ "max-size", OPT_MAX_SIZE, "BYTES", 0,
	  "remove the oldest rows so that FILE stays below this size; with K, M or G; at least 4M",
	  0 },
	{ "max-age", OPT_MAX_AGE, "SECONDS", 0,
	  "remove rows that are older, and processes, locks and mappings that only they refer to; "
	  "with s, m or h; sums per second are kept",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->rec;
		state->child_inputs[1] = &a->flight;
		return 0;
	case 'o':
		a->rec.path = arg;
		return 0;
	case OPT_FORCE:
		a->rec.force = true;
		return 0;
	case 'd':
		a->seconds = cli_seconds(arg, state, "--duration");
		return 0;
	case OPT_KEEP:
		if (strcmp(arg, "all"))
			cli_wrong(state, "--keep: '%s' is not 'all', the only value", arg);
		a->rec.keep_all = true;
		return 0;
	case OPT_MAX_SIZE:
		a->rec.max_bytes = cli_bytes(arg, state, "--max-size");
		if (a->rec.max_bytes < MIN_BYTES)
			cli_wrong(state, "--max-size: '%s' is less than 4M", arg);
		return 0;
	case ARGP_KEY_SUCCESS:
		if (a->flight.before_ns && a->rec.max_age_ns)
			cli_wrong(state, "--max-age does not go with --flight, which has one");
		return 0;
	case OPT_MAX_AGE:
		a->rec.max_age_ns = cli_age(arg, state, "--max-age") * NSEC_PER_SEC;
		return 0;
	case ARGP_KEY_ARGS:
		a->command = state->argv + state->next;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &capture_argp, 0, NULL, 0 },
	{ &flight_argp, 0, NULL, 0 },
	{ 0 },
};

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "[-- COMMAND [ARG...]]",
	.doc = "Record waits for the kernel's memory management locks into a database, on all CPUs, "
	       "until COMMAND ends, SECONDS are over, or Ctrl-C is pressed.\v"
	       "COMMAND is started when tracing is on, and gets a SIGTERM if it still runs at the "
	       "end. Exit codes: 0 done; 1 recording failed; 2 wrong usage; if COMMAND ended by "
	       "itself: its exit code, or 128+N if signal N ended it; 126 if COMMAND cannot be "
	       "run, 127 if it does not exist. A line on standard error says when the code is "
	       "COMMAND's.",
};

/* The exit code that a shell and time(1) give for @status. */
static int exit_code_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Print how the command ended. @recorded: its exit code becomes that of rmapscope */
static void print_status(int status, const char *command, bool recorded)
{
	char name[256], ours[64] = "";

	text_shown(name, sizeof(name), command);
	if (recorded)
		snprintf(ours, sizeof(ours), "; rmapscope exits with %d for it",
			 exit_code_of(status));
	if (WIFSIGNALED(status))
		fprintf(stderr, "rmapscope: %s was ended by signal %d (%s)%s\n", name,
			WTERMSIG(status), strsignal(WTERMSIG(status)), ours);
	else if (status)
		fprintf(stderr, "rmapscope: %s exited with status %d%s\n", name,
			WEXITSTATUS(status), ours);
}

/* Start the command; called when tracing is on. */
static int run_command(void *ctx, struct error *err)
{
	struct args *a = ctx;

	return a->command ? child_go(&a->child, a->command[0], err) : 0;
}

static void tick_flight(void *ctx, bool asked)
{
	flight_tick(ctx, asked);
}

/* The recording has started: wait for its end and finish it. Returns an exit code. */
static int run(struct args *a, struct recording *rec, struct error *err)
{
	struct child *child = a->command ? &a->child : NULL;
	struct recording_result result;
	struct progress progress;
	struct flight *flight = NULL;
	struct watch_tick tick = { tick_flight, NULL };
	int ret, status = 0;

	if (recording_refusal(rec)[0])
		fprintf(stderr, "rmapscope: %s\n", recording_refusal(rec));
	/* the command may write to the terminal itself, so there is no progress line */
	if (!child)
		progress_begin(&progress, "recording", a->seconds);
	if (a->flight.before_ns &&
	    flight_open(&flight, &a->flight, a->rec.path, child ? NULL : &progress, err))
		cli_fail(err);
	tick.ctx = flight;
	if (watch(rec, child, a->seconds, child ? NULL : &progress, flight ? &tick : NULL) !=
	    WATCH_CHILD) {
		if (child)
			child_kill(child, SIGTERM);
	} else if (!child_reap(child)) {
		status = child->status;
	}
	if (flight)
		flight_close(flight);
	if (!child)
		progress_end(&progress);
	recording_stop(rec);
	ret = recording_finish(rec, &result, err);
	print_status(status, child ? a->command[0] : "", !ret);
	if (ret)
		return cli_fail(err);
	if (!a->flight.before_ns)
		cli_summary(a->rec.path, &result);
	return exit_code_of(status);
}

/* Nothing was recorded. Returns the exit code: 126 or 127 if the command cannot be run. */
static int fail(const struct args *a, const struct error *err)
{
	int code = cli_fail(err);

	if (!a->child.exec_ret)
		return code;
	return a->child.exec_ret == -ENOENT ? EXIT_NO_COMMAND : EXIT_CANNOT_RUN;
}

/*
 * A flight recorder records into a temporary database, which keeps as much as a
 * capture needs, and the time by which the recorder and the trigger lag behind.
 */
static int prepare_flight(struct args *a, struct error *err)
{
	int ret = temp_db_create(&a->temp, err);

	if (ret)
		return ret;
	a->flight.path = a->rec.path ? a->rec.path : FLIGHT_OUTPUT;
	a->rec.path = a->temp.path;
	a->rec.temporary = true;
	a->rec.max_age_ns = a->flight.before_ns + a->flight.after_ns + FLIGHT_BEHIND_NS;
	if (!a->rec.max_bytes)
		a->rec.max_bytes = FLIGHT_BYTES;
	return 0;
}

static int record(int argc, char **argv)
{
	struct args a = { .child.pid = -1 };
	char command[1024];
	struct recording *rec;
	struct error err = { 0 };
	int ret = 0;

	cli_join(command, sizeof(command), argv);
	a.rec.command = command;
	a.rec.begun = run_command;
	a.rec.ctx = &a;
	cli_parse(&argp, argc, argv, &a);

	watch_block_signals(a.flight.before_ns);
	if (a.flight.before_ns)
		ret = prepare_flight(&a, &err);
	else
		a.rec.path = a.rec.path ?: DEFAULT_OUTPUT;
	if (!ret && a.command)
		ret = child_fork_exec(&a.child, a.command, &err);
	if (!ret)
		ret = recording_start(&rec, &a.rec, &err);
	ret = ret ? fail(&a, &err) : run(&a, rec, &err);
	child_close(&a.child);
	if (a.flight.before_ns)
		temp_db_remove(&a.temp);
	return ret;
}

const struct subcommand cmd_record = {
	.name = "record",
	.help = "capture this machine's waits into a database",
	.run = record,
};
