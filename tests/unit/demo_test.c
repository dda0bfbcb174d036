// SPDX-License-Identifier: GPL-2.0-only
/*
 * docs/demo.db, which `rmapscope demo` shows where nothing can be recorded, has rows for every
 * screen, every detail that a row opens, and every section of reports and of jank. Where it has
 * none, or is of an older schema version: docs/make-demo.sh makes it anew.
 */
#include <string.h>

#include "analysis/capture.h"
#include "analysis/jank.h"
#include "analysis/tables.h"
#include "analysis/views.h"
#include "tests/unit/unit.h"
#include "tui/app.h"

#define DEMO "docs/demo.db"

/* What a good capture of this kernel does not have. */
static const struct {
	const char *name, *why;
} empty[] = {
	{ "frames", "only traces of Perfetto have frames" },
	{ "stragglers", "a migration entry is left behind by a bug of the kernel, rarely" },
	{ "lost", "no event was lost" },
};

struct demo {
	struct db *db;
	struct capture_info info;
	struct window window; /* that the screens show first */
};

static bool is_excepted(const char *name)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(empty); i++)
		if (!strcmp(empty[i].name, name))
			return true;
	return false;
}

static int open_demo(void **state)
{
	static struct demo demo;
	struct error err = { 0 };

	if (db_open(&demo.db, DEMO, &err) || db_begin(demo.db, &err) ||
	    capture_info_read(&demo.info, demo.db, &err)) {
		print_error("%s\n", err.msg);
		return -1;
	}
	demo.window = capture_window(&demo.info, demo.info.last_ns + 1, WINDOW_DEFAULT_S);
	*state = &demo;
	return 0;
}

static int close_demo(void **state)
{
	struct demo *demo = *state;

	db_end(demo->db);
	db_close(demo->db);
	return 0;
}

static void it_is_of_this_schema_version(void **state)
{
	const struct demo *demo = *state;

	if (db_is_copy(demo->db))
		fail_msg(DEMO " is of an older schema version: run docs/make-demo.sh");
}

static void check_section(const struct demo *demo, const struct table_def *def, const char *what)
{
	struct error err = { 0 };
	struct table t;

	if (table_read(&t, def, demo->db, NULL, &err))
		fail_msg("%s %s: %s", what, def->name, err.msg);
	if (!t.nr_rows != is_excepted(def->name))
		fail_msg("%s %s has %zu rows", what, def->name, t.nr_rows);
	table_free(&t);
}

static void every_section_of_a_report_has_rows(void **state)
{
	const struct table_def *const *section;

	for (section = report_tables; *section; section++)
		check_section(*state, *section, "report: section");
}

static void every_section_of_jank_has_rows(void **state)
{
	const struct jank_choice choice = { .min_ns = -1 };
	const struct table_def *const *section;
	const struct demo *demo = *state;
	struct error err = { 0 };

	assert_int_equal(jank_choose(demo->db, &choice, &err), 0);
	for (section = jank_tables; *section; section++)
		check_section(demo, *section, "jank: section");
}

static struct table read_screen(const struct demo *demo, const struct view_def *view)
{
	struct error err = { 0 };
	struct table t;

	if (view_read(&t, view, demo->db, &demo->window, NULL, &err))
		fail_msg("screen %s: %s", view->table->name, err.msg);
	return t;
}

static void every_screen_has_rows_as_it_opens(void **state)
{
	const struct view_def *view;

	for (view = top_views; view->table; view++) {
		struct table t = read_screen(*state, view);

		if (!t.nr_rows)
			fail_msg("screen %s has no rows", view->table->name);
		table_free(&t);
	}
}

/* Whether @detail has rows for the row with these @ids. */
static bool opens(const struct demo *demo, const struct view_def *detail, const struct param *ids)
{
	struct error err = { 0 };
	struct table t;
	bool has;

	if (view_read(&t, detail, demo->db, &demo->window, ids, &err))
		fail_msg("detail %s: %s", detail->table->name, err.msg);
	has = t.nr_rows;
	table_free(&t);
	return has;
}

/* As the screens do it. */
#define MAX_IDS 32

static void ids_of(struct param ids[MAX_IDS], const struct table *t, const struct cell *row)
{
	unsigned int i, nr = 0;

	for (i = 0; i < t->nr_columns && nr < MAX_IDS - 1; i++)
		if (t->def->columns[i].unit == UNIT_ID && row[i].type == CELL_INT)
			ids[nr++] = (struct param){ t->def->columns[i].name, row[i].i };
	ids[nr] = (struct param){ 0 };
}

static bool any_row_opens(const struct demo *demo, const struct view_def *view,
			  const struct view_def *detail)
{
	const int key = view->key ? table_column(view->table, view->key) : -1;
	struct table t = read_screen(demo, view);
	struct param ids[MAX_IDS];
	bool has = false;
	size_t i;

	for (i = 0; i < t.nr_rows && !has; i++) {
		if (key >= 0 && t.rows[i][key].type == CELL_NULL)
			continue;
		ids_of(ids, &t, t.rows[i]);
		has = opens(demo, detail, ids);
	}
	table_free(&t);
	return has;
}

static void a_row_of_every_screen_opens_every_detail(void **state)
{
	const struct view_def *view, *detail;

	for (view = top_views; view->table; view++)
		for (detail = view->details; detail && detail->table; detail++)
			if (!any_row_opens(*state, view, detail))
				fail_msg("no row of screen %s has rows of detail %s",
					 view->table->name, detail->table->name);
}

static void it_names_no_machine(void **state)
{
	const struct demo *demo = *state;

	assert_string_equal(demo->info.host, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_of_this_schema_version),
		cmocka_unit_test(every_section_of_a_report_has_rows),
		cmocka_unit_test(every_section_of_jank_has_rows),
		cmocka_unit_test(every_screen_has_rows_as_it_opens),
		cmocka_unit_test(a_row_of_every_screen_opens_every_detail),
		cmocka_unit_test(it_names_no_machine),
	};

	return cmocka_run_group_tests(tests, open_demo, close_demo);
}
