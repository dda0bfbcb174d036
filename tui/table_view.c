// SPDX-License-Identifier: GPL-2.0-only
#include "tui/table_view.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "tui/bars.h"
#include "tui/sparkline.h"
#include "tui/text.h"
#include "tui/tree.h"

void table_view_init(struct table_view *v, const struct view_def *view)
{
	memset(v, 0, sizeof(*v));
	v->view = view;
	v->def = view->table;
	v->sort = view->shape == SHAPE_TREE ? SORT_AS_READ : table_default_sort(v->def);
	v->descending = true;
	columns_init(&v->columns, v->def, view->early);
}

void table_view_free(struct table_view *v)
{
	if (v->loaded)
		table_free(&v->table);
	free(v->shown);
	v->loaded = false;
	v->shown = NULL;
}

/* A row is identified by its leading text and id cells, and its hidden ids. */
static void name_of(const struct table_view *v, const struct cell *row, char *name, size_t room)
{
	size_t len = 0;
	unsigned int i;

	name[0] = '\0';
	for (i = 0; i < v->table.nr_columns && i < MAX_COLUMNS && len + 2 < room; i++) {
		unsigned int column = v->columns.place[i];
		const struct column *col = &v->def->columns[column];

		if (i >= v->columns.nr_names && !(col->detail && col->unit == UNIT_ID))
			continue;
		cell_format(name + len, room - len - 1, col, &row[column]);
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
		if (!columns_visible(&v->columns, v->def, i))
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

static void select_row(struct table_view *v, size_t at)
{
	v->selected = at;
	v->follow = true;
	remember_row(v);
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

static bool passes(void *ctx, const struct cell *row)
{
	const struct table_view *v = ctx;

	return matches(v, row, v->filter);
}

/* Sort, filter and find the selected row, after any of them changed. */
static void arrange(struct table_view *v)
{
	size_t i;

	v->nr_shown = 0;
	if (!v->loaded || !v->shown)
		return;
	if (v->sort != SORT_AS_READ)
		table_sort(&v->table, v->sort, v->descending);
	for (i = 0; i < v->table.nr_rows; i++)
		if (!v->filter[0] || v->view->shape == SHAPE_TREE || passes(v, v->table.rows[i]))
			v->shown[v->nr_shown++] = v->table.rows[i];
	if (v->filter[0] && v->view->shape == SHAPE_TREE)
		v->nr_shown =
			tree_filter(v->shown, v->nr_shown, tree_depth_column(v->def), passes, v);
	find_row_again(v);
}

const char *table_view_unsorted(const struct table_view *v)
{
	switch (v->view->shape) {
	case SHAPE_TREE:
		return "a tree keeps its order";
	case SHAPE_HEATMAP:
		return "a heatmap has no rows to sort";
	default:
		return NULL;
	}
}

void table_view_set(struct table_view *v, struct table *t, const struct window *window,
		    const char *empty)
{
	table_view_free(v);
	v->table = *t;
	v->window = *window;
	snprintf(v->empty, sizeof(v->empty), "%s", empty);
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
	if (table_view_unsorted(v))
		return;
	v->sort = column;
	v->descending = descending;
	arrange(v);
}

void table_view_sort_toggle(struct table_view *v, unsigned int column)
{
	if (column == SORT_AS_READ)
		return;
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
	select_row(v, to);
}

void table_view_first(struct table_view *v)
{
	/* stay at the top of the table, not at a row */
	v->follow = false;
	v->selected = 0;
}

void table_view_last(struct table_view *v)
{
	table_view_move(v, (long)v->nr_shown);
}

long table_view_page(const struct table_view *v)
{
	return v->area.height > 2 ? v->area.height - 1 : 1;
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
		select_row(v, at);
		return true;
	}
	return false;
}

bool table_view_select(struct table_view *v, const char *name, int64_t number)
{
	const int column = table_column(v->def, name);
	size_t i;

	for (i = 0; column >= 0 && i < v->nr_shown; i++) {
		const struct cell *c = &v->shown[i][column];

		if (c->type == CELL_INT && c->i == number) {
			select_row(v, i);
			return true;
		}
	}
	return false;
}

static void draw_head(const struct table_view *v, const struct terminal *term, unsigned int at)
{
	const struct columns *c = &v->columns;
	const struct column *col = &v->def->columns[c->shown[at]];
	int x = c->x[at], width = c->width[at], mark;

	if (c->shown[at] != v->sort) {
		area_field(&v->area, 0, x, width, col->title, column_is_number(col));
		return;
	}
	term_look(term, LOOK_HEAD_SORT);
	area_field(&v->area, 0, x, width, col->title, column_is_number(col));
	/* the blank between columns has room for the arrow */
	mark = text_width(col->title);
	mark = column_is_number(col) ? x + width - mark - 1 : x + mark;
	area_repeat(&v->area, 0, mark, 1,
		    v->descending ? text_glyph(L'▼', 'v') : text_glyph(L'▲', '^'));
	term_look(term, LOOK_HEAD);
}

static void draw_heads(const struct table_view *v, const struct terminal *term)
{
	const struct area line = area_lines(&v->area, 0, 1);
	unsigned int i;

	term_look(term, LOOK_HEAD);
	area_clear(&line);
	for (i = 0; i < v->columns.nr_shown; i++)
		draw_head(v, term, i);
	if (v->columns.more)
		area_repeat(&line, 0, line.width - 1, 1, text_glyph(L'›', '>'));
	if (v->columns.scrolled && v->columns.nr_shown > v->columns.nr_names && v->columns.nr_names)
		area_repeat(&line, 0, v->columns.x[v->columns.nr_names] - 1, 1,
			    text_glyph(L'‹', '<'));
}

/* The cell of row @at in column @column as it is drawn: in a tree, with its lines. */
static void text_of(const struct table_view *v, size_t at, unsigned int column, char *text,
		    size_t room)
{
	size_t len = 0;

	if (v->view->shape == SHAPE_TREE && (int)column == tree_text_column(v->def)) {
		tree_prefix(v->shown, v->nr_shown, at, tree_depth_column(v->def), text, room);
		len = strlen(text);
	}
	cell_format(text + len, room - len, &v->def->columns[column], &v->shown[at][column]);
}

static void draw_series(const struct terminal *term, const struct area *a, const struct cell *cell)
{
	int64_t value[SERIES_MAX];
	int nr = cell->type == CELL_TEXT ? (int)series_parse(cell->text, value) : 0;

	if (nr > a->width)
		nr = a->width;
	sparkline_draw(term, a, 0, 0, value, nr, SPARKLINE_PLAIN);
}

/* The row @at in line @y. */
static void draw_row(const struct table_view *v, const struct terminal *term, int y, size_t at)
{
	enum look look = at == v->selected && v->focused ? LOOK_SELECTED : LOOK_NORMAL;
	const struct area line = area_lines(&v->area, y, 1);
	const struct columns *c = &v->columns;
	char text[TEXT_MAX];
	unsigned int i;

	term_look(term, look);
	area_clear(&line);
	for (i = 0; i < c->nr_shown; i++) {
		const struct column *col = &v->def->columns[c->shown[i]];
		const struct area cell = area_columns(&line, c->x[i], c->width[i]);

		if (col->unit == UNIT_SERIES) {
			draw_series(term, &cell, &v->shown[at][c->shown[i]]);
			continue;
		}
		text_of(v, at, c->shown[i], text, sizeof(text));
		area_field(&cell, 0, 0, cell.width, text, column_is_number(col));
	}
}

static bool has_bars(const struct table_view *v)
{
	return v->view->shape == SHAPE_BARS || v->view->shape == SHAPE_TIMELINE;
}

/* The bars take the room to the right of the columns. */
static void draw_bars(const struct table_view *v, const struct terminal *term, size_t nr_rows)
{
	const struct columns *c = &v->columns;
	unsigned int last = c->nr_shown - 1;
	const int x = c->x[last] + c->width[last] + 1;
	const struct area room = area_columns(&v->area, x, v->area.width);
	struct bars bars;
	size_t i;

	if (!nr_rows || room.width < BARS_MIN_WIDTH)
		return;
	bars_init(&bars, v->view, v->shown + v->top, nr_rows);
	term_look(term, LOOK_SPARK);
	for (i = 0; i < nr_rows; i++)
		bars_draw(&bars, &room, 1 + i, v->shown[v->top + i]);
	term_look(term, LOOK_NORMAL);
}

/* The lines of a tree need room, too. */
static void measure_tree(struct table_view *v, size_t nr_rows)
{
	int column = tree_text_column(v->def), width;
	char text[TEXT_MAX];
	size_t i;

	for (i = 0; v->view->shape == SHAPE_TREE && i < nr_rows; i++) {
		text_of(v, v->top + i, column, text, sizeof(text));
		width = text_width(text);
		if (width > v->columns.wanted[column])
			v->columns.wanted[column] = width;
	}
}

const char *table_view_empty(const struct table_view *v)
{
	if (!v->loaded)
		return "nothing read yet";
	if (v->table.nr_rows)
		return "the filter leaves no row";
	return v->empty;
}

void table_view_draw(struct table_view *v, const struct terminal *term, const struct area *a)
{
	const struct area below = area_lines(a, 1, a->height);
	size_t page = below.height, nr_rows, i;

	v->area = *a;
	if (v->selected < v->top)
		v->top = v->selected;
	if (page && v->selected >= v->top + page)
		v->top = v->selected - page + 1;
	/* scroll back rather than show blank lines below the last row */
	if (v->top + page > v->nr_shown)
		v->top = v->nr_shown > page ? v->nr_shown - page : 0;
	nr_rows = v->nr_shown - v->top < page ? v->nr_shown - v->top : page;
	if (nr_rows)
		columns_measure(&v->columns, v->def, v->shown + v->top, nr_rows);
	measure_tree(v, nr_rows);
	columns_layout(&v->columns, v->def, a->width - 1 - (has_bars(v) ? BARS_MIN_WIDTH : 0));
	draw_heads(v, term);
	for (i = 0; i < nr_rows; i++)
		draw_row(v, term, 1 + i, v->top + i);
	if (has_bars(v))
		draw_bars(v, term, nr_rows);
	term_look(term, LOOK_NORMAL);
	if (page && !v->nr_shown)
		area_wrap(&below, table_view_empty(v));
}

void table_view_click(struct table_view *v, int y, int x)
{
	int column = columns_at(&v->columns, x);
	const int line = y - v->area.y;
	size_t at = v->top + (line - 1);

	if (!line && column >= 0)
		table_view_sort_toggle(v, column);
	else if (line > 0 && line < v->area.height && at < v->nr_shown)
		table_view_move(v, (long)at - (long)v->selected);
}
