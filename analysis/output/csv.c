// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "analysis/output/output.h"
#include "lib/text.h"

/* What a spreadsheet takes for a formula when a field begins with it (CWE-1236). */
static const char formula[] = "=+-@";

/*
 * Text of a capture is a stranger's. Unsafe characters and bytes that are no
 * character are '?', but the ends of a stack's lines stay; what would be a
 * formula has a "'" before it. Numbers are never touched: they are no text.
 */
static void print_characters(FILE *f, const char *text)
{
	const char *next = text;
	int32_t c;

	if (*text && strchr(formula, *text))
		fputc('\'', f);
	for (; *text; text = next) {
		c = text_next(&next);
		if (text_is_unsafe(c) && c != '\n')
			fputc('?', f);
		else if (c == '"')
			fputs("\"\"", f);
		else
			fwrite(text, 1, next - text, f);
	}
}

static void print_field(FILE *f, const char *text)
{
	bool quoted = text[strcspn(text, ",\"\n")];

	if (quoted)
		fputc('"', f);
	print_characters(f, text);
	if (quoted)
		fputc('"', f);
}

static void print_cell(FILE *f, const struct cell *cell)
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
		print_field(f, cell->text);
		break;
	}
}

void output_csv(FILE *f, const struct table *t)
{
	unsigned int i;
	size_t row;

	for (i = 0; i < t->nr_columns; i++)
		fprintf(f, "%s%s", i ? "," : "", t->def->columns[i].name);
	fputc('\n', f);
	for (row = 0; row < t->nr_rows; row++)
		for (i = 0; i < t->nr_columns; i++) {
			print_cell(f, &t->rows[row][i]);
			fputc(i + 1 < t->nr_columns ? ',' : '\n', f);
		}
}
