// SPDX-License-Identifier: GPL-2.0-only
#include "tui/header.h"

#include <stdio.h>
#include <string.h>

#include "analysis/table.h"
#include "lib/clock.h"
#include "lib/text.h"
#include "tui/sparkline.h"
#include "tui/text.h"

/* A shorter sparkline is left out. */
#define SPARK_MIN 8

/* Columns of the text before the sparkline. */
#define FIGURES_MIN 60

/* A part of line 1. In a narrow window the least important parts are left out. */
struct part {
	char text[96];
	enum look look;
	int gap;  /* blanks before it */
	int rank; /* dropped first: the highest; 0: never */
};

static void lost_text(const struct capture_info *info, char *buf, size_t room)
{
	char number[48];

	capture_lost_format(number, sizeof(number), info, true);
	if (number[0] == '-')
		snprintf(buf, room, "lost - in %lld gap%s", (long long)info->nr_gaps,
			 info->nr_gaps == 1 ? "" : "s");
	else
		snprintf(buf, room, "lost %s", number);
}

static enum look state_look(const struct header *h)
{
	if (h->time->fixed)
		return LOOK_PAUSED;
	return h->info->recording ? LOOK_LIVE : LOOK_END;
}

/* Rank of the part to drop next, 0 when all fit into @room columns or none may go. */
static int rank_to_drop(const struct part *part, unsigned int nr, int room)
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
	return width > room ? rank : 0;
}

static void draw_parts(struct part *part, unsigned int nr, const struct terminal *term,
		       const struct area *a)
{
	unsigned int i;
	int x = 0, rank;

	while ((rank = rank_to_drop(part, nr, a->width)))
		for (i = 0; i < nr; i++)
			if (part[i].rank == rank)
				part[i].text[0] = '\0';
	for (i = 0; i < nr; i++) {
		if (!part[i].text[0])
			continue;
		x += x ? part[i].gap : 0;
		term_look(term, part[i].look);
		x += area_text(a, 0, x, part[i].text);
	}
	term_look(term, LOOK_NORMAL);
}

/* Sums cover whole seconds: say where their window ends if that is not the instant shown. */
static void window_text(const struct header *h, char *buf, size_t room)
{
	const struct column time = { .unit = UNIT_TIME };
	const struct window w = timeline_window(h->time, h->info);
	const struct cell end = { .type = CELL_INT, .i = w.end_ns - h->info->first_ns };
	char text[32];

	snprintf(buf, room, "window %us", h->time->window_s);
	if (!h->time->fixed || w.end_ns == w.at_ns || w.end_ns == w.at_ns + 1)
		return;
	cell_format(text, sizeof(text), &time, &end);
	snprintf(buf, room, "window %us to %s", h->time->window_s, text);
}

static void draw_identity(const struct header *h, const struct terminal *term, const struct area *a)
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
	window_text(h, part[5].text, sizeof(part[5].text));
	lost_text(info, part[6].text, sizeof(part[6].text));
	draw_parts(part, sizeof(part) / sizeof(*part), term, a);
}

/* "label value", the value bold and at least @width wide so that nothing moves. */
struct figure {
	const char *label;
	char value[32];
	int width;
	int rank; /* dropped first: the highest; 0: never */
};

static int figure_width(const struct figure *f)
{
	int value = text_width(f->value);

	/* numbers are never cut */
	return text_width(f->label) + 1 + (value > f->width ? value : f->width);
}

static void set_figure(struct figure *f, const char *label, int width, int rank, enum unit unit,
		       const struct cell *cell)
{
	const struct column col = { .unit = unit };

	*f = (struct figure){ .label = label, .width = width, .rank = rank };
	cell_format(f->value, sizeof(f->value), &col, cell);
}

/* A negative number is an unknown one. */
static struct cell real_cell(double value)
{
	if (value < 0)
		return (struct cell){ .type = CELL_NULL };
	return (struct cell){ .type = CELL_REAL, .r = value };
}

static void set_open(const struct header *h, struct figure *f)
{
	struct cell nr = { .type = CELL_NULL }, longest = { .type = CELL_NULL };
	bool paused = h->time->fixed;
	int64_t nr_open = paused ? h->time->nr_open : h->info->nr_open;
	int64_t longest_ns = paused ? h->time->longest_open_ns : h->info->longest_open_ns;

	if (h->info->sees_waits) {
		nr = (struct cell){ .type = CELL_INT, .i = nr_open };
		if (nr_open)
			longest = (struct cell){ .type = CELL_INT, .i = longest_ns };
	}
	set_figure(&f[0],
		   h->time->moved		  ? "blocked then"
		   : h->info->recording || paused ? "blocked now"
						  : "open at end",
		   3, 0, UNIT_COUNT, &nr);
	set_figure(&f[1], "longest ms", 9, 0, UNIT_NS, &longest);
}

/* Leave out what does not fit into @room columns. Returns the columns taken. */
static int choose_figures(struct figure *f, unsigned int nr, int room)
{
	unsigned int i;

	for (;;) {
		int width = 0, worst = -1;

		for (i = 0; i < nr; i++) {
			if (!f[i].label)
				continue;
			width += figure_width(&f[i]) + 3;
			if (f[i].rank && (worst < 0 || f[i].rank > f[worst].rank))
				worst = i;
		}
		if (width + SPARK_MIN <= room || worst < 0)
			return width;
		f[worst].label = NULL;
	}
}

static void draw_figures(const struct figure *f, unsigned int nr, const struct terminal *term,
			 const struct area *a)
{
	unsigned int i;
	int x = 0;

	for (i = 0; i < nr; i++) {
		int label;

		if (!f[i].label)
			continue;
		label = text_width(f[i].label) + 1;
		term_look(term, LOOK_LABEL);
		area_text(a, 1, x, f[i].label);
		term_look(term, LOOK_VALUE);
		if (x + figure_width(&f[i]) <= a->width)
			area_field(a, 1, x + label, figure_width(&f[i]) - label, f[i].value, true);
		x += figure_width(&f[i]) + 3;
	}
	term_look(term, LOOK_NORMAL);
}

static void draw_rates(const struct header *h, const struct terminal *term, const struct area *a)
{
	const struct capture_rates *r = &h->rates;
	struct cell waits = real_cell(h->waits_per_s), retries = real_cell(r->retries_per_s),
		    moves = real_cell(r->moves_per_s), storms = { .type = CELL_NULL };
	struct figure f[6];
	int x, room;

	if (r->nr_storms >= 0)
		storms = (struct cell){ .type = CELL_INT, .i = r->nr_storms };
	set_figure(&f[0], "waits/s", 9, 0, UNIT_PER_S, &waits);
	set_open(h, &f[1]);
	set_figure(&f[3], "retries/s", 7, 2, UNIT_PER_S, &retries);
	set_figure(&f[4], "storms", 1, 1, UNIT_COUNT, &storms);
	set_figure(&f[5], "moves/s", 9, 3, UNIT_PER_S, &moves);
	x = choose_figures(f, sizeof(f) / sizeof(*f), a->width);
	draw_figures(f, sizeof(f) / sizeof(*f), term, a);
	room = a->width - x;
	if (room < SPARK_MIN)
		return;
	if (room > SPARK_MAX_S)
		room = SPARK_MAX_S;
	if (room > h->nr_rates)
		room = h->nr_rates;
	sparkline_draw(term, a, 1, x, h->rate + h->nr_rates - room, room, h->time->window_s);
}

int header_spark_room(void)
{
	int room = COLS > FIGURES_MIN ? COLS - FIGURES_MIN : 0;

	return room < SPARK_MAX_S ? room : SPARK_MAX_S;
}

int header_draw(const struct header *h, const struct terminal *term, const struct area *a)
{
	struct area below = area_lines(a, 2, a->height / 3);
	int y = 2;

	draw_identity(h, term, a);
	draw_rates(h, term, a);
	if (h->filter[0]) {
		term_look(term, LOOK_PAUSED);
		area_field(&below, 0, 0, below.width, h->filter, false);
		below = area_lines(&below, 1, below.height);
		y++;
	}
	if (h->problem) {
		term_look(term, LOOK_ALARM);
		y += area_wrap(&below, h->problem);
	} else if (h->advice) {
		term_look(term, LOOK_NOTICE);
		y += area_wrap(&below, h->advice);
	}
	term_look(term, LOOK_NORMAL);
	return y;
}
