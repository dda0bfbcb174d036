// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope blocked: who waits for whom at one instant. */
#include <errno.h>
#include <inttypes.h>

#include "analysis/blocked.h"
#include "analysis/capture.h"
#include "analysis/instant.h"
#include "cli/cli.h"
#include "cli/show.h"

enum {
	OPT_FORMAT = 0x100,
	OPT_AT,
};

struct args {
	const char *path;
	const char *at;
	enum output_format format;
};

static const struct argp_option options[] = {
	{ "at", OPT_AT, "TIME", 0,
	  "seconds since the start (12.345), nanoseconds of the capture's clock, HH:MM:SS.mmm of "
	  "its day, or now: its end so far (default)",
	  0 },
	{ "format", OPT_FORMAT, "FORMAT", 0, "text (default), csv or json", 0 },
	{ 0 },
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;
	int format;

	switch (key) {
	case OPT_AT:
		a->at = arg;
		return 0;
	case OPT_FORMAT:
		format = output_format(arg);
		if (format < 0)
			cli_wrong(state, "--format: '%s' is not text, csv or json", arg);
		a->format = format;
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
	.doc = "Show which threads waited at an instant, for which lock, held by whom.\v"
	       "A tree: under each thread the locks that it holds, under each lock its waiters, "
	       "who may hold locks themselves. Waits are written once they are 20 ms old. "
	       "Exit codes: 0 done, 1 failed, 2 wrong usage.",
};

static void print_text(FILE *f, const struct table *t, int64_t at_ns,
		       const struct capture_info *info, const char *empty)
{
	size_t nr_in_cycle = blocked_nr_in_cycle(t);
	char when[64];

	instant_format(when, sizeof(when), at_ns, info);
	fprintf(f, "\nBlocked at %s:\n", when);
	if (nr_in_cycle)
		fprintf(f,
			"DEADLOCK: %zu threads wait for each other in a circle (state cycle); none "
			"of them can go on\n",
			nr_in_cycle);
	output_text(f, t, 0, output_width(f), empty);
}

static int print_json(FILE *f, const struct table *t, int64_t at_ns, const char *unseen)
{
	int ret = 0;

	fprintf(f, ",\n\"at_ns\":%" PRId64 ",\n\"blocked\":", at_ns);
	if (!unseen[0]) {
		ret = output_json(f, t);
	} else {
		fputs("null,\n\"blocked_unseen\":", f);
		ret = output_json_string(f, unseen);
	}
	/* what was cut by an error must not look whole */
	if (!ret)
		fputs("}\n", f);
	return ret;
}

static int show(FILE *f, struct db *db, const struct args *a, int64_t at_ns,
		const struct capture_info *info, struct error *err)
{
	char unseen[SEEN_REASON_LEN] = "", empty[SEEN_EMPTY_LEN] = "";
	struct table t;
	int ret = blocked_read(&t, db, at_ns, err);

	if (ret)
		return ret;
	if (!t.nr_rows)
		ret = seen_instant(unseen, db, at_ns, err) ?: seen_nobody(empty, db, at_ns, err);
	if (!ret)
		ret = show_capture(f, db, info, a->format);
	if (ret) {
		table_free(&t);
		return show_end(f, ret, err);
	}
	switch (a->format) {
	case OUTPUT_TEXT:
		print_text(f, &t, at_ns, info, empty);
		break;
	case OUTPUT_JSON:
		ret = print_json(f, &t, at_ns, unseen);
		break;
	default:
		output_csv(f, &t);
		if (unseen[0] && !fflush(f))
			fprintf(stderr, "rmapscope: not seen: %s\n", unseen);
	}
	table_free(&t);
	return show_end(f, ret, err);
}

static int blocked(int argc, char **argv)
{
	struct args a = { .at = "now" };
	struct capture_info info;
	struct error err = { 0 };
	struct db *db;
	int64_t at_ns;
	int ret;

	cli_parse(&argp, argc, argv, &a);
	if (db_open(&db, a.path, &err))
		return cli_fail(&err);
	ret = db_begin(db, &err);
	if (!ret)
		ret = capture_info_read(&info, db, &err);
	if (!ret) {
		ret = instant_parse(&at_ns, a.at, &info, &err);
		if (ret == -EINVAL) {
			db_close(db);
			cli_fail(&err);
			return EXIT_USAGE;
		}
	}
	if (!ret && at_ns < info.kept_from_ns)
		ret = error_set(&err, -ENODATA,
				"%s is %.3f s too early: what was before had to go (--max-size, "
				"--max-age)",
				a.at, (info.kept_from_ns - at_ns) / 1e9);
	if (!ret)
		ret = show(stdout, db, &a, at_ns, &info, &err);
	db_end(db);
	db_close(db);
	return ret ? cli_fail(&err) : EXIT_DONE;
}

const struct subcommand cmd_blocked = {
	.name = "blocked",
	.help = "who waits for whom at an instant, chains and cycles",
	.run = blocked,
};
