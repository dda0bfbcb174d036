/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A line of text at the bottom. Incremental: each character takes effect at once,
 * Enter keeps the text, Esc removes it. Or a question, whose answer takes effect with
 * Enter.
 */
#ifndef RMAPSCOPE_TUI_PROMPT_H
#define RMAPSCOPE_TUI_PROMPT_H

#include "tui/table_view.h"

struct tui;

struct prompt {
	const char *label;
	char text[PATTERN_MAX];
	void (*changed)(struct tui *tui, const char *text);
	void (*next)(struct tui *tui); /* F3, or NULL */
	/* instead of @changed: called by Enter only. False: the prompt stays open */
	bool (*entered)(struct tui *tui, const char *text);
};

void prompt_open(struct tui *tui, const char *label, const char *text,
		 void (*changed)(struct tui *tui, const char *text), void (*next)(struct tui *tui));

/* Open a prompt that takes effect by Enter only. */
void prompt_ask(struct tui *tui, const char *label, const char *text,
		bool (*entered)(struct tui *tui, const char *text));

#endif
