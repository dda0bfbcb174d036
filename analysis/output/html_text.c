// SPDX-License-Identifier: GPL-2.0-only
/* Texts and values in the page. */
#include <string.h>

#include "analysis/output/html.h"
#include "lib/text.h"

/* U+FFFE and U+FFFF, which XML does not have */
static bool is_noncharacter(int32_t c)
{
	return (c & 0xfffe) == 0xfffe;
}

void html_text(FILE *f, const char *text)
{
	const char *next = text;

	for (; *text; text = next) {
		const int32_t c = text_next(&next);

		if (text_is_unsafe(c) || is_noncharacter(c))
			fputc('?', f);
		else if (c < 0x80 && strchr("&<>\"'", c))
			fprintf(f, "&#%d;", (int)c);
		else
			fwrite(text, 1, next - text, f);
	}
}

void html_cell(FILE *f, const struct column *col, const struct cell *cell)
{
	char text[HTML_CELL_LEN];

	cell_format(text, sizeof(text), col, cell);
	html_text(f, text);
}

void html_row_title(FILE *f, const struct table *t, size_t row)
{
	const struct column *col = t->def->columns;
	const char *between = "<title>";
	unsigned int i;

	for (i = 0; i < t->nr_columns; i++) {
		if (col[i].detail || t->rows[row][i].type == CELL_NULL)
			continue;
		fputs(between, f);
		html_text(f, col[i].title);
		fputs(": ", f);
		html_cell(f, &col[i], &t->rows[row][i]);
		between = "\n";
	}
	fputs(*between == '<' ? "" : "</title>", f);
}

void html_time_axis(FILE *f, int64_t from_ns, int64_t to_ns)
{
	static const struct column seconds = { .unit = UNIT_TIME };
	const int64_t at_ns[] = { from_ns, from_ns + (to_ns - from_ns) / 2, to_ns };
	unsigned int i;

	fputs("<div></div><div class=\"x\">", f);
	for (i = 0; i < sizeof(at_ns) / sizeof(*at_ns); i++) {
		const struct cell at = { .type = CELL_INT, .i = at_ns[i] };

		fputs("<span>", f);
		html_cell(f, &seconds, &at);
		fputs(" s</span>", f);
	}
	fputs("</div>\n", f);
}
