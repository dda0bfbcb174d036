// SPDX-License-Identifier: GPL-2.0-only
#include "tui/tui.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/filter.h"
#include "analysis/watched.h"
#include "lib/clock.h"
#include "lib/text.h"
#include "tui/actions.h"
#include "tui/app.h"
#include "tui/function_bar.h"
#include "tui/keys.h"
#include "tui/mouse.h"
#include "tui/settings.h"
#include "tui/signals.h"
#include "tui/tabs.h"

#define DELAY_MS 1000

/* Waits in each second: of the window, and of the sparkline before it. */
static int read_rates(struct tui *tui, const struct window *w, struct error *err)
{
	const int64_t sec = NSEC_PER_SEC, end_s = (w->end_ns - 1) / sec + 1;
	const int64_t window_s = end_s - w->start_ns / sec;
	int64_t spark_s = header_spark_room(), nr_waits = 0, ns = 0, i;
	int64_t nr = window_s > spark_s ? window_s : spark_s;
	struct header *h = &tui->header;
	int ret;

	/* the sparkline does not begin before the capture */
	if (nr > end_s - tui->feed.info.first_ns / sec)
		nr = end_s - tui->feed.info.first_ns / sec;
	if (nr < 0 || nr > WINDOW_MAX_S)
		nr = nr < 0 ? 0 : WINDOW_MAX_S;
	ret = capture_rate(tui->feed.db, w->end_ns, h->rate, nr, err);
	if (ret)
		return ret;
	for (i = 0; i < nr && i < window_s; i++)
		nr_waits += h->rate[nr - 1 - i];
	h->nr_rates = nr;
	ret = watched_ns(&ns, tui->feed.db, w, err);
	h->waits_per_s = ns ? nr_waits * 1e9 / ns : -1;
	return ret;
}

static int read_window(struct tui *tui, struct error *err)
{
	struct feed *f = &tui->feed;
	const struct window w = timeline_window(&tui->time, &f->info);
	int ret;

	ret = read_rates(tui, &w, err);
	if (!ret)
		ret = capture_rates_read(&tui->header.rates, f->db, &w, err);
	if (!ret && tui->time.moved)
		ret = capture_open_at(&tui->time.nr_open, &tui->time.longest_open_ns, f->db, &w,
				      err);
	if (!ret && !f->info.sees_waits)
		tui->header.waits_per_s = -1;
	return ret ? ret : page_read(tui_page(tui), f->db, &w, err);
}

/* Read what is to be shown; on failure set the line that says why. */
static void read_data(struct tui *tui)
{
	struct error err = { "" };
	int ret = 0;

	/* after a failure, wait for the next refresh before the next attempt */
	tui->stale |= tui->reread;
	tui->reread = false;
	if (feed_begin(&tui->feed))
		return;
	/* while paused the screen does not change, though the capture grows */
	if (tui->stale || !tui->time.fixed)
		ret = read_window(tui, &err);
	if (!ret)
		tui->stale = false;
	feed_end(&tui->feed, ret, &err);
}

/* The note beside the tabs: the answer to the last key, or the position in the table. */
static const char *note_of(struct tui *tui, char *buf, size_t room)
{
	const struct table_view *v = tui_view(tui);

	buf[0] = '\0';
	if (tui->note[0])
		return tui->note;
	if (v->filter[0])
		snprintf(buf, room, "filter \"%s\": %zu of %zu", v->filter, v->nr_shown,
			 v->table.nr_rows);
	else if (v->view->shape != SHAPE_HEATMAP && v->nr_shown)
		snprintf(buf, room, "%zu/%zu", v->selected + 1, v->nr_shown);
	return buf;
}

/* Columns kept for a short note beside the tabs; the names of tabs are shortened for it. */
#define SHORT_NOTE 16

/*
 * Divide the screen from line @y on: tabs with a short note at their right, the
 * page, a longer note in lines of its own, and the line at the bottom. Draws
 * the note.
 */
static void lay_out(struct tui *tui, const struct area *all, int y)
{
	const struct area line = area_lines(all, y, 1);
	char buf[PATTERN_MAX + 64];
	const char *note = note_of(tui, buf, sizeof(buf));
	int width = text_width(note), lines = 0;
	struct area place;

	if (width <= SHORT_NOTE || width + 1 + tabs_width(top_views, tui->current) <= line.width) {
		place = area_columns(&line, line.width - width, width);
	} else {
		place = area_lines(all, 0, all->height / 3);
		lines = area_wrap_lines(&place, note);
		place = area_lines(all, all->height - 1 - lines, lines);
		width = 0;
	}
	tui->tabs = area_columns(&line, 0, line.width - (width ? width + 1 : 0));
	tui->page = area_lines(all, y + 1, all->height - 1 - lines - (y + 1));
	tui->bottom = area_lines(all, all->height - 1, 1);
	area_wrap(&place, note);
}

static void draw_screen(struct tui *tui, const struct area *all)
{
	struct error problem = { "" };
	char notice[600];

	tui->header.info = &tui->feed.info;
	tui->header.filter = tui->filter;
	tui->header.time = &tui->time;
	tui->header.problem = feed_notice(&tui->feed, notice, sizeof(notice));
	/* show the cause rather than the problem that follows from it */
	if (tui->opt->problem && tui->opt->problem(tui->opt->ctx, &problem)) {
		snprintf(notice, sizeof(notice), "the recorder has failed: %s", problem.msg);
		tui->header.problem = notice;
	}
	tui->header.advice = tui->advice[0] ? tui->advice : tui->opt->advice;
	lay_out(tui, all, header_draw(&tui->header, &tui->term, all));
	tabs_draw(&tui->term, &tui->tabs, top_views, tui->current);
	page_draw(tui_page(tui), &tui->term, &tui->page);
	if (tui->overlay != &prompt_overlay)
		function_bar_draw(&tui->term, &tui->bottom);
	if (tui->overlay)
		tui->overlay->draw(tui);
}

static void draw(struct tui *tui)
{
	const struct area all = area_screen();
	char text[80];

	term_look(&tui->term, LOOK_NORMAL);
	area_clear(&all);
	if (term_too_small()) {
		snprintf(text, sizeof(text), "needs %dx%d, has %dx%d", TERM_MIN_COLS, TERM_MIN_ROWS,
			 all.width, all.height);
		area_text(&all, 0, 0, text);
	} else {
		draw_screen(tui, &all);
	}
	refresh();
}

/* Minimum capture length before rows are sorted meaningfully. */
#define OPEN_AFTER_NS ((int64_t)(2 * NSEC_PER_SEC))

/* Open the details of the first row once, unless a key was pressed before. */
static void open_first(struct tui *tui)
{
	const struct capture_info *info = &tui->feed.info;
	const int64_t pid = tui->opt->open_pid;
	struct table_view *v = tui_view(tui);

	if (!tui->to_open || info->last_ns - info->first_ns < OPEN_AFTER_NS || !v->nr_shown)
		return;
	if ((!pid || table_view_select(v, "tgid", pid)) && tui_open(tui))
		tui->to_open = false;
}

static void handle_key(struct tui *tui, int key)
{
	const struct action *a = action_of_key(tui->actions, key);

	tui->to_open &= key == SPECIAL(KEY_RESIZE);
	tui->note[0] = '\0';
	if (key == SPECIAL(KEY_RESIZE))
		return;
	tui->advice[0] = '\0';
	if (key == SPECIAL(KEY_MOUSE))
		mouse_event(tui);
	else if (tui->overlay)
		tui->overlay->key(tui, key);
	else if (a)
		a->run(tui, key);
}

static void handle_keys(struct tui *tui)
{
	wint_t c;
	int ret;

	if (signals_resized()) {
		term_resize();
		/*
		 * the width of the screen decides how much time the sparkline and the heatmap show
		 */
		tui->reread = true;
	}
	/* handle all pending keys before drawing once */
	while (!tui->quit && (ret = get_wch(&c)) != ERR)
		handle_key(tui, ret == KEY_CODE_YES ? SPECIAL((int)c) : (int)c);
}

static void run(struct tui *tui)
{
	uint64_t next_ns = 0, began_ns;
	int64_t left_ms;
	bool alive = true;

	while (alive && !tui->quit && !signals_quit()) {
		began_ns = now_ns();
		if (began_ns >= next_ns || tui->reread) {
			if (feed_changed(&tui->feed) || tui->reread)
				read_data(tui);
			open_first(tui);
			next_ns = now_ns() + tui->opt->delay_ms * NSEC_PER_MSEC;
		}
		draw(tui);
		left_ms = ((int64_t)next_ns - (int64_t)now_ns()) / (int64_t)NSEC_PER_MSEC + 1;
		alive = signals_wait(left_ms > 0 ? left_ms : 0);
		handle_keys(tui);
	}
}

/* The line that says which filter applies to all screens. */
static void describe_filter(struct tui *tui)
{
	size_t len = snprintf(tui->filter, sizeof(tui->filter), "filter: ");

	filter_text(tui->filter + len, sizeof(tui->filter) - len, tui->opt->filter);
	len = strlen(tui->filter);
	if (filter_sums_are_less(tui->feed.db))
		snprintf(tui->filter + len, sizeof(tui->filter) - len, "%s", FILTER_SUMS_NOTE);
}

static int make_screens(struct tui *tui, struct error *err)
{
	const char *first = tui->opt->screen;
	struct error ignored = { "" };
	unsigned int i;

	while (top_views[tui->nr_screens].table)
		tui->nr_screens++;
	tui->screens = calloc(tui->nr_screens, sizeof(*tui->screens));
	if (!tui->screens)
		return error_set(err, -ENOMEM, "out of memory");
	for (i = 0; i < tui->nr_screens; i++)
		if (page_init(&tui->screens[i], &top_views[i], 1))
			return error_set(err, -ENOMEM, "out of memory");
	if (settings_load(tui, &ignored))
		snprintf(tui->advice, sizeof(tui->advice), "%s", ignored.msg);
	for (i = 0; first && i < tui->nr_screens; i++)
		if (!strcmp(first, top_views[i].table->name))
			tui->current = i;
	if (first && strcmp(first, top_views[tui->current].table->name))
		return error_set(err, -EINVAL, "there is no screen %s; the first is %s", first,
				 top_views[0].table->name);
	return 0;
}

static void free_tui(struct tui *tui)
{
	unsigned int i;

	feed_close(&tui->feed);
	while (tui->nr_details)
		page_free(&tui->details[--tui->nr_details]);
	for (i = 0; tui->screens && i < tui->nr_screens; i++)
		page_free(&tui->screens[i]);
	free(tui->screens);
	free(tui);
}

int tui_run(const struct tui_options *options, struct error *err)
{
	struct tui_options opt = *options;
	struct tui *tui = calloc(1, sizeof(*tui));
	struct error ignored = { "" };
	int ret;

	if (!tui)
		return error_set(err, -ENOMEM, "out of memory");
	opt.delay_ms = opt.delay_ms ?: DELAY_MS;
	tui->opt = &opt;
	tui->actions = actions;
	tui->time.window_s = WINDOW_DEFAULT_S;
	tui->header.waits_per_s = -1;
	tui->reread = true;
	tui->to_open = opt.open_first;
	ret = make_screens(tui, err);
	if (opt.window_s)
		tui->time.window_s = opt.window_s > WINDOW_MAX_S ? WINDOW_MAX_S : opt.window_s;
	settings_mark(tui);
	if (!ret)
		ret = feed_open(&tui->feed, opt.path, opt.delay_ms, opt.filter, err);
	if (!ret && opt.at_ns)
		timeline_to(&tui->time, &tui->feed.info, opt.at_ns);
	if (!ret && filter_is_set(opt.filter))
		describe_filter(tui);
	if (!ret)
		ret = term_start(&tui->term, err);
	if (!ret) {
		run(tui);
		term_stop(&tui->term);
		/* settings that cannot be saved are no failure of the program */
		if (settings_save(tui, &ignored))
			fprintf(stderr, "rmapscope: %s\n", ignored.msg);
	}
	free_tui(tui);
	return ret;
}
