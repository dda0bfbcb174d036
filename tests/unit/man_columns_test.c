// SPDX-License-Identifier: GPL-2.0-only
/*
 * The columns in the man page rmapscope-columns(1) are those of the tables in analysis/.
 *
 * `build/tests/unit/man_columns_test --print >docs/man/rmapscope-columns.1` updates it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/diff.h"
#include "analysis/jank.h"
#include "analysis/tables.h"
#include "analysis/views.h"
#include "tests/unit/roff.h"
#include "tests/unit/unit.h"

#define PAGE "docs/man/rmapscope-columns.1"

static const char head[] =
	".\\\" SPDX-License-Identifier: GPL-2.0-only\n"
	".\\\" made by tests/unit/man_columns_test.c --print\n"
	".TH RMAPSCOPE\\-COLUMNS 1 2026-11-27 \"rmapscope " RMAPSCOPE_VERSION
	"\" \"User Commands\"\n"
	".SH NAME\n"
	"rmapscope-columns \\- the columns of reports and screens of rmapscope\n"
	".SH DESCRIPTION\n"
	"Each column has a heading in text and on screens, and in parentheses a name in CSV and\n"
	"JSON. A column without a heading is in CSV and JSON only.\n"
	"On screens, F1 explains the columns of the screen.\n";

static const char tail[] = ".SH SEE ALSO\n.BR rmapscope (1)\n";

static void print_table(FILE *f, const struct table_def *def)
{
	const struct column *c;

	fputs(".SS ", f);
	print_roff(f, def->title);
	fprintf(f, " (%s)\n", def->name);
	print_roff(f, def->help);
	fputc('\n', f);
	for (c = def->columns; c->name; c++) {
		fputs(".TP\n.B ", f);
		if (!c->detail && c->title[0]) {
			print_roff(f, c->title);
			fputs(" \\fR(", f);
			print_roff(f, c->name);
			fputs(")\n", f);
		} else {
			fputs("\\fR(", f);
			print_roff(f, c->name);
			fputs(")\n", f);
		}
		print_roff(f, c->help);
		fputc('\n', f);
	}
}

static void print_views(FILE *f, const struct view_def *view)
{
	for (; view->table; view++)
		print_table(f, view->table);
}

static void print_page(FILE *f)
{
	const struct table_def *const *section;

	fputs(head, f);
	fputs(".SH SECTIONS OF A REPORT\n", f);
	for (section = report_tables; *section; section++)
		print_table(f, *section);
	fputs(".SH SECTIONS OF JANK\n", f);
	for (section = jank_tables; *section; section++)
		print_table(f, *section);
	fputs(".SH SECTIONS OF DIFF\n", f);
	for (section = diff_tables; *section; section++)
		print_table(f, *section);
	fputs(".SH SCREENS\n", f);
	print_views(f, top_views);
	fputs(".SH DETAILS OF A VMA OR PROCESS\n", f);
	print_views(f, vma_views);
	fputs(".SH DETAILS OF A LOCK\n", f);
	print_views(f, lock_views);
	fputs(".SH DETAILS OF A STORM\n", f);
	print_views(f, storm_views);
	fputs(".SH DETAILS OF A STALL\n", f);
	print_views(f, stall_views);
	fputs(tail, f);
}

static void the_man_page_has_every_column(void **state)
{
	FILE *page = fopen(PAGE, "r"), *f;
	char *want = NULL, *have;
	size_t len;

	(void)state;
	f = open_memstream(&want, &len);
	print_page(f);
	fclose(f);
	have = calloc(1, len + 2);
	assert_non_null(page);
	assert_non_null(have);
	assert_true(fread(have, 1, len + 1, page) > 0);
	fclose(page);
	if (strcmp(have, want))
		fail_msg("%s is not up to date: write the output of man_columns_test --print to it",
			 PAGE);
	free(have);
	free(want);
}

/* The help of a column is the only explanation that users have. */
static void every_column_has_a_help(void **state)
{
	const struct table_def *const *section;
	const struct view_def *view;
	const struct column *c;

	(void)state;
	for (section = report_tables; *section; section++)
		for (c = (*section)->columns; c->name; c++)
			assert_true(c->help[0]);
	for (section = jank_tables; *section; section++)
		for (c = (*section)->columns; c->name; c++)
			assert_true(c->help[0]);
	for (section = diff_tables; *section; section++)
		for (c = (*section)->columns; c->name; c++)
			assert_true(c->help[0]);
	for (view = top_views; view->table; view++)
		for (c = view->table->columns; c->name; c++)
			assert_true(c->help[0]);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_man_page_has_every_column),
		cmocka_unit_test(every_column_has_a_help),
	};

	if (argc > 1 && !strcmp(argv[1], "--print")) {
		print_page(stdout);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
