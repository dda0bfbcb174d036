// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope html: a database as a web page in one file. */
#include <errno.h>

#include "analysis/export_tables.h"
#include "analysis/page_tables.h"
#include "analysis/tables.h"
#include "cli/cli.h"
#include "cli/export_file.h"
#include "cli/show.h"

#define MAX_SECTIONS 32
/* rows of a section; a browser shows and sorts that many at once */
#define MAX_ROWS     200

#define OPT_FORCE 0x100

struct args {
	const char *path, *out;
	bool force;
};

static const struct argp_option options[] = {
	{ "output", 'o', "OUT", 0, "write to this file (default: standard output)", 0 },
	{ "force", OPT_FORCE, NULL, 0, "replace the file OUT if it exists", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case 'o':
		a->out = arg;
		return 0;
	case OPT_FORCE:
		a->force = true;
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

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Write a web page about a database: a single file that loads nothing else.\v"
	       "It has what report prints, 200 rows of each section at most, with a heatmap, timelines "
	       "of the longest waits and stalls, a matrix of who waited for whom, and a flame graph of "
	       "the stacks. A click on a heading sorts. "
	       "Exit codes: 0 done, 1 failed, 2 wrong usage.",
};

/* The sections of a report in their order, but those that have a chart first. */
static void list_sections(const struct table_def *section[MAX_SECTIONS])
{
	const struct table_def *const charts[] = {
		&blame_matrix,
		&page_flame,
		table_by_name(report_tables, "waits"),
		table_by_name(report_tables, "stalls"),
	};
	const unsigned int nr_charts = sizeof(charts) / sizeof(*charts);
	const struct table_def *const *def;
	unsigned int nr, i;

	for (nr = 0; nr < nr_charts; nr++)
		section[nr] = charts[nr];
	for (def = report_tables; *def && nr < MAX_SECTIONS - 1; def++) {
		for (i = 0; i < nr_charts && charts[i] != *def; i++)
			;
		if (i == nr_charts)
			section[nr++] = *def;
	}
	section[nr] = NULL;
}

static int html(int argc, char **argv)
{
	const struct table_def *sections[MAX_SECTIONS];
	const struct report_options report = {
		.sections = sections,
		.format = OUTPUT_HTML,
		.max_rows = MAX_ROWS,
		.overview = view_by_name("heatmap"),
		.verdict = verdict_read,
	};
	struct args a = { 0 };
	struct error err = { 0 };
	struct export_file file;
	struct db *db;
	int ret;

	cli_parse(&argp, argc, argv, &a);
	list_sections(sections);
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

const struct subcommand cmd_html = {
	.name = "html",
	.help = "a web page of a database, in one file",
	.run = html,
};
