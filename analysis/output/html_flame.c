// SPDX-License-Identifier: GPL-2.0-only
/* The flame graph of the page: the same as `export --to svg`, without what is too narrow to see. */
#include <errno.h>

#include "analysis/output/flame.h"
#include "analysis/output/html.h"

/* In units of the drawing, which is as wide as the page; a phone shows a part of it. */
#define WIDTH 1200

/* A page of them is a third of a megabyte with most names. */
#define MAX_BOXES 2000

static void print_flame(FILE *f, struct flame *flame, const struct column *time)
{
	const struct cell total = { .type = CELL_INT, .i = flame_total_ns(flame) };
	double narrowest;

	fprintf(f,
		"<div class=\"rows flame\"><svg viewBox=\"0 0 %d %u\" role=\"img\" "
		"aria-label=\"flame graph of the waits\">\n",
		WIDTH, flame_height(flame));
	narrowest = flame_print(f, flame, 0, 0, WIDTH, MAX_BOXES);
	fputs("</svg></div>\n<p class=\"legend\">All waits: ", f);
	html_cell(f, time, &total);
	fputs(" ms.", f);
	if (narrowest > FLAME_MIN_WIDTH)
		fprintf(f,
			" Less than %.2f %% has no box here: rmapscope export FILE --to svg draws it.",
			100 * narrowest / WIDTH);
	fputs("</p>\n", f);
}

int html_flame(struct output *o, const struct table *t)
{
	struct flame *flame = flame_new();
	int ret = flame ? 0 : -ENOMEM;
	size_t row;

	for (row = 0; !ret && row < t->nr_rows; row++)
		ret = flame_add(flame, t, row);
	if (!ret)
		print_flame(o->f, flame, &t->def->columns[table_column(t->def, "wait_ns")]);
	flame_free(flame);
	return ret;
}
