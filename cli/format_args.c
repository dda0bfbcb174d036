// SPDX-License-Identifier: GPL-2.0-only
#include "cli/format_args.h"

#include "cli/cli.h"

enum {
	OPT_FORMAT = 0x400,
};

static const struct argp_option options[] = {
	{ "format", OPT_FORMAT, "FORMAT", 0, "%s", 0 },
	{ 0 },
};

/* Of those that --format takes, which are the ones with a name. */
static const char *format_name(unsigned int i)
{
	unsigned int format;

	for (format = 0; format < NR_OUTPUT_FORMATS; format++)
		if (output_ops(format)->name && !i--)
			return output_ops(format)->name;
	return NULL;
}

/* The names as the help text has them, with the default marked. */
static const char *format_help(unsigned int i)
{
	return i ? format_name(i) : "text (default)";
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	enum output_format *format = state->input;
	char names[128];
	int found;

	if (key != OPT_FORMAT)
		return ARGP_ERR_UNKNOWN;
	found = output_format(arg);
	if (found < 0)
		cli_wrong(state, "--format: '%s' is not %s", arg,
			  cli_names(names, sizeof(names), format_name, " or "));
	*format = found;
	return 0;
}

static char *help(int key, const char *text, void *input)
{
	(void)input;
	return key == OPT_FORMAT ? cli_names_help(text, format_help, " or ") : (char *)text;
}

const struct argp format_argp = { .options = options, .parser = parse, .help_filter = help };
