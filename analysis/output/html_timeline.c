// SPDX-License-Identifier: GPL-2.0-only
/* Rows with a start and a duration as bars over the time of the capture, a line per thread. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/output/html.h"

#define LINE_PX	   18
#define MAX_LINES  24
/* colours of bars, by the class of the lock; the last is for all other classes, and for none */
#define NR_COLOURS 7

struct timeline {
	const struct table *t;
	const struct html *h;
	int start, duration, comm, tid, class;
	size_t nr_rows;
	int *line;		 /* [nr_rows] of the thread; -1: the row is not drawn */
	size_t first[MAX_LINES]; /* a row of the thread */
	int nr_lines;
	size_t class_row[NR_COLOURS]; /* a row with the class of the colour */
	int nr_classes;
	size_t nr_hidden;
};

static bool columns_init(struct timeline *tl, const struct table *t)
{
	tl->start = table_column(t->def, "start_ns");
	tl->duration = table_column(t->def, "duration_ns");
	tl->comm = table_column(t->def, "comm");
	tl->tid = table_column(t->def, "tid");
	tl->class = table_column(t->def, "class");
	return tl->start >= 0 && tl->duration >= 0 && tl->comm >= 0 && tl->tid >= 0 &&
	       tl->class >= 0;
}

static bool is_same(const struct cell *a, const struct cell *b)
{
	return !strcmp(cell_text(a), cell_text(b));
}

/* The line of the thread of @row; a new one if there is room, else -1. */
static int line_of(struct timeline *tl, size_t row)
{
	const struct cell *cells = tl->t->rows[row];
	int i;

	if (cells[tl->start].type != CELL_INT || cells[tl->duration].type != CELL_INT)
		return -1;
	for (i = 0; i < tl->nr_lines; i++) {
		const struct cell *other = tl->t->rows[tl->first[i]];

		if (is_same(&other[tl->comm], &cells[tl->comm]) &&
		    cell_int(&other[tl->tid], -1) == cell_int(&cells[tl->tid], -1))
			return i;
	}
	if (i == MAX_LINES)
		return -1;
	tl->first[i] = row;
	return tl->nr_lines++;
}

/* The colour of the class of @row. */
static int colour_of(struct timeline *tl, size_t row)
{
	const struct cell *class = &tl->t->rows[row][tl->class];
	int i;

	if (class->type != CELL_TEXT)
		return NR_COLOURS - 1;
	for (i = 0; i < tl->nr_classes; i++)
		if (is_same(&tl->t->rows[tl->class_row[i]][tl->class], class))
			return i;
	if (i == NR_COLOURS - 1)
		return i;
	tl->class_row[i] = row;
	return tl->nr_classes++;
}

/* In percent of the width. */
static double place(const struct html *h, double ns)
{
	const double span = (double)h->last_ns - h->first_ns;
	const double at = span > 0 ? 100 * ns / span : 0;

	return at < 0 ? 0 : at > 100 ? 100 : at;
}

static void print_bar(FILE *f, struct timeline *tl, size_t row)
{
	const struct cell *cells = tl->t->rows[row];
	const double from_ns = (double)cells[tl->start].i - tl->h->first_ns;
	const double x = place(tl->h, from_ns);
	const double width = place(tl->h, from_ns + cells[tl->duration].i) - x;

	fprintf(f, "<rect class=\"c%d\" x=\"%.3f%%\" y=\"%d\" width=\"%.3f%%\" height=\"%d\">",
		colour_of(tl, row), x, tl->line[row] * LINE_PX + 3, width, LINE_PX - 6);
	html_row_title(f, tl->t, row);
	fputs("</rect>\n", f);
}

static void print_labels(FILE *f, const struct timeline *tl)
{
	const struct column *col = tl->t->def->columns;
	int i;

	fputs("<div class=\"y lines\">", f);
	for (i = 0; i < tl->nr_lines; i++) {
		const struct cell *cells = tl->t->rows[tl->first[i]];

		fputs("<span>", f);
		html_cell(f, &col[tl->comm], &cells[tl->comm]);
		fputc(' ', f);
		html_cell(f, &col[tl->tid], &cells[tl->tid]);
		fputs("</span>", f);
	}
	fputs("</div>\n", f);
}

static void print_legend(FILE *f, const struct timeline *tl)
{
	int i;

	fprintf(f, "<p class=\"legend\">The rows below, by start and duration. ");
	for (i = 0; i < tl->nr_classes; i++) {
		fprintf(f, "<span class=\"key c%d\"></span> ", i);
		html_text(f, cell_text(&tl->t->rows[tl->class_row[i]][tl->class]));
		fputc(' ', f);
	}
	fprintf(f, "<span class=\"key c%d\"></span> no known class", NR_COLOURS - 1);
	if (tl->nr_hidden)
		fprintf(f,
			". %zu rows are not drawn: without a duration, or of more than %d threads",
			tl->nr_hidden, MAX_LINES);
	fputs("</p>\n", f);
}

static void print_chart(FILE *f, struct timeline *tl)
{
	size_t row;

	fputs("<div class=\"chart\">\n", f);
	print_labels(f, tl);
	fprintf(f, "<svg role=\"img\" aria-label=\"timeline\" width=\"100%%\" height=\"%d\">\n",
		tl->nr_lines * LINE_PX);
	for (row = 0; row < tl->nr_rows; row++)
		if (tl->line[row] >= 0)
			print_bar(f, tl, row);
	fputs("</svg>\n", f);
	html_time_axis(f, 0, tl->h->last_ns - tl->h->first_ns);
	fputs("</div>\n", f);
	print_legend(f, tl);
}

int html_timeline(struct output *o, const struct table *t)
{
	struct timeline tl = { .t = t, .h = o->state, .nr_rows = output_nr_shown(o, t) };
	size_t row;

	if (!columns_init(&tl, t) || !tl.nr_rows)
		return 0;
	tl.line = calloc(tl.nr_rows, sizeof(*tl.line));
	if (!tl.line)
		return -ENOMEM;
	for (row = 0; row < tl.nr_rows; row++) {
		tl.line[row] = line_of(&tl, row);
		tl.nr_hidden += tl.line[row] < 0;
	}
	if (tl.nr_lines)
		print_chart(o->f, &tl);
	free(tl.line);
	return 0;
}
