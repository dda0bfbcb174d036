// SPDX-License-Identifier: GPL-2.0-only
#include <inttypes.h>
#include <string.h>

#include "analysis/output/output.h"

static void print_field(FILE *f, const char *text)
{
	if (!text[strcspn(text, ",\"\r\n")]) {
		fputs(text, f);
		return;
	}
	fputc('"', f);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', f);
		fputc(*text, f);
	}
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
