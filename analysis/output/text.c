// SPDX-License-Identifier: GPL-2.0-only
/*
 * Tables as text: all columns that are not details, each as wide as its cells. If the
 * width of a line is limited, texts are cut. If that is not enough, the last columns are
 * left out, but not the sort column; a line below the table names them.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/capture.h"
#include "analysis/filter.h"
#include "analysis/output/output.h"
#include "analysis/verdict.h"
#include "lib/text.h"

#define CELL_LEN   256
/* rows of a tree below this depth are not indented further */
#define MAX_DEPTH  20
/* more columns than any table shows */
#define MAX_SHOWN  64
/* a text is not cut below this width */
#define LEAST_TEXT 10

/* The first column that is not a detail: a tree indents it. */
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
		/* keep a long chain within the line */
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

/* The width of the title and the cells of column @i. */
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

/* The minimum width of a column: numbers are not cut, texts to LEAST_TEXT or the title. */
static int least_width(const struct column *col, int content)
{
	const int title = text_width(col->title);
	const int least = title < LEAST_TEXT ? LEAST_TEXT : title;

	return col->unit != UNIT_TEXT || content < least ? content : least;
}

/* The width of a line with the wanted, or the minimum, widths of its columns. */
static int line_width(const struct layout *l, bool least)
{
	unsigned int i;
	int sum = -1;

	for (i = 0; i < l->nr; i++)
		if (!l->shown[i].left_out)
			sum += 1 + (least ? l->shown[i].least : l->shown[i].width);
	return sum;
}

/* Leave out the last column that is not @keep, the sort column. False: there is none. */
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

/* Make the widest column narrower by one. False: all have their minimum width. */
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
	const unsigned int sort = table_default_sort(t->def);
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
	while (width && line_width(l, true) > width && leave_out(l, sort))
		;
	while (width && line_width(l, false) > width && narrow(l))
		;
	for (i = 0; i < l->nr; i++)
		if (!l->shown[i].left_out)
			l->last = i;
}

/* Print @text in column @at, padded, or cut with a "…" at the end. */
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

static void print_limits(FILE *f, const char *limits)
{
	char line[1024];

	while (text_next_line(line, sizeof(line), &limits))
		fprintf(f, "note: %s\n", line);
}

static int begin(struct output *o, const struct output_head *head)
{
	char text[FILTER_TEXT_LEN], shown[FILTER_TEXT_LEN], verdict[VERDICT_LEN];

	if (head->verdict)
		fprintf(o->f, "%s\n", text_shown(verdict, sizeof(verdict), head->verdict));
	if (head->info) {
		output_text_capture(o->f, head->path, head->info);
		print_limits(o->f, head->info->limits);
	}
	if (head->filter) {
		filter_text(text, sizeof(text), head->filter);
		fprintf(o->f, "filter: %s\n", text_shown(shown, sizeof(shown), text));
	}
	return 0;
}

static void print_heading(const struct output *o, const struct table *t,
			  const struct table_notes *notes)
{
	char reason[SEEN_REASON_LEN];

	if (o->alone)
		return;
	if (notes->heading)
		fputs(notes->heading, o->f);
	else
		fprintf(o->f, "\n%s: %s\n", t->def->title, t->def->help);
	if (notes->unseen[0] && t->nr_rows)
		fprintf(o->f, "(not all seen: %s)\n",
			text_shown(reason, sizeof(reason), notes->unseen));
}

static int begin_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	char text[SEEN_EMPTY_LEN];
	struct layout *l = o->state;
	unsigned int i;

	print_heading(o, t, notes);
	if (!t->nr_rows) {
		fprintf(o->f, "(%s)\n", text_shown(text, sizeof(text), notes->empty));
		return 0;
	}
	if (!l)
		o->state = l = malloc(sizeof(*l));
	if (!l)
		return -ENOMEM;
	lay_out(l, t, output_nr_shown(o, t), o->width);
	for (i = 0; i < l->nr; i++)
		print_cell(o->f, l, t, i, t->def->columns[l->shown[i].column].title);
	return 0;
}

static int print_row(struct output *o, const struct table *t, size_t row)
{
	const struct layout *l = o->state;
	char text[CELL_LEN];
	unsigned int i;

	if (row >= output_nr_shown(o, t))
		return 0;
	for (i = 0; i < l->nr; i++) {
		format_cell(text, sizeof(text), t, row, l->shown[i].column);
		print_cell(o->f, l, t, i, text);
	}
	return 0;
}

static int print_missing(struct output *o, const struct table *t, const struct table_notes *notes)
{
	(void)notes;
	if (t->nr_rows)
		print_left_out(o->f, o->state, t);
	if (output_nr_more(o, t))
		fprintf(o->f, "(%zu more)\n", output_nr_more(o, t));
	return 0;
}

static int end(struct output *o, int ret)
{
	free(o->state);
	return ret;
}

const struct output_ops text_ops = {
	.name = "text",
	.tail = "",
	.limited = true,
	.begin = begin,
	.begin_table = begin_table,
	.row = print_row,
	.end_table = print_missing,
	.end = end,
};
