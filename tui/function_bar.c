// SPDX-License-Identifier: GPL-2.0-only
#include "tui/function_bar.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "tui/actions.h"
#include "tui/text.h"

/* "F1 Help": key, blank, label, and a blank before the next. */
static int key_text(const struct action *a, char *buf, size_t room)
{
	char second[16] = "";

	key_label(a->keys[0], buf, room);
	if (a->pair)
		key_label(a[1].keys[0], second, sizeof(second));
	/* two key names need a separator between them, two arrows do not */
	if (strlen(buf) > 1 && second[0] && (unsigned char)buf[0] < 0x80)
		strcat(buf, "/");
	strcat(buf, second);
	return text_width(buf);
}

static int item_width(const struct action *a)
{
	char keys[40];

	return key_text(a, keys, sizeof(keys)) + 1 + text_width(a->bar) + 1;
}

/*
 * Call @visit for each item and its place. As many as fit into @room columns,
 * in the order of the table, and the last (quit) always.
 */
static int visit_items(int room, int (*visit)(const struct action *a, int x, void *arg), void *arg)
{
	const struct action *a, *last = NULL;
	int x = 0, ret;

	for (a = actions; a->run; a++)
		if (a->bar)
			last = a;
	for (a = actions; a->run; a++) {
		int width, reserve;

		if (!a->bar)
			continue;
		width = item_width(a);
		reserve = a == last ? 0 : item_width(last);
		if (x + width + reserve > room + 1)
			continue;
		ret = visit(a, x, arg);
		if (ret)
			return ret;
		x += width;
	}
	return 0;
}

struct drawing {
	const struct terminal *term;
	const struct area *area;
};

static int draw_item(const struct action *a, int x, void *arg)
{
	const struct drawing *d = arg;
	char keys[40];

	key_text(a, keys, sizeof(keys));
	term_look(d->term, LOOK_BAR_KEY);
	x += area_text(d->area, 0, x, keys) + 1;
	term_look(d->term, LOOK_BAR_LABEL);
	area_text(d->area, 0, x, a->bar);
	term_look(d->term, LOOK_NORMAL);
	return 0;
}

void function_bar_draw(const struct terminal *term, const struct area *a)
{
	struct drawing d = { term, a };

	visit_items(a->width, draw_item, &d);
}

static int hit_item(const struct action *a, int x, void *arg)
{
	const int *at = arg;

	if (*at < x || *at >= x + item_width(a) - 1)
		return 0;
	/* of a pair, the left key is the first, the label and the right key the second */
	return a->pair && *at > x ? a[1].keys[0] : a->keys[0];
}

int function_bar_at(int x, int width)
{
	return visit_items(width, hit_item, &x);
}
