/* SPDX-License-Identifier: GPL-2.0-only */
/* The help: made from the keys and from the columns of the screen. */
#ifndef RMAPSCOPE_TUI_HELP_H
#define RMAPSCOPE_TUI_HELP_H

struct tui;

/* More than there are keys, columns and limits, each in several lines. */
#define HELP_LINES_MAX 400

/* Where the explanations begin. */
#define HELP_LEFT 21

struct help {
	struct help_line {
		char left[40], right[160]; /* a heading has no right side */
	} line[HELP_LINES_MAX];
	int nr, top;
};

void help_open(struct tui *tui);

#endif
