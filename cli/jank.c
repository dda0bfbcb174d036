// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope jank: the delays of UI threads, and who caused them. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/jank.h"
#include "cli/cli.h"
#include "cli/format_args.h"
#include "cli/show.h"

#define DEFAULT_ROWS 20

/* A longer threshold is a mistake: a day. */
#define MIN_MAX_NS 86400e9

enum {
	OPT_THREAD = 0x100,
	OPT_MIN,
};

struct args {
	const char *path;
	struct jank_choice choice;
	struct report_options report;
};

static const struct argp_option options[] = {
	{ "thread", OPT_THREAD, "REGEX", 0,
	  "only threads whose name matches (default: main threads, and those that draw)", 0 },
	{ "min", OPT_MIN, "TIME", 0,
	  "leave out what took less: milliseconds, or with a unit us, ms or s (default 16.6ms; "
	  "no missed frame)",
	  0 },
	{ "rows", 'n', "N", 0, "at most N rows per section, text only (default 20)", 0 },
	{ 0 },
};

static int64_t parse_min(const char *text, const struct argp_state *state)
{
	static const struct {
		const char *name;
		double ns;
	} units[] = { { "", 1e6 }, { "us", 1e3 }, { "ms", 1e6 }, { "s", 1e9 } };
	char *end;
	double value = strtod(text, &end);
	size_t i;

	for (i = 0; end != text && i < sizeof(units) / sizeof(*units); i++)
		if (!strcmp(end, units[i].name) && value >= 0 && value * units[i].ns <= MIN_MAX_NS)
			return value * units[i].ns + 0.5;
	cli_wrong(state, "--min: '%s' is not a time; write 16.6ms, 500us or 1s", text);
	return 0;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->report.format;
		return 0;
	case OPT_THREAD:
		a->choice.threads = arg;
		return 0;
	case OPT_MIN:
		a->choice.min_ns = parse_min(arg, state);
		return 0;
	case 'n':
		a->report.max_rows = cli_count(arg, state, "--rows");
		return 0;
	case ARGP_KEY_ARG:
		if (a->path)
			cli_wrong(state, "one FILE at a time");
		a->path = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		cli_wrong(state, "which FILE?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &format_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "FILE",
	.doc = "Show the long waits and uninterruptible sleeps of the threads that matter for what "
	       "a user sees, and who caused them. If FILE has frames (a trace of Perfetto), those "
	       "within missed frames.\v"
	       "START is a time for blocked --at and the key t. "
	       "Exit codes: 0 done, 1 failed, 2 wrong usage.",
};

static int jank(int argc, char **argv)
{
	struct args a = { .choice.min_ns = -1 };
	struct error err = { 0 };
	struct db *db;
	int ret;

	a.report = (struct report_options){
		.sections = jank_tables,
		.max_rows = DEFAULT_ROWS,
		.width = output_width(stdout),
		.verdict = jank_verdict,
		.prepare = jank_choose,
		.prepare_for = &a.choice,
	};
	cli_parse(&argp, argc, argv, &a);
	if (db_open(&db, a.path, &err))
		return cli_fail(&err);
	ret = show_report(stdout, db, &a.report, &err);
	db_close(db);
	if (ret == -EINVAL) {
		cli_fail(&err);
		return EXIT_USAGE;
	}
	return ret ? cli_fail(&err) : EXIT_DONE;
}

const struct subcommand cmd_jank = {
	.name = "jank",
	.help = "delays of UI threads, and who caused them",
	.run = jank,
};
