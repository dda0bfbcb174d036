// SPDX-License-Identifier: GPL-2.0-only
#include "tui/header.h"

#include <stdio.h>
#include <string.h>

#include "analysis/table.h"
#include "lib/clock.h"
#include "tui/sparkline.h"
#include "tui/text.h"

/* Less of a sparkline says nothing. */
#define SPARK_MIN 8

/* A part of line 1. What is not needed most gives way in a narrow window. */
struct part {
	char text[96];
	enum look look;
	int gap;  /* blanks before it */
	int rank; /* dropped first: the highest; 0: never */
};

static void lost_text(const struct capture_info *info, char *buf, size_t room)
{
	const struct column count = { .unit = UNIT_COUNT };
	const struct cell cell = { .type = CELL_INT, .i = info->nr_lost };
	char number[32];

	cell_format(number, sizeof(number), &count, &cell);
	if (info->nr_gaps && !info->nr_lost)
		snprintf(buf, room, "lost - in %lld gaps", (long long)info->nr_gaps);
	else
		snprintf(buf, room, "lost %s", number);
}

static enum look state_look(const struct header *h)
{
	if (h->time->fixed)
		return LOOK_PAUSED;
	return h->info->recording ? LOOK_LIVE : LOOK_END;
}

/* Rank of the part to drop next, 0 when all fit or none may go. */
static int rank_to_drop(const struct part *part, unsigned int nr)
{
	unsigned int i;
	int width = 0, rank = 0;

	for (i = 0; i < nr; i++) {
		if (!part[i].text[0])
			continue;
		width += part[i].gap + text_width(part[i].text);
		if (part[i].rank > rank)
			rank = part[i].rank;
	}
	return width > COLS ? rank : 0;
}

static void draw_parts(struct part *part, unsigned int nr, const struct terminal *term, int y)
{
	unsigned int i;
	int x = 0, rank;

	while ((rank = rank_to_drop(part, nr)))
		for (i = 0; i < nr; i++)
			if (part[i].rank == rank)
				part[i].text[0] = '\0';
	for (i = 0; i < nr && x < COLS; i++) {
		if (!part[i].text[0])
			continue;
		x += x ? part[i].gap : 0;
		term_look(term, part[i].look);
		x += text_add(y, x, COLS - x, part[i].text);
	}
	term_look(term, LOOK_NORMAL);
}

static void draw_identity(const struct header *h, const struct terminal *term)
{
	const struct capture_info *info = h->info;
	struct part part[] = {
		{ "rmapscope", LOOK_TITLE, 0, 3 },
		{ "", LOOK_NORMAL, 2, 2 },
		{ "", LOOK_NORMAL, 2, 4 },
		{ "", LOOK_NORMAL, 2, 5 },
		{ "", state_look(h), 3, 0 },
		{ "", LOOK_NORMAL, 2, 1 },
		{ "", info->nr_gaps ? LOOK_ALARM : LOOK_NORMAL, 2, 0 },
	};
	const char *kind = info->profile[0] ? "profile" : "source";

	if (info->host[0])
		snprintf(part[1].text, sizeof(part[1].text), "host %s", info->host);
	snprintf(part[2].text, sizeof(part[2].text), "%s", info->kernel);
	if (info->profile[0] || info->source[0])
		snprintf(part[3].text, sizeof(part[3].text), "%s %s", kind,
			 info->profile[0] ? info->profile : info->source);
	timeline_text(h->time, info, part[4].text, sizeof(part[4].text));
	snprintf(part[5].text, sizeof(part[5].text), "window %us", h->time->window_s);
	lost_text(info, part[6].text, sizeof(part[6].text));
	draw_parts(part, sizeof(part) / sizeof(*part), term, 0);
}

/* "label value", the value bold and at least @width wide so that nothing moves. */
static int draw_value(const struct terminal *term, int x, const char *label, const char *value,
		      int width)
{
	if (x >= COLS)
		return x;
	term_look(term, LOOK_LABEL);
	x += text_add(1, x, COLS - x, label) + 1;
	/* but no number is ever cut */
	if (width < text_width(value))
		width = text_width(value);
	term_look(term, LOOK_VALUE);
	if (x + width <= COLS)
		text_field(1, x, width, value, true);
	term_look(term, LOOK_NORMAL);
	return x + width;
}

static int draw_open(const struct header *h, const struct terminal *term, int x)
{
	const struct column count = { .unit = UNIT_COUNT }, ms = { .unit = UNIT_NS };
	struct cell nr = { .type = CELL_NULL }, longest = { .type = CELL_NULL };
	bool paused = h->time->fixed;
	int64_t nr_open = paused ? h->time->nr_open : h->info->nr_open;
	int64_t longest_ns = paused ? h->time->longest_open_ns : h->info->longest_open_ns;
	const char *label = h->info->recording || paused ? "blocked now" : "open at end";
	char text[32];

	/* of another time it is not known who was blocked then */
	if (!h->time->moved) {
		nr = (struct cell){ .type = CELL_INT, .i = nr_open };
		if (nr_open)
			longest = (struct cell){ .type = CELL_INT, .i = longest_ns };
	}
	cell_format(text, sizeof(text), &count, &nr);
	x = draw_value(term, x + 3, label, text, 3);
	cell_format(text, sizeof(text), &ms, &longest);
	x = draw_value(term, x + 3, "longest ms", text, 9);
	return x;
}

static void draw_rates(const struct header *h, const struct terminal *term)
{
	const struct column per_s = { .unit = UNIT_PER_S };
	struct cell cell = { .type = CELL_NULL };
	char text[32];
	int x, room;

	if (h->waits_per_s >= 0)
		cell = (struct cell){ .type = CELL_REAL, .r = h->waits_per_s };
	cell_format(text, sizeof(text), &per_s, &cell);
	x = draw_value(term, 0, "waits/s", text, 9);
	x = draw_open(h, term, x) + 3;
	room = COLS - x;
	if (room < SPARK_MIN)
		return;
	if (room > SPARK_MAX_S)
		room = SPARK_MAX_S;
	if (room > h->nr_rates)
		room = h->nr_rates;
	sparkline_draw(term, 1, x, h->rate + h->nr_rates - room, room, h->time->window_s);
}

int header_draw(const struct header *h, const struct terminal *term)
{
	int y = 2;

	draw_identity(h, term);
	draw_rates(h, term);
	if (h->problem) {
		term_look(term, LOOK_ALARM);
		text_add(y++, 0, COLS, h->problem);
	} else if (h->advice) {
		term_look(term, LOOK_NOTICE);
		text_add(y++, 0, COLS, h->advice);
	}
	term_look(term, LOOK_NORMAL);
	return y;
}
