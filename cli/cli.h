/* SPDX-License-Identifier: GPL-2.0-only */
/* What the subcommands share. */
#ifndef RMAPSCOPE_CLI_H
#define RMAPSCOPE_CLI_H

#include <argp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/error.h"

struct recording_result;

/* Exit codes, see rmapscope(1). */
enum {
	EXIT_DONE = 0,
	EXIT_FAILED = 1,
	EXIT_USAGE = 2,
};

/* A subcommand: `rmapscope NAME ...`. argv[0] is "rmapscope NAME". */
struct subcommand {
	const char *name;
	const char *help; /* one line */
	int (*run)(int argc, char **argv);
};

extern const struct subcommand cmd_blocked, cmd_check, cmd_demo, cmd_import, cmd_order, cmd_record,
	cmd_report, cmd_storms, cmd_top, cmd_upgrade, cmd_walks;

/* The database that record and import create without --output. */
#define DEFAULT_OUTPUT "rmapscope.db"

/*
 * cli_parse - argp_parse() with our conventions
 *
 * Wrong usage prints one line and exits with EXIT_USAGE.
 */
void cli_parse(const struct argp *argp, int argc, char **argv, void *input);

/* argp_error() with its text made fit for a terminal. */
void cli_wrong(const struct argp_state *state, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Option values; a wrong one is wrong usage. */
double cli_seconds(const char *text, struct argp_state *state, const char *what);
/* With a unit behind it: K, M, G; s, m, h. */
int64_t cli_bytes(const char *text, struct argp_state *state, const char *what);
double cli_age(const char *text, struct argp_state *state, const char *what);
unsigned int cli_count(const char *text, struct argp_state *state, const char *what);

/* "rmapscope: MESSAGE" on stderr. Returns EXIT_FAILED. */
int cli_fail(const struct error *err);

/* From now on exit() looks whether all that was printed was written: a line, exit code 1. */
void cli_check_stdout_at_exit(void);

/* The line that ends record and import. */
void cli_summary(const char *path, const struct recording_result *result);

/*
 * cli_names - a list of names for people: "a, b" @last "c"
 * @name: gives name 0, 1, 2 ..., then NULL
 *
 * Returns @buf.
 */
const char *cli_names(char *buf, size_t room, const char *(*name)(unsigned int i),
		      const char *last);

/*
 * cli_names_help - @text of an argp's help with such a list in place of its %s
 *
 * For a help_filter, whose result argp frees. Without memory it is @text itself.
 */
char *cli_names_help(const char *text, const char *(*name)(unsigned int i), const char *last);

/* The words of argv as one text, cut to @room. */
void cli_join(char *buf, size_t room, char *const *argv);

#endif
