// SPDX-License-Identifier: GPL-2.0-only
#include "tui/terminfo.h"

#include <curses.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <term.h>
#include <unistd.h>

#include "tui/term.h"

/* Add a capability without its padding, "$<5>", which only tputs() can do. */
static void add_capability(char *to, size_t room, const char *name)
{
	const char *cap = tigetstr(name);
	size_t n = strlen(to);

	if (!cap || cap == (char *)-1)
		return;
	while (*cap && n + 1 < room) {
		const char *end = !strncmp(cap, "$<", 2) ? strchr(cap, '>') : NULL;

		if (end)
			cap = end + 1;
		else
			to[n++] = *cap++;
	}
	to[n] = '\0';
}

/* Undo what curses sends when it starts. */
void terminfo_restore(char *to, size_t room)
{
	static const char *const names[] = { "sgr0", "op", "cnorm", "rmkx", "rmcup" };
	const char *mouse = tigetstr("kmous");
	unsigned int i;

	to[0] = '\0';
	if (mouse && mouse != (char *)-1)
		snprintf(to, room, "\033[?1000l\033[?1006l");
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		add_capability(to, room, names[i]);
	/* a terminal without another screen keeps the cursor where it was */
	if (!strstr(to, "1049") && strlen(to) + 3 < room)
		strcat(to, "\r\n");
	del_curterm(cur_term);
}

int terminfo_check(struct error *err)
{
	const char *type = getenv("TERM");
	struct winsize ws;
	const char *cup;
	int status;

	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return error_set(
			err, -ENOTTY,
			"standard input and output are not a terminal; use top -b for plain "
			"text");
	if (!type || !*type)
		return error_set(err, -ENOTTY,
				 "TERM is not set; set it, or use top -b for plain text");
	if (setupterm(type, STDOUT_FILENO, &status) != OK)
		return error_set(err, -ENOTTY,
				 "unknown terminal type %s; set TERM, or use top -b for plain text",
				 type);
	cup = tigetstr("cup");
	if (!cup || cup == (char *)-1)
		return error_set(
			err, -ENOTTY,
			"terminal type %s cannot move the cursor; set TERM, or use top -b for "
			"plain text",
			type);
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &ws) && ws.ws_row && ws.ws_col &&
	    (ws.ws_row < TERM_MIN_ROWS || ws.ws_col < TERM_MIN_COLS))
		return error_set(err, -EMSGSIZE,
				 "the window has %dx%d characters, at least %dx%d are needed",
				 ws.ws_col, ws.ws_row, TERM_MIN_COLS, TERM_MIN_ROWS);
	return 0;
}
