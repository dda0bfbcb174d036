// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope blocked: who waits for whom at one instant. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "analysis/blocked.h"
#include "analysis/capture.h"
#include "analysis/instant.h"
#include "cli/chain_db.h"
#include "cli/cli.h"
#include "cli/format_args.h"
#include "cli/show.h"
#include "cli/temp_db.h"

enum {
	OPT_AT = 0x100,
};

struct args {
	const char *path; /* NULL: this machine, now */
	const char *at;
	enum output_format format;
};

static const struct argp_option options[] = {
	{ "at", OPT_AT, "TIME", 0,
	  "seconds since the start of the capture (12.345), nanoseconds of its clock, a time of "
	  "its day (HH:MM:SS.mmm), or now: the end of the capture so far (default)",
	  0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->format;
		return 0;
	case OPT_AT:
		a->at = arg;
		return 0;
	case ARGP_KEY_ARG:
		if (a->path)
			cli_wrong(state, "one FILE at a time");
		a->path = arg;
		return 0;
	case ARGP_KEY_END:
		if (!a->path && strcmp(a->at, "now"))
			cli_wrong(state, "--at needs a FILE");
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
	.args_doc = "[FILE]",
	.doc = "Show which threads waited at one instant, for which lock, and who held it. Without "
	       "FILE: now, on this machine, read from the kernel's own state.\v"
	       "The output is a tree: under each thread the locks that it holds, under each lock "
	       "its waiters, which may hold locks themselves. While a file is being recorded, a "
	       "wait is in it once it is 20 ms old. "
	       "Exit codes: 0 done, 1 failed, 2 wrong usage.",
};

/* The title of the text output: the instant, and a deadlock if there is one. */
static void heading(char *buf, size_t room, const struct table *t, int64_t at_ns,
		    const struct capture_info *info)
{
	size_t nr_in_cycle = blocked_nr_in_cycle(t);
	char when[64];
	int len;

	instant_format(when, sizeof(when), at_ns, info);
	len = snprintf(buf, room, "\nBlocked at %s:\n", when);
	if (nr_in_cycle)
		snprintf(buf + len, room - len,
			 "DEADLOCK: %zu threads wait for each other in a circle (state cycle); none "
			 "of them can go on\n",
			 nr_in_cycle);
}

static int show(FILE *f, struct db *db, const struct args *a, int64_t at_ns,
		const struct capture_info *info, struct error *err)
{
	const struct output_head head = {
		.path = a->path ? db_path(db) : "this machine, now",
		.info = info,
		.at_ns = &at_ns,
	};
	char unseen[SEEN_REASON_LEN] = "", empty[SEEN_EMPTY_LEN] = "", title[256];
	struct output o = { .f = f, .format = a->format, .width = output_width(f) };
	struct table t;
	int ret = blocked_read(&t, db, at_ns, err);

	if (ret)
		return ret;
	if (!t.nr_rows)
		ret = seen_instant(unseen, db, at_ns, err) ?: seen_nobody(empty, db, at_ns, err);
	heading(title, sizeof(title), &t, at_ns, info);
	if (!ret)
		ret = output_begin(&o, &head);
	if (!ret)
		ret = output_table(&o, &t, &(struct table_notes){ title, unseen, empty });
	output_end(&o, ret);
	table_free(&t);
	return show_end(f, ret, err);
}

/* Returns an exit code. */
static int show_file(const char *path, const struct args *a)
{
	struct capture_info info;
	struct error err = { 0 };
	struct db *db;
	int64_t at_ns;
	int ret;

	if (db_open(&db, path, &err))
		return cli_fail(&err);
	ret = db_begin(db, &err);
	if (!ret)
		ret = capture_info_read(&info, db, &err);
	if (!ret) {
		ret = instant_parse(&at_ns, a->at, &info, &err);
		if (ret == -EINVAL) {
			db_close(db);
			cli_fail(&err);
			return EXIT_USAGE;
		}
	}
	if (!ret && at_ns < info.kept_from_ns)
		ret = error_set(&err, -ENODATA,
				"%s is %.3f s too early: earlier rows were removed (--max-size, "
				"--max-age)",
				a->at, (info.kept_from_ns - at_ns) / 1e9);
	if (!ret)
		ret = show(stdout, db, a, at_ns, &info, &err);
	db_end(db);
	db_close(db);
	return ret ? cli_fail(&err) : EXIT_DONE;
}

/* Show who waits now, from a temporary database. Returns an exit code. */
static int show_now(const struct args *a)
{
	struct error err = { 0 };
	struct temp_db temp;
	int code;

	if (temp_db_create(&temp, &err))
		return cli_fail(&err);
	code = chain_db_make(temp.path, &err) ? cli_fail(&err) : show_file(temp.path, a);
	temp_db_remove(&temp);
	return code;
}

static int blocked(int argc, char **argv)
{
	struct args a = { .at = "now" };

	cli_parse(&argp, argc, argv, &a);
	return a.path ? show_file(a.path, &a) : show_now(&a);
}

const struct subcommand cmd_blocked = {
	.name = "blocked",
	.help = "who waits for whom at an instant, chains and cycles",
	.run = blocked,
};
