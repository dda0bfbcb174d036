// SPDX-License-Identifier: GPL-2.0-only
#include "tui/term.h"

#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "tui/signals.h"
#include "tui/terminfo.h"

/* How long to wait after ESC for the rest of a key sequence; enough for a slow ssh. */
#define ESCAPE_MS 50

static const struct {
	short fg, bg; /* -1: the default colour of the terminal */
	attr_t with_colour, without;
} looks[NR_LOOKS] = {
	[LOOK_NORMAL] = { -1, -1, A_NORMAL, A_NORMAL },
	[LOOK_TITLE] = { COLOR_CYAN, -1, A_BOLD, A_BOLD },
	[LOOK_LABEL] = { COLOR_CYAN, -1, A_NORMAL, A_NORMAL },
	[LOOK_VALUE] = { -1, -1, A_BOLD, A_BOLD },
	[LOOK_LIVE] = { COLOR_GREEN, -1, A_BOLD, A_BOLD },
	[LOOK_PAUSED] = { COLOR_BLACK, COLOR_YELLOW, A_NORMAL, A_REVERSE },
	[LOOK_END] = { COLOR_CYAN, -1, A_BOLD, A_BOLD },
	[LOOK_ALARM] = { COLOR_RED, -1, A_BOLD, A_REVERSE },
	[LOOK_NOTICE] = { COLOR_YELLOW, -1, A_NORMAL, A_BOLD },
	[LOOK_TAB] = { -1, -1, A_NORMAL, A_NORMAL },
	[LOOK_TAB_CURRENT] = { COLOR_BLACK, COLOR_GREEN, A_NORMAL, A_REVERSE },
	[LOOK_HEAD] = { COLOR_BLACK, COLOR_GREEN, A_NORMAL, A_REVERSE },
	[LOOK_HEAD_SORT] = { COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_REVERSE | A_BOLD },
	[LOOK_SELECTED] = { COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_REVERSE },
	[LOOK_BAR_KEY] = { -1, -1, A_NORMAL, A_NORMAL },
	[LOOK_BAR_LABEL] = { COLOR_BLACK, COLOR_CYAN, A_NORMAL, A_REVERSE },
	[LOOK_SPARK] = { COLOR_GREEN, -1, A_NORMAL, A_NORMAL },
	[LOOK_SPARK_WINDOW] = { COLOR_GREEN, -1, A_BOLD, A_BOLD },
	[LOOK_HEAT_1] = { COLOR_BLUE, -1, A_BOLD, A_NORMAL },
	[LOOK_HEAT_1 + 1] = { COLOR_CYAN, -1, A_NORMAL, A_NORMAL },
	[LOOK_HEAT_1 + 2] = { COLOR_GREEN, -1, A_NORMAL, A_NORMAL },
	[LOOK_HEAT_1 + 3] = { COLOR_YELLOW, -1, A_NORMAL, A_BOLD },
	[LOOK_HEAT_5] = { COLOR_RED, -1, A_BOLD, A_BOLD },
};

static void choose_looks(struct terminal *term)
{
	const char *no_color = getenv("NO_COLOR"); /* no-color.org */
	bool colour = has_colors() && !(no_color && *no_color);
	short i;

	if (colour) {
		start_color();
		use_default_colors();
	}
	for (i = 0; i < NR_LOOKS; i++) {
		term->look[i] = looks[i].without;
		if (!colour)
			continue;
		init_pair(i + 1, looks[i].fg, looks[i].bg);
		term->look[i] = looks[i].with_colour | COLOR_PAIR(i + 1);
	}
}

int term_start(struct terminal *term, struct error *err)
{
	char restore[256];
	int ret;

	/* not LC_NUMERIC: numbers look the same everywhere */
	setlocale(LC_CTYPE, "");
	ret = terminfo_check(err);
	if (ret)
		return ret;
	terminfo_restore(restore, sizeof(restore));
	ret = signals_start(restore);
	if (ret)
		return error_set(err, ret, "cannot prepare the terminal: %s", strerror(-ret));
	term->curses = newterm(NULL, stdout, stdin);
	if (!term->curses) {
		signals_stop();
		return error_set(err, -ENOTTY, "curses cannot use this terminal");
	}
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	if (!getenv("ESCDELAY"))
		set_escdelay(ESCAPE_MS);
	/* presses only: waiting for a double click would delay each click */
	mouseinterval(0);
	mousemask(BUTTON1_PRESSED | BUTTON4_PRESSED | BUTTON5_PRESSED, NULL);
	choose_looks(term);
	return 0;
}

void term_stop(struct terminal *term)
{
	erase();
	refresh();
	endwin();
	delscreen(term->curses);
	signals_stop();
}

void term_look(const struct terminal *term, enum look look)
{
	attrset(term->look[look]);
}

void term_resize(void)
{
	struct winsize ws;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_row && ws.ws_col)
		resizeterm(ws.ws_row, ws.ws_col);
}

bool term_too_small(void)
{
	return LINES < TERM_MIN_ROWS || COLS < TERM_MIN_COLS;
}
