// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope export: a database in the formats of other programs. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "analysis/export_tables.h"
#include "analysis/perfetto_tables.h"
#include "analysis/raw_tables.h"
#include "analysis/redact.h"
#include "cli/cli.h"
#include "cli/export_file.h"
#include "cli/filter_args.h"
#include "cli/show.h"

enum {
	OPT_TO = 0x100,
	OPT_ROOT,
	OPT_FORCE,
	OPT_TABLE,
	OPT_REDACT,
};

typedef const struct table_def *const sections[];

static sections by_waiter = { &export_by_waiter, NULL }, by_holder = { &export_by_holder, NULL },
		by_label = { &export_by_label, NULL };

/* What --to takes. */
static const struct target {
	const char *name;
	enum output_format format;
	const struct table_def *const *tables;	  /* NULL: others */
	const struct table_def *const *by_holder; /* NULL: no --root */
	bool by_table;				  /* --table names the tables */
	bool all;				  /* without --table: all of them */
} targets[] = {
	{ "folded", OUTPUT_FOLDED, by_waiter, by_holder, false, false },
	{ "svg", OUTPUT_SVG, by_waiter, by_holder, false, false },
	{ "pprof", OUTPUT_PPROF, by_label, NULL, false, false },
	{ "perfetto", OUTPUT_PERFETTO, perfetto_tables, NULL, false, false },
	{ "csv", OUTPUT_CSV, NULL, NULL, true, false },
	{ "json", OUTPUT_JSON, NULL, NULL, true, true },
	/* the whole database, without a format of tables */
	{ "sqlite", NR_OUTPUT_FORMATS, NULL, NULL, false, false },
};

#define NR_TARGETS (sizeof(targets) / sizeof(*targets))

/* All tables and views of a schema are fewer. */
#define MAX_RAW 64

struct args {
	const char *path, *out;
	const struct target *to;
	bool by_holder, has_root, force, redact;
	const struct raw_table *raw[MAX_RAW]; /* of --table */
	unsigned int nr_raw;
	struct filter_args filter;
};

static const struct argp_option options[] = {
	{ "output", 'o', "OUT", 0, "write to this file (default: standard output)", 0 },
	{ "force", OPT_FORCE, NULL, 0, "replace the file OUT if it exists", 0 },
	{ "to", OPT_TO, "FORMAT", 0,
	  "folded: stacks for flame graphs, a line each; svg: a flame graph; pprof: a profile for "
	  "pprof; perfetto: a trace for ui.perfetto.dev; csv or json: tables of the database; "
	  "sqlite: a copy to give away, with --redact",
	  0 },
	{ "table", OPT_TABLE, "NAME", 0,
	  "csv and json: this table or view of the database; several are allowed (json: default all "
	  "tables)",
	  0 },
	{ "redact", OPT_REDACT, NULL, 0,
	  "sqlite: without addresses, command lines, paths and the name of the host", 0 },
	{ "root", OPT_ROOT, "WHO", 0,
	  "folded and svg: what a stack begins with: waiter (default), or holder: the thread that held the lock",
	  0 },
	{ "pid", 'p', "PID", 0, "only threads of this process", 0 },
	{ 0 },
};

static const char *target_name(unsigned int i)
{
	return i < NR_TARGETS ? targets[i].name : NULL;
}

static const struct target *find_target(const char *name, struct argp_state *state)
{
	char names[128];
	unsigned int i;

	for (i = 0; i < NR_TARGETS; i++)
		if (!strcmp(name, targets[i].name))
			return &targets[i];
	cli_wrong(state, "--to: '%s' is not %s", name,
		  cli_names(names, sizeof(names), target_name, " or "));
	return NULL;
}

static const char *raw_name(unsigned int i)
{
	return raw_tables[i].name;
}

static void add_raw(struct args *a, const char *name, struct argp_state *state)
{
	const struct raw_table *raw = raw_table_by_name(name);
	char names[1024];
	unsigned int i;

	if (!raw) {
		cli_wrong(state, "--table: no table or view '%s'; there are: %s", name,
			  cli_names(names, sizeof(names), raw_name, ", "));
		return;
	}
	for (i = 0; i < a->nr_raw; i++)
		if (a->raw[i] == raw)
			return;
	if (a->nr_raw < MAX_RAW)
		a->raw[a->nr_raw++] = raw;
}

static bool is_copy(const struct target *to)
{
	return to->format == NR_OUTPUT_FORMATS;
}

/* A copy of the database has to be redacted: cp makes one that is not. */
static void check_copy(const struct args *a, struct argp_state *state)
{
	if (!a->redact)
		cli_wrong(state, "--to sqlite needs --redact; cp copies a database as it is");
	else if (!a->out)
		cli_wrong(state, "--to sqlite needs a file: name it with -o");
	else if (filter_is_set(&a->filter.filter) || a->filter.since || a->filter.until)
		cli_wrong(state, "--to sqlite copies the whole capture, without a filter");
}

/* Report missing options, and options that exclude each other. */
static void check(const struct args *a, struct argp_state *state)
{
	char names[128];

	if (!a->to)
		cli_wrong(state, "to which format? --to %s",
			  cli_names(names, sizeof(names), target_name, " or "));
	else if (a->has_root && !a->to->by_holder)
		cli_wrong(state, "--root does not go with --to %s", a->to->name);
	else if (a->nr_raw && !a->to->by_table)
		cli_wrong(state, "--table does not go with --to %s", a->to->name);
	else if (a->redact && !is_copy(a->to))
		cli_wrong(state, "--redact goes with --to sqlite; export the redacted copy then");
	else if (is_copy(a->to))
		check_copy(a, state);
	else if (!a->nr_raw && a->to->by_table && !a->to->all)
		cli_wrong(state, "which table? --table waits, or another one of docs/schema.md");
	else if (!a->out && output_ops(a->to->format)->binary && isatty(STDOUT_FILENO))
		cli_wrong(state, "%s is not for a terminal; name a file with -o", a->to->name);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->filter;
		return 0;
	case OPT_TO:
		a->to = find_target(arg, state);
		return 0;
	case OPT_ROOT:
		a->has_root = true;
		if (!strcmp(arg, "holder"))
			a->by_holder = true;
		else if (strcmp(arg, "waiter"))
			cli_wrong(state, "--root: '%s' is not waiter or holder", arg);
		return 0;
	case OPT_REDACT:
		a->redact = true;
		return 0;
	case OPT_TABLE:
		add_raw(a, arg, state);
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
		check(a, state);
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
	.doc = "Write a database, or the waits in it, for another program.\v"
	       "A line of folded stacks is the process, the thread and the functions from the "
	       "outermost on, separated by ;, and the microseconds that were waited there: for "
	       "flamegraph.pl, speedscope and the like. A profile of pprof has the number and the "
	       "time of waits by stack, with labels for what is known about them. "
	       "A trace of Perfetto has the waits and holds of each thread. "
	       "CSV and JSON have the rows of tables and views, see docs/schema.md. "
	       "A redacted copy has numbers instead of names that identify the machine. "
	       "Exit codes: 0 done, 1 failed, 2 wrong usage.",
};

/* The tables of the database that were asked for; end with NULL. */
struct raw_sections {
	struct table_def *def[MAX_RAW + 1];
	unsigned int nr;
};

static int open_raw(struct raw_sections *raw, const struct args *a, struct db *db,
		    struct error *err)
{
	const struct raw_table *all = raw_tables;
	unsigned int i;
	int ret = db_begin(db, err);

	if (ret)
		return ret;
	for (i = 0; !ret && i < a->nr_raw; i++)
		ret = raw_table_def(&raw->def[raw->nr++], a->raw[i], db, err);
	for (; !a->nr_raw && !ret && all->name; all++)
		if (!all->is_view)
			ret = raw_table_def(&raw->def[raw->nr++], all, db, err);
	db_end(db);
	return ret;
}

static int write_to(FILE *f, const struct args *a, struct db *db, struct error *err)
{
	struct report_options report = { .format = a->to->format };
	struct filter_args filter = a->filter;
	struct raw_sections raw = { 0 };
	int ret = 0;

	report.filter = &filter;
	report.sections = a->by_holder ? a->to->by_holder : a->to->tables;
	if (!report.sections) {
		ret = open_raw(&raw, a, db, err);
		report.sections = (const struct table_def *const *)raw.def;
	}
	if (!ret)
		ret = show_report(f, db, &report, err);
	while (raw.nr)
		raw_table_free(raw.def[--raw.nr]);
	return ret;
}

static int write_copy(struct export_file *file, struct db *db, struct error *err)
{
	char work[PATH_MAX + 16];

	snprintf(work, sizeof(work), "%s/work.db", file->of.dir.path);
	return db_redact(db, file->of.name, work, err);
}

static int export(int argc, char **argv)
{
	struct error err = { 0 };
	struct args a = { 0 };
	struct export_file file;
	struct db *db;
	int ret;

	cli_parse(&argp, argc, argv, &a);
	if (db_open(&db, a.path, &err))
		return cli_fail(&err);
	ret = export_file_open(&file, a.out, a.path, a.force, &err);
	if (!ret) {
		ret = is_copy(a.to) ? write_copy(&file, db, &err) : write_to(file.f, &a, db, &err);
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
	.help = "waits for other programs: flame graphs, pprof, Perfetto, CSV, JSON",
	.run = export,
};
