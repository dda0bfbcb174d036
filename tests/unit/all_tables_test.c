// SPDX-License-Identifier: GPL-2.0-only
/* The definitions of all tables: what they say of their columns is true. */
#include <sqlite3.h>
#include <string.h>

#include "analysis/db_internal.h"
#include "schema/store.h"
#include "tests/unit/all_tables.h"
#include "tests/unit/files.h"

static void check_names(const struct table_def *def, void *ctx)
{
	int i;

	(void)ctx;
	for (i = 0; def->columns[i].name; i++)
		if (table_column(def, def->columns[i].name) != i)
			fail_msg("table %s has two columns %s", def->name, def->columns[i].name);
	if (def->sort && table_column(def, def->sort) < 0)
		fail_msg("table %s is sorted by %s, which it has not", def->name, def->sort);
	if (def->sort && table_default_sort(def) != (unsigned int)table_column(def, def->sort))
		fail_msg("table %s is not sorted by %s", def->name, def->sort);
}

static void names_of_columns_are_unique_and_sort_is_one(void **state)
{
	(void)state;
	visit_all_tables(check_names, NULL);
}

/* A database of today's schema without rows, and the tables that jank makes. */
static struct db *open_empty(const struct files *f)
{
	const struct jank_choice choice = { .min_ns = -1 };
	struct error err = { 0 };
	struct store *st;
	struct db *db;

	assert_int_equal(store_create(&st, f->path, false, &err), 0);
	assert_int_equal(store_finish(st, &err), 0);
	if (db_open(&db, f->path, &err) || db_begin(db, &err) || jank_choose(db, &choice, &err))
		fail_msg("%s", err.msg);
	return db;
}

/*
 * Only with this setting is a result column without AS not called as it is in its table, so
 * that it differs from the name that is wanted. SQLite does not specify its name.
 */
static void name_only_by_as(struct db *db)
{
	sqlite3_set_authorizer(db->db, NULL, NULL);
	assert_int_equal(sqlite3_exec(db->db, "PRAGMA full_column_names = ON", NULL, NULL, NULL),
			 SQLITE_OK);
}

static void check_query(const struct table_def *def, void *db)
{
	struct error err = { 0 };
	sqlite3_stmt *stmt = NULL;
	struct table t;

	if (!def->sql)
		return;
	if ((def->make && def->make(db, &err)) || db_prepare(db, def->sql, &stmt, &err))
		fail_msg("table %s: %s", def->name, err.msg);
	table_begin(&t, def);
	if (table_check_columns(&t, stmt, &err))
		fail_msg("%s", err.msg);
	table_free(&t);
	db_release(db, stmt);
}

static void queries_have_the_columns_of_their_tables(void **state)
{
	struct db *db = open_empty(*state);

	name_only_by_as(db);
	visit_all_tables(check_query, db);
	db_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_columns_are_unique_and_sort_is_one),
		cmocka_unit_test_setup_teardown(queries_have_the_columns_of_their_tables,
						files_setup, files_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
