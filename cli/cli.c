// SPDX-License-Identifier: GPL-2.0-only
#include "cli/cli.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/recording.h"
#include "lib/text.h"

/* An error was printed: check_stdout() prints no second one. */
static bool has_failed;

int cli_fail(const struct error *err)
{
	has_failed = true;
	fprintf(stderr, "rmapscope: %s\n", err->msg);
	return EXIT_FAILED;
}

void cli_parse(const struct argp *argp, int argc, char **argv, void *input)
{
	struct error err = { 0 };
	int ret;

	argp_err_exit_status = EXIT_USAGE;
	ret = argp_parse(argp, argc, argv, 0, NULL, input);
	if (!ret)
		return;
	/* argp_parse() does not return on wrong usage, so this is another error */
	error_set(&err, -ret, "%s", strerror(ret));
	exit(cli_fail(&err));
}

void cli_wrong(const struct argp_state *state, const char *fmt, ...)
{
	char msg[1024]; /* the names of all tables fit */
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	/* arguments may be file names, which may hold control characters */
	text_make_printable(msg);
	argp_error(state, "%s", msg);
}

double cli_seconds(const char *text, struct argp_state *state, const char *what)
{
	char *end;
	double v = strtod(text, &end);

	if (end == text || *end || !isfinite(v) || v <= 0 || v > 1e9)
		cli_wrong(state, "%s: '%s' is not a number of seconds above 0", what, text);
	return v;
}

/* The factor of the unit @text, one of the letters in @units; "": 1; no such unit: 0. */
static double unit_of(const char *text, const char *units, const double *factor)
{
	const char *at = *text ? strchr(units, *text) : NULL;

	if (!*text)
		return 1;
	return at && !text[1] ? factor[at - units] : 0;
}

int64_t cli_bytes(const char *text, struct argp_state *state, const char *what)
{
	static const double factor[] = { 1 << 10, 1 << 20, 1 << 30 };
	char *end;
	double v = strtod(text, &end);

	v *= unit_of(end, "KMG", factor);
	if (end == text || !isfinite(v) || v < 1 || v > 1e18)
		cli_wrong(state, "%s: '%s' is not a size above 0, with K, M or G", what, text);
	return v;
}

double cli_age(const char *text, struct argp_state *state, const char *what)
{
	static const double factor[] = { 1, 60, 3600 };
	char *end;
	double v = strtod(text, &end);

	v *= unit_of(end, "smh", factor);
	if (end == text || !isfinite(v) || v <= 0 || v > 1e9)
		cli_wrong(state, "%s: '%s' is not a time above 0, with s, m or h", what, text);
	return v;
}

/* The largest count that an option takes; a larger one is a mistake. */
#define COUNT_MAX 1000000000

unsigned int cli_count(const char *text, struct argp_state *state, const char *what)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 10);
	if (end == text || *end || errno || v <= 0 || v > COUNT_MAX)
		cli_wrong(state, "%s: '%s' is not a whole number from 1 to %d", what, text,
			  COUNT_MAX);
	return v;
}

/* Run at exit: output may still be in the buffer of stdout, and fail only now. */
static void check_stdout(void)
{
	bool failed = ferror(stdout);

	errno = 0;
	if ((fflush(stdout) || failed) && !has_failed) {
		fprintf(stderr, "rmapscope: cannot write to standard output: %s\n",
			errno ? strerror(errno) : "an earlier write failed");
		_exit(EXIT_FAILED);
	}
}

void cli_check_stdout_at_exit(void)
{
	atexit(check_stdout);
}

void cli_summary(const char *path, const struct recording_result *result)
{
	double seconds = result->first_ns < 0 ? 0 : (result->last_ns - result->first_ns) / 1e9;
	char shown[PATH_MAX];

	printf("%s: %.3f s, %" PRIu64 " events, ", text_shown(shown, sizeof(shown), path), seconds,
	       result->nr_events);
	if (!result->lost_counted && !result->nr_lost)
		printf("unknown number lost\n");
	else
		printf("%s%" PRIu64 " lost\n", result->lost_counted ? "" : "at least ",
		       result->nr_lost);
}

void cli_join(char *buf, size_t room, char *const *argv)
{
	size_t len = 0;

	buf[0] = '\0';
	for (; *argv && len < room; argv++)
		len += snprintf(buf + len, room - len, "%s%s", len ? " " : "", *argv);
}

const char *cli_names(char *buf, size_t room, const char *(*name)(unsigned int i), const char *last)
{
	unsigned int i;
	size_t len = 0;

	buf[0] = '\0';
	for (i = 0; name(i) && len < room; i++)
		len += snprintf(buf + len, room - len, "%s%s",
				!i	      ? ""
				: name(i + 1) ? ", "
					      : last,
				name(i));
	return buf;
}

char *cli_names_help(const char *text, const char *(*name)(unsigned int i), const char *last)
{
	char names[256], *result;

	return asprintf(&result, text, cli_names(names, sizeof(names), name, last)) < 0
		       ? (char *)text
		       : result;
}
