// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/output/flame.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/output/html.h"
#include "analysis/output/stack_frames.h"
#include "lib/hash.h"
#include "lib/saturate.h"
#include "lib/text.h"

/* In units of the drawing. */
#define BOX_HEIGHT 16
#define CHAR_WIDTH 7.0

/* A name below its parents, with all time that was waited in it. */
struct node {
	UT_hash_handle hh; /* among its siblings */
	struct node *children;
	int64_t ns;
	char name[];
};

struct flame {
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
static struct node *add_child(struct flame *g, struct node *parent, const char *name, size_t len,
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

int flame_add(struct flame *g, const struct table *t, size_t row)
{
	const int stack = table_column(t->def, "stack"), time = table_column(t->def, "wait_ns");
	const struct cell *cell = t->rows[row];
	struct stack_frame frame[STACK_FRAMES_MAX] = { { NO_STACK, strlen(NO_STACK) } };
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

/* --- drawing */

struct drawing {
	FILE *f;
	const struct flame *flame;
	double x, y, width; /* of all boxes */
	double min_width;
};

/* @text, at most @columns wide. */
static void print_cut(FILE *f, const char *text, int columns)
{
	char cut[FRAME_NAME_LEN];

	snprintf(cut, sizeof(cut), "%.*s", (int)text_fit(text, columns, NULL), text);
	html_text(f, cut);
}

/* A warm colour; the same name has the same one. */
static void print_color(FILE *f, const char *name)
{
	uint32_t h = 2166136261;

	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619;
	fprintf(f, "rgb(%u,%u,%u)", 205 + h % 50, 90 + (h >> 8) % 110, 40 + (h >> 16) % 40);
}

static double width_of(const struct drawing *d, const struct node *n)
{
	return d->width * (double)n->ns / d->flame->root->ns;
}

static void print_box(const struct drawing *d, const struct node *n, double x, unsigned int depth)
{
	const double width = width_of(d, n), y = d->y + (d->flame->depth - depth) * BOX_HEIGHT;
	const int columns = (width - 4) / CHAR_WIDTH;

	fprintf(d->f, "<g><title>");
	html_text(d->f, n->name);
	fprintf(d->f,
		"\n%.3f ms, %.2f %% of all</title><rect x=\"%.2f\" y=\"%.0f\" width=\"%.2f\" "
		"height=\"%d\" fill=\"",
		n->ns / 1e6, 100 * (double)n->ns / d->flame->root->ns, x, y, width, BOX_HEIGHT - 1);
	print_color(d->f, n->name);
	fputs("\"/>", d->f);
	if (columns >= 3) {
		const bool cut = text_width(n->name) > columns;

		fprintf(d->f, "<text x=\"%.2f\" y=\"%.0f\">", x + 2, y + BOX_HEIGHT - 4);
		print_cut(d->f, n->name, cut ? columns - 1 : columns);
		fputs(cut ? "…</text>" : "</text>", d->f);
	}
	fputs("</g>\n", d->f);
}

/* Draw @n from @x on, then its children above it, side by side. */
static void print_node(const struct drawing *d, const struct node *n, double x, unsigned int depth)
{
	const struct node *child;

	if (width_of(d, n) < d->min_width)
		return;
	print_box(d, n, x, depth);
	for (child = n->children; child; child = child->hh.next) {
		print_node(d, child, x, depth + 1);
		x += width_of(d, child);
	}
}

static size_t count_boxes(const struct drawing *d, const struct node *n)
{
	const struct node *child;
	size_t nr = 1;

	if (width_of(d, n) < d->min_width)
		return 0;
	for (child = n->children; child; child = child->hh.next)
		nr += count_boxes(d, child);
	return nr;
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

struct flame *flame_new(void)
{
	struct flame *g = calloc(1, sizeof(*g));

	if (g)
		g->root = new_node(NULL, "all waits");
	if (g && !g->root) {
		free(g);
		g = NULL;
	}
	return g;
}

int64_t flame_total_ns(const struct flame *g)
{
	return g->root->ns;
}

unsigned int flame_height(const struct flame *g)
{
	return (g->depth + 1) * BOX_HEIGHT;
}

double flame_print(FILE *f, struct flame *g, double x, double y, double width, size_t max_boxes)
{
	struct drawing d = { f, g, x, y, width, FLAME_MIN_WIDTH };

	/* a wait can take no time */
	if (g->root->ns <= 0)
		return d.min_width;
	while (max_boxes && count_boxes(&d, g->root) > max_boxes)
		d.min_width *= 1.25;
	sort(g->root);
	print_node(&d, g->root, x, 0);
	return d.min_width;
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

void flame_free(struct flame *g)
{
	if (g)
		free_nodes(g->root);
	free(g);
}
