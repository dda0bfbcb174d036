// SPDX-License-Identifier: GPL-2.0-only
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "analysis/output/output.h"
#include "lib/text.h"

#define CELL_LEN   256
/* deeper rows of a tree are indented no more */
#define MAX_DEPTH  20
/* more columns than any table shows */
#define MAX_SHOWN  64
/* columns of a text that is cut */
#define LEAST_TEXT 10

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

/* The columns that are printed, and how wide. */
struct layout {
	struct shown {
		unsigned int column;
		int width, least;
		bool left_out;
	} shown[MAX_SHOWN];
	unsigned int nr, last; /* the last that is not left out */
};

/* What the title and the cells of column @i take. */
static int content_width(const struct table *t, unsigned int i, size_t nr_rows)
{
	int width = text_width(t->def->columns[i].title);
	char text[CELL_LEN];
	size_t row;

	for (row = 0; row < nr_rows; row++) {
		format_cell(text, sizeof(text), t, row, i);
		if (text_width(text) > width)
			width = text_width(text);
	}
	return width;
}

/* A number is never cut, a text not to nothing. */
static int least_width(const struct column *col, int content)
{
	const int title = text_width(col->title);
	const int least = title < LEAST_TEXT ? LEAST_TEXT : title;

	return col->unit != UNIT_TEXT || content < least ? content : least;
}

/* Columns of a line: of what is wanted, or at least. */
static int line_width(const struct layout *l, bool least)
{
	unsigned int i;
	int sum = -1;

	for (i = 0; i < l->nr; i++)
		if (!l->shown[i].left_out)
			sum += 1 + (least ? l->shown[i].least : l->shown[i].width);
	return sum;
}

/* Leave out the last column but @keep, which the rows are sorted by. False: there is none. */
static bool leave_out(struct layout *l, unsigned int keep)
{
	unsigned int i;

	for (i = l->nr; i > 1; i--) {
		struct shown *s = &l->shown[i - 1];

		if (s->left_out || s->column == keep)
			continue;
		s->left_out = true;
		return true;
	}
	return false;
}

/* Take a column from the widest that has one to give. False: none has. */
static bool narrow(struct layout *l)
{
	struct shown *widest = NULL, *s;

	for (s = l->shown; s < l->shown + l->nr; s++)
		if (!s->left_out && s->width > s->least && (!widest || s->width > widest->width))
			widest = s;
	if (widest)
		widest->width--;
	return widest;
}

static void lay_out(struct layout *l, const struct table *t, size_t nr_rows, int width)
{
	unsigned int i;

	memset(l, 0, sizeof(*l));
	for (i = 0; i < t->nr_columns && l->nr < MAX_SHOWN; i++) {
		const struct column *col = &t->def->columns[i];
		const int content = col->detail ? 0 : content_width(t, i, nr_rows);
		struct shown *s = &l->shown[l->nr];

		if (col->detail)
			continue;
		s->column = i;
		s->width = content > (int)col->width ? content : (int)col->width;
		s->least = least_width(col, content);
		l->nr++;
	}
	while (width && line_width(l, true) > width && leave_out(l, t->def->sort))
		;
	while (width && line_width(l, false) > width && narrow(l))
		;
	for (i = 0; i < l->nr; i++)
		if (!l->shown[i].left_out)
			l->last = i;
}

/* @text in the place of column @at: cut, with a mark that says so, or padded. */
static void print_cell(FILE *f, const struct layout *l, const struct table *t, unsigned int at,
		       const char *text)
{
	const bool right = column_is_number(&t->def->columns[l->shown[at].column]);
	const int width = l->shown[at].width;
	size_t bytes = strlen(text);
	int taken = text_width(text), pad;

	if (l->shown[at].left_out)
		return;
	if (taken > width) {
		bytes = text_fit(text, width - 1, &taken);
		taken++;
	}
	pad = width - taken;
	if (right)
		fprintf(f, "%*s", pad, "");
	fprintf(f, "%.*s%s", (int)bytes, text, text[bytes] ? "…" : "");
	if (at == l->last)
		fputc('\n', f);
	else
		fprintf(f, "%*s ", right ? 0 : pad, "");
}

static void print_left_out(FILE *f, const struct layout *l, const struct table *t)
{
	unsigned int i, nr = 0;

	for (i = 0; i < l->nr; i++)
		if (l->shown[i].left_out)
			fprintf(f, "%s%s", nr++ ? ", " : "(too narrow for: ",
				t->def->columns[l->shown[i].column].title);
	if (nr)
		fputs(")\n", f);
}

void output_text(FILE *f, const struct table *t, size_t max_rows, int width, const char *empty)
{
	size_t nr_rows = max_rows && max_rows < t->nr_rows ? max_rows : t->nr_rows, row;
	char text[CELL_LEN], said[SEEN_EMPTY_LEN];
	struct layout l;
	unsigned int i;

	if (!t->nr_rows) {
		fprintf(f, "(%s)\n", text_shown(said, sizeof(said), empty));
		return;
	}
	lay_out(&l, t, nr_rows, width);
	for (i = 0; i < l.nr; i++)
		print_cell(f, &l, t, i, t->def->columns[l.shown[i].column].title);
	for (row = 0; row < nr_rows; row++)
		for (i = 0; i < l.nr; i++) {
			format_cell(text, sizeof(text), t, row, l.shown[i].column);
			print_cell(f, &l, t, i, text);
		}
	print_left_out(f, &l, t);
	if (nr_rows < t->nr_rows)
		fprintf(f, "(%zu more)\n", t->nr_rows - nr_rows);
}

int output_width(FILE *f)
{
	struct winsize size;

	if (!isatty(fileno(f)) || ioctl(fileno(f), TIOCGWINSZ, &size))
		return 0;
	return size.ws_col;
}
