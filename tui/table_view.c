// SPDX-License-Identifier: GPL-2.0-only
#include "tui/table_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/text.h"

void table_view_init(struct table_view *v, const struct table_def *def)
{
	memset(v, 0, sizeof(*v));
	v->def = def;
	v->sort = def->sort;
	v->descending = true;
	columns_init(&v->columns, def);
}

void table_view_free(struct table_view *v)
{
	if (v->loaded)
		table_free(&v->table);
	free(v->shown);
	v->loaded = false;
	v->shown = NULL;
}

/* What a row is known by: its leading text and id cells. */
static void name_of(const struct table_view *v, const struct cell *row, char *name, size_t room)
{
	size_t len = 0;
	unsigned int i;

	name[0] = '\0';
	for (i = 0; i < v->columns.nr_names && len + 2 < room; i++) {
		cell_format(name + len, room - len - 1, &v->def->columns[i], &row[i]);
		len += strlen(name + len);
		name[len++] = '\t';
		name[len] = '\0';
	}
}

static bool matches(const struct table_view *v, const struct cell *row, const char *pattern)
{
	char text[TEXT_MAX];
	unsigned int i;

	for (i = 0; i < v->table.nr_columns; i++) {
		if (v->def->columns[i].detail)
			continue;
		cell_format(text, sizeof(text), &v->def->columns[i], &row[i]);
		if (text_contains(text, pattern))
			return true;
	}
	return false;
}

static void remember_row(struct table_view *v)
{
	if (v->nr_shown)
		name_of(v, v->shown[v->selected], v->row_name, sizeof(v->row_name));
}

static void find_row_again(struct table_view *v)
{
	char name[sizeof(v->row_name)];
	size_t i;

	for (i = 0; v->follow && i < v->nr_shown; i++) {
		name_of(v, v->shown[i], name, sizeof(name));
		if (!strcmp(name, v->row_name)) {
			v->selected = i;
			return;
		}
	}
	if (v->selected >= v->nr_shown)
		v->selected = v->nr_shown ? v->nr_shown - 1 : 0;
}

/* Sort, filter and find the selected row, after any of them changed. */
static void arrange(struct table_view *v)
{
	size_t i;

	v->nr_shown = 0;
	if (!v->loaded || !v->shown)
		return;
	table_sort(&v->table, v->sort, v->descending);
	for (i = 0; i < v->table.nr_rows; i++)
		if (!v->filter[0] || matches(v, v->table.rows[i], v->filter))
			v->shown[v->nr_shown++] = v->table.rows[i];
	find_row_again(v);
}

void table_view_set(struct table_view *v, struct table *t)
{
	table_view_free(v);
	v->table = *t;
	v->loaded = true;
	v->shown = malloc((t->nr_rows + 1) * sizeof(*v->shown));
	arrange(v);
}

bool table_view_descends(const struct table_view *v, unsigned int column)
{
	return column_is_number(&v->def->columns[column]);
}

void table_view_sort(struct table_view *v, unsigned int column, bool descending)
{
	v->sort = column;
	v->descending = descending;
	arrange(v);
}

void table_view_sort_toggle(struct table_view *v, unsigned int column)
{
	table_view_sort(v, column,
			column == v->sort ? !v->descending : table_view_descends(v, column));
}

void table_view_move(struct table_view *v, long by)
{
	long to = (long)v->selected + by;

	if (!v->nr_shown)
		return;
	if (to < 0)
		to = 0;
	if (to >= (long)v->nr_shown)
		to = v->nr_shown - 1;
	v->selected = to;
	v->follow = true;
	remember_row(v);
}

void table_view_first(struct table_view *v)
{
	/* the top of the table, whatever row that will be */
	v->follow = false;
	v->selected = 0;
}

void table_view_last(struct table_view *v)
{
	table_view_move(v, (long)v->nr_shown);
}

long table_view_page(const struct table_view *v)
{
	return v->nr_lines > 2 ? v->nr_lines - 1 : 1;
}

void table_view_filter(struct table_view *v, const char *pattern)
{
	snprintf(v->filter, sizeof(v->filter), "%s", pattern);
	arrange(v);
}

bool table_view_find(struct table_view *v, int step, bool skip)
{
	size_t at = v->selected, i;

	if (!v->search[0] || !v->nr_shown)
		return false;
	for (i = 0; i < v->nr_shown + skip; i++) {
		if (i || skip)
			at = (at + v->nr_shown + step) % v->nr_shown;
		if (!matches(v, v->shown[at], v->search))
			continue;
		v->selected = at;
		v->follow = true;
		remember_row(v);
		return true;
	}
	return false;
}

static void draw_head(const struct table_view *v, const struct terminal *term, unsigned int at)
{
	const struct columns *c = &v->columns;
	const struct column *col = &v->def->columns[c->shown[at]];
	int x = c->x[at], width = c->width[at], mark;
	wchar_t arrow;

	if (c->shown[at] != v->sort) {
		text_field(v->y, x, width, col->title, column_is_number(col));
		return;
	}
	term_look(term, LOOK_HEAD_SORT);
	text_field(v->y, x, width, col->title, column_is_number(col));
	/* the blank between columns has room for the arrow */
	arrow = v->descending ? text_glyph(L'▼', 'v') : text_glyph(L'▲', '^');
	mark = text_width(col->title);
	mark = column_is_number(col) ? x + width - mark - 1 : x + mark;
	if (mark >= 0 && mark < COLS)
		mvaddnwstr(v->y, mark, &arrow, 1);
	term_look(term, LOOK_HEAD);
}

static void draw_heads(const struct table_view *v, const struct terminal *term)
{
	unsigned int i;
	wchar_t more = text_glyph(L'›', '>'), less = text_glyph(L'‹', '<');

	term_look(term, LOOK_HEAD);
	text_field(v->y, 0, COLS, "", false);
	for (i = 0; i < v->columns.nr_shown; i++)
		draw_head(v, term, i);
	if (v->columns.more)
		mvaddnwstr(v->y, COLS - 1, &more, 1);
	if (v->columns.scrolled && v->columns.nr_shown > v->columns.nr_names && v->columns.nr_names)
		mvaddnwstr(v->y, v->columns.x[v->columns.nr_names] - 1, &less, 1);
}

static void draw_row(const struct table_view *v, const struct terminal *term, int y, size_t at)
{
	const struct columns *c = &v->columns;
	char text[TEXT_MAX];
	unsigned int i;

	term_look(term, at == v->selected ? LOOK_SELECTED : LOOK_NORMAL);
	text_field(y, 0, COLS, "", false);
	for (i = 0; i < c->nr_shown; i++) {
		const struct column *col = &v->def->columns[c->shown[i]];
		int width = c->width[i];

		cell_format(text, sizeof(text), col, &v->shown[at][c->shown[i]]);
		if (c->x[i] + width > COLS)
			width = COLS - c->x[i];
		text_field(y, c->x[i], width, text, column_is_number(col));
	}
}

static const char *empty_text(const struct table_view *v)
{
	if (!v->loaded)
		return "nothing read yet";
	if (v->table.nr_rows)
		return "the filter leaves no row";
	return "nothing in this window";
}

void table_view_draw(struct table_view *v, const struct terminal *term, int y, int nr_lines)
{
	size_t page = nr_lines > 1 ? nr_lines - 1 : 0, nr_rows, i;

	v->y = y;
	v->nr_lines = nr_lines;
	if (v->selected < v->top)
		v->top = v->selected;
	if (page && v->selected >= v->top + page)
		v->top = v->selected - page + 1;
	/* no blank lines below while rows are hidden above */
	if (v->top + page > v->nr_shown)
		v->top = v->nr_shown > page ? v->nr_shown - page : 0;
	nr_rows = v->nr_shown - v->top < page ? v->nr_shown - v->top : page;
	if (nr_rows)
		columns_measure(&v->columns, v->def, v->shown + v->top, nr_rows);
	columns_layout(&v->columns, v->def, COLS - 1);
	draw_heads(v, term);
	for (i = 0; i < nr_rows; i++)
		draw_row(v, term, y + 1 + i, v->top + i);
	term_look(term, LOOK_NORMAL);
	if (page && !v->nr_shown)
		text_add(y + 1, 0, COLS, empty_text(v));
}

void table_view_click(struct table_view *v, int y, int x)
{
	int column = columns_at(&v->columns, x);
	size_t at = v->top + (y - v->y - 1);

	if (y == v->y && column >= 0)
		table_view_sort_toggle(v, column);
	else if (y > v->y && y < v->y + v->nr_lines && at < v->nr_shown)
		table_view_move(v, (long)at - (long)v->selected);
}
