// SPDX-License-Identifier: GPL-2.0-only
/* hist_count(), hist_quantile() and hist_merge() as SQL sees them. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "schema/hist.h"
#include "schema/hist_sql.h"
#include "tests/unit/unit.h"

static int open_db(void **state)
{
	sqlite3 *db;
	struct hist h = { 0 };
	uint8_t blob[64];
	sqlite3_stmt *stmt;
	int i;

	if (sqlite3_open(":memory:", &db) || hist_sql_register(db) ||
	    sqlite3_exec(db, "CREATE TABLE t (name TEXT, h BLOB)", NULL, NULL, NULL) ||
	    sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?, ?)", -1, &stmt, NULL))
		return -1;
	/* 'low': 10 and 20; 'high': 10, 20 and 30 */
	for (i = 0; i < 2; i++) {
		hist_add(&h, 10, 1);
		hist_add(&h, 20, 1);
		if (i)
			hist_add(&h, 30, 1);
		sqlite3_bind_text(stmt, 1, i ? "high" : "low", -1, SQLITE_STATIC);
		sqlite3_bind_blob(stmt, 2, blob, hist_encode(&h, blob), SQLITE_TRANSIENT);
		sqlite3_step(stmt);
		sqlite3_reset(stmt);
		hist_free(&h);
	}
	sqlite3_finalize(stmt);
	*state = db;
	return 0;
}

static int close_db(void **state)
{
	return sqlite3_close(*state);
}

/* "1", "NULL", a text, or "error: ..." */
static const char *value_of(sqlite3 *db, const char *sql)
{
	static char text[256];
	sqlite3_stmt *stmt;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	if (sqlite3_step(stmt) != SQLITE_ROW)
		snprintf(text, sizeof(text), "error: %s", sqlite3_errmsg(db));
	else if (sqlite3_column_type(stmt, 0) == SQLITE_NULL)
		snprintf(text, sizeof(text), "NULL");
	else
		snprintf(text, sizeof(text), "%s", sqlite3_column_text(stmt, 0));
	sqlite3_finalize(stmt);
	return text;
}

#define DAMAGED "error: not a histogram, or a damaged one"

static void count_counts(void **state)
{
	assert_string_equal(value_of(*state, "SELECT hist_count(h) FROM t WHERE name = 'low'"),
			    "2");
	assert_string_equal(value_of(*state, "SELECT hist_count(x'')"), "0");
}

static void quantiles_are_those_of_the_values(void **state)
{
	assert_string_equal(value_of(*state,
				     "SELECT hist_quantile(h, 0) FROM t WHERE name = 'high'"),
			    "10");
	assert_string_equal(value_of(*state,
				     "SELECT hist_quantile(h, 0.5) FROM t WHERE name = 'high'"),
			    "20");
	assert_string_equal(value_of(*state,
				     "SELECT hist_quantile(h, 1) FROM t WHERE name = 'high'"),
			    "30");
}

static void between_counts_from_one_value_to_below_another(void **state)
{
	assert_string_equal(value_of(*state,
				     "SELECT hist_between(h, 10, 30) FROM t WHERE name = 'high'"),
			    "2");
	assert_string_equal(value_of(*state,
				     "SELECT hist_between(h, 11, 31) FROM t WHERE name = 'high'"),
			    "2");
	assert_string_equal(value_of(*state, "SELECT hist_between(x'', 0, 1 << 62)"), "0");
	assert_string_equal(value_of(*state, "SELECT hist_between(NULL, 0, 1)"), "NULL");
}

static void merge_adds_the_rows_up_and_skips_nulls(void **state)
{
	assert_string_equal(value_of(*state, "SELECT hist_count(hist_merge(h)) FROM t"), "5");
	assert_string_equal(value_of(*state, "SELECT hist_quantile(hist_merge(h), 1) FROM t"),
			    "30");
	assert_string_equal(value_of(*state, "SELECT hist_count(hist_merge(h)) FROM "
					     "(SELECT h FROM t UNION ALL SELECT NULL)"),
			    "5");
}

static void null_in_null_out(void **state)
{
	assert_string_equal(value_of(*state, "SELECT hist_count(NULL)"), "NULL");
	assert_string_equal(value_of(*state, "SELECT hist_quantile(NULL, 0.5)"), "NULL");
}

static void a_merge_of_no_rows_is_null_and_of_nulls_holds_nothing(void **state)
{
	assert_string_equal(value_of(*state, "SELECT hist_merge(h) FROM t WHERE 0"), "NULL");
	assert_string_equal(value_of(*state, "SELECT hist_count(hist_merge(NULL)) FROM t"), "0");
	assert_string_equal(value_of(*state, "SELECT hist_quantile(hist_merge(NULL), 0.5) FROM t"),
			    "NULL");
}

static void an_empty_histogram_has_no_quantile(void **state)
{
	assert_string_equal(value_of(*state, "SELECT hist_quantile(x'', 0.5)"), "NULL");
}

static void a_quantile_outside_0_to_1_is_an_error(void **state)
{
	static const char want[] = "error: a quantile is between 0 and 1";

	assert_string_equal(value_of(*state, "SELECT hist_quantile(h, -0.1) FROM t"), want);
	assert_string_equal(value_of(*state, "SELECT hist_quantile(h, 1.001) FROM t"), want);
	assert_string_equal(value_of(*state, "SELECT hist_quantile(h, 9e999) FROM t"), want);
	assert_string_equal(value_of(*state, "SELECT hist_quantile(h, -9e999) FROM t"), want);
}

/* SQL's rule for functions; 0 would silently give the smallest value. */
static void a_quantile_that_is_null_gives_null(void **state)
{
	assert_string_equal(value_of(*state, "SELECT hist_quantile(h, NULL) FROM t"), "NULL");
}

static void a_damaged_blob_is_an_error_in_every_function(void **state)
{
	assert_string_equal(value_of(*state, "SELECT hist_count(x'01')"), DAMAGED);
	assert_string_equal(value_of(*state, "SELECT hist_quantile(x'ffff', 0.5)"), DAMAGED);
	assert_string_equal(value_of(*state, "SELECT hist_merge(x'01') FROM t"), DAMAGED);
	assert_string_equal(value_of(*state, "SELECT hist_merge(h) FROM (SELECT h FROM t UNION ALL "
					     "SELECT x'01' UNION ALL SELECT h FROM t)"),
			    DAMAGED);
}

/* 'ab' has the bytes of a histogram: bucket 97, 98 times. */
static void text_and_numbers_are_not_histograms(void **state)
{
	assert_string_equal(value_of(*state, "SELECT hist_count('ab')"), DAMAGED);
	assert_string_equal(value_of(*state, "SELECT hist_count(15)"), DAMAGED);
}

static void it_may_be_used_in_a_view(void **state)
{
	sqlite3 *db = *state;

	assert_int_equal(sqlite3_exec(db,
				      "PRAGMA trusted_schema = OFF; "
				      "CREATE VIEW v AS SELECT hist_count(h) AS n FROM t",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	assert_string_equal(value_of(db, "SELECT sum(n) FROM v"), "5");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_db, close_db)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(count_counts),
		TEST(quantiles_are_those_of_the_values),
		TEST(between_counts_from_one_value_to_below_another),
		TEST(merge_adds_the_rows_up_and_skips_nulls),
		TEST(null_in_null_out),
		TEST(a_merge_of_no_rows_is_null_and_of_nulls_holds_nothing),
		TEST(an_empty_histogram_has_no_quantile),
		TEST(a_quantile_outside_0_to_1_is_an_error),
		TEST(a_quantile_that_is_null_gives_null),
		TEST(a_damaged_blob_is_an_error_in_every_function),
		TEST(text_and_numbers_are_not_histograms),
		TEST(it_may_be_used_in_a_view),
	};

	return cmocka_run_group_tests_name("hist_sql", tests, NULL, NULL);
}
