// SPDX-License-Identifier: GPL-2.0-only
#include "tui/heatmap.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/heatmap_table.h"
#include "lib/clock.h"
#include "lib/saturate.h"
#include "tui/text.h"

/* Latency in ms before each row. */
#define LABEL_WIDTH 12
#define SEC	    ((int64_t)NSEC_PER_SEC)

static int nr_columns(void)
{
	return COLS > LABEL_WIDTH + 1 ? COLS - LABEL_WIDTH - 1 : 1;
}

void heatmap_window(struct window *w)
{
	int64_t end_s = (w->end_ns - 1) / SEC, window_s = end_s - w->start_ns / SEC + 1;
	int64_t columns = nr_columns();

	w->slot_s = (window_s + columns - 1) / columns;
	w->start_ns = (end_s + 1 - columns * w->slot_s) * SEC;
	if (w->start_ns < 0)
		w->start_ns = 0;
}

/* The counts of the table, by row and column. */
struct grid {
	int nr_rows, nr_columns;
	int width;	   /* terminal columns per cell: a short capture also fills the width */
	int64_t lowest_ns; /* of the last row */
	int64_t max;
	int64_t *count;
};

static int row_of(const struct grid *g, int64_t from_ns)
{
	/* the rows are powers of two, so the exponent gives the row */
	return g->nr_rows - 1 - (int)lround(log2((double)from_ns / g->lowest_ns));
}

static int64_t column_of(const struct table_view *v, int64_t start_ns)
{
	return (start_ns - v->window.start_ns / SEC * SEC) / (v->window.slot_s * SEC);
}

static bool grid_init(struct grid *g, const struct table_view *v, int max_rows)
{
	const struct table *t = &v->table;
	int from = table_column(t->def, "from_ns"), nr = table_column(t->def, "nr_waits"),
	    start = table_column(t->def, "start_ns");
	int64_t low = INT64_MAX, high = 0;
	int64_t first = nr_columns() - 1;
	size_t i;

	memset(g, 0, sizeof(*g));
	for (i = 0; i < t->nr_rows; i++) {
		int64_t x = column_of(v, t->rows[i][start].i);

		first = x >= 0 && x < first ? x : first;
		low = t->rows[i][from].i < low ? t->rows[i][from].i : low;
		high = t->rows[i][from].i > high ? t->rows[i][from].i : high;
	}
	if (!t->nr_rows || max_rows < 1)
		return false;
	g->nr_rows = 1 + (int)lround(log2((double)high / low));
	/* too few lines: keep the rows of the long waits; the lowest row counts all shorter ones */
	while (g->nr_rows > max_rows) {
		g->nr_rows--;
		low *= 2;
	}
	g->lowest_ns = low;
	g->nr_columns = nr_columns();
	g->width = g->nr_columns / (g->nr_columns - first);
	g->count = calloc((size_t)g->nr_rows * g->nr_columns, sizeof(*g->count));
	for (i = 0; g->count && i < t->nr_rows; i++) {
		int64_t x = column_of(v, t->rows[i][start].i);
		int64_t ns = t->rows[i][from].i < low ? low : t->rows[i][from].i, *count;

		if (x < 0 || x >= g->nr_columns)
			continue;
		count = &g->count[row_of(g, ns) * g->nr_columns + x];
		*count = sat_add(*count, t->rows[i][nr].i);
		g->max = *count > g->max ? *count : g->max;
	}
	return g->count;
}

static void draw_cells(const struct terminal *term, const struct area *a, int y, int x, int nr,
		       int level)
{
	static const wchar_t shades[] = L"·░▒▓█";
	static const char ascii[] = ".:+*#";

	term_look(term, LOOK_HEAT_1 + level - 1);
	area_repeat(a, y, x, nr, text_glyph(shades[level - 1], ascii[level - 1]));
}

static void draw_grid(const struct grid *g, const struct terminal *term, const struct area *a)
{
	const struct column ms = { .unit = UNIT_NS };
	char text[64];
	int row, x;

	for (row = 0; row < g->nr_rows; row++) {
		struct cell cell = { .type = CELL_INT,
				     .i = g->lowest_ns << (g->nr_rows - 1 - row) };

		cell_format(text, sizeof(text), &ms, &cell);
		term_look(term, LOOK_NORMAL);
		area_field(a, row, 0, LABEL_WIDTH - 1, text, true);
		for (x = 0; x < g->nr_columns; x++) {
			int64_t count = g->count[row * g->nr_columns + x];

			if (count)
				draw_cells(term, a, row,
					   LABEL_WIDTH + g->nr_columns -
						   (g->nr_columns - x) * g->width,
					   g->width, heatmap_level(count, g->max));
		}
	}
	term_look(term, LOOK_NORMAL);
}

/* The legend: times of the columns, counts of the shades. */
static void draw_legend(const struct grid *g, const struct table_view *v,
			const struct terminal *term, const struct area *a)
{
	char text[160];
	int x = LABEL_WIDTH, level;

	snprintf(text, sizeof(text), "%u s to a column;", v->window.slot_s);
	if (g->width > 1)
		snprintf(text, sizeof(text), "%u s to %d columns;", v->window.slot_s, g->width);
	x += area_text(a, 0, x, text);
	for (level = 1; level <= HEATMAP_LEVELS && x + 16 < a->width; level++) {
		int64_t least = heatmap_least(level, g->max);

		/* fewer waits than shades: show only the shades in use */
		if (heatmap_level(least, g->max) != level)
			continue;
		snprintf(text, sizeof(text), "  %lld: ", (long long)least);
		x += area_text(a, 0, x, text);
		draw_cells(term, a, 0, x++, 1, level);
		term_look(term, LOOK_NORMAL);
	}
	area_text(a, 0, x, "  waits");
}

void heatmap_draw(struct table_view *v, const struct terminal *term, const struct area *a)
{
	struct area part = area_lines(a, 0, 1);
	struct grid g;

	v->area = *a;
	term_look(term, LOOK_HEAD);
	area_clear(&part);
	area_field(&part, 0, 0, LABEL_WIDTH - 1, "WAIT ms", true);
	area_text(&part, 0, LABEL_WIDTH, "minimum wait per row; time runs left to right");
	term_look(term, LOOK_NORMAL);
	if (!grid_init(&g, v, a->height - 2)) {
		part = area_lines(a, 1, a->height);
		area_wrap(&part, table_view_empty(v));
		return;
	}
	part = area_lines(a, 1, g.nr_rows);
	draw_grid(&g, term, &part);
	part = area_lines(a, 1 + g.nr_rows, 1);
	draw_legend(&g, v, term, &part);
	free(g.count);
}
