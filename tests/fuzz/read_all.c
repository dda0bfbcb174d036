// SPDX-License-Identifier: GPL-2.0-only
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/blocked.h"
#include "analysis/capture.h"
#include "analysis/diff.h"
#include "analysis/diff_kinds.h"
#include "analysis/export_tables.h"
#include "analysis/instant.h"
#include "analysis/jank.h"
#include "analysis/page_tables.h"
#include "analysis/perfetto_tables.h"
#include "analysis/tables.h"
#include "cli/show.h"
#include "lib/text.h"
#include "tests/fuzz/mutate.h"
#include "tui/timeline.h"

static void fail(const char *what, const char *text)
{
	fprintf(stderr, "%s: %.2000s\n", what, text);
	abort();
}

/* Nothing that a terminal would obey, but the ends of lines. */
static void check_text(const char *what, const char *text)
{
	const char *at = text;

	while (*at) {
		int32_t c = text_next(&at);

		if (text_is_unsafe(c) && c != '\n')
			fail(what, at - 1);
	}
}

static void check_json(const char *text)
{
	sqlite3_stmt *stmt = NULL;
	sqlite3 *db = NULL;

	check_text("JSON", text);
	if (sqlite3_open(":memory:", &db) ||
	    sqlite3_prepare_v2(db, "SELECT json_valid(?)", -1, &stmt, NULL))
		fail("JSON", sqlite3_errmsg(db));
	sqlite3_bind_text(stmt, 1, text, -1, SQLITE_STATIC);
	if (sqlite3_step(stmt) != SQLITE_ROW || !sqlite3_column_int(stmt, 0))
		fail("not JSON", text);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

/* What was printed, and how it went. */
struct print {
	FILE *f;
	char *text;
	size_t bytes;
	struct error err;
};

static void begin(struct print *p)
{
	memset(p, 0, sizeof(*p));
	p->f = open_memstream(&p->text, &p->bytes);
	if (!p->f)
		fail("memory", "");
}

static void end(struct print *p, int ret, enum output_format format)
{
	fclose(p->f);
	if (ret && (!p->err.msg[0] || strchr(p->err.msg, '\n')))
		fail("message", p->err.msg);
	if (output_ops(format)->binary)
		check_text("message", p->err.msg);
	else if (format != OUTPUT_JSON)
		check_text("text", p->text);
	else if (!ret)
		check_json(p->text);
	free(p->text);
}

static void print_reports(struct db *db, struct report_options opt)
{
	FILE *const kept = stderr;
	struct print p;
	int ret;

	for (opt.format = OUTPUT_TEXT; opt.format < NR_OUTPUT_FORMATS; opt.format++) {
		begin(&p);
		/* what CSV has no place for is told there */
		stderr = p.f;
		ret = show_report(p.f, db, &opt, &p.err);
		stderr = kept;
		end(&p, ret, opt.format);
		if (ret)
			return;
		/* what it made stays */
		opt.prepare = NULL;
	}
}

static void reports(struct db *db)
{
	static const struct table_def *const exports[] = { &export_by_waiter, &export_by_holder,
							   &export_by_label, NULL };
	static const struct table_def *const page[] = { &blame_matrix, &page_flame, NULL };
	static const struct jank_choice all = { .threads = ".", .min_ns = 0 };

	print_reports(db, (struct report_options){ .sections = report_tables,
						   .max_rows = 20,
						   .verdict = verdict_read });
	print_reports(db, (struct report_options){ .sections = page,
						   .max_rows = 20,
						   .overview = view_by_name("heatmap") });
	print_reports(db, (struct report_options){ .sections = exports });
	print_reports(db, (struct report_options){ .sections = perfetto_tables });
	print_reports(db, (struct report_options){ .sections = jank_tables,
						   .max_rows = 20,
						   .verdict = jank_verdict,
						   .prepare = jank_choose,
						   .prepare_for = &all });
}

/* A database beside itself. */
static void differences(const char *path)
{
	const char *const paths[] = { path, NULL };
	struct diff_choice all = { .paths = { paths, paths }, .max_groups = 2 };
	struct error err = { 0 };
	struct diff d;
	unsigned int i;

	for (i = 0; diff_kinds[i].name; i++)
		all.by[i] = true;
	if (diff_read(&d, &all, &err) && (!err.msg[0] || strchr(err.msg, '\n')))
		fail("message", err.msg);
	diff_free(&d);
}

static void frames(struct db *db)
{
	static const struct frame_time times[] = { { 0, 10 }, { 0, 1000000000 } };
	const struct view_def *view;
	struct print p;
	unsigned int i;

	for (i = 0; i < sizeof(times) / sizeof(*times); i++)
		for (view = top_views; view->table; view++) {
			begin(&p);
			end(&p, show_frame(p.f, db, view, &times[i], &p.err), OUTPUT_TEXT);
		}
}

/* The integers of a row as a page of the screens gives them to its details. */
static void details(struct db *db, const struct view_def *views, const struct window *window,
		    int64_t id)
{
	const struct param params[] = {
		{ "lock_id", id },  { "vma_id", id },	  { "process_id", 1 },
		{ "storm_id", id }, { "stall_id", id },	  { "start_ns", window->start_ns },
		{ "wait_id", id },  { "duration_ns", 1 }, { 0 },
	};
	struct error err = { 0 };
	struct output o;
	struct print p;
	struct table t;

	for (; views->table; views++) {
		err.msg[0] = '\0';
		if (view_read(&t, views, db, window, params, &err))
			continue;
		begin(&p);
		o = (struct output){ .f = p.f, .format = OUTPUT_TEXT, .width = 80 };
		output_end(&o, output_table(&o, &t, &(struct table_notes){ "", "", "" }));
		end(&p, 0, OUTPUT_TEXT);
		table_free(&t);
	}
}

static void instants(struct db *db, const struct capture_info *info)
{
	static const char *const texts[] = { "0", "1.5", "12:00:00", "now", "1010000000000ns" };
	struct capture_event event;
	struct error err;
	int64_t at_ns;
	char text[64];
	struct table t;
	unsigned int i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		err.msg[0] = '\0';
		if (instant_parse(&at_ns, texts[i], info, &err))
			continue;
		instant_format(text, sizeof(text), at_ns, info);
		if (!blocked_read(&t, db, at_ns, &err))
			table_free(&t);
		err.msg[0] = '\0';
		capture_find_event(&event, db, at_ns, 1, &err);
		capture_find_event(&event, db, at_ns, -1, &err);
	}
}

static void moves(struct db *db, const struct capture_info *info)
{
	static const struct view_def *const views[] = { vma_views, lock_views, storm_views,
							stall_views };
	struct timeline t = { .window_s = 10 };
	struct capture_rates rates;
	struct error err = { 0 };
	int64_t rate[60];
	struct window w;
	unsigned int i;
	char text[64];

	for (i = 0; i < 12; i++) {
		switch (i) {
		case 0:
		case 5:
			timeline_pause(&t, info);
			break;
		case 1:
		case 2:
			timeline_move(&t, info, -3);
			break;
		case 3:
			timeline_to_start(&t, info);
			break;
		case 4:
			timeline_step(&t, info, 1000000);
			break;
		case 6:
			timeline_to(&t, info, info->first_ns);
			break;
		case 7:
			timeline_widen(&t, 1);
			break;
		default:
			timeline_move(&t, info, 100);
		}
		timeline_text(&t, info, text, sizeof(text));
		w = timeline_window(&t, info);
		capture_rate(db, w.end_ns, rate, 60, &err);
		capture_rates_read(&rates, db, &w, &err);
		details(db, views[i % 4], &w, 1 + i % 3);
	}
}

void read_all(const char *path)
{
	struct capture_info info;
	struct error err = { 0 };
	struct db *db;

	if (db_open(&db, path, &err)) {
		if (!err.msg[0] || strchr(err.msg, '\n'))
			fail("message", err.msg);
		return;
	}
	reports(db);
	frames(db);
	differences(path);
	if (!db_begin(db, &err)) {
		if (!capture_info_read(&info, db, &err)) {
			instants(db, &info);
			moves(db, &info);
		}
		db_end(db);
	}
	db_close(db);
}
