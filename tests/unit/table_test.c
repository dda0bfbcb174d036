// SPDX-License-Identifier: GPL-2.0-only
/* Sorting tables and showing cells. */
#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>

#include "tests/unit/random.h"
#include "tests/unit/table_of.h"

static const struct column columns[] = {
	{ "key", "KEY", UNIT_TEXT, 4, "", false },
	{ "nr", "NR", UNIT_ID, 4, "", false },
	{ 0 },
};

static const struct table_def def = { .name = "t", .columns = columns };

static void columns_are_found_by_name(void **state)
{
	(void)state;
	assert_int_equal(table_nr_columns(&def), 2);
	assert_int_equal(table_column(&def, "key"), 0);
	assert_int_equal(table_column(&def, "nr"), 1);
	assert_int_equal(table_column(&def, "n"), -1);
}

/* What table_check_columns() says of a query for the table; 0 and "" when it fits. */
static int check_query(const char *sql, struct error *err)
{
	sqlite3_stmt *stmt;
	struct table t;
	sqlite3 *db;
	int ret;

	*err = (struct error){ 0 };
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
	table_begin(&t, &def);
	ret = table_check_columns(&t, stmt, err);
	table_free(&t);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	return ret;
}

static void a_query_gives_the_columns_by_their_names(void **state)
{
	struct error err;

	(void)state;
	assert_int_equal(check_query("SELECT 1 AS key, 2 AS nr", &err), 0);
	assert_int_equal(check_query("SELECT 2 AS nr, 1 AS key", &err), -EPROTO);
	assert_string_equal(err.msg, "table t: the query's column 1 is nr instead of key");
	assert_int_equal(check_query("SELECT 1 AS key", &err), -EPROTO);
	assert_string_equal(err.msg, "table t: the query returns 1 columns instead of 2");
}

/* The second column after sorting by the first. */
static void check_order(const struct cell *keys, unsigned int nr, bool descending,
			const int64_t *want)
{
	struct cell cells[32];
	struct table t;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		cells[2 * i] = keys[i];
		cells[2 * i + 1] = INT_CELL(i);
	}
	t = table_of(&def, cells, 2 * nr);
	table_sort(&t, 0, descending);
	for (i = 0; i < nr; i++)
		assert_int_equal(t.rows[i][1].i, want[i]);
	table_free(&t);
}

static void integers_sort_both_ways_with_nulls_last(void **state)
{
	const struct cell keys[] = { INT_CELL(5),	  NULL_CELL,	       INT_CELL(-7),
				     INT_CELL(INT64_MAX), INT_CELL(INT64_MIN), NULL_CELL };
	const int64_t up[] = { 4, 2, 0, 3, 1, 5 }, down[] = { 3, 0, 2, 4, 1, 5 };

	(void)state;
	check_order(keys, 6, false, up);
	check_order(keys, 6, true, down);
}

static void large_integers_are_not_rounded(void **state)
{
	const struct cell keys[] = { INT_CELL((1LL << 60) + 1), INT_CELL(1LL << 60),
				     INT_CELL((1LL << 60) + 2) };
	const int64_t up[] = { 1, 0, 2 };

	(void)state;
	check_order(keys, 3, false, up);
}

static void texts_and_mixed_numbers_sort(void **state)
{
	const struct cell texts[] = { TEXT_CELL("b"), TEXT_CELL(""), NULL_CELL, TEXT_CELL("aa") };
	const int64_t text_up[] = { 1, 3, 0, 2 }, text_down[] = { 0, 3, 1, 2 };
	const struct cell mixed[] = { REAL_CELL(1.5), INT_CELL(1), TEXT_CELL("x"), INT_CELL(2) };
	const int64_t mixed_up[] = { 1, 0, 3, 2 };

	(void)state;
	check_order(texts, 4, false, text_up);
	check_order(texts, 4, true, text_down);
	check_order(mixed, 4, false, mixed_up);
}

static void equal_keys_keep_the_order_of_the_query_both_ways(void **state)
{
	const struct cell keys[] = { INT_CELL(1), INT_CELL(2), INT_CELL(1), NULL_CELL,
				     INT_CELL(2), INT_CELL(1), NULL_CELL };
	const int64_t up[] = { 0, 2, 5, 1, 4, 3, 6 }, down[] = { 1, 4, 0, 2, 5, 3, 6 };

	(void)state;
	check_order(keys, 7, false, up);
	check_order(keys, 7, true, down);
}

static void sorting_random_rows_is_a_stable_permutation(void **state)
{
	enum { NR = 300 };
	static struct cell cells[2 * NR];
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 50; seed++) {
		struct random r = random_from(seed);
		bool descending = random_below(&r, 2), found[NR] = { false };
		struct table t;
		unsigned int i;

		for (i = 0; i < NR; i++) {
			uint64_t v = random_below(&r, 20);

			cells[2 * i] = v ? INT_CELL(v) : NULL_CELL;
			cells[2 * i + 1] = INT_CELL(i);
		}
		t = table_of(&def, cells, 2 * NR);
		/* twice: the order on the screen does not matter */
		table_sort(&t, 1, true);
		table_sort(&t, 0, descending);
		for (i = 0; i < NR; i++) {
			const struct cell *a = i ? t.rows[i - 1] : NULL, *b = t.rows[i];
			bool same;

			assert_seed(seed, !found[b[1].i]);
			found[b[1].i] = true;
			if (!a)
				continue;
			assert_seed(seed, a[0].type != CELL_NULL || b[0].type == CELL_NULL);
			if (a[0].type != b[0].type)
				continue;
			same = a[0].type == CELL_NULL || a[0].i == b[0].i;
			assert_seed(seed, same || (a[0].i > b[0].i) == descending);
			assert_seed(seed, !same || a[1].i < b[1].i);
		}
		table_free(&t);
	}
}

static void cells_are_shown_by_their_unit(void **state)
{
	const struct {
		enum unit unit;
		struct cell cell;
		const char *want;
	} c[] = {
		{ UNIT_TEXT, NULL_CELL, "-" },
		{ UNIT_NS, NULL_CELL, "-" },
		{ UNIT_COUNT, NULL_CELL, "-" },
		{ UNIT_TEXT, TEXT_CELL("kswapd0"), "kswapd0" },
		{ UNIT_COUNT, TEXT_CELL("many"), "many" },
		{ UNIT_ID, INT_CELL(1234567), "1234567" },
		{ UNIT_ID, INT_CELL(-1), "-1" },
		{ UNIT_COUNT, INT_CELL(0), "0" },
		{ UNIT_COUNT, INT_CELL(999), "999" },
		{ UNIT_COUNT, INT_CELL(1000), "1,000" },
		{ UNIT_COUNT, INT_CELL(-1), "-1" },
		{ UNIT_COUNT, INT_CELL(-999), "-999" },
		{ UNIT_COUNT, INT_CELL(-1000), "-1,000" },
		{ UNIT_COUNT, INT_CELL(1234567), "1,234,567" },
		{ UNIT_COUNT, INT_CELL(INT64_MAX), "9,223,372,036,854,775,807" },
		{ UNIT_COUNT, INT_CELL(INT64_MIN), "-9,223,372,036,854,775,808" },
		{ UNIT_COUNT, REAL_CELL(1500.4), "1,500" },
		{ UNIT_NS, INT_CELL(0), "0.000" },
		{ UNIT_NS, INT_CELL(1), "0.000" },
		{ UNIT_NS, INT_CELL(500), "0.001" },
		{ UNIT_NS, INT_CELL(1234567), "1.235" },
		{ UNIT_NS, INT_CELL(1234567890123), "1,234,567.890" },
		{ UNIT_NS, INT_CELL(-1234567890), "-1,234.568" },
		{ UNIT_NS, INT_CELL(999999999), "1,000.000" },
		{ UNIT_NS_PER_S, REAL_CELL(2500000.0), "2.5" },
		{ UNIT_NS_PER_S, REAL_CELL(12345678900.0), "12,345.7" },
		{ UNIT_PER_S, REAL_CELL(0.04), "0.0" },
		{ UNIT_PER_S, REAL_CELL(1234.56), "1,234.6" },
		{ UNIT_PER_S, INT_CELL(7), "7.0" },
		{ UNIT_ADDRESS, INT_CELL(0x7f0000001000), "7f0000001000" },
		{ UNIT_ADDRESS, INT_CELL(-10485760), "ffffffffff600000" },
		{ UNIT_ADDRESS, INT_CELL(0), "0" },
		{ UNIT_RATIO, REAL_CELL(0.125), "0.12" },
		{ UNIT_TIME, INT_CELL(0), "0.000" },
		{ UNIT_TIME, INT_CELL(3599999999999), "3599.999" },
		{ UNIT_TIME, INT_CELL(3600000000000), "3600.000" },
		{ UNIT_TIME, INT_CELL(-1500000000), "-1.500" },
		{ UNIT_SERIES, TEXT_CELL("0 1 4 8"), "·▁▄█" },
		{ UNIT_SERIES, TEXT_CELL(""), "" },
		{ UNIT_SERIES, NULL_CELL, "-" },
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(c); i++) {
		const struct column col = { .unit = c[i].unit };
		char buf[64];
		int len = cell_format(buf, sizeof(buf), &col, &c[i].cell);

		assert_string_equal(buf, c[i].want);
		assert_int_equal(len, strlen(c[i].want));
	}
}

static void a_small_buffer_is_never_overrun_and_the_length_is_known(void **state)
{
	const struct cell cells[] = {
		INT_CELL(INT64_MIN), REAL_CELL(1e300),	  REAL_CELL(-1e300), REAL_CELL(INFINITY),
		REAL_CELL(NAN),	     TEXT_CELL("a text"), NULL_CELL
	};
	unsigned int unit, i;
	size_t room;

	(void)state;
	for (unit = UNIT_TEXT; unit <= UNIT_SERIES; unit++)
		for (i = 0; i < ARRAY_SIZE(cells); i++)
			for (room = 1; room < 40; room++) {
				const struct column col = { .unit = unit };
				char *buf = malloc(room);
				int len = cell_format(buf, room, &col, &cells[i]);

				assert_true(len >= 0);
				assert_int_equal(strlen(buf),
						 (size_t)len < room ? (size_t)len : room - 1);
				free(buf);
			}
}

static void only_text_and_series_are_aligned_to_the_left(void **state)
{
	unsigned int unit;

	(void)state;
	for (unit = UNIT_TEXT; unit <= UNIT_SERIES; unit++)
		assert_int_equal(column_is_number(&(struct column){ .unit = unit }),
				 unit != UNIT_TEXT && unit != UNIT_SERIES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(columns_are_found_by_name),
		cmocka_unit_test(a_query_gives_the_columns_by_their_names),
		cmocka_unit_test(integers_sort_both_ways_with_nulls_last),
		cmocka_unit_test(large_integers_are_not_rounded),
		cmocka_unit_test(texts_and_mixed_numbers_sort),
		cmocka_unit_test(equal_keys_keep_the_order_of_the_query_both_ways),
		cmocka_unit_test(sorting_random_rows_is_a_stable_permutation),
		cmocka_unit_test(cells_are_shown_by_their_unit),
		cmocka_unit_test(a_small_buffer_is_never_overrun_and_the_length_is_known),
		cmocka_unit_test(only_text_and_series_are_aligned_to_the_left),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
