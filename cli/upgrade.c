// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope upgrade: convert a database of an earlier version to the current schema. */
#include <limits.h>

#include "analysis/db_upgrade.h"
#include "cli/cli.h"
#include "cli/watch.h"
#include "lib/text.h"
#include "schema/migrate.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
	const char **path = state->input;

	switch (key) {
	case ARGP_KEY_ARG:
		if (*path)
			cli_wrong(state, "one FILE at a time");
		*path = arg;
		return 0;
	case ARGP_KEY_NO_ARGS:
		cli_wrong(state, "which FILE?");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static const struct argp argp = {
	.parser = parse,
	.args_doc = "FILE",
	.doc = "Convert a database of an earlier rmapscope to the current schema, in place.\v"
	       "Other subcommands read such a file without this and do not change it, but each of "
	       "them has to convert a temporary copy first. The new file is written beside the old "
	       "one and replaces it when it is complete. Exit codes: 0 done, 1 failed, 2 wrong "
	       "usage.",
};

static int upgrade(int argc, char **argv)
{
	struct error err = { 0 };
	const char *path = NULL;
	char shown[PATH_MAX];
	int64_t from;

	cli_parse(&argp, argc, argv, &path);
	/* a signal must not leave a partial file */
	watch_block_signals(false);
	if (db_upgrade(path, &from, &err))
		return cli_fail(&err);
	text_shown(shown, sizeof(shown), path);
	if (from == SCHEMA_VERSION)
		printf("%s: has schema version %d, nothing to do\n", shown, SCHEMA_VERSION);
	else
		printf("%s: schema version %d, was %d\n", shown, SCHEMA_VERSION, (int)from);
	return EXIT_DONE;
}

const struct subcommand cmd_upgrade = {
	.name = "upgrade",
	.help = "convert a database of an earlier rmapscope to the current schema",
	.run = upgrade,
};
