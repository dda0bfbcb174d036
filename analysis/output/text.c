// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "analysis/output/output.h"

#define CELL_LEN 256

int output_format(const char *name)
{
	static const char *const names[] = {
		[OUTPUT_TEXT] = "text",
		[OUTPUT_CSV] = "csv",
		[OUTPUT_JSON] = "json",
	};
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(names[i], name))
			return i;
	return -1;
}

/* Characters of UTF-8 text: bytes that do not continue one. */
static unsigned int text_width(const char *text)
{
	unsigned int n = 0;

	for (; *text; text++)
		n += (*text & 0xc0) != 0x80;
	return n;
}

static void print_padded(FILE *f, const char *text, unsigned int width, bool right, bool last)
{
	int pad = width - text_width(text);

	if (right)
		fprintf(f, "%*s%s", pad > 0 ? pad : 0, "", text);
	else
		fprintf(f, "%s%*s", text, pad > 0 && !last ? pad : 0, "");
}

static unsigned int column_width(const struct table *t, unsigned int i, size_t nr_rows)
{
	const struct column *col = &t->def->columns[i];
	unsigned int width = col->width;
	char text[CELL_LEN];
	size_t row;

	if (text_width(col->title) > width)
		width = text_width(col->title);
	for (row = 0; row < nr_rows; row++) {
		cell_format(text, sizeof(text), col, &t->rows[row][i]);
		if (text_width(text) > width)
			width = text_width(text);
	}
	return width;
}

void output_text(FILE *f, const struct table *t, size_t max_rows)
{
	size_t nr_rows = max_rows && max_rows < t->nr_rows ? max_rows : t->nr_rows, row;
	unsigned int width[t->nr_columns], i, last = 0;
	const struct column *col = t->def->columns;
	char text[CELL_LEN];

	for (i = 0; i < t->nr_columns; i++) {
		width[i] = column_width(t, i, nr_rows);
		if (!col[i].detail)
			last = i;
	}
	for (i = 0; i <= last; i++)
		if (!col[i].detail) {
			print_padded(f, col[i].title, width[i], column_is_number(&col[i]),
				     i == last);
			fputs(i == last ? "\n" : " ", f);
		}
	for (row = 0; row < nr_rows; row++)
		for (i = 0; i <= last; i++) {
			if (col[i].detail)
				continue;
			cell_format(text, sizeof(text), &col[i], &t->rows[row][i]);
			print_padded(f, text, width[i], column_is_number(&col[i]), i == last);
			fputs(i == last ? "\n" : " ", f);
		}
	if (!t->nr_rows)
		fprintf(f, "(none)\n");
	else if (nr_rows < t->nr_rows)
		fprintf(f, "(%zu more)\n", t->nr_rows - nr_rows);
}
