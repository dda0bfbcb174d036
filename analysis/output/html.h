/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the parts of the page share: html.c prints the page and the tables, html_*.c the charts.
 *
 * The page is well-formed XML too: every element is closed, every attribute quoted. Its style
 * and script are the files page.css and page.js.
 */
#ifndef RMAPSCOPE_HTML_H
#define RMAPSCOPE_HTML_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "analysis/output/output.h"

/* The state of an output of this format. */
struct html {
	int64_t first_ns, last_ns;	/* of the capture */
	struct window window;		/* all of it, in whole seconds */
	const struct html_chart *chart; /* of the table that is being printed; or NULL */
};

/* The longest text of a cell; the rest is cut off, as in text. */
#define HTML_CELL_LEN 256

/* Print text from the file, for an element or an attribute: nothing in it is markup. */
void html_text(FILE *f, const char *text);
/* Print a cell as text shows it. */
void html_cell(FILE *f, const struct column *col, const struct cell *cell);
/* Print <title> with the titles and values of a row, a line each: a tooltip in SVG. */
void html_row_title(FILE *f, const struct table *t, size_t row);
/* Print the times below a chart: start, middle and end, since the start of the capture. */
void html_time_axis(FILE *f, int64_t from_ns, int64_t to_ns);

/*
 * A chart of the rows of a table, by the names of its columns. draw() prints nothing if one
 * of them is missing. Returns 0 or -ENOMEM.
 */
struct html_chart {
	const char *table;
	bool instead; /* of the rows */
	int (*draw)(struct output *o, const struct table *t);
};

/* Waits by their duration and the time when they ended. */
int html_heatmap(struct output *o, const struct table *t);
/* The rows as bars over time, a line per thread. */
int html_timeline(struct output *o, const struct table *t);
/* Table blame_matrix. */
int html_matrix(struct output *o, const struct table *t);
/* Table flame. */
int html_flame(struct output *o, const struct table *t);

/* The style and the script of the page: page.css and page.js, see page_files.S. */
extern const char page_css[], page_js[];

#endif
