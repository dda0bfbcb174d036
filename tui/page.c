// SPDX-License-Identifier: GPL-2.0-only
#include "tui/page.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/heatmap.h"
#include "tui/text.h"

/* Lines that a section needs at least: its heading, the column heads, one row. */
#define SECTION_MIN_LINES 3

int page_init(struct page *p, const struct view_def *views, unsigned int nr)
{
	unsigned int i;

	memset(p, 0, sizeof(*p));
	p->view = calloc(nr, sizeof(*p->view));
	if (!p->view)
		return -ENOMEM;
	p->nr = nr;
	for (i = 0; i < nr; i++)
		table_view_init(&p->view[i], &views[i]);
	p->view[0].focused = true;
	return 0;
}

void page_free(struct page *p)
{
	unsigned int i;

	for (i = 0; i < p->nr; i++)
		table_view_free(&p->view[i]);
	free(p->view);
	memset(p, 0, sizeof(*p));
}

/* The name of a row: its leading cells. */
static void title_of(const struct table_view *v, const struct cell *row, char *title, size_t room)
{
	unsigned int i;
	size_t len;

	len = snprintf(title, room, "%s:", v->def->title);
	for (i = 0; i < v->columns.nr_names && len + 2 < room; i++) {
		unsigned int column = v->columns.place[i];

		if (v->def->columns[column].detail)
			continue;
		title[len++] = ' ';
		cell_format(title + len, room - len, &v->def->columns[column], &row[column]);
		len += strlen(title + len);
	}
}

int page_init_details(struct page *p, const struct table_view *v)
{
	const struct view_def *views = v->view->details;
	unsigned int nr = 0, nr_params = 0, i;
	const struct cell *row;
	int ret;

	int key = v->view->key ? table_column(v->def, v->view->key) : -1;

	if (!views || !v->nr_shown)
		return -ENOENT;
	row = v->shown[v->selected];
	if (key >= 0 && row[key].type == CELL_NULL)
		return -ENOENT;
	while (views[nr].table)
		nr++;
	ret = page_init(p, views, nr);
	if (ret)
		return ret;
	title_of(v, row, p->title, sizeof(p->title));
	for (i = 0; i < v->table.nr_columns && nr_params < PAGE_PARAMS_MAX; i++)
		if (v->def->columns[i].unit == UNIT_ID && row[i].type == CELL_INT)
			p->params[nr_params++] =
				(struct param){ v->def->columns[i].name, row[i].i };
	return 0;
}

static int read_view(struct table_view *v, struct db *db, const struct window *w,
		     const struct param *params, struct error *err)
{
	char empty[SEEN_EMPTY_LEN] = "";
	struct table t;
	int ret = view_read(&t, v->view, db, w, params, err);

	if (ret)
		return ret;
	if (!t.nr_rows)
		ret = view_empty(empty, v->view, db, w, err);
	if (ret)
		table_free(&t);
	else
		table_view_set(v, &t, w, empty);
	return ret;
}

int page_read(struct page *p, struct db *db, const struct window *window, struct error *err)
{
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < p->nr; i++) {
		struct window w = *window;

		if (p->view[i].view->shape == SHAPE_HEATMAP)
			heatmap_window(&w);
		ret = read_view(&p->view[i], db, &w, p->params, err);
	}
	return ret;
}

static void draw_section(struct table_view *v, const struct terminal *term, const struct area *a)
{
	const struct area head = area_lines(a, 0, 1), rows = area_lines(a, 1, a->height);
	char text[256];

	term_look(term, v->focused ? LOOK_TAB_CURRENT : LOOK_TAB);
	snprintf(text, sizeof(text), "%s (%zu): %s", v->def->title, v->nr_shown, v->def->help);
	area_field(&head, 0, 0, head.width, text, false);
	term_look(term, LOOK_NORMAL);
	table_view_draw(v, term, &rows);
}

/* Divide the lines: first the minimum for each section that fits, then what its rows need. */
static void divide(const struct page *p, int nr_lines, int *lines)
{
	unsigned int i, k;
	int left = nr_lines;

	for (i = 0; i < p->nr; i++) {
		/* the section that has the keys is always shown */
		k = (p->focus + i) % p->nr;
		lines[k] = left >= SECTION_MIN_LINES ? SECTION_MIN_LINES : i ? 0 : left;
		left -= lines[k];
	}
	for (i = 0; i < p->nr; i++) {
		int more;

		k = (p->focus + i) % p->nr;
		more = 2 + (int)p->view[k].nr_shown - lines[k];
		if (!lines[k] || more <= 0)
			continue;
		/* a long section leaves lines for the others */
		if (i + 1 < p->nr && more > left / 2)
			more = left / 2;
		more = more < left ? more : left;
		lines[k] += more;
		left -= more;
	}
	if (p->nr)
		lines[p->nr - 1] += lines[p->nr - 1] ? left : 0;
}

void page_draw(struct page *p, const struct terminal *term, const struct area *a)
{
	int lines[16] = { 0 }, y = 1;
	unsigned int i;

	if (!p->title[0]) {
		if (p->view->view->shape == SHAPE_HEATMAP)
			heatmap_draw(p->view, term, a);
		else
			table_view_draw(p->view, term, a);
		return;
	}
	term_look(term, LOOK_TITLE);
	area_text(a, 0, 0, p->title);
	term_look(term, LOOK_NORMAL);
	divide(p, a->height - 1, lines);
	for (i = 0; i < p->nr && i < 16; i++) {
		const struct area part = area_lines(a, y, lines[i]);

		p->view[i].area.height = 0;
		if (lines[i])
			draw_section(&p->view[i], term, &part);
		y += lines[i];
	}
}

static void focus_on(struct page *p, unsigned int which)
{
	p->view[p->focus].focused = false;
	p->focus = which;
	p->view[p->focus].focused = true;
}

void page_focus(struct page *p, int by)
{
	focus_on(p, (p->focus + p->nr + by) % p->nr);
}

void page_click(struct page *p, int y, int x)
{
	unsigned int i;

	for (i = 0; i < p->nr; i++) {
		struct table_view *v = &p->view[i];

		/* the line above the heads belongs to a section, too */
		if (!v->area.height || y < v->area.y - (p->title[0] != '\0') ||
		    y >= v->area.y + v->area.height)
			continue;
		focus_on(p, i);
		if (v->view->shape != SHAPE_HEATMAP && y >= v->area.y)
			table_view_click(v, y, x);
		return;
	}
}
