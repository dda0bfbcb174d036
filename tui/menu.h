/* SPDX-License-Identifier: GPL-2.0-only */
/* A list over the table, to choose one entry from. */
#ifndef RMAPSCOPE_TUI_MENU_H
#define RMAPSCOPE_TUI_MENU_H

#include <stdbool.h>

struct tui;

#define MENU_ITEMS_MAX 64

struct menu_item {
	unsigned int value;
	const char *title, *help;
	bool checked; /* of a menu with check marks */
};

struct menu {
	const char *title;
	struct menu_item item[MENU_ITEMS_MAX];
	unsigned int nr, selected, top;
	void (*chosen)(struct tui *tui, unsigned int value);
	/* instead: toggle one entry. False: it cannot be changed */
	bool (*ticked)(struct tui *tui, unsigned int value, bool on);
};

/* Open an empty menu; then add its entries. The texts are not copied. */
void menu_open(struct tui *tui, const char *title,
	       void (*chosen)(struct tui *tui, unsigned int value));
/* Likewise with check marks: Space and Enter toggle an entry at once. */
void menu_open_ticks(struct tui *tui, const char *title,
		     bool (*ticked)(struct tui *tui, unsigned int value, bool on));
void menu_tick(struct tui *tui, bool on); /* marks the entry that was added last */
void menu_add(struct tui *tui, unsigned int value, const char *title, const char *help,
	      bool selected);

#endif
