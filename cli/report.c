// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope report: print a database as text, CSV or JSON. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/tables.h"
#include "cli/cli.h"
#include "cli/filter_args.h"
#include "cli/format_args.h"
#include "cli/show.h"

#define MAX_SECTIONS 32
#define DEFAULT_ROWS 20

enum {
	OPT_ALL = 0x100,
	OPT_WIDTH,
};

struct args {
	const char *path;
	struct report_options report;
	struct filter_args filter;
	const struct table_def *sections[MAX_SECTIONS + 1];
	unsigned int nr_sections;
};

static const struct argp_option options[] = {
	{ "rows", 'n', "N", 0, "at most N rows per section, text only (default 20)", 0 },
	{ "all", OPT_ALL, NULL, 0, "print all rows", 0 },
	{ "pid", 'p', "PID", 0, "only threads of this process", 0 },
	{ "width", OPT_WIDTH, "COLUMNS", 0,
	  "width of the text (default: that of the terminal; unlimited in a file or pipe)", 0 },
	{ 0 },
};

static const char *section_name(unsigned int i)
{
	return report_tables[i] ? report_tables[i]->name : NULL;
}

static void add_section(struct args *a, const char *name, struct argp_state *state)
{
	const struct table_def *def = table_by_name(report_tables, name);
	char names[256];

	if (!def)
		cli_wrong(state, "no section '%s'; there are: %s", name,
			  cli_names(names, sizeof(names), section_name, ", "));
	else if (a->nr_sections < MAX_SECTIONS)
		a->sections[a->nr_sections++] = def;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->filter;
		state->child_inputs[1] = &a->report.format;
		return 0;
	case 'p':
		a->filter.filter.pid = cli_count(arg, state, "--pid");
		return 0;
	case 'n':
		a->report.max_rows = cli_count(arg, state, "--rows");
		return 0;
	case OPT_ALL:
		a->report.max_rows = 0;
		return 0;
	case OPT_WIDTH:
		a->report.width = cli_count(arg, state, "--width");
		return 0;
	case ARGP_KEY_ARG:
		if (a->path)
			add_section(a, arg, state);
		else
			a->path = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		cli_wrong(state, "which FILE?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &filter_argp, 0, NULL, 0 },
	{ &format_argp, 0, NULL, 0 },
	{ 0 },
};

static char *help(int key, const char *text, void *input)
{
	(void)input;
	return key == ARGP_KEY_HELP_POST_DOC ? cli_names_help(text, section_name, ", ")
					     : (char *)text;
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "FILE [SECTION...]",
	.help_filter = help,
	.doc = "Print a report on a database that was recorded or imported.\v"
	       "Sections: %s (default: all). Times are in milliseconds in text, in "
	       "nanoseconds in CSV and JSON; - in text and an empty value in CSV mean unknown. "
	       "Exit codes: 0 done, 1 failed, 2 wrong usage.",
};

static int report(int argc, char **argv)
{
	struct args a = { .report = { .max_rows = DEFAULT_ROWS,
				      .width = output_width(stdout),
				      .verdict = verdict_read } };
	struct error err = { 0 };
	struct db *db;
	int ret;

	cli_parse(&argp, argc, argv, &a);
	a.report.sections = a.nr_sections ? a.sections : report_tables;
	if (db_open(&db, a.path, &err))
		return cli_fail(&err);
	a.report.filter = &a.filter;
	ret = show_report(stdout, db, &a.report, &err);
	db_close(db);
	if (ret == -EINVAL) {
		cli_fail(&err);
		return EXIT_USAGE;
	}
	return ret ? cli_fail(&err) : EXIT_DONE;
}

const struct subcommand cmd_report = {
	.name = "report",
	.help = "print a database: a summary, and tables in sections",
	.run = report,
};
