// SPDX-License-Identifier: GPL-2.0-only
#include "tui/tabs.h"

#include <stdio.h>

#include "lib/text.h"

#define TABS_MAX 16

/* Names are shortened to this many columns before they are left out. */
#define SHORT_NAME 4

struct tab {
	unsigned int view;
	int x, name_width;
};

struct tabs {
	struct tab tab[TABS_MAX];
	unsigned int nr;
};

/* The screen of tab @i; the first tab stands for the variant that is shown. */
static unsigned int shown_in(const struct view_def *views, unsigned int i, unsigned int current)
{
	return !i && views[current].variant ? current : i;
}

/* "[1 VMAs]", or "[1]" without its name. */
static int tab_width(const struct tab *tab)
{
	return 3 + (tab->name_width ? 1 + tab->name_width : 0);
}

/* Set the position of each tab. Returns the columns that all tabs take. */
static int place(struct tabs *t)
{
	unsigned int i;
	int x = 0;

	for (i = 0; i < t->nr; i++) {
		t->tab[i].x = x;
		x += tab_width(&t->tab[i]) + 1;
	}
	return x - 1;
}

/* Tabs with their whole names. Returns the columns that they take. */
static int find_tabs(struct tabs *t, const struct view_def *views, unsigned int current)
{
	unsigned int i;

	t->nr = 0;
	for (i = 0; views[i].table && t->nr < TABS_MAX; i++) {
		struct tab *tab = &t->tab[t->nr];

		if (views[i].variant)
			continue;
		tab->view = shown_in(views, i, current);
		tab->name_width = text_width(views[tab->view].table->title);
		t->nr++;
	}
	return place(t);
}

/* Fit them into @width, by shortening the names from the right. */
static void lay_out(struct tabs *t, const struct view_def *views, unsigned int current, int width)
{
	int over = find_tabs(t, views, current) - width, least = SHORT_NAME;
	unsigned int i;

	for (; over > 0 && least >= 0; least -= SHORT_NAME)
		for (i = t->nr; i > 0 && over > 0; i--) {
			struct tab *tab = &t->tab[i - 1];
			int less = tab->name_width - least;

			if (tab->view == current || less <= 0)
				continue;
			/* without a name there is no blank before it */
			tab->name_width -= least && less > over ? over : less;
			over = place(t) - width;
		}
}

int tabs_width(const struct view_def *views, unsigned int current)
{
	struct tabs t;

	return find_tabs(&t, views, current);
}

static void draw_tab(const struct tab *tab, unsigned int nr, const struct view_def *views,
		     const struct area *a)
{
	const struct area whole = area_columns(a, tab->x, tab_width(tab)),
			  name = area_columns(&whole, 3, tab->name_width);
	char number[16];

	snprintf(number, sizeof(number), "[%u", nr);
	area_field(&whole, 0, 0, whole.width, number, false);
	area_text(&name, 0, 0, views[tab->view].table->title);
	area_text(&whole, 0, tab_width(tab) - 1, "]");
}

void tabs_draw(const struct terminal *term, const struct area *a, const struct view_def *views,
	       unsigned int current)
{
	struct tabs t;
	unsigned int i;

	lay_out(&t, views, current, a->width);
	for (i = 0; i < t.nr; i++) {
		term_look(term, t.tab[i].view == current ? LOOK_TAB_CURRENT : LOOK_TAB);
		draw_tab(&t.tab[i], i + 1, views, a);
	}
	term_look(term, LOOK_NORMAL);
}

int tabs_at(const struct view_def *views, unsigned int current, int x, int width)
{
	struct tabs t;
	unsigned int i;

	lay_out(&t, views, current, width);
	for (i = 0; i < t.nr; i++)
		if (x >= t.tab[i].x && x < t.tab[i].x + tab_width(&t.tab[i]))
			return t.tab[i].view;
	return -1;
}

int tabs_nth(const struct view_def *views, unsigned int nr)
{
	unsigned int i;

	for (i = 0; views[i].table; i++)
		if (!views[i].variant && !nr--)
			return i;
	return -1;
}
