// SPDX-License-Identifier: GPL-2.0-only
#include "tui/mouse.h"

#include "tui/app.h"
#include "tui/function_bar.h"
#include "tui/keys.h"
#include "tui/tabs.h"

/* Rows per step of the wheel. */
#define WHEEL_ROWS 3

static void press(struct tui *tui, int key)
{
	const struct action *a = action_of_key(tui->actions, key);

	if (tui->overlay)
		tui->overlay->key(tui, key);
	else if (a)
		a->run(tui, key);
}

static void click(struct tui *tui, int y, int x)
{
	int tab;

	/* the menu or prompt over the screen takes the click */
	if (tui->overlay)
		return;
	if (y == tui->bottom.y) {
		press(tui, function_bar_at(x, tui->bottom.width));
	} else if (y == tui->tabs.y) {
		tab = tabs_at(top_views, tui->current, x, tui->tabs.width);
		if (tab >= 0)
			tui_show(tui, tab);
	} else {
		page_click(tui_page(tui), y, x);
	}
}

void mouse_event(struct tui *tui)
{
	MEVENT event;
	int i;

	if (getmouse(&event) != OK)
		return;
	if (event.bstate & BUTTON1_PRESSED)
		click(tui, event.y, event.x);
	for (i = 0; i < WHEEL_ROWS; i++) {
		if (event.bstate & BUTTON4_PRESSED)
			press(tui, SPECIAL(KEY_UP));
		if (event.bstate & BUTTON5_PRESSED)
			press(tui, SPECIAL(KEY_DOWN));
	}
}
