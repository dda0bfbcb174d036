// SPDX-License-Identifier: GPL-2.0-only
#include "tui/help.h"

#include <stdio.h>
#include <string.h>

#include "tui/app.h"
#include "tui/keys.h"
#include "tui/text.h"

/* Add @left with the words of @right beside it, wrapped to the width. */
static void add_line(struct help *h, const char *left, const char *right)
{
	const int room = COLS > HELP_LEFT + 20 ? COLS - HELP_LEFT : 20;

	do {
		struct help_line *line = &h->line[h->nr];
		size_t len = text_line_length(right, room);

		if (h->nr == HELP_LINES_MAX)
			return;
		h->nr++;
		snprintf(line->left, sizeof(line->left), "%s", left);
		snprintf(line->right, sizeof(line->right), "%.*s", (int)len, right);
		left = "";
		right += len;
		right += strspn(right, " \n");
	} while (*right);
}

static void add_keys(struct help *h, const struct action *actions)
{
	const struct action *a;
	char keys[40];

	add_line(h, "Keys", "");
	for (a = actions; a->run; a++) {
		action_keys(a, keys, sizeof(keys));
		add_line(h, keys, a->help);
	}
	add_line(h, "Click", "a tab, a column to sort by it, a row, the last line");
	add_line(h, "Wheel", "rows above and below");
}

static void add_columns(struct help *h, const struct table_def *def)
{
	unsigned int i;

	add_line(h, "", "");
	add_line(h, def->title, "");
	add_line(h, "", def->help);
	for (i = 0; def->columns[i].name; i++)
		if (!def->columns[i].detail)
			add_line(h, def->columns[i].title, def->columns[i].help);
}

static void add_capture(struct help *h, const struct capture_info *info)
{
	static const char *const header[][2] = {
		{ "waits/s", "waits that ended in the window, per second" },
		{ "blocked now", "waits that have begun and not ended" },
		{ "longest ms", "age of the oldest of them" },
		{ "lost", "events that the kernel or the recorder had to drop" },
	};
	char asleep[sizeof(info->asleep) + sizeof(CAPTURE_ASLEEP)];
	unsigned int i;

	add_line(h, "", "");
	add_line(h, "Header", "");
	for (i = 0; i < sizeof(header) / sizeof(*header); i++)
		add_line(h, header[i][0], header[i][1]);
	if (!info->limits[0] && !info->asleep[0])
		return;
	add_line(h, "", "");
	add_line(h, "What this capture cannot show", "");
	add_line(h, "", info->limits);
	if (info->asleep[0]) {
		snprintf(asleep, sizeof(asleep), CAPTURE_ASLEEP "%s", info->asleep);
		add_line(h, "", asleep);
	}
}

void help_open(struct tui *tui)
{
	struct help *h = &tui->help;

	h->nr = h->top = 0;
	add_keys(h, tui->actions);
	add_columns(h, tui_view(tui)->def);
	add_capture(h, &tui->feed.info);
	tui->overlay = &help_overlay;
}

static int page(void)
{
	return area_screen().height - 1;
}

static void help_draw(struct tui *tui)
{
	const struct area all = area_screen(), left = area_columns(&all, 0, HELP_LEFT - 1),
			  right = area_columns(&all, HELP_LEFT, all.width);
	const struct help *h = &tui->help;
	int i;

	area_clear(&all);
	for (i = 0; i < page() && h->top + i < h->nr; i++) {
		const struct help_line *line = &h->line[h->top + i];
		bool heading = line->left[0] && !line->right[0];

		term_look(&tui->term, heading ? LOOK_TITLE : LOOK_VALUE);
		area_text(heading ? &all : &left, i, heading ? 0 : 2, line->left);
		term_look(&tui->term, LOOK_NORMAL);
		area_text(&right, i, 0, line->right);
	}
	term_look(&tui->term, LOOK_BAR_LABEL);
	area_field(&all, page(), 0, all.width,
		   h->top + page() < h->nr ? "q or Esc leave, down for more" : "q or Esc leave",
		   false);
	term_look(&tui->term, LOOK_NORMAL);
}

static void scroll_to(struct help *h, int top)
{
	if (top > h->nr - page())
		top = h->nr - page();
	h->top = top < 0 ? 0 : top;
}

static void help_key(struct tui *tui, int key)
{
	struct help *h = &tui->help;

	switch (key) {
	case SPECIAL(KEY_UP):
	case 'k':
		scroll_to(h, h->top - 1);
		break;
	case SPECIAL(KEY_DOWN):
	case 'j':
		scroll_to(h, h->top + 1);
		break;
	case SPECIAL(KEY_PPAGE):
		scroll_to(h, h->top - page());
		break;
	case SPECIAL(KEY_NPAGE):
	case ' ':
		scroll_to(h, h->top + page());
		break;
	case SPECIAL(KEY_HOME):
	case 'g':
		scroll_to(h, 0);
		break;
	case SPECIAL(KEY_END):
	case 'G':
		scroll_to(h, h->nr);
		break;
	default:
		/* any other key closes the help */
		tui->overlay = NULL;
	}
}

const struct overlay help_overlay = { help_draw, help_key };
