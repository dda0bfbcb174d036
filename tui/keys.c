// SPDX-License-Identifier: GPL-2.0-only
#include "tui/keys.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "tui/text.h"

static const struct {
	int key;
	wchar_t glyph;
	const char *name;
} names[] = {
	{ SPECIAL(KEY_LEFT), L'←', "Left" },
	{ SPECIAL(KEY_RIGHT), L'→', "Right" },
	{ SPECIAL(KEY_UP), L'↑', "Up" },
	{ SPECIAL(KEY_DOWN), L'↓', "Down" },
	{ SPECIAL(KEY_HOME), 0, "Home" },
	{ SPECIAL(KEY_END), 0, "End" },
	{ SPECIAL(KEY_PPAGE), 0, "PgUp" },
	{ SPECIAL(KEY_NPAGE), 0, "PgDn" },
	{ SPECIAL(KEY_BTAB), 0, "Shift-Tab" },
	{ SPECIAL(KEY_SLEFT), 0, "Shift-Left" },
	{ SPECIAL(KEY_SRIGHT), 0, "Shift-Right" },
	{ '\t', 0, "Tab" },
	{ ' ', 0, "Space" },
	/* in a list with commas these two keys need their names */
	{ ',', 0, "Comma" },
	{ '.', 0, "Period" },
	{ KEY_RETURN, 0, "Enter" },
	{ KEY_ESCAPE, 0, "Esc" },
	{ SPECIAL(KEY_BACKSPACE), 0, "Backspace" },
};

const struct action *action_of_key(const struct action *actions, int key)
{
	const struct action *a;
	const int *k;

	for (a = actions; a->run; a++)
		for (k = a->keys; *k; k++)
			if (*k == key)
				return a;
	return NULL;
}

void key_label(int key, char *buf, size_t room)
{
	unsigned int i;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (names[i].key != key)
			continue;
		if (names[i].glyph && text_glyph(names[i].glyph, 0)) {
			buf[0] = '\0';
			text_append(buf, room, names[i].glyph);
		} else {
			snprintf(buf, room, "%s", names[i].name);
		}
		return;
	}
	if (key >= SPECIAL(KEY_F(1)) && key <= SPECIAL(KEY_F(12)))
		snprintf(buf, room, "F%d", key - SPECIAL(KEY_F0));
	else if (key < ' ')
		snprintf(buf, room, "Ctrl-%c", key + '@');
	else
		snprintf(buf, room, "%c", key);
}

void action_keys(const struct action *a, char *buf, size_t room)
{
	size_t len = 0;
	const int *k;
	char name[16];

	buf[0] = '\0';
	for (k = a->keys; *k; k++) {
		bool digits = *k > '1' && *k < '9';

		/* 1, 2, ... 9; what terminals send for Enter and Backspace */
		if (digits || *k == '\n' || *k == 127 || *k == SPECIAL(KEY_ENTER))
			continue;
		key_label(*k, name, sizeof(name));
		snprintf(buf + len, room - len, "%s%s", !len ? "" : *k == '9' ? ".." : ", ", name);
		len += strlen(buf + len);
	}
}
