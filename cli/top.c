// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope top: screens over a database, growing or finished. */
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/tables.h"
#include "cli/cli.h"
#include "cli/recording.h"
#include "cli/scratch.h"
#include "cli/show.h"
#include "cli/watch.h"
#include "tui/tui.h"

struct args {
	struct tui_options tui;
	const char *path; /* database to show; NULL: record one */
	bool batch;
	unsigned int nr_frames; /* batch; 0: no end */
};

static const struct argp_option options[] = {
	{ "delay", 'd', "SECONDS", 0, "time between refreshes (default 1)", 0 },
	{ "window", 'w', "SECONDS", 0, "time that rates are over (default 10)", 0 },
	{ "screen", 's', "NAME", 0, "processes or locks (batch: that one alone)", 0 },
	{ "batch", 'b', NULL, 0, "print plain text instead of taking over the terminal", 0 },
	{ "frames", 'n', "N", 0, "batch: end after N frames", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case 'd':
		a->tui.delay_ms = cli_seconds(arg, state, "--delay") * 1000;
		if (a->tui.delay_ms < 50)
			a->tui.delay_ms = 50;
		return 0;
	case 'w':
		a->tui.window_s = cli_count(arg, state, "--window");
		return 0;
	case 's':
		if (!table_by_name(top_tables, arg))
			argp_error(state, "--screen: no screen '%s'; there are: processes, locks",
				   arg);
		a->tui.screen = arg;
		return 0;
	case 'b':
		a->batch = true;
		return 0;
	case 'n':
		a->nr_frames = cli_count(arg, state, "--frames");
		return 0;
	case ARGP_KEY_ARG:
		if (a->path)
			argp_error(state, "one FILE at a time");
		a->path = arg;
		return 0;
	case ARGP_KEY_END:
		if (a->nr_frames && !a->batch)
			argp_error(state, "--frames goes with --batch");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.args_doc = "[FILE]",
	.doc = "Show who waits for which rmap lock, because of whom.\v"
	       "With FILE: any database, finished or being recorded. Without: record into a "
	       "temporary one (needs root) and show that. Exit codes: 0 done, 1 failed, 2 wrong "
	       "usage.",
};

/* Frames of a file; between them, sleep until a signal or the delay. */
static int batch(const struct args *a, const char *path, struct error *err)
{
	const struct table_def *one[] = { NULL, NULL };
	const struct table_def *const *screens = top_tables;
	unsigned int frame;
	struct db *db;
	int ret;

	if (a->tui.screen) {
		one[0] = table_by_name(top_tables, a->tui.screen);
		screens = one;
	}
	ret = db_open(&db, path, err);
	if (ret)
		return ret;
	for (frame = 0; !ret && (!a->nr_frames || frame < a->nr_frames); frame++) {
		if (frame && watch_sleep(a->tui.delay_ms))
			break;
		ret = show_frame(stdout, db, screens, a->tui.window_s, err);
	}
	db_close(db);
	return ret;
}

static int show(const struct args *a, const char *path, struct error *err)
{
	struct tui_options tui = a->tui;

	if (a->batch)
		return batch(a, path, err);
	tui.path = path;
	return tui_run(&tui, err);
}

/* Record into a database of our own for as long as it is looked at. */
static int record_and_show(struct args *a, const char *command, struct error *err)
{
	struct scratch scratch;
	struct recording *rec;
	struct recording_options opt = { .command = command };
	int ret, ret2;

	ret = scratch_create(&scratch, err);
	if (ret)
		return ret;
	opt.path = scratch.path;
	ret = recording_start(&rec, &opt, err);
	if (!ret) {
		/* the first frame has something to show */
		if (a->batch)
			watch_sleep(a->tui.delay_ms);
		ret = show(a, scratch.path, err);
		recording_stop(rec);
		ret2 = recording_finish(rec, NULL, err);
		ret = ret ?: ret2;
	}
	scratch_remove(&scratch);
	return ret;
}

static int top(int argc, char **argv)
{
	struct args a = { .tui = { .delay_ms = 1000, .window_s = 10 } };
	struct error err = { 0 };
	char command[1024];
	int ret;

	cli_join(command, sizeof(command), argv);
	cli_parse(&argp, argc, argv, &a);
	/* a recording is taken down in order whatever ends the screen */
	if (a.batch)
		watch_block_signals();
	ret = a.path ? show(&a, a.path, &err) : record_and_show(&a, command, &err);
	return ret ? cli_fail(&err) : EXIT_DONE;
}

const struct subcommand cmd_top = {
	.name = "top",
	.help = "live screens: who waits for which lock, because of whom",
	.run = top,
};
