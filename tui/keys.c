// SPDX-License-Identifier: GPL-2.0-only
#include "tui/keys.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>

#include "tui/act.h"
#include "tui/text.h"

/*
 * Keys across move in time, keys up and down move in the table: so Home and
 * End belong to time, and the first and last row have g and G.
 */
const struct action actions[] = {
	{ { SPECIAL(KEY_F(1)), 'h', '?' }, "this help", "Help", false, act_help },
	{ { '/', SPECIAL(KEY_F(3)) },
	  "search: select the next row that has the text",
	  "Search",
	  false,
	  act_search },
	{ { 'n' }, "next row that has it", NULL, false, act_search_next },
	{ { 'N' }, "previous row that has it", NULL, false, act_search_previous },
	{ { '\\', SPECIAL(KEY_F(4)) },
	  "filter: show only rows that have the text",
	  "Filter",
	  false,
	  act_filter },
	{ { SPECIAL(KEY_F(6)), 's' },
	  "choose the column to sort by",
	  "Sort",
	  false,
	  act_sort_menu },
	{ { '<' }, "sort by the column to the left", NULL, false, act_sort_left },
	{ { '>' }, "sort by the column to the right", NULL, false, act_sort_right },
	{ { 'I', 'r' }, "sort the other way round", NULL, false, act_sort_invert },
	{ { 'c' }, "choose the columns to show", NULL, false, act_columns },
	{ { KEY_RETURN, '\n', SPECIAL(KEY_ENTER) },
	  "open: what there is more of the selected row",
	  "Open",
	  false,
	  act_open },
	{ { KEY_ESCAPE, SPECIAL(KEY_BACKSPACE), 127 }, "back from there", NULL, false, act_back },
	{ { ' ' }, "freeze the picture (recording goes on), and go on", "Pause", false, act_pause },
	{ { SPECIAL(KEY_LEFT) },
	  "back in time, by a tenth of the window and at least a second",
	  "Time",
	  true,
	  act_time_back },
	{ { SPECIAL(KEY_RIGHT) }, "forward in time", NULL, false, act_time_forward },
	{ { ',', '(' },
	  "back by a millisecond; (: by a tenth of a second",
	  NULL,
	  false,
	  act_time_step_back },
	{ { '.', ')' },
	  "forward by a millisecond; ): by a tenth of a second",
	  NULL,
	  false,
	  act_time_step_forward },
	{ { SPECIAL(KEY_HOME) }, "to the start of the capture", NULL, false, act_time_start },
	{ { SPECIAL(KEY_END) },
	  "to its end: to now, while it is recorded",
	  NULL,
	  false,
	  act_time_end },
	{ { 't' },
	  "to a time: seconds since the start (12.345), a time of day (14:03:07), or now",
	  NULL,
	  false,
	  act_time_jump },
	{ { '}' }, "to the next storm, or stall of 10 ms or more", NULL, false, act_event_next },
	{ { '{' }, "to the one before", NULL, false, act_event_previous },
	{ { 'b' },
	  "who was blocked when the selected row ended (a stall, storm, wait or hold), or at the time shown",
	  NULL,
	  false,
	  act_moment },
	{ { '+', '=' }, "a wider window: rates over more seconds", "Window", true, act_widen },
	{ { '-' }, "a narrower window", NULL, false, act_narrow },
	{ { '1', '2', '3', '4', '5', '6', '7', '8', '9' },
	  "screen by its number",
	  NULL,
	  false,
	  act_screen },
	{ { '\t' }, "next screen; of an opened row: next section", NULL, false, act_screen_next },
	{ { SPECIAL(KEY_BTAB) }, "previous screen, or section", NULL, false, act_screen_previous },
	{ { 'p' }, "the first screen by process, and by VMA again", NULL, false, act_variant },
	{ { SPECIAL(KEY_UP), 'k' }, "row above", NULL, false, act_up },
	{ { SPECIAL(KEY_DOWN), 'j' }, "row below", NULL, false, act_down },
	{ { SPECIAL(KEY_PPAGE), CTRL_KEY('b') }, "page above", NULL, false, act_page_up },
	{ { SPECIAL(KEY_NPAGE), CTRL_KEY('f') }, "page below", NULL, false, act_page_down },
	{ { 'g' }, "first row, whatever row that will be", NULL, false, act_first },
	{ { 'G' }, "last row", NULL, false, act_last },
	{ { '[', SPECIAL(KEY_SLEFT) }, "columns to the left", NULL, false, act_columns_left },
	{ { ']', SPECIAL(KEY_SRIGHT) }, "columns to the right", NULL, false, act_columns_right },
	{ { CTRL_KEY('l') }, "draw the screen again", NULL, false, act_redraw },
	{ { 'e' },
	  "export what is shown to a file: NAME.csv or NAME.json",
	  "Export",
	  false,
	  act_export },
	{ { 'q', SPECIAL(KEY_F(10)), CTRL_KEY('c') }, "quit", "Quit", false, act_quit },
	{ { 0 }, NULL, NULL, false, NULL },
};

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
	{ KEY_RETURN, 0, "Enter" },
	{ KEY_ESCAPE, 0, "Esc" },
	{ SPECIAL(KEY_BACKSPACE), 0, "Backspace" },
};

const struct action *action_of_key(int key)
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
