// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope export: a database in the formats of other programs. */
#include <errno.h>
#include <string.h>

#include "analysis/export_tables.h"
#include "cli/cli.h"
#include "cli/export_file.h"
#include "cli/filter_args.h"
#include "cli/show.h"

enum {
	OPT_TO = 0x100,
	OPT_ROOT,
	OPT_FORCE,
};

struct args {
	const char *path, *out;
	bool has_to, force;
	const struct table_def *sections[2];
	struct filter_args filter;
};

static const struct argp_option options[] = {
	{ "output", 'o', "OUT", 0, "write to this file (default: standard output)", 0 },
	{ "force", OPT_FORCE, NULL, 0, "replace the file OUT if it exists", 0 },
	{ "to", OPT_TO, "FORMAT", 0, "folded: stacks for flame graphs, a line each", 0 },
	{ "root", OPT_ROOT, "WHO", 0,
	  "what a stack begins with: waiter (default), or holder: the thread that held the lock",
	  0 },
	{ "pid", 'p', "PID", 0, "only threads of this process", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->filter;
		return 0;
	case OPT_TO:
		if (strcmp(arg, "folded"))
			cli_wrong(state, "--to: '%s' is not folded", arg);
		a->has_to = true;
		return 0;
	case OPT_ROOT:
		if (!strcmp(arg, "holder"))
			a->sections[0] = &export_by_holder;
		else if (strcmp(arg, "waiter"))
			cli_wrong(state, "--root: '%s' is not waiter or holder", arg);
		return 0;
	case 'o':
		a->out = arg;
		return 0;
	case OPT_FORCE:
		a->force = true;
		return 0;
	case 'p':
		a->filter.filter.pid = cli_count(arg, state, "--pid");
		return 0;
	case ARGP_KEY_ARG:
		if (a->path)
			cli_wrong(state, "one FILE at a time");
		a->path = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		cli_wrong(state, "which FILE?");
		return 0;
	case ARGP_KEY_SUCCESS:
		if (!a->has_to)
			cli_wrong(state, "to which format? --to folded");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = { { &filter_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "FILE",
	.doc = "Write the waits of a database for another program.\v"
	       "A line of folded stacks is the process, the thread and the functions from the "
	       "outermost on, separated by ;, and the microseconds that were waited there: for "
	       "flamegraph.pl, speedscope and the like. "
	       "Exit codes: 0 done, 1 failed, 2 wrong usage.",
};

static int export(int argc, char **argv)
{
	struct args a = { .sections = { &export_by_waiter } };
	const struct report_options report = {
		.sections = a.sections,
		.format = OUTPUT_FOLDED,
		.filter = &a.filter,
	};
	struct error err = { 0 };
	struct export_file file;
	struct db *db;
	int ret;

	cli_parse(&argp, argc, argv, &a);
	if (db_open(&db, a.path, &err))
		return cli_fail(&err);
	ret = export_file_open(&file, a.out, a.path, a.force, &err);
	if (!ret) {
		ret = show_report(file.f, db, &report, &err);
		ret = export_file_close(&file, ret, &err);
	}
	db_close(db);
	if (ret == -EINVAL) {
		cli_fail(&err);
		return EXIT_USAGE;
	}
	return ret ? cli_fail(&err) : EXIT_DONE;
}

const struct subcommand cmd_export = {
	.name = "export",
	.help = "folded stacks of waits, for flame graphs",
	.run = export,
};
