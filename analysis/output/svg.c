// SPDX-License-Identifier: GPL-2.0-only
/*
 * A flame graph as SVG, without scripts: the tables of folded.c, drawn. A box is a name or a
 * function; its width is the time that was waited in it, its tooltip has the numbers. The
 * outermost is at the bottom.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/output/output.h"
#include "analysis/output/stack_frames.h"
#include "lib/hash.h"
#include "lib/saturate.h"
#include "lib/text.h"

/* In units of the drawing, which is as wide as the page. */
#define WIDTH	   1200
#define MARGIN	   10
#define BOX_HEIGHT 16
#define HEAD	   44 /* for the title */
#define CHAR_WIDTH 7.0
#define MIN_WIDTH  0.1 /* narrower boxes are not drawn */

/* A name below its parents, with all time that was waited in it. */
struct node {
	UT_hash_handle hh; /* among its siblings */
	struct node *children;
	int64_t ns;
	char name[];
};

struct graph {
	struct node *root;
	unsigned int depth; /* of the deepest node; that of the root is 0 */
	bool failed;	    /* out of memory */
};

static struct node *new_node(struct node *parent, const char *name)
{
	struct node *n = calloc(1, sizeof(*n) + strlen(name) + 1);

	if (!n)
		return NULL;
	strcpy(n->name, name);
	if (parent)
		HASH_ADD_KEYPTR(hh, parent->children, n->name, strlen(n->name), n);
	return n;
}

/* Add time to the child of @parent that is called @len bytes of @name. NULL: no memory. */
static struct node *add_child(struct graph *g, struct node *parent, const char *name, size_t len,
			      int64_t ns)
{
	char shown[FRAME_NAME_LEN];
	struct node *n = NULL;

	frame_shown(shown, name, len);
	if (parent)
		HASH_FIND_STR(parent->children, shown, n);
	if (parent && !n)
		n = new_node(parent, shown);
	if (n)
		n->ns = sat_add(n->ns, ns);
	else
		g->failed = true;
	return n;
}

static int begin(struct output *o, const struct output_head *head)
{
	struct graph *g = calloc(1, sizeof(*g));

	(void)head;
	o->state = g;
	if (g)
		g->root = new_node(NULL, "all waits");
	return g && g->root ? 0 : -ENOMEM;
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
	const int stack = table_column(t->def, "stack"), time = table_column(t->def, "wait_ns");
	const struct cell *cell = t->rows[row];
	struct stack_frame frame[STACK_FRAMES_MAX] = { { NO_STACK, strlen(NO_STACK) } };
	struct graph *g = o->state;
	unsigned int nr, depth = 0;
	struct node *at = g->root;
	int64_t ns;
	int i;

	if (stack < 0 || time < 0 || cell[time].type != CELL_INT)
		return 0;
	ns = cell[time].i;
	at->ns = sat_add(at->ns, ns);
	for (i = 0; i < stack; i++, depth++) {
		const char *name = cell[i].type == CELL_TEXT ? cell[i].text : "-";

		at = add_child(g, at, name, strlen(name), ns);
	}
	nr = cell[stack].type == CELL_TEXT ? stack_frames(frame, cell[stack].text) : 1;
	for (; nr; nr--, depth++)
		at = add_child(g, at, frame[nr - 1].name, frame[nr - 1].len, ns);
	if (depth > g->depth)
		g->depth = depth;
	return g->failed ? -ENOMEM : 0;
}

/* @text, at most @columns wide, with what XML gives a meaning escaped. */
static void print_escaped(FILE *f, const char *text, int columns)
{
	const size_t len = text_fit(text, columns, NULL);
	size_t i;

	for (i = 0; i < len; i++) {
		const char *const as = text[i] == '<'	 ? "&lt;"
				       : text[i] == '>'	 ? "&gt;"
				       : text[i] == '&'	 ? "&amp;"
				       : text[i] == '"'	 ? "&quot;"
				       : text[i] == '\'' ? "&#39;"
							 : NULL;

		if (as)
			fputs(as, f);
		else
			fputc(text[i], f);
	}
}

/* A warm colour; the same name has the same one. */
static void print_color(FILE *f, const char *name)
{
	uint32_t h = 2166136261;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619;
	fprintf(f, "rgb(%u,%u,%u)", 205 + h % 50, 90 + (h >> 8) % 110, 40 + (h >> 16) % 40);
}

static void print_box(FILE *f, const struct node *n, double x, double y, double width,
		      double total_ns)
{
	const int columns = (width - 4) / CHAR_WIDTH;

	fprintf(f, "<g><title>");
	print_escaped(f, n->name, FRAME_NAME_LEN);
	fprintf(f,
		"\n%.3f ms, %.2f %% of all</title><rect x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" "
		"height=\"%d\" fill=\"",
		n->ns / 1e6, 100 * n->ns / total_ns, x, y, width, BOX_HEIGHT - 1);
	print_color(f, n->name);
	fputs("\"/>", f);
	if (columns >= 3) {
		const bool cut = text_width(n->name) > columns;

		fprintf(f, "<text x=\"%.2f\" y=\"%.0f\">", x + 2, y + BOX_HEIGHT - 4);
		print_escaped(f, n->name, cut ? columns - 1 : columns);
		fputs(cut ? "…</text>" : "</text>", f);
	}
	fputs("</g>\n", f);
}

/* Draw @n from @x on, then its children above it, side by side. */
static void print_node(FILE *f, const struct graph *g, const struct node *n, double x,
		       unsigned int depth)
{
	const double total_ns = g->root->ns,
		     width = (WIDTH - 2 * MARGIN) * (double)n->ns / total_ns;
	const struct node *child;

	if (width < MIN_WIDTH)
		return;
	print_box(f, n, x, HEAD + (double)(g->depth - depth) * BOX_HEIGHT, width, total_ns);
	for (child = n->children; child; child = child->hh.next) {
		print_node(f, g, child, x, depth + 1);
		x += (WIDTH - 2 * MARGIN) * (double)child->ns / total_ns;
	}
}

static int by_name(const struct node *a, const struct node *b)
{
	return strcmp(a->name, b->name);
}

/* Sort all children by name, as in other flame graphs: the order in time is lost anyway. */
static void sort(struct node *n)
{
	struct node *child;

	HASH_SORT(n->children, by_name);
	for (child = n->children; child; child = child->hh.next)
		sort(child);
}

static void print_graph(FILE *f, const struct graph *g)
{
	const unsigned int height = HEAD + (g->depth + 1) * BOX_HEIGHT + MARGIN;

	fprintf(f,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %u\" width=\"%d\" "
		"height=\"%u\" font-family=\"monospace\" font-size=\"11\">\n"
		"<rect width=\"100%%\" height=\"100%%\" fill=\"#fffdf7\"/>\n"
		"<text x=\"%d\" y=\"26\" font-size=\"16\">",
		WIDTH, height, WIDTH, height, MARGIN);
	if (g->root->ns)
		fprintf(f, "Waits for locks: %.3f ms</text>\n", g->root->ns / 1e6);
	else
		fputs("No waits for locks</text>\n", f);
	if (g->root->ns)
		print_node(f, g, g->root, MARGIN, 0);
	fputs("</svg>\n", f);
}

static void free_nodes(struct node *n)
{
	struct node *child, *next;

	if (!n)
		return;
	HASH_ITER(hh, n->children, child, next) {
		HASH_DEL(n->children, child);
		free_nodes(child);
	}
	free(n);
}

static int end(struct output *o, int ret)
{
	struct graph *g = o->state;

	if (!g)
		return ret;
	if (!ret) {
		sort(g->root);
		print_graph(o->f, g);
	}
	free_nodes(g->root);
	free(g);
	return ret;
}

const struct output_ops svg_ops = {
	.begin = begin,
	.begin_table = begin_table,
	.row = add_row,
	.end_table = output_unseen,
	.end = end,
};
