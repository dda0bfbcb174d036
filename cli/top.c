// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope top: screens over a database, growing or finished. */
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/capture.h"
#include "analysis/filter_times.h"
#include "analysis/views.h"
#include "cli/capture_args.h"
#include "cli/cli.h"
#include "cli/filter_args.h"
#include "cli/recording.h"
#include "cli/show.h"
#include "cli/temp_db.h"
#include "cli/watch.h"
#include "lib/clock.h"
#include "tui/tui.h"

/* What the screens show. A screen whose events this kernel lacks says so. */
#define PROFILES "contention,walks,stalls"

/* The default window of batch mode, which does not read the saved settings of the screens. */
#define WINDOW_S 10

struct args {
	struct tui_options tui;
	const char *path;	      /* database to show; NULL: record one */
	struct recording_options rec; /* its path: --output; NULL: a temporary database */
	struct filter_args filter;
	bool batch;
	unsigned int nr_frames; /* batch; 0: no end */
};

enum {
	OPT_FORCE = 0x100,
};

static const struct argp_option options[] = {
	{ "delay", 'd', "SECONDS", 0, "time between refreshes (default 1)", 0 },
	{ "window", 'w', "SECONDS", 0, "time over which rates are computed (default 10)", 0 },
	{ "screen", 's', "NAME", 0, "first screen: %s (batch: the only one)", 0 },
	{ "batch", 'b', NULL, 0, "print plain text instead of taking over the terminal", 0 },
	{ "frames", 'n', "N", 0, "batch: exit after N frames", 0 },
	{ "output", 'o', "FILE", 0, "record into FILE and keep it", 0 },
	{ "force", OPT_FORCE, NULL, 0, "replace FILE if it exists", 0 },
	{ 0 },
};

static const char *screen_name(unsigned int i)
{
	return top_views[i].table ? top_views[i].table->name : NULL;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;
	char names[256];

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->rec;
		state->child_inputs[1] = &a->filter;
		return 0;
	case 'd':
		a->tui.delay_ms = cli_seconds(arg, state, "--delay") * 1000;
		if (a->tui.delay_ms < 50)
			a->tui.delay_ms = 50;
		return 0;
	case 'w':
		a->tui.window_s = cli_count(arg, state, "--window");
		return 0;
	case 's':
		if (!view_by_name(arg))
			cli_wrong(state, "--screen: no screen '%s'; there are: %s", arg,
				  cli_names(names, sizeof(names), screen_name, ", "));
		a->tui.screen = arg;
		return 0;
	case 'b':
		a->batch = true;
		return 0;
	case 'o':
		a->rec.path = arg;
		return 0;
	case OPT_FORCE:
		a->rec.force = true;
		return 0;
	case 'n':
		a->nr_frames = cli_count(arg, state, "--frames");
		return 0;
	case ARGP_KEY_ARG:
		if (a->path)
			cli_wrong(state, "one FILE at a time");
		a->path = arg;
		return 0;
	case ARGP_KEY_END:
		if (a->nr_frames && !a->batch)
			cli_wrong(state, "--frames goes with --batch");
		if (a->path && (a->rec.path || a->rec.profiles || a->rec.buffer_kb || a->rec.rung ||
				a->rec.samples_hz))
			cli_wrong(
				state,
				"--output, --profile, --buffer, --rung and --samples are for a new "
				"recording and do not go with FILE");
		if (!a->path && (a->filter.since || a->filter.until))
			cli_wrong(state, "--since and --until need a FILE");
		/* a recording: record only this process; a file: show only this process */
		if (a->path)
			a->filter.filter.pid = a->rec.pid;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp_child children[] = {
	{ &capture_argp, 0, NULL, 0 },
	{ &filter_argp, 0, NULL, 0 },
	{ 0 },
};

static char *help(int key, const char *text, void *input)
{
	(void)input;
	return key == 's' ? cli_names_help(text, screen_name, " or ") : (char *)text;
}

static const struct argp argp = {
	.help_filter = help,
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "[FILE]",
	.doc = "Show live screens: who waits for which lock, and because of whom.\v"
	       "With FILE: show this database, finished or still being recorded. Without FILE: "
	       "record (needs root) into a temporary database, or that of -o, and show it; the "
	       "default is --profile=" PROFILES ", which is what the screens show. Exit "
	       "codes: 0 done, 1 failed, 2 wrong usage.",
};

/*
 * --since and --until set the first window, not a filter: keys move the window
 * later. @wrong: set if they or the filter are not valid
 */
static int find_window(struct args *a, bool *wrong, struct error *err)
{
	struct filter *f = &a->filter.filter;
	struct capture_info info;
	struct db *db;
	int64_t end_ns;
	int ret;

	if (!filter_is_set(f) && !a->filter.since && !a->filter.until)
		return 0;
	ret = db_open(&db, a->path, err);
	if (ret)
		return ret;
	ret = db_begin(db, err);
	if (!ret)
		ret = capture_info_read(&info, db, err);
	if (!ret) {
		ret = filter_times(f, a->filter.since, a->filter.until, &info, err);
		if (!ret)
			ret = filter_apply(db, f, err);
		*wrong = ret == -EINVAL;
	}
	db_end(db);
	db_close(db);
	if (ret)
		return ret;
	a->tui.at_ns = f->until_ns;
	end_ns = f->until_ns ? f->until_ns : info.last_ns + 1;
	if (f->since_ns)
		a->tui.window_s = (end_ns - 1) / NSEC_PER_SEC - f->since_ns / NSEC_PER_SEC + 1;
	f->since_ns = f->until_ns = 0;
	return 0;
}

/* Print frames of a database; sleep in between until the delay is over or a signal arrives. */
static int batch(const struct args *a, const char *path, struct error *err)
{
	const struct view_def *only = a->tui.screen ? view_by_name(a->tui.screen) : NULL;
	unsigned int frame;
	const struct frame_time time = { a->tui.at_ns, a->tui.window_s ?: WINDOW_S };
	struct db *db;
	int ret;

	ret = db_open(&db, path, err);
	if (ret)
		return ret;
	ret = filter_apply(db, &a->filter.filter, err);
	for (frame = 0; !ret && (!a->nr_frames || frame < a->nr_frames); frame++) {
		if (frame && watch_sleep(a->tui.delay_ms))
			break;
		ret = show_frame(stdout, db, only, &time, err);
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
	tui.filter = &a->filter.filter;
	return tui_run(&tui, err);
}

static int recorder_problem(void *ctx, struct error *err)
{
	return recording_problem(ctx, err);
}

/* Record, and show it, until the user quits. */
static int record_and_show(struct args *a, struct error *err)
{
	struct recording *rec;
	int ret, ret2;

	ret = recording_start(&rec, &a->rec, err);
	if (ret)
		return ret;
	if (recording_refusal(rec)[0])
		fprintf(stderr, "rmapscope: %s\n", recording_refusal(rec));
	a->tui.problem = recorder_problem;
	a->tui.ctx = rec;
	/* the first frame has something to show */
	if (a->batch)
		watch_sleep(a->tui.delay_ms);
	ret = show(a, a->rec.path, err);
	recording_stop(rec);
	ret2 = recording_finish(rec, NULL, err);
	return ret ?: ret2;
}

/* Record into a temporary database. */
static int record_in_scratch(struct args *a, struct error *err)
{
	struct temp_db temp;
	int ret = temp_db_create(&temp, err);

	if (ret)
		return ret;
	a->rec.path = temp.path;
	a->rec.temporary = true;
	ret = record_and_show(a, err);
	temp_db_remove(&temp);
	return ret;
}

static int top(int argc, char **argv)
{
	struct args a = { .tui = { .delay_ms = 1000 } };
	struct error err = { 0 };
	char command[1024];
	bool wrong = false;
	int ret;

	cli_join(command, sizeof(command), argv);
	a.rec.command = command;
	cli_parse(&argp, argc, argv, &a);
	a.rec.profiles = a.rec.profiles ?: PROFILES;
	/* a signal ends the frames; then the recording is finished */
	if (a.batch)
		watch_block_signals(false);
	ret = a.path ? find_window(&a, &wrong, &err) : 0;
	if (ret)
		;
	else if (a.path)
		ret = show(&a, a.path, &err);
	else if (a.rec.path)
		ret = record_and_show(&a, &err);
	else
		ret = record_in_scratch(&a, &err);
	if (ret)
		cli_fail(&err);
	return !ret ? EXIT_DONE : wrong ? EXIT_USAGE : EXIT_FAILED;
}

const struct subcommand cmd_top = {
	.name = "top",
	.help = "live screens: who waits for which lock, because of whom",
	.run = top,
};
