// SPDX-License-Identifier: GPL-2.0-only
/* The definitions of all tables: what they say of their columns is true. */
#include <string.h>

#include "tests/unit/all_tables.h"
#include "tests/unit/unit.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_columns_are_unique_and_sort_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
