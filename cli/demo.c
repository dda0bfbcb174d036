// SPDX-License-Identifier: GPL-2.0-only
/*
 * rmapscope demo: a contended workload on this machine, recorded and shown.
 *
 * Where nothing can be recorded, it says why and shows a capture that was
 * made elsewhere.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analysis/tables.h"
#include "cli/child.h"
#include "cli/cli.h"
#include "cli/filter_args.h"
#include "cli/progress.h"
#include "cli/recording.h"
#include "cli/show.h"
#include "cli/temp_db.h"
#include "cli/watch.h"
#include "cli/workload/workload.h"
#include "tui/tui.h"

/* docs/demo.db, see demo_capture.S */
extern const char demo_capture[], demo_capture_end[];

#define REPORT_ROWS 10

struct args {
	double seconds;
	bool report; /* rather than the screens */
	bool bundled;
};

enum {
	OPT_REPORT = 0x100,
	OPT_BUNDLED,
};

static const struct argp_option options[] = {
	{ "duration", 'd', "SECONDS", 0,
	  "length of the workload (default 5 for a report, 600 for the screens)", 0 },
	{ "report", OPT_REPORT, NULL, 0, "print a report even on a terminal", 0 },
	{ "bundled", OPT_BUNDLED, NULL, 0, "show the capture that came with rmapscope", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case 'd':
		a->seconds = cli_seconds(arg, state, "--duration");
		return 0;
	case OPT_REPORT:
		a->report = true;
		return 0;
	case OPT_BUNDLED:
		a->bundled = true;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.options = options,
	.parser = parse,
	.doc = "Make the threads of one process contend for an anon_vma lock with UFFDIO_MOVE, "
	       "record that, and show who waited for whom: on screens on a terminal, otherwise in "
	       "a report.",
};

/* What the threads did, in which mapping, because of whom, how much they spun, why the lock was held. */
static const char *const sections[] = { "time", "vmas", "locks", "blame", "spin", "why" };

#define NR_SECTIONS (sizeof(sections) / sizeof(*sections))

/* @pid: of the workload, so that no other program is shown instead; 0: any process */
static int report(const char *path, pid_t pid, struct error *err)
{
	struct filter_args filter = { .filter.pid = pid };
	const struct table_def *tables[NR_SECTIONS + 1] = { NULL };
	const struct report_options opt = {
		.sections = tables,
		.format = OUTPUT_TEXT,
		.max_rows = REPORT_ROWS,
		.filter = &filter,
	};
	struct db *db;
	unsigned int i;
	int ret = db_open(&db, path, err);

	if (ret)
		return ret;
	for (i = 0; i < NR_SECTIONS; i++)
		tables[i] = table_by_name(report_tables, sections[i]);
	ret = show_report(stdout, db, &opt, err);
	db_close(db);
	return ret;
}

static int screens(const char *path, pid_t pid, struct error *err)
{
	/* the lock that it waits for most: in which VMA, who holds it and why, how much is spun */
	const struct tui_options opt = {
		.path = path,
		.delay_ms = 1000,
		.screen = "locks",
		.open_first = true,
		.open_pid = pid,
	};

	return tui_run(&opt, err);
}

struct workload {
	double seconds;
	bool quiet; /* no output: its line of figures would appear on the screens */
};

static int run_uffd_move(void *ctx)
{
	const struct workload *w = ctx;
	char duration[32];
	char *argv[] = { "uffd-move", "--threads", "4", "--pin", "--duration", duration, NULL };

	snprintf(duration, sizeof(duration), "%.3f", w->seconds);
	if (w->quiet && !freopen("/dev/null", "w", stdout))
		return EXIT_FAILED;
	return uffd_move_main(6, argv);
}

static int finish(struct recording *rec, struct child *child, struct error *err)
{
	child_kill(child, SIGTERM);
	recording_stop(rec);
	return recording_finish(rec, NULL, err);
}

/* Live screens over the growing database, until the user quits. */
static int demo_screens(struct recording *rec, struct child *child, const char *path,
			struct error *err)
{
	int ret = screens(path, child->pid, err);
	int ret2 = finish(rec, child, err);

	return ret ?: ret2;
}

static int demo_report(struct recording *rec, struct child *child, const char *path, double seconds,
		       struct error *err)
{
	struct progress progress;
	enum watch_end end;
	int ret;

	progress_begin(&progress, "recording uffd-move", seconds);
	end = watch(rec, child, seconds + 1, &progress, NULL);
	progress_end(&progress);
	ret = finish(rec, child, err);
	if (!ret && end == WATCH_SIGNAL)
		return error_set(err, -EINTR, "interrupted");
	return ret ? ret : report(path, child->pid, err);
}

/* Record and show. Sets *@impossible if capturing does not work here. */
static int demo_live(const struct args *a, const char *path, bool on_terminal, bool *impossible,
		     struct error *err)
{
	/* the switches of all threads show what the holders did */
	const struct recording_options opt = {
		.path = path,
		.temporary = true,
		.command = "rmapscope demo",
		.profiles = "contention,stalls",
	};
	struct workload w = { a->seconds ?: on_terminal ? 600 : 5, on_terminal };
	struct child child = { .pid = -1 };
	struct recording *rec;
	int ret;

	ret = child_fork_fn(&child, "uffd-move", run_uffd_move, &w, err);
	if (ret)
		return ret;
	ret = recording_start(&rec, &opt, err);
	if (ret) {
		*impossible = true;
		child_close(&child);
		return ret;
	}
	ret = child_go(&child, "uffd-move", err);
	if (ret)
		finish(rec, &child, err);
	else if (on_terminal)
		ret = demo_screens(rec, &child, path, err);
	else
		ret = demo_report(rec, &child, path, w.seconds, err);
	child_close(&child);
	return ret;
}

static int write_bundled(const char *path, struct error *err)
{
	int fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600), ret = 0;
	const char *at = demo_capture;
	ssize_t n;

	if (fd < 0)
		return error_set(err, -errno, "cannot create %s: %s", path, strerror(errno));
	for (; !ret && at < demo_capture_end; at += n) {
		n = write(fd, at, demo_capture_end - at);
		if (n <= 0)
			ret = error_set(err, -errno,
					"cannot write %s: %s; set TMPDIR to a place with room",
					path, strerror(errno));
	}
	close(fd);
	return ret;
}

static int demo_bundled(const char *path, bool on_terminal, struct error *err)
{
	int ret = write_bundled(path, err);

	if (ret)
		return ret;
	return on_terminal ? screens(path, 0, err) : report(path, 0, err);
}

static int demo(int argc, char **argv)
{
	struct args a = { 0 };
	struct error err = { 0 };
	struct temp_db temp;
	bool impossible = false, on_terminal;
	int ret = 0;

	cli_parse(&argp, argc, argv, &a);
	on_terminal = !a.report && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (!on_terminal)
		watch_block_signals(false);
	if (temp_db_create(&temp, &err))
		return cli_fail(&err);
	if (!a.bundled)
		ret = demo_live(&a, temp.path, on_terminal, &impossible, &err);
	if (impossible)
		fprintf(stderr,
			"rmapscope: no live demo: %s\n"
			"rmapscope: showing a capture that was made on another machine\n",
			err.msg);
	if (impossible || a.bundled) {
		memset(&err, 0, sizeof(err));
		ret = demo_bundled(temp.path, on_terminal, &err);
	}
	temp_db_remove(&temp);
	return ret ? cli_fail(&err) : EXIT_DONE;
}

const struct subcommand cmd_demo = {
	.name = "demo",
	.help = "record a contended workload here and show it: start with this",
	.run = demo,
};
