// SPDX-License-Identifier: GPL-2.0-only
#include "tui/tabs.h"

#include <stdio.h>

#include "tui/text.h"

static void tab_text(const struct table_def *def, unsigned int at, char *buf, size_t room)
{
	snprintf(buf, room, "[%u %s]", at + 1, def->title);
}

void tabs_draw(const struct terminal *term, int y, const struct table_def *const *titles,
	       unsigned int current, const char *note)
{
	int x = 0, width = text_width(note);
	unsigned int i;
	char text[64];

	for (i = 0; titles[i] && x < COLS; i++) {
		tab_text(titles[i], i, text, sizeof(text));
		term_look(term, i == current ? LOOK_TAB_CURRENT : LOOK_TAB);
		x += text_add(y, x, COLS - x, text) + 1;
	}
	term_look(term, LOOK_NORMAL);
	if (x + width < COLS)
		text_add(y, COLS - width, width, note);
}

int tabs_at(const struct table_def *const *titles, int x)
{
	char text[64];
	unsigned int i;
	int left = 0;

	for (i = 0; titles[i]; i++) {
		int width;

		tab_text(titles[i], i, text, sizeof(text));
		width = text_width(text);
		if (x >= left && x < left + width)
			return i;
		left += width + 1;
	}
	return -1;
}
