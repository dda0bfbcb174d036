// SPDX-License-Identifier: GPL-2.0-only
/* rmapscope diff: two captures, or two groups of captures, side by side. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/diff.h"
#include "analysis/diff_kinds.h"
#include "cli/cli.h"
#include "cli/format_args.h"
#include "cli/show.h"
#include "lib/text.h"

#define DEFAULT_GROUPS 10

enum {
	OPT_BY = 0x100,
	OPT_PAGE,
	OPT_ALL,
};

struct args {
	const char **path; /* of both sides; [nr + 1], ends with NULL */
	size_t nr;
	struct diff_choice choice;
	bool has_by;
	enum output_format format;
};

static const struct argp_option options[] = {
	{ "by", OPT_BY, "KIND", 0,
	  "compare by %s; may be repeated (default: all but process and write)", 0 },
	{ "page", OPT_PAGE, "NAME", 0,
	  "rmap-locking: skips, retries, walks, waits for the anon_vma write lock, and moves", 0 },
	{ "groups", 'n', "N", 0, "at most N groups of each kind, those with most time (default 10)",
	  0 },
	{ "all", OPT_ALL, NULL, 0, "all groups", 0 },
	{ 0 },
};

static const char *kind_name(unsigned int i)
{
	return diff_kinds[i].name;
}

static bool choose(struct args *a, const char *name)
{
	unsigned int i;

	a->has_by = true;
	for (i = 0; diff_kinds[i].name; i++)
		if (!strcmp(diff_kinds[i].name, name))
			return a->choice.by[i] = true;
	return false;
}

static void choose_page(struct args *a, const char *name, const struct argp_state *state)
{
	const struct diff_page *page;
	unsigned int i;

	for (page = diff_pages; page->name; page++)
		if (!strcmp(page->name, name))
			break;
	if (!page->name) {
		cli_wrong(state, "--page: there is no page '%s'; there is rmap-locking", name);
		return;
	}
	for (i = 0; page->kinds[i]; i++)
		choose(a, page->kinds[i]);
	a->choice.missing = page->missing;
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
	struct args *a = state->input;
	char names[256];

	switch (key) {
	case ARGP_KEY_INIT:
		state->child_inputs[0] = &a->format;
		return 0;
	case OPT_BY:
		if (!choose(a, arg))
			cli_wrong(state, "--by: '%s' is not one of %s", arg,
				  cli_names(names, sizeof(names), kind_name, ", "));
		return 0;
	case OPT_PAGE:
		choose_page(a, arg, state);
		return 0;
	case 'n':
		a->choice.max_groups = cli_count(arg, state, "--groups");
		return 0;
	case OPT_ALL:
		a->choice.max_groups = 0;
		return 0;
	case ARGP_KEY_ARG:
		a->path[a->nr++] = arg;
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

static char *help(int key, const char *text, void *input)
{
	(void)input;
	return key == OPT_BY ? cli_names_help(text, kind_name, " or ") : (char *)text;
}

static const struct argp_child children[] = { { &format_argp, 0, NULL, 0 }, { 0 } };

static const struct argp argp = {
	.help_filter = help,
	.options = options,
	.parser = parse,
	.children = children,
	.args_doc = "A B\nA... -- B...",
	.doc = "Compare two databases, or two groups of databases: what changed from A to B, and "
	       "whether it is more than chance.\v"
	       "Of the numbers called different, at most 5 % are so by chance, on average; a note "
	       "says which confidence the intervals have for that. With one database a side an interval "
	       "comes from slices of their time, and does not say what differs from one run to "
	       "the next: record several. "
	       "Exit codes: 0 done, 1 failed, 2 wrong usage.",
};

static void print_notes(FILE *f, const char *notes)
{
	char line[sizeof(((struct diff *)0)->notes)], shown[sizeof(line)];

	while (text_next_line(line, sizeof(line), &notes))
		fprintf(f, "note: %s\n", text_shown(shown, sizeof(shown), line));
}

static int print(const struct args *a, const struct diff *d, struct error *err)
{
	const struct table_notes nothing = { NULL, "", "nothing to compare" };
	const struct output_head head = { .verdict = d->verdict };
	struct output o = {
		.f = stdout,
		.format = a->format,
		.several = true,
		.width = output_width(stdout),
	};
	int ret = output_begin(&o, &head);

	/* the other formats cannot hold the notes */
	if (!ret)
		print_notes(a->format == OUTPUT_TEXT ? stdout : stderr, d->notes);
	if (!ret)
		ret = output_table(&o, &d->captures, &nothing);
	if (!ret)
		ret = output_table(&o, &d->rows, &nothing);
	return show_end(stdout, output_end(&o, ret), err);
}

/* Split the paths into two lists. @split: how many are before "--"; 0: there is none. */
static bool split_paths(struct args *a, size_t split, const char **list)
{
	const size_t nr = split ? split : 1;

	if (a->nr < nr + 1 || (!split && a->nr != 2))
		return false;
	memcpy(list, a->path, nr * sizeof(*list));
	a->choice.paths[SIDE_A] = list;
	a->choice.paths[SIDE_B] = a->path + nr;
	return true;
}

static int run(struct args *a)
{
	struct error err = { 0 };
	struct diff d;
	unsigned int i;
	int ret;

	for (i = 0; !a->has_by && diff_kinds[i].name; i++)
		a->choice.by[i] = !diff_kinds[i].on_request;
	ret = diff_read(&d, &a->choice, &err);

	if (!ret)
		ret = print(a, &d, &err);
	diff_free(&d);
	return ret ? cli_fail(&err) : EXIT_DONE;
}

/* The paths before "--" are parsed first, because argp does not report where it was. */
static int diff(int argc, char **argv)
{
	struct args a = { .choice.max_groups = DEFAULT_GROUPS };
	const char **list = calloc(argc + 1, sizeof(*list));
	size_t split = 0;
	int i, ret;

	a.path = calloc(argc + 1, sizeof(*a.path));
	if (!a.path || !list)
		return cli_fail(&(struct error){ .msg = "out of memory" });
	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		;
	if (i < argc) {
		cli_parse(&argp, i, argv, &a);
		split = a.nr;
		argv[i] = argv[0];
	}
	cli_parse(&argp, argc - (i < argc ? i : 0), argv + (i < argc ? i : 0), &a);
	if (split_paths(&a, split, list)) {
		ret = run(&a);
	} else {
		fprintf(stderr,
			"rmapscope: compare what with what? rmapscope diff A B, or A... -- B...\n");
		ret = EXIT_USAGE;
	}
	free(a.path);
	free(list);
	return ret;
}

const struct subcommand cmd_diff = {
	.name = "diff",
	.help = "two captures side by side: faster, slower, or chance?",
	.run = diff,
};
