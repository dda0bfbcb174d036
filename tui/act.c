// SPDX-License-Identifier: GPL-2.0-only
#include "tui/act.h"

#include <stdio.h>

#include "tui/app.h"
#include "tui/export.h"
#include "tui/tabs.h"

/* All actions have the same prototype; some do not use the key. */
#define UNUSED __attribute__((unused))

void act_quit(struct tui *tui, int key UNUSED)
{
	tui->quit = true;
}

void act_redraw(struct tui *tui UNUSED, int key UNUSED)
{
	clearok(curscr, TRUE);
}

void act_help(struct tui *tui, int key UNUSED)
{
	help_open(tui);
}

void act_screen(struct tui *tui, int key)
{
	int which = tabs_nth(top_views, key - '1');

	if (which >= 0)
		tui_show(tui, which);
}

/* Go @by tabs further, wrapping around; within details, @by sections. */
static void step_screen(struct tui *tui, int by)
{
	unsigned int to = tui->current;

	if (tui->nr_details) {
		page_focus(tui_page(tui), by);
		return;
	}
	if (top_views[to].variant)
		to = 0;
	do
		to = (to + tui->nr_screens + by) % tui->nr_screens;
	while (top_views[to].variant);
	tui_show(tui, to);
}

void act_screen_next(struct tui *tui, int key UNUSED)
{
	step_screen(tui, 1);
}

void act_screen_previous(struct tui *tui, int key UNUSED)
{
	step_screen(tui, -1);
}

/* Switch between the two variants of the first screen. */
void act_variant(struct tui *tui, int key UNUSED)
{
	unsigned int i = 0;

	while (i < tui->nr_screens && !top_views[i].variant)
		i++;
	tui_show(tui, tui->current == i ? 0 : i);
}

void act_open(struct tui *tui, int key UNUSED)
{
	if (!tui_open(tui))
		snprintf(tui->note, sizeof(tui->note), "this row has no details");
}

void act_back(struct tui *tui, int key UNUSED)
{
	tui_back(tui);
}

void act_up(struct tui *tui, int key UNUSED)
{
	table_view_move(tui_view(tui), -1);
}

void act_down(struct tui *tui, int key UNUSED)
{
	table_view_move(tui_view(tui), 1);
}

void act_page_up(struct tui *tui, int key UNUSED)
{
	table_view_move(tui_view(tui), -table_view_page(tui_view(tui)));
}

void act_page_down(struct tui *tui, int key UNUSED)
{
	table_view_move(tui_view(tui), table_view_page(tui_view(tui)));
}

void act_first(struct tui *tui, int key UNUSED)
{
	table_view_first(tui_view(tui));
}

void act_last(struct tui *tui, int key UNUSED)
{
	table_view_last(tui_view(tui));
}

static void scroll_columns(struct tui *tui, int by)
{
	struct table_view *v = tui_view(tui);

	columns_scroll(&v->columns, v->def, by);
}

void act_columns_left(struct tui *tui, int key UNUSED)
{
	scroll_columns(tui, -1);
}

void act_columns_right(struct tui *tui, int key UNUSED)
{
	scroll_columns(tui, 1);
}

static void find(struct tui *tui, int step, bool skip)
{
	struct table_view *v = tui_view(tui);

	if (!v->search[0])
		snprintf(tui->note, sizeof(tui->note), "nothing to search for: press /");
	else if (!table_view_find(v, step, skip))
		snprintf(tui->note, sizeof(tui->note), "no row has \"%s\"", v->search);
}

static void search_changed(struct tui *tui, const char *text)
{
	struct table_view *v = tui_view(tui);

	snprintf(v->search, sizeof(v->search), "%s", text);
	tui->note[0] = '\0';
	if (text[0])
		find(tui, 1, false);
}

static void search_next(struct tui *tui)
{
	find(tui, 1, true);
}

void act_search(struct tui *tui, int key UNUSED)
{
	prompt_open(tui, "Search", "", search_changed, search_next);
}

void act_search_next(struct tui *tui, int key UNUSED)
{
	find(tui, 1, true);
}

void act_search_previous(struct tui *tui, int key UNUSED)
{
	find(tui, -1, true);
}

static void filter_changed(struct tui *tui, const char *text)
{
	table_view_filter(tui_view(tui), text);
}

void act_filter(struct tui *tui, int key UNUSED)
{
	prompt_open(tui, "Filter", tui_view(tui)->filter, filter_changed, NULL);
}

static bool cannot_sort(struct tui *tui)
{
	const char *why = table_view_unsorted(tui_view(tui));

	if (why)
		snprintf(tui->note, sizeof(tui->note), "%s", why);
	return why;
}

static void sort_chosen(struct tui *tui, unsigned int column)
{
	struct table_view *v = tui_view(tui);

	table_view_sort(v, column, table_view_descends(v, column));
}

void act_sort_menu(struct tui *tui, int key UNUSED)
{
	struct table_view *v = tui_view(tui);
	unsigned int i;

	if (cannot_sort(tui))
		return;
	menu_open(tui, "Sort by", sort_chosen);
	for (i = 0; i < v->table.nr_columns; i++)
		if (columns_visible(&v->columns, v->def, i))
			menu_add(tui, i, v->def->columns[i].title, v->def->columns[i].help,
				 i == v->sort);
}

static void sort_step(struct tui *tui, int by)
{
	struct table_view *v = tui_view(tui);
	unsigned int column;

	if (cannot_sort(tui))
		return;
	column = columns_step(&v->columns, v->def, v->sort, by);

	if (column != v->sort)
		table_view_sort(v, column, table_view_descends(v, column));
}

void act_sort_left(struct tui *tui, int key UNUSED)
{
	sort_step(tui, -1);
}

void act_sort_right(struct tui *tui, int key UNUSED)
{
	sort_step(tui, 1);
}

void act_sort_invert(struct tui *tui, int key UNUSED)
{
	if (!cannot_sort(tui))
		table_view_sort_toggle(tui_view(tui), tui_view(tui)->sort);
}

static bool column_ticked(struct tui *tui, unsigned int column, bool on)
{
	struct table_view *v = tui_view(tui);
	unsigned int i, nr = 0;

	for (i = 0; i < v->table.nr_columns; i++)
		nr += columns_visible(&v->columns, v->def, i);
	/* at least one column stays visible */
	if (!on && nr <= 1)
		return false;
	v->columns.hidden[column] = !on;
	return true;
}

void act_columns(struct tui *tui, int key UNUSED)
{
	struct table_view *v = tui_view(tui);
	unsigned int i;

	if (v->view->shape == SHAPE_HEATMAP) {
		snprintf(tui->note, sizeof(tui->note), "a heatmap has no columns to choose");
		return;
	}
	menu_open_ticks(tui, "Columns", column_ticked);
	for (i = 0; i < table_nr_columns(v->def) && i < MAX_COLUMNS; i++) {
		if (v->def->columns[i].detail)
			continue;
		menu_add(tui, i, v->def->columns[i].title, v->def->columns[i].help, !tui->menu.nr);
		menu_tick(tui, !v->columns.hidden[i]);
	}
}

static bool export_to(struct tui *tui, const char *path)
{
	struct error err = { "" };

	if (!*path)
		return false;
	if (export_view(tui_view(tui), path, &err))
		snprintf(tui->note, sizeof(tui->note), "%s", err.msg);
	else
		snprintf(tui->note, sizeof(tui->note), "%zu rows in %s", tui_view(tui)->nr_shown,
			 path);
	return true;
}

void act_export(struct tui *tui, int key UNUSED)
{
	char name[64];

	if (!tui_view(tui)->loaded)
		return;
	snprintf(name, sizeof(name), "rmapscope-%s.csv", tui_view(tui)->def->name);
	prompt_ask(tui, "Export to (.csv or .json)", name, export_to);
}
