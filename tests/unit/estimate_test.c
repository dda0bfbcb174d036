// SPDX-License-Identifier: GPL-2.0-only
/* The interval of a share of samples. */
#include <sqlite3.h>
#include <stdio.h>

#include "analysis/estimate_sql.h"
#include "tests/unit/unit.h"

/* "low high" of @n (SQL) of @of, with two decimals */
static void check(sqlite3 *db, const char *n, const char *of, const char *want)
{
	sqlite3_stmt *stmt;
	char sql[512];

	snprintf(sql, sizeof(sql),
		 "SELECT coalesce(printf('%%.2f %%.2f', share_low(%s, %s), share_high(%s, %s)), 0) "
		 "WHERE share_low(%s, %s) IS NOT NULL",
		 n, of, n, of, n, of);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	if (want) {
		assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
		assert_string_equal((const char *)sqlite3_column_text(stmt, 0), want);
	} else {
		assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	}
	sqlite3_finalize(stmt);
}

/* Wilson (1927), with z = 1.96, in percent. */
static void the_interval_is_wilsons(void **state)
{
	check(*state, "5", "10", "23.66 76.34");
	check(*state, "1", "10", "1.79 40.42");
	check(*state, "400", "4000", "9.11 10.97");
}

/* No sample of a kind does not prove that there is nothing of it. */
static void none_and_all_have_an_interval(void **state)
{
	check(*state, "0", "10", "0.00 27.75");
	check(*state, "10", "10", "72.25 100.00");
	check(*state, "1", "1", "20.65 100.00");
}

static void what_is_no_share_has_none(void **state)
{
	check(*state, "0", "0", NULL);
	check(*state, "11", "10", NULL);
	check(*state, "-1", "10", NULL);
	check(*state, "NULL", "NULL", NULL);
	check(*state, "5", "-10", NULL);
}

static void large_numbers_stay_in_range(void **state)
{
	check(*state, "9223372036854775807", "9223372036854775807", "100.00 100.00");
	check(*state, "0", "9223372036854775807", "0.00 0.00");
}

static int setup(void **state)
{
	sqlite3 *db;

	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(estimate_sql_register(db), SQLITE_OK);
	*state = db;
	return 0;
}

static int teardown(void **state)
{
	return sqlite3_close(*state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_interval_is_wilsons),
		cmocka_unit_test(none_and_all_have_an_interval),
		cmocka_unit_test(what_is_no_share_has_none),
		cmocka_unit_test(large_numbers_stay_in_range),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
