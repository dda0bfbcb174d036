// SPDX-License-Identifier: GPL-2.0-only
/*
 * CSV: a line of column names, then a line per row. NULL is an empty field. A "'" is put
 * before text that a spreadsheet would take for a formula. Control characters, except
 * newlines in a stack, and bytes that are not UTF-8 are '?'.
 */
#include <inttypes.h>
#include <string.h>

#include "analysis/filter.h"
#include "analysis/output/output.h"
#include "lib/text.h"

/* A field that begins with one of these is a formula for a spreadsheet (CWE-1236). */
static const char formula[] = "=+-@";

/* Text of a capture is untrusted. */
static void print_characters(FILE *f, const char *text, bool is_stack)
{
	const char *next = text;
	int32_t c;

	if (*text && strchr(formula, *text))
		fputc('\'', f);
	for (; *text; text = next) {
		c = text_next(&next);
		if (text_is_unsafe(c) && !(is_stack && c == '\n'))
			fputc('?', f);
		else if (c == '"')
			fputs("\"\"", f);
		else
			fwrite(text, 1, next - text, f);
	}
}

static void print_field(FILE *f, const char *text, bool is_stack)
{
	bool quoted = text[strcspn(text, ",\"\n")];

	if (quoted)
		fputc('"', f);
	print_characters(f, text, is_stack);
	if (quoted)
		fputc('"', f);
}

static void print_cell(FILE *f, const struct column *col, const struct cell *cell)
{
	switch (cell->type) {
	case CELL_NULL:
		break;
	case CELL_INT:
		fprintf(f, "%" PRId64, cell->i);
		break;
	case CELL_REAL:
		/* as the sqlite3 shell prints it */
		fprintf(f, "%.15g", cell->r);
		break;
	case CELL_TEXT:
		print_field(f, cell->text, col->unit == UNIT_STACK);
		break;
	}
}

/* Print the filter: CSV of several tables has comments; otherwise it goes to stderr. */
static int begin(struct output *o, const struct output_head *head)
{
	char text[FILTER_TEXT_LEN], shown[FILTER_TEXT_LEN];

	if (!head->filter)
		return 0;
	filter_text(text, sizeof(text), head->filter);
	text_shown(shown, sizeof(shown), text);
	if (o->several)
		fprintf(o->f, "# filter: %s\n", shown);
	else if (!fflush(o->f))
		fprintf(stderr, "rmapscope: filter: %s\n", shown);
	return 0;
}

static int begin_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	unsigned int i;

	(void)notes;
	if (o->several)
		fprintf(o->f, "# %s\n", t->def->name);
	for (i = 0; i < t->nr_columns; i++)
		fprintf(o->f, "%s%s", i ? "," : "", t->def->columns[i].name);
	fputc('\n', o->f);
	return 0;
}

static int print_row(struct output *o, const struct table *t, size_t row)
{
	unsigned int i;

	for (i = 0; i < t->nr_columns; i++) {
		print_cell(o->f, &t->def->columns[i], &t->rows[row][i]);
		fputc(i + 1 < t->nr_columns ? ',' : '\n', o->f);
	}
	return 0;
}

static int end(struct output *o, int ret)
{
	(void)o;
	return ret;
}

const struct output_ops csv_ops = {
	.name = "csv",
	.ending = ".csv",
	.tail = "",
	.begin = begin,
	.begin_table = begin_table,
	.row = print_row,
	.end_table = output_unseen,
	.end = end,
};
