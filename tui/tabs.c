// SPDX-License-Identifier: GPL-2.0-only
#include "tui/tabs.h"

#include <stdio.h>

#include "lib/text.h"
#include "tui/text.h"

/* The screen that tab @i is for: a variant is in the place of the first. */
static unsigned int shown_in(const struct view_def *views, unsigned int i, unsigned int current)
{
	return !i && views[current].variant ? current : i;
}

static void tab_text(const struct view_def *view, unsigned int nr, char *buf, size_t room)
{
	snprintf(buf, room, "[%u %s]", nr + 1, view->table->title);
}

void tabs_draw(const struct terminal *term, int y, const struct view_def *views,
	       unsigned int current, const char *note)
{
	int x = 0, width = text_width(note), end = width ? COLS - width - 1 : COLS;
	unsigned int i, nr = 0;
	char text[64];

	for (i = 0; views[i].table && x < end; i++) {
		unsigned int which = shown_in(views, i, current);

		if (views[i].variant)
			continue;
		tab_text(&views[which], nr++, text, sizeof(text));
		term_look(term, which == current ? LOOK_TAB_CURRENT : LOOK_TAB);
		x += text_add(y, x, end - x, text) + 1;
	}
	term_look(term, LOOK_NORMAL);
	text_add(y, COLS - width, width, note);
}

int tabs_at(const struct view_def *views, unsigned int current, int x)
{
	unsigned int i, nr = 0;
	char text[64];
	int left = 0;

	for (i = 0; views[i].table; i++) {
		unsigned int which = shown_in(views, i, current);
		int width;

		if (views[i].variant)
			continue;
		tab_text(&views[which], nr++, text, sizeof(text));
		width = text_width(text);
		if (x >= left && x < left + width)
			return which;
		left += width + 1;
	}
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
