// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope storms, order and walks: one or two sections of the report, with all rows. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/finding_tables.h"
#include "cli/cli.h"
#include "cli/format_args.h"
#include "cli/show.h"
#include "lib/text.h"

struct args {
	const char *path;
	struct report_options report;
};

static const struct argp_option options[] = {
	{ "rows", 'n', "N", 0, "at most N rows, text only (default all)", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->report.format;
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

static int show(int argc, char **argv, struct report_options report, const char *doc)
{
	const struct argp argp = {
		.options = options,
		.parser = parse,
		.children = children,
		.args_doc = "FILE",
		.doc = doc,
	};
	struct args a = { .report = report };
	struct error err = { 0 };
	struct db *db;
	int ret;

	a.report.width = output_width(stdout);
	cli_parse(&argp, argc, argv, &a);
	if (a.report.format != OUTPUT_TEXT)
		a.report.remark = NULL;
	if (db_open(&db, a.path, &err))
		return cli_fail(&err);
	ret = show_report(stdout, db, &a.report, &err);
	db_close(db);
	return ret ? cli_fail(&err) : EXIT_DONE;
}

static int storms(int argc, char **argv)
{
	static const struct table_def *const sections[] = { &storms_table, NULL };

	return show(argc, argv, (struct report_options){ .sections = sections },
		    "Show bursts of rmap walks that start over because their folio was moved, or "
		    "are given up because a lock was taken.\v"
		    "Exit codes: 0 done, 1 failed, 2 wrong usage.");
}

static int walks(int argc, char **argv)
{
	static const struct table_def *const sections[] = { &walks_table, NULL };

	return show(argc, argv, (struct report_options){ .sections = sections },
		    "Show what rmap walks cost, by kind and purpose.\v"
		    "Exit codes: 0 done, 1 failed, 2 wrong usage.");
}

static const char *text_of(const struct table *t, size_t row, const char *column)
{
	const struct cell *cell = &t->rows[row][table_column(t->def, column)];

	return cell->type == CELL_TEXT ? cell->text : NULL;
}

static void print_stack(FILE *f, const char *what, const char *class, const char *stack)
{
	char name[64], line[256];

	fprintf(f, "  %s: %s\n", what, class ? text_shown(name, sizeof(name), class) : "-");
	if (!stack)
		fprintf(f, "    (no stack: it was taken without waiting)\n");
	while (stack && text_next_line(line, sizeof(line), &stack))
		fprintf(f, "    %s\n", line);
}

/* The two stacks of each inversion, and how many there are. */
static void show_inversions(FILE *f, const struct table *t, const char *unseen)
{
	unsigned int nr = 0;
	size_t i;

	if (t->def != &order_table)
		return;
	for (i = 0; i < t->nr_rows; i++) {
		const struct cell *inversion = &t->rows[i][table_column(t->def, "inversion")];

		if (inversion->type != CELL_INT || !inversion->i)
			continue;
		fprintf(f, "\nInversion %u:\n", ++nr);
		print_stack(f, "held", text_of(t, i, "held"), text_of(t, i, "held_stack"));
		print_stack(f, "taken", text_of(t, i, "taken"), text_of(t, i, "taken_stack"));
	}
	if (!*unseen || t->nr_rows)
		fprintf(f, "\n%u inversions of the documented order\n", nr);
}

static int order(int argc, char **argv)
{
	static const struct table_def *const sections[] = { &order_table, &stragglers_table, NULL };

	return show(argc, argv,
		    (struct report_options){ .sections = sections, .remark = show_inversions },
		    "Show in which order classes of locks were taken, against the order that "
		    "mm/rmap.c documents, and migration entries that were left behind.\v"
		    "Exit codes: 0 done, also with inversions, 1 failed, 2 wrong usage.");
}

const struct subcommand cmd_storms = {
	.name = "storms",
	.help = "bursts of retried or skipped rmap walks, and who caused them",
	.run = storms,
};

const struct subcommand cmd_order = {
	.name = "order",
	.help = "in which order locks were taken, inversions, migration entries left behind",
	.run = order,
};

const struct subcommand cmd_walks = {
	.name = "walks",
	.help = "what rmap walks cost",
	.run = walks,
};
