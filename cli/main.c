// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope SUBCOMMAND: finds the subcommand and runs it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/stdio.h"
#include "lib/crash.h"
#include "lib/text.h"

static const struct subcommand *const subcommands[] = {
	&cmd_check,   &cmd_demo, &cmd_record, &cmd_snapshot, &cmd_import, &cmd_report,
	&cmd_blocked, &cmd_jank, &cmd_diff,   &cmd_storms,   &cmd_order,  &cmd_walks,
	&cmd_top,     &cmd_html, &cmd_export, &cmd_upgrade,
};

#define NR_SUBCOMMANDS (sizeof(subcommands) / sizeof(*subcommands))

static void usage(FILE *f)
{
	unsigned int i;

	fprintf(f, "Usage: rmapscope SUBCOMMAND [OPTION...]\n"
		   "Shows who waits for the locks of the kernel's memory management, and why.\n\n");
	for (i = 0; i < NR_SUBCOMMANDS; i++)
		fprintf(f, "  %-8s %s\n", subcommands[i]->name, subcommands[i]->help);
	fprintf(f, "\n'rmapscope SUBCOMMAND --help' lists the options of a subcommand. "
		   "Start with 'sudo rmapscope demo'.\n");
}

int main(int argc, char **argv)
{
	struct error err = { 0 };
	unsigned int i;
	char name[64];

	stdio_prepare();
	cli_check_stdout_at_exit();
	crash_take_signals();
	if (argc < 2) {
		usage(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		printf("rmapscope %s\n", RMAPSCOPE_VERSION);
		return EXIT_DONE;
	}
	for (i = 0; i < NR_SUBCOMMANDS; i++) {
		if (strcmp(argv[1], subcommands[i]->name))
			continue;
		snprintf(name, sizeof(name), "rmapscope %s", argv[1]);
		argv[1] = name;
		if (stdio_check_room(&err))
			return cli_fail(&err);
		return subcommands[i]->run(argc - 1, argv + 1);
	}
	fprintf(stderr, "rmapscope: no subcommand '%s'; 'rmapscope --help' lists them\n",
		text_shown(name, sizeof(name), argv[1]));
	return EXIT_USAGE;
}
