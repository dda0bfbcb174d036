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

static void draw_item(const struct menu *m, const struct terminal *term, unsigned int i, int y,
		      int title_width, int width)
{
	int x;

	term_look(term, i == m->selected ? LOOK_SELECTED : LOOK_NORMAL);
	text_field(y, 0, width, "", false);
	if (m->ticked)
		text_add(y, 1, 3, m->item[i].checked ? "[x]" : "[ ]");
	x = m->ticked ? 5 : 1;
	text_field(y, x, title_width, m->item[i].title, false);
	text_add(y, x + title_width + 2, width - title_width - x - 3, m->item[i].help);
}

static void menu_draw(struct tui *tui)
{
	struct menu *m = &tui->menu;
	unsigned int i, page = LINES - tui->tabs_y - 3;
	int y = tui->tabs_y + 1, title_width = 0, help_width = 0, width;

	for (i = 0; i < m->nr; i++) {
		int title = text_width(m->item[i].title), help = text_width(m->item[i].help);

		title_width = title > title_width ? title : title_width;
		help_width = help > help_width ? help : help_width;
	}
	width = title_width + help_width + (m->ticked ? 8 : 4);
	width = width > COLS ? COLS : width;
	if (m->selected < m->top)
		m->top = m->selected;
	if (m->selected >= m->top + page)
		m->top = m->selected - page + 1;
	term_look(&tui->term, LOOK_TAB_CURRENT);
	text_field(y++, 0, width, m->title, false);
	for (i = m->top; i < m->nr && i < m->top + page; i++)
		draw_item(m, &tui->term, i, y++, title_width, width);
	term_look(&tui->term, LOOK_NORMAL);
	text_field(LINES - 1, 0, COLS,
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
