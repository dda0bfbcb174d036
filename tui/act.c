// SPDX-License-Identifier: GPL-2.0-only
#include "tui/act.h"

#include <stdio.h>

#include "tui/app.h"

/* The actions have one shape, whether they need the key or not. */
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
	tui_show(tui, key - '1');
}

void act_screen_next(struct tui *tui, int key UNUSED)
{
	tui_show(tui, (tui->current + 1) % tui->nr_screens);
}

void act_screen_previous(struct tui *tui, int key UNUSED)
{
	tui_show(tui, (tui->current + tui->nr_screens - 1) % tui->nr_screens);
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
		snprintf(tui->note, sizeof(tui->note), "no row has \"%.100s\"", v->search);
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

static void sort_chosen(struct tui *tui, unsigned int column)
{
	struct table_view *v = tui_view(tui);

	table_view_sort(v, column, table_view_descends(v, column));
}

void act_sort_menu(struct tui *tui, int key UNUSED)
{
	struct table_view *v = tui_view(tui);
	unsigned int i;

	menu_open(tui, "Sort by", sort_chosen);
	for (i = 0; i < v->table.nr_columns; i++)
		if (!v->def->columns[i].detail)
			menu_add(tui, i, v->def->columns[i].title, v->def->columns[i].help,
				 i == v->sort);
}

static void sort_step(struct tui *tui, int by)
{
	struct table_view *v = tui_view(tui);
	unsigned int column = columns_step(v->def, v->sort, by);

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
	table_view_sort_toggle(tui_view(tui), tui_view(tui)->sort);
}

void act_pause(struct tui *tui, int key UNUSED)
{
	timeline_pause(&tui->time, &tui->feed.info);
	tui->reread = !tui->time.fixed;
}

void act_time_back(struct tui *tui, int key UNUSED)
{
	timeline_move(&tui->time, &tui->feed.info, -1);
	tui->reread = true;
}

void act_time_forward(struct tui *tui, int key UNUSED)
{
	if (tui->time.fixed)
		timeline_move(&tui->time, &tui->feed.info, 1);
	tui->reread = true;
}

void act_time_start(struct tui *tui, int key UNUSED)
{
	timeline_to_start(&tui->time, &tui->feed.info);
	tui->reread = true;
}

void act_time_end(struct tui *tui, int key UNUSED)
{
	timeline_to_end(&tui->time);
	tui->reread = true;
}

void act_widen(struct tui *tui, int key UNUSED)
{
	timeline_widen(&tui->time, 1);
	tui->reread = true;
}

void act_narrow(struct tui *tui, int key UNUSED)
{
	timeline_widen(&tui->time, -1);
	tui->reread = true;
}
