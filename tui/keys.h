/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Keys, their names, and the action of each key.
 *
 * A key is a character, or SPECIAL(KEY_...) of curses. The table of the screens is
 * actions[], see actions.h.
 */
#ifndef RMAPSCOPE_TUI_KEYS_H
#define RMAPSCOPE_TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

/* Above all of Unicode, because the key codes of curses overlap with letters. */
#define SPECIAL(code) (0x200000 + (code))
#define CTRL_KEY(c)   ((c)&0x1f)
#define KEY_ESCAPE    27
#define KEY_RETURN    '\r'

struct tui;

struct action {
	int keys[10];	  /* the bar shows the first; ends with 0 */
	const char *help; /* one line */
	const char *bar;  /* label in the function bar, or NULL */
	bool pair;	  /* the bar shows the next action's key with it */
	void (*run)(struct tui *tui, int key);
};

/* The action of @key in the table @actions, or NULL. */
const struct action *action_of_key(const struct action *actions, int key);

/* "F1", "Space", "←" (or "Left"), "Ctrl-L", "q". */
void key_label(int key, char *buf, size_t room);

/* All keys of an action: "F1, h, ?". */
void action_keys(const struct action *a, char *buf, size_t room);

#endif
