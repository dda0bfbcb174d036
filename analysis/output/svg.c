// SPDX-License-Identifier: GPL-2.0-only
/* The tables of folded.c as a flame graph, in a picture without scripts. */
#include <errno.h>

#include "analysis/output/flame.h"
#include "analysis/output/output.h"

/* In units of the drawing, which is as wide as the page. */
#define WIDTH  1200
#define MARGIN 10
#define HEAD   44 /* for the title */

static int begin(struct output *o, const struct output_head *head)
{
	(void)head;
	o->state = flame_new();
	return o->state ? 0 : -ENOMEM;
}

static int begin_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	(void)o;
	(void)t;
	(void)notes;
	return 0;
}

static int add_row(struct output *o, const struct table *t, size_t row)
{
	return flame_add(o->state, t, row);
}

static void print_picture(FILE *f, struct flame *flame)
{
	const unsigned int height = HEAD + flame_height(flame) + MARGIN;

	fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %u\" width=\"%d\" "
		"height=\"%u\" font-family=\"monospace\" font-size=\"11\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fffdf7\"/>\n"
		"<text x=\"%d\" y=\"26\" font-size=\"16\">",
		WIDTH, height, WIDTH, height, MARGIN);
	if (flame_total_ns(flame))
		fprintf(f, "Waits for locks: %.3f ms</text>\n", flame_total_ns(flame) / 1e6);
	else
		fputs("No waits for locks</text>\n", f);
	flame_print(f, flame, MARGIN, HEAD, WIDTH - 2 * MARGIN, 0);
	fputs("</svg>\n", f);
}

static int end(struct output *o, int ret)
{
	if (o->state && !ret)
		print_picture(o->f, o->state);
	flame_free(o->state);
	return ret;
}

const struct output_ops svg_ops = {
	.begin = begin,
	.begin_table = begin_table,
	.row = add_row,
	.end_table = output_unseen,
	.end = end,
};
