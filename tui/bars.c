// SPDX-License-Identifier: GPL-2.0-only
#include "tui/bars.h"

#include <math.h>
#include <string.h>

#include "tui/text.h"

#define NR_EIGHTHS 8

static double number(const struct cell *c)
{
	return c->type == CELL_INT ? (double)c->i : c->type == CELL_REAL ? c->r : 0;
}

void bars_init(struct bars *b, const struct view_def *view, struct cell *const *rows,
	       size_t nr_rows)
{
	size_t i;

	memset(b, 0, sizeof(*b));
	b->shape = view->shape;
	b->value = table_column(view->table, view->chart);
	b->start = table_column(view->table, "start_ns");
	b->from_ns = INFINITY;
	b->to_ns = -INFINITY;
	for (i = 0; i < nr_rows; i++) {
		const double value = number(&rows[i][b->value]);
		double start;

		if (value > b->max)
			b->max = value;
		if (b->shape != SHAPE_TIMELINE || rows[i][b->start].type != CELL_INT)
			continue;
		start = rows[i][b->start].i;
		b->from_ns = fmin(b->from_ns, start);
		b->to_ns = fmax(b->to_ns, start + value);
	}
}

/* Draw a bar of @eighths eighths of a column. */
static void draw_length(const struct area *a, int y, int eighths)
{
	static const wchar_t parts[] = L"▏▎▍▌▋▊▉";
	const int full = eighths / NR_EIGHTHS, rest = eighths % NR_EIGHTHS;

	area_repeat(a, y, 0, full, text_glyph(L'█', '#'));
	if (rest)
		area_repeat(a, y, full, 1,
			    text_glyph(parts[rest - 1], rest > NR_EIGHTHS / 2 ? '#' : ':'));
}

static void draw_span(const struct bars *b, const struct area *a, int y, const struct cell *row)
{
	const double scale = a->width / (b->to_ns > b->from_ns ? b->to_ns - b->from_ns : 1);
	const double start = (double)row[b->start].i - b->from_ns;
	int from, to;

	/* a row without a time has no bar */
	if (row[b->start].type != CELL_INT)
		return;
	from = fmax(0, fmin(start * scale, a->width - 1));
	to = fmax(0, fmin((start + number(&row[b->value])) * scale, a->width));
	/* an instant, or less than a column */
	if (to <= from)
		area_repeat(a, y, from, 1, text_glyph(L'│', '|'));
	area_repeat(a, y, from, to - from, text_glyph(L'█', '#'));
}

void bars_draw(const struct bars *b, const struct area *a, int y, const struct cell *row)
{
	double value = number(&row[b->value]);
	int eighths;

	if (b->shape == SHAPE_TIMELINE) {
		draw_span(b, a, y, row);
		return;
	}
	if (value <= 0 || b->max <= 0)
		return;
	eighths = value / b->max * a->width * NR_EIGHTHS;
	/* a value above 0 gets at least the thinnest bar */
	draw_length(a, y, eighths ? eighths : 1);
}
