// SPDX-License-Identifier: GPL-2.0-only
/* The enumerations of the file format. */
#include <string.h>

#include "collector/model/lock.h"
#include "schema/enums.h"
#include "tests/unit/unit.h"

static const struct {
	const char *domain, *label;
	int value;
} rows[] = {
#define DOMAIN(name)
#define VALUE(domain, id, value, label) { #domain, label, value },
#include "schema/enums.def"
#undef DOMAIN
#undef VALUE
};

static const char *const domains[] = {
#define DOMAIN(name) #name,
#define VALUE(domain, id, value, label)
#include "schema/enums.def"
#undef DOMAIN
#undef VALUE
};

static void values_and_labels_are_unique_in_their_domain(void **state)
{
	unsigned int i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		for (k = 0; k < i; k++) {
			if (strcmp(rows[i].domain, rows[k].domain))
				continue;
			if (rows[i].value == rows[k].value || !strcmp(rows[i].label, rows[k].label))
				fail_msg("%s: %s and %s", rows[i].domain, rows[i].label,
					 rows[k].label);
		}
}

/* "Add at the end, never renumber." */
static void values_count_from_0_without_a_gap(void **state)
{
	unsigned int i;
	int next = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (i && strcmp(rows[i].domain, rows[i - 1].domain))
			next = 0;
		assert_int_equal(rows[i].value, next++);
	}
}

static void every_domain_is_declared_and_has_values(void **state)
{
	unsigned int i, k;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(domains); i++) {
		for (k = 0; k < ARRAY_SIZE(rows); k++)
			if (!strcmp(rows[k].domain, domains[i]))
				break;
		assert_true(k < ARRAY_SIZE(rows));
	}
	for (k = 0; k < ARRAY_SIZE(rows); k++) {
		for (i = 0; i < ARRAY_SIZE(domains); i++)
			if (!strcmp(rows[k].domain, domains[i]))
				break;
		assert_true(i < ARRAY_SIZE(domains));
	}
}

static void the_number_of_lock_classes_is_right(void **state)
{
	unsigned int i, nr = 0;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		nr += !strcmp(rows[i].domain, "lock_class");
	assert_int_equal(nr, NR_LOCK_CLASSES);
	assert_int_equal(CLASS_ANY, (1 << nr) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_and_labels_are_unique_in_their_domain),
		cmocka_unit_test(values_count_from_0_without_a_gap),
		cmocka_unit_test(every_domain_is_declared_and_has_values),
		cmocka_unit_test(the_number_of_lock_classes_is_right),
	};

	return cmocka_run_group_tests_name("enums", tests, NULL, NULL);
}
