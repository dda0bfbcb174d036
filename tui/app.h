/* SPDX-License-Identifier: GPL-2.0-only */
/* What the running screens consist of. Shared inside tui/ only. */
#ifndef RMAPSCOPE_TUI_APP_H
#define RMAPSCOPE_TUI_APP_H

#include <stdbool.h>

#include "analysis/tables.h"
#include "tui/feed.h"
#include "tui/header.h"
#include "tui/help.h"
#include "tui/menu.h"
#include "tui/prompt.h"
#include "tui/table_view.h"
#include "tui/term.h"
#include "tui/timeline.h"
#include "tui/tui.h"

struct tui;

/* Something over the screen that takes the keys while it is there. */
struct overlay {
	void (*draw)(struct tui *tui);
	void (*key)(struct tui *tui, int key);
};

struct tui {
	const struct tui_options *opt;
	struct terminal term;
	struct feed feed;
	struct timeline time;
	struct header header;
	struct table_view *screens; /* one for each of top_tables[] */
	unsigned int nr_screens, current;
	const struct overlay *overlay; /* or NULL */
	struct prompt prompt;
	struct menu menu;
	struct help help;
	char note[160]; /* at the end of the tab line, until the next key */
	int tabs_y;	/* where the tabs were drawn */
	bool reread;	/* at once: the window or the screen changed */
	bool stale;	/* not read yet since that */
	bool quit;
};

/* The screen that is shown. */
static inline struct table_view *tui_view(struct tui *tui)
{
	return &tui->screens[tui->current];
}

/* Show screen @which, if there is one. */
void tui_show(struct tui *tui, unsigned int which);

extern const struct overlay prompt_overlay, menu_overlay, help_overlay;

#endif
