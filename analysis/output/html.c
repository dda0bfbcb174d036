// SPDX-License-Identifier: GPL-2.0-only
/*
 * A web page in a single file: the verdict, what was captured and what could not be seen, then
 * each table, with a chart where there is one for it. It loads nothing, and says so to the
 * browser (Content-Security-Policy), which then refuses whatever a name might smuggle in.
 */
#include "analysis/output/html.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/capture.h"
#include "analysis/filter.h"
#include "lib/text.h"

#define POLICY                                                                                     \
	"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

static const struct html_chart charts[] = {
	{ "heatmap", true, html_heatmap },  { "blame_matrix", true, html_matrix },
	{ "flame", true, html_flame },	    { "waits", false, html_timeline },
	{ "stalls", false, html_timeline },
};

static void print_head(FILE *f, const struct output_head *head)
{
	const char *name = strrchr(head->path, '/');

	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
	      "<meta http-equiv=\"Content-Security-Policy\" content=\"" POLICY "\"/>\n"
	      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
	      "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>",
	      f);
	html_text(f, name ? name + 1 : head->path);
	fprintf(f, " - rmapscope</title>\n<style>\n%s</style>\n</head>\n<body>\n", page_css);
}

/* @text, a line per element. Those that begin with "note: " are left out, or are all (@notes). */
static void print_lines(FILE *f, const char *text, bool notes, const char *element)
{
	static const char mark[] = "note: ";
	const size_t skip = notes ? strlen(mark) : 0;
	char line[4096];

	while (text_next_line(line, sizeof(line), &text)) {
		if (!strncmp(line, mark, strlen(mark)) != notes)
			continue;
		fprintf(f, "<%s>", element);
		html_text(f, line + skip);
		fprintf(f, "</%s>\n", element);
	}
}

static void print_limits(FILE *f, const char *limits)
{
	char line[1024];

	while (text_next_line(line, sizeof(line), &limits)) {
		fputs("<li>", f);
		html_text(f, line);
		fputs("</li>\n", f);
	}
}

/* What the header of a report says, in the words of that. */
static int print_capture(FILE *f, const struct output_head *head)
{
	char *text = NULL;
	size_t bytes;
	FILE *lines = open_memstream(&text, &bytes);

	if (!lines)
		return -ENOMEM;
	output_text_capture(lines, head->path, head->info);
	if (fclose(lines)) {
		free(text);
		return -ENOMEM;
	}
	print_lines(f, text, false, "p");
	if (head->info->limits[0] || strstr(text, "\nnote: ")) {
		fputs("<h2>What could not be seen</h2>\n<ul>\n", f);
		print_lines(f, text, true, "li");
		print_limits(f, head->info->limits);
		fputs("</ul>\n", f);
	}
	free(text);
	return 0;
}

static int begin(struct output *o, const struct output_head *head)
{
	char filter[FILTER_TEXT_LEN];
	struct html *h = calloc(1, sizeof(*h));
	int ret = 0;

	o->state = h;
	if (!h)
		return -ENOMEM;
	print_head(o->f, head);
	fputs("<header>\n<h1>", o->f);
	html_text(o->f, head->verdict ?: "rmapscope");
	fputs("</h1>\n", o->f);
	if (head->info) {
		h->first_ns = head->info->first_ns;
		h->last_ns = head->info->last_ns;
		h->window = capture_whole(head->info);
		ret = print_capture(o->f, head);
	}
	if (head->filter) {
		filter_text(filter, sizeof(filter), head->filter);
		fputs("<p>filter: ", o->f);
		html_text(o->f, filter);
		fputs("</p>\n", o->f);
	}
	fputs("</header>\n<main>\n", o->f);
	return ret;
}

/* How page.js compares the cells of a column. */
static const char *kind_of(const struct column *col)
{
	return col->unit == UNIT_ADDRESS ? "hex" : column_is_number(col) ? "number" : "text";
}

static void print_titles(FILE *f, const struct table *t)
{
	const struct column *col;

	fputs("<div class=\"rows\"><table>\n<thead><tr>", f);
	for (col = t->def->columns; col->name; col++) {
		if (col->detail)
			continue;
		fprintf(f, "<th scope=\"col\" data-kind=\"%s\" title=\"", kind_of(col));
		html_text(f, col->help);
		fputs("\">", f);
		html_text(f, col->title);
		fputs("</th>", f);
	}
	fputs("</tr></thead>\n<tbody>\n", f);
}

static void print_paragraph(FILE *f, const char *before, const char *text)
{
	fprintf(f, "<p class=\"note\">%s", before);
	html_text(f, text);
	fputs("</p>\n", f);
}

/* Whether the rows of the table are printed. */
static bool has_rows(const struct html *h, const struct table *t)
{
	return t->nr_rows && !(h->chart && h->chart->instead);
}

static int begin_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	struct html *h = o->state;
	unsigned int i;
	int ret;

	fputs("<details open=\"open\" id=\"", o->f);
	html_text(o->f, t->def->name);
	fputs("\">\n<summary><h2>", o->f);
	html_text(o->f, t->def->title ?: t->def->name);
	fputs("</h2> ", o->f);
	html_text(o->f, t->def->help ?: "");
	fputs("</summary>\n", o->f);
	if (notes->unseen[0] && t->nr_rows)
		print_paragraph(o->f, "Not all seen: ", notes->unseen);
	h->chart = NULL;
	if (!t->nr_rows) {
		print_paragraph(o->f, "", notes->empty);
		return 0;
	}
	for (i = 0; i < sizeof(charts) / sizeof(*charts); i++)
		if (!strcmp(charts[i].table, t->def->name))
			h->chart = &charts[i];
	ret = h->chart ? h->chart->draw(o, t) : 0;
	if (has_rows(h, t))
		print_titles(o->f, t);
	return ret;
}

static int print_row(struct output *o, const struct table *t, size_t row)
{
	const struct column *col = t->def->columns;
	unsigned int i;

	if (!has_rows(o->state, t) || row >= output_nr_shown(o, t))
		return 0;
	fputs("<tr>", o->f);
	for (i = 0; i < t->nr_columns; i++) {
		const struct cell *cell = &t->rows[row][i];

		if (col[i].detail)
			continue;
		fprintf(o->f, "<td%s%s>", column_is_number(&col[i]) ? " class=\"n\"" : "",
			cell->type == CELL_NULL ? " data-unknown=\"\"" : "");
		html_cell(o->f, &col[i], cell);
		fputs("</td>", o->f);
	}
	fputs("</tr>\n", o->f);
	return 0;
}

static int end_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	const struct html *h = o->state;
	const size_t more = output_nr_more(o, t);

	(void)notes;
	if (has_rows(h, t))
		fputs("</tbody>\n</table></div>\n", o->f);
	if (has_rows(h, t) && more)
		fprintf(o->f,
			"<p class=\"note\">%zu more: rmapscope report FILE %s --all prints them</p>\n",
			more, t->def->name);
	fputs("</details>\n", o->f);
	return 0;
}

static int end(struct output *o, int ret)
{
	/* an error before the page began */
	if (!o->state)
		return ret;
	if (ret)
		fputs("<p class=\"note\">An error ended this page early: it is not complete.</p>\n",
		      o->f);
	else
		fprintf(o->f, "</main>\n<script>\n%s</script>\n</body>\n</html>\n", page_js);
	free(o->state);
	return ret;
}

const struct output_ops html_ops = {
	.limited = true,
	.begin = begin,
	.begin_table = begin_table,
	.row = print_row,
	.end_table = end_table,
	.end = end,
};
