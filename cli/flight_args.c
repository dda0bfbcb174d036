// SPDX-License-Identifier: GPL-2.0-only
#include "cli/flight_args.h"

#include "cli/cli.h"
#include "lib/clock.h"

#define DEFAULT_AFTER_NS (5 * (int64_t)NSEC_PER_SEC)

enum {
	OPT_FLIGHT = 0x300,
	OPT_TRIGGER,
	OPT_AFTER,
	OPT_MAX_CAPTURES,
	OPT_ROTATE,
	OPT_EXEC,
};

static const struct argp_option options[] = {
	{ "flight", OPT_FLIGHT, "SECONDS", 0,
	  "keep only the last SECONDS, and write a capture of them to FILE when a trigger fires, or "
	  "on SIGUSR1; %t in FILE is the time",
	  0 },
	{ "trigger", OPT_TRIGGER, "TRIGGER", 0,
	  "stall>TIME, wait>TIME or storm; then conditions: ,comm=NAME ,pid=PID ,class=CLASS; may "
	  "be repeated",
	  0 },
	{ "after", OPT_AFTER, "SECONDS", 0,
	  "how long a capture goes on after its trigger (default 5)", 0 },
	{ "max-captures", OPT_MAX_CAPTURES, "N", 0, "at most N captures (default: no limit)", 0 },
	{ "rotate", OPT_ROTATE, NULL, 0,
	  "at this limit remove the oldest capture of this run, instead of writing no more", 0 },
	{ "exec", OPT_EXEC, "COMMAND", 0, "run COMMAND by sh for each capture; its path is $1", 0 },
	{ 0 },
};

static void add_trigger(struct flight_options *opt, const char *text,
			const struct argp_state *state)
{
	struct error err = { 0 };

	if (opt->nr_triggers == FLIGHT_TRIGGERS_MAX) {
		cli_wrong(state, "at most %d triggers", FLIGHT_TRIGGERS_MAX);
		return;
	}
	opt->trigger[opt->nr_triggers++] = text;
	if (flight_check(opt, &err))
		cli_wrong(state, "%s", err.msg);
}

/* Options of a flight recorder are refused without --flight. */
static void check(const struct flight_options *opt, const struct argp_state *state)
{
	if (!opt->before_ns &&
	    (opt->nr_triggers || opt->after_ns || opt->max_captures || opt->rotate || opt->command))
		cli_wrong(state, "--trigger, --after, --max-captures, --rotate and --exec go with "
				 "--flight SECONDS");
	if (opt->rotate && !opt->max_captures)
		cli_wrong(state, "--rotate goes with --max-captures");
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct flight_options *opt = state->input;

	switch (key) {
	case OPT_FLIGHT:
		opt->before_ns = cli_age(arg, state, "--flight") * NSEC_PER_SEC;
		return 0;
	case OPT_TRIGGER:
		add_trigger(opt, arg, state);
		return 0;
	case OPT_AFTER:
		opt->after_ns = cli_age(arg, state, "--after") * NSEC_PER_SEC;
		return 0;
	case OPT_MAX_CAPTURES:
		opt->max_captures = cli_count(arg, state, "--max-captures");
		return 0;
	case OPT_ROTATE:
		opt->rotate = true;
		return 0;
	case OPT_EXEC:
		opt->command = arg;
		return 0;
	case ARGP_KEY_SUCCESS:
		check(opt, state);
		opt->after_ns = opt->after_ns ?: DEFAULT_AFTER_NS;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

const struct argp flight_argp = { .options = options, .parser = parse };
