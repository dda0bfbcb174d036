// SPDX-License-Identifier: GPL-2.0-only
#include "tui/menu.h"

#include <stdio.h>

#include "lib/text.h"
#include "tui/app.h"
#include "tui/keys.h"
#include "tui/text.h"

void menu_open(struct tui *tui, const char *title,
	       void (*chosen)(struct tui *tui, unsigned int value))
{
	struct menu *m = &tui->menu;

	m->title = title;
	m->nr = m->selected = m->top = 0;
	m->chosen = chosen;
	m->ticked = NULL;
	tui->overlay = &menu_overlay;
}

void menu_open_ticks(struct tui *tui, const char *title,
		     bool (*ticked)(struct tui *tui, unsigned int value, bool on))
{
	menu_open(tui, title, NULL);
	tui->menu.ticked = ticked;
}

void menu_tick(struct tui *tui, bool on)
{
	if (tui->menu.nr)
		tui->menu.item[tui->menu.nr - 1].checked = on;
}

void menu_add(struct tui *tui, unsigned int value, const char *title, const char *help,
	      bool selected)
{
	struct menu *m = &tui->menu;

	if (m->nr == MENU_ITEMS_MAX)
		return;
	if (selected)
		m->selected = m->nr;
	m->item[m->nr++] = (struct menu_item){ value, title, help, false };
}

static void draw_item(const struct menu *m, const struct terminal *term, unsigned int i,
		      const struct area *a, int title_width)
{
	int x;

	term_look(term, i == m->selected ? LOOK_SELECTED : LOOK_NORMAL);
	area_clear(a);
	if (m->ticked)
		area_text(a, 0, 1, m->item[i].checked ? "[x]" : "[ ]");
	x = m->ticked ? 5 : 1;
	area_field(a, 0, x, title_width, m->item[i].title, false);
	area_text(a, 0, x + title_width + 2, m->item[i].help);
}

static void menu_draw(struct tui *tui)
{
	struct menu *m = &tui->menu;
	const unsigned int page = tui->page.height > 1 ? tui->page.height - 1 : 1;
	int title_width = 0, help_width = 0, y = 0;
	struct area list, line;
	unsigned int i;

	for (i = 0; i < m->nr; i++) {
		int title = text_width(m->item[i].title), help = text_width(m->item[i].help);

		title_width = title > title_width ? title : title_width;
		help_width = help > help_width ? help : help_width;
	}
	list = area_columns(&tui->page, 0, title_width + help_width + (m->ticked ? 8 : 4));
	if (m->selected < m->top)
		m->top = m->selected;
	if (m->selected >= m->top + page)
		m->top = m->selected - page + 1;
	term_look(&tui->term, LOOK_TAB_CURRENT);
	area_field(&list, y++, 0, list.width, m->title, false);
	for (i = m->top; i < m->nr && i < m->top + page; i++) {
		line = area_lines(&list, y++, 1);
		draw_item(m, &tui->term, i, &line, title_width);
	}
	term_look(&tui->term, LOOK_NORMAL);
	area_field(&tui->bottom, 0, 0, tui->bottom.width,
		   m->ticked ? "Space show or hide  Esc leave" : "Enter choose  Esc leave", false);
}

static void choose(struct tui *tui)
{
	struct menu *m = &tui->menu;
	struct menu_item *item = &m->item[m->selected];

	if (m->ticked) {
		if (m->nr && m->ticked(tui, item->value, !item->checked))
			item->checked = !item->checked;
		return;
	}
	tui->overlay = NULL;
	if (m->nr)
		m->chosen(tui, m->item[m->selected].value);
}

static void menu_key(struct tui *tui, int key)
{
	struct menu *m = &tui->menu;

	switch (key) {
	case SPECIAL(KEY_UP):
	case 'k':
		m->selected -= m->selected > 0;
		break;
	case SPECIAL(KEY_DOWN):
	case 'j':
		m->selected += m->selected + 1 < m->nr;
		break;
	case SPECIAL(KEY_HOME):
		m->selected = 0;
		break;
	case SPECIAL(KEY_END):
		m->selected = m->nr ? m->nr - 1 : 0;
		break;
	case ' ':
	case KEY_RETURN:
	case '\n':
	case SPECIAL(KEY_ENTER):
		choose(tui);
		break;
	case KEY_ESCAPE:
	case 'q':
	case 'c':
	case SPECIAL(KEY_F(6)):
	case SPECIAL(KEY_F(10)):
		tui->overlay = NULL;
		break;
	}
}

const struct overlay menu_overlay = { menu_draw, menu_key };
