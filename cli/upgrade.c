// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope upgrade: a database of an earlier rmapscope, brought to this one's schema. */
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
	.doc = "Bring a database of an earlier rmapscope to the schema of this one, in its place.\v"
	       "Every subcommand reads such a file without this, and leaves it as it is; but each "
	       "time it has to convert a copy. The new file is written beside the old one and takes "
	       "its name when it is complete. Exit codes: 0 done, 1 failed, 2 wrong usage.",
};

static int upgrade(int argc, char **argv)
{
	struct error err = { 0 };
	const char *path = NULL;
	char shown[PATH_MAX];
	int64_t from;

	cli_parse(&argp, argc, argv, &path);
	/* half of it is taken away, whatever ends it */
	watch_block_signals();
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
	.help = "bring a database of an earlier rmapscope to this one's schema",
	.run = upgrade,
};
