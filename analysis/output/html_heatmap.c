// SPDX-License-Identifier: GPL-2.0-only
/* The heatmap: a line per power of two that waits took, a column per slot of time. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "analysis/heatmap_table.h"
#include "analysis/output/html.h"
#include "lib/clock.h"

#define LINE_PX 16

/* Where the columns of the table are, and what its rows span. */
struct grid {
	const struct table *t;
	int at, from, to, nr, start;
	int low, high; /* exponents of from_ns */
	int64_t max;
	int64_t slot_ns, start_ns, nr_slots;
};

static int exponent(int64_t ns)
{
	return ns > 0 ? 63 - __builtin_clzll(ns) : 0;
}

static bool grid_init(struct grid *g, const struct html *h, const struct table *t)
{
	size_t i;

	*g = (struct grid){ .t = t, .low = 63 };
	g->at = table_column(t->def, "at_ns");
	g->from = table_column(t->def, "from_ns");
	g->to = table_column(t->def, "to_ns");
	g->nr = table_column(t->def, "nr_waits");
	g->start = table_column(t->def, "start_ns");
	if (g->at < 0 || g->from < 0 || g->to < 0 || g->nr < 0 || g->start < 0)
		return false;
	for (i = 0; i < t->nr_rows; i++) {
		const int power = exponent(t->rows[i][g->from].i);

		g->low = power < g->low ? power : g->low;
		g->high = power > g->high ? power : g->high;
		g->max = t->rows[i][g->nr].i > g->max ? t->rows[i][g->nr].i : g->max;
	}
	g->slot_ns = window_slot(&h->window) * (int64_t)NSEC_PER_SEC;
	g->start_ns = h->window.start_ns / (int64_t)NSEC_PER_SEC * (int64_t)NSEC_PER_SEC;
	g->nr_slots = 1 + (h->window.end_ns - 1 - g->start_ns) / g->slot_ns;
	return t->nr_rows;
}

/* The shortest time of each line, at its left. */
static void print_labels(FILE *f, const struct grid *g)
{
	const struct column *col = &g->t->def->columns[g->from];
	int power;

	fputs("<div class=\"y heat\">", f);
	for (power = g->high; power >= g->low; power--) {
		const struct cell cell = { .type = CELL_INT, .i = 1LL << power };

		fputs("<span>", f);
		html_cell(f, col, &cell);
		fputs("</span>", f);
	}
	fputs("</div>\n", f);
}

static void print_cells(FILE *f, const struct grid *g)
{
	const double width = 100.0 / g->nr_slots;
	size_t i;

	for (i = 0; i < g->t->nr_rows; i++) {
		const struct cell *row = g->t->rows[i];
		const int64_t slot = (row[g->start].i - g->start_ns) / g->slot_ns;

		fprintf(f,
			"<rect class=\"h%d\" x=\"%.3f%%\" y=\"%d\" width=\"%.3f%%\" height=\"%d\">",
			heatmap_level(row[g->nr].i, g->max), slot * width,
			(g->high - exponent(row[g->from].i)) * LINE_PX, width, LINE_PX - 1);
		html_row_title(f, g->t, i);
		fputs("</rect>\n", f);
	}
}

static void print_legend(FILE *f, const struct grid *g)
{
	int level;

	fprintf(f,
		"<p class=\"legend\">%s at the left: the shortest wait of a line. A column is %" PRId64
		" s. ",
		g->t->def->columns[g->from].title, g->slot_ns / (int64_t)NSEC_PER_SEC);
	for (level = 1; level <= HEATMAP_LEVELS; level++) {
		const int64_t least = heatmap_least(level, g->max);

		/* fewer waits than shades: only the shades in use */
		if (heatmap_level(least, g->max) != level)
			continue;
		fprintf(f, "<span class=\"key h%d\"></span> %" PRId64 "+ ", level, least);
	}
	fputs("waits</p>\n", f);
}

int html_heatmap(struct output *o, const struct table *t)
{
	const struct html *h = o->state;
	struct grid g;

	if (!grid_init(&g, h, t))
		return 0;
	fputs("<div class=\"chart\">\n", o->f);
	print_labels(o->f, &g);
	fprintf(o->f,
		"<svg role=\"img\" aria-label=\"heatmap of waits\" width=\"100%%\" height=\"%d\">\n",
		(g.high - g.low + 1) * LINE_PX);
	print_cells(o->f, &g);
	fputs("</svg>\n", o->f);
	html_time_axis(o->f, g.start_ns - h->first_ns,
		       g.start_ns + g.nr_slots * g.slot_ns - h->first_ns);
	fputs("</div>\n", o->f);
	print_legend(o->f, &g);
	return 0;
}
