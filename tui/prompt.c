// SPDX-License-Identifier: GPL-2.0-only
#include "tui/prompt.h"

#include <stdio.h>

#include "lib/text.h"
#include "tui/app.h"
#include "tui/keys.h"
#include "tui/text.h"

void prompt_open(struct tui *tui, const char *label, const char *text,
		 void (*changed)(struct tui *tui, const char *text), void (*next)(struct tui *tui))
{
	struct prompt *p = &tui->prompt;

	p->label = label;
	snprintf(p->text, sizeof(p->text), "%s", text);
	p->changed = changed;
	p->next = next;
	p->entered = NULL;
	tui->overlay = &prompt_overlay;
	curs_set(1);
}

void prompt_ask(struct tui *tui, const char *label, const char *text,
		bool (*entered)(struct tui *tui, const char *text))
{
	prompt_open(tui, label, text, NULL, NULL);
	tui->prompt.entered = entered;
}

static void prompt_draw(struct tui *tui)
{
	const struct prompt *p = &tui->prompt;
	const struct area *a = &tui->bottom;
	const char *hint = p->entered ? "Enter do it  Esc leave"
			   : p->next  ? "Enter keep  Esc drop  F3 next"
				      : "Enter keep  Esc drop",
		   *text = p->text;
	struct area field;
	int x;

	term_look(&tui->term, LOOK_NORMAL);
	area_clear(a);
	term_look(&tui->term, LOOK_VALUE);
	x = area_text(a, 0, 0, p->label);
	x += area_text(a, 0, x, ": ");
	term_look(&tui->term, LOOK_NORMAL);
	/* show the end of a long text, where the user types, and one column for the cursor */
	field = area_columns(a, x, a->width);
	while (*text && text_width(text) >= field.width)
		text_next(&text);
	x += area_text(&field, 0, 0, text);
	if (x + 2 + text_width(hint) < a->width)
		area_text(a, 0, a->width - text_width(hint), hint);
	area_cursor(a, 0, x);
}

static void prompt_close(struct tui *tui)
{
	tui->overlay = NULL;
	curs_set(0);
}

static void set_text(struct tui *tui, const char *text)
{
	struct prompt *p = &tui->prompt;

	if (text != p->text)
		snprintf(p->text, sizeof(p->text), "%s", text);
	if (p->changed)
		p->changed(tui, p->text);
}

static void prompt_key(struct tui *tui, int key)
{
	struct prompt *p = &tui->prompt;
	const struct action *action;

	switch (key) {
	case KEY_RETURN:
	case '\n':
	case SPECIAL(KEY_ENTER):
		if (!p->entered || p->entered(tui, p->text))
			prompt_close(tui);
		return;
	case KEY_ESCAPE:
		set_text(tui, "");
		prompt_close(tui);
		return;
	case SPECIAL(KEY_BACKSPACE):
	case CTRL_KEY('h'):
	case 127:
		text_chop(p->text);
		set_text(tui, p->text);
		return;
	case CTRL_KEY('u'):
		set_text(tui, "");
		return;
	case SPECIAL(KEY_F(3)):
		if (p->next)
			p->next(tui);
		return;
	}
	/* up and down still move the selection */
	action = key >= SPECIAL(0) ? action_of_key(tui->actions, key) : NULL;
	if (action)
		action->run(tui, key);
	else if (key >= ' ' && key < SPECIAL(0) && text_append(p->text, sizeof(p->text), key))
		set_text(tui, p->text);
}

const struct overlay prompt_overlay = { prompt_draw, prompt_key };
