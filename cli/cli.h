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

extern const struct subcommand cmd_blocked, cmd_check, cmd_demo, cmd_diff, cmd_export, cmd_html,
	cmd_import, cmd_jank, cmd_order, cmd_record, cmd_report, cmd_snapshot, cmd_storms, cmd_top,
	cmd_upgrade, cmd_walks;

/* The database that record and import create without --output. */
#define DEFAULT_OUTPUT "rmapscope.db"

/*
 * cli_parse - argp_parse() with our conventions
 *
 * Wrong usage prints one line and exits with EXIT_USAGE.
 */
void cli_parse(const struct argp *argp, int argc, char **argv, void *input);

/* argp_error(), with ? for each byte of the text that a terminal should not get. */
void cli_wrong(const struct argp_state *state, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Option values; a wrong one is wrong usage. */
double cli_seconds(const char *text, struct argp_state *state, const char *what);
/* The number may have a unit behind it: K, M or G for bytes; s, m or h for an age. */
int64_t cli_bytes(const char *text, struct argp_state *state, const char *what);
double cli_age(const char *text, struct argp_state *state, const char *what);
unsigned int cli_count(const char *text, struct argp_state *state, const char *what);

/* "rmapscope: MESSAGE" on stderr. Returns EXIT_FAILED. */
int cli_fail(const struct error *err);

/*
 * Make exit() check that all output to stdout was written; if not, it prints a line, and the
 * exit code is 1.
 */
void cli_check_stdout_at_exit(void);

/* Print the last line of record and import: duration, number of events, losses. */
void cli_summary(const char *path, const struct recording_result *result);

/*
 * cli_names - a list of names as a text: "a, b" @last "c"
 * @name: returns name 0, 1, 2 ..., and NULL after the last
 *
 * Returns @buf.
 */
const char *cli_names(char *buf, size_t room, const char *(*name)(unsigned int i),
		      const char *last);

/*
 * cli_names_help - help text of an option, with the list of names in place of its %s
 *
 * For argp's help_filter: argp frees the result. Returns @text itself if there is no memory.
 */
char *cli_names_help(const char *text, const char *(*name)(unsigned int i), const char *last);

/* Join the words of @argv with spaces, cut to @room bytes. */
void cli_join(char *buf, size_t room, char *const *argv);

#endif
