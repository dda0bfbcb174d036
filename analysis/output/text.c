// SPDX-License-Identifier: GPL-2.0-only
#include <string.h>

#include "analysis/output/output.h"
#include "lib/text.h"

#define CELL_LEN  256
/* deeper rows of a tree are indented no more */
#define MAX_DEPTH 20

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

static void print_padded(FILE *f, const char *text, int width, bool right, bool last)
{
	int pad = width - text_width(text);

	if (right)
		fprintf(f, "%*s%s", pad > 0 ? pad : 0, "", text);
	else
		fprintf(f, "%s%*s", text, pad > 0 && !last ? pad : 0, "");
}

/* The first column that people see, which a tree indents by the depth. */
static unsigned int first_shown(const struct table_def *def)
{
	unsigned int i = 0;

	while (def->columns[i].name && def->columns[i].detail)
		i++;
	return i;
}

static void format_cell(char *buf, size_t room, const struct table *t, size_t row, unsigned int i)
{
	const struct cell *cells = t->rows[row];
	int64_t indent = 0;

	if (t->def->tree && i == first_shown(t->def))
		/* a long chain stays on the page */
		indent = cells[0].i < MAX_DEPTH ? 2 * cells[0].i : 2 * MAX_DEPTH;
	memset(buf, ' ', indent);
	cell_format(buf + indent, room - indent, &t->def->columns[i], &cells[i]);
}

static int column_width(const struct table *t, unsigned int i, size_t nr_rows)
{
	const struct column *col = &t->def->columns[i];
	int width = col->width;
	char text[CELL_LEN];
	size_t row;

	if (text_width(col->title) > width)
		width = text_width(col->title);
	for (row = 0; row < nr_rows; row++) {
		format_cell(text, sizeof(text), t, row, i);
		if (text_width(text) > width)
			width = text_width(text);
	}
	return width;
}

void output_text(FILE *f, const struct table *t, size_t max_rows, const char *empty)
{
	size_t nr_rows = max_rows && max_rows < t->nr_rows ? max_rows : t->nr_rows, row;
	int width[t->nr_columns];
	unsigned int i, last = 0;
	const struct column *col = t->def->columns;
	char text[CELL_LEN], said[SEEN_EMPTY_LEN];

	if (!t->nr_rows) {
		fprintf(f, "(%s)\n", text_shown(said, sizeof(said), empty));
		return;
	}
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
			format_cell(text, sizeof(text), t, row, i);
			print_padded(f, text, width[i], column_is_number(&col[i]), i == last);
			fputs(i == last ? "\n" : " ", f);
		}
	if (nr_rows < t->nr_rows)
		fprintf(f, "(%zu more)\n", t->nr_rows - nr_rows);
}
