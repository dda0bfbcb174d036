/* SPDX-License-Identifier: GPL-2.0-only */
/* The state of the running screens. For tui/ only. */
#ifndef RMAPSCOPE_TUI_APP_H
#define RMAPSCOPE_TUI_APP_H

#include <stdbool.h>

#include "analysis/views.h"
#include "tui/feed.h"
#include "tui/header.h"
#include "tui/help.h"
#include "tui/menu.h"
#include "tui/page.h"
#include "tui/prompt.h"
#include "tui/term.h"
#include "tui/timeline.h"
#include "tui/tui.h"

struct action;
struct tui;

/* An overlay: takes the keys while it is open. */
struct overlay {
	void (*draw)(struct tui *tui);
	void (*key)(struct tui *tui, int key);
};

#define WINDOW_DEFAULT_S 10

/* Levels of details; a deeper one replaces the last. */
#define DETAILS_MAX 6

struct tui {
	const struct tui_options *opt;
	const struct action *actions; /* what each key does */
	struct terminal term;
	struct feed feed;
	struct timeline time;
	struct header header;
	struct page *screens; /* one for each of top_views[] */
	unsigned int nr_screens, current;
	struct page details[DETAILS_MAX]; /* opened over it, the last is shown */
	unsigned int nr_details;
	const struct overlay *overlay; /* or NULL */
	struct prompt prompt;
	struct menu menu;
	struct help help;
	char note[600];	     /* message about the last key, until the next key */
	bool to_open;	     /* the details of the first row, see struct tui_options */
	char advice[600];    /* a line for the header, until the next key; "": none */
	char filter[600];    /* a line for the header; "": none */
	char settings[8192]; /* as they were last saved */
	/* the elements of the screen, as they were drawn last */
	struct area tabs, page, bottom;
	bool reread; /* read now: the window or the screen has changed */
	bool stale;  /* the table has not been read since that change */
	bool quit;
};

/* The page below the tabs. */
static inline struct page *tui_page(struct tui *tui)
{
	return tui->nr_details ? &tui->details[tui->nr_details - 1] : &tui->screens[tui->current];
}

/* The table that gets the keys. */
static inline struct table_view *tui_view(struct tui *tui)
{
	return page_view(tui_page(tui));
}

/* tui/navigate.c. Show screen @which, if there is one, without details. */
void tui_show(struct tui *tui, unsigned int which);

/* Open the details of the selected row, and close them. False: there are none. */
bool tui_open(struct tui *tui);
bool tui_back(struct tui *tui);

extern const struct overlay prompt_overlay, menu_overlay, help_overlay;

#endif
