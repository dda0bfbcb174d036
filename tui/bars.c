// SPDX-License-Identifier: GPL-2.0-only
#include "tui/bars.h"

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
	b->from_ns = INT64_MAX;
	b->to_ns = INT64_MIN;
	for (i = 0; i < nr_rows; i++) {
		double value = number(&rows[i][b->value]);
		int64_t start;

		if (value > b->max)
			b->max = value;
		if (b->shape != SHAPE_TIMELINE || rows[i][b->start].type != CELL_INT)
			continue;
		start = rows[i][b->start].i;
		if (start < b->from_ns)
			b->from_ns = start;
		if (start + (int64_t)value > b->to_ns)
			b->to_ns = start + (int64_t)value;
	}
}

/* @eighths of columns, full ones and the rest of one. */
static void draw_length(int y, int x, int eighths)
{
	static const wchar_t parts[] = L"▏▎▍▌▋▊▉";
	wchar_t full = text_glyph(L'█', '#'), part;

	for (; eighths >= NR_EIGHTHS; eighths -= NR_EIGHTHS)
		mvaddnwstr(y, x++, &full, 1);
	if (!eighths)
		return;
	part = text_glyph(parts[eighths - 1], eighths > NR_EIGHTHS / 2 ? '#' : ':');
	mvaddnwstr(y, x, &part, 1);
}

static void draw_span(const struct bars *b, int y, int x, int width, const struct cell *row)
{
	wchar_t glyph = text_glyph(L'█', '#'), mark = text_glyph(L'│', '|');
	double scale = (double)width / (b->to_ns > b->from_ns ? b->to_ns - b->from_ns : 1);
	int from, to, i;

	/* without a place in time there is none on the line */
	if (row[b->start].type != CELL_INT)
		return;
	from = (row[b->start].i - b->from_ns) * scale;
	to = (row[b->start].i - b->from_ns + number(&row[b->value])) * scale;
	if (from > width - 1)
		from = width - 1;
	if (to > width)
		to = width;
	/* an instant, or less than a column */
	if (to <= from)
		mvaddnwstr(y, x + from, &mark, 1);
	for (i = from; i < to; i++)
		mvaddnwstr(y, x + i, &glyph, 1);
}

void bars_draw(const struct bars *b, int y, int x, int width, const struct cell *row)
{
	double value = number(&row[b->value]);
	int eighths;

	if (b->shape == SHAPE_TIMELINE) {
		draw_span(b, y, x, width, row);
		return;
	}
	if (value <= 0 || b->max <= 0)
		return;
	eighths = value / b->max * width * NR_EIGHTHS;
	/* something is never nothing */
	draw_length(y, x, eighths ? eighths : 1);
}
