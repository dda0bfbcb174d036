// SPDX-License-Identifier: GPL-2.0-only
/*
 * The keys in the man page are those of the table in tui/actions.c.
 *
 * `build/tests/unit/man_keys_test --print` prints what must be there.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/roff.h"
#include "tests/unit/unit.h"
#include "tui/actions.h"

#define PAGE  "docs/man/rmapscope.1"
#define BEGIN ".\\\" keys, from tui/actions.c\n"
#define END   ".\\\" end of keys\n"

static void print_keys(FILE *f)
{
	const struct action *a;
	char keys[80];

	fputs(BEGIN, f);
	for (a = actions; a->run; a++) {
		action_keys(a, keys, sizeof(keys));
		fputs(".TP\n.B ", f);
		print_roff(f, keys);
		fputc('\n', f);
		print_roff(f, a->help);
		fputc('\n', f);
	}
	fputs(END, f);
}

static char *read_page(void)
{
	FILE *f = fopen(PAGE, "r");
	char *text = calloc(1, 1 << 20);

	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

static void the_man_page_has_every_key(void **state)
{
	char *page = read_page(), *want = NULL;
	size_t len;
	FILE *f = open_memstream(&want, &len);

	(void)state;
	print_keys(f);
	fclose(f);
	if (!strstr(page, want))
		fail_msg("%s is not up to date: put the output of man_keys_test --print there",
			 PAGE);
	free(want);
	free(page);
}

static void no_key_has_two_actions(void **state)
{
	const struct action *a;
	const int *k;

	(void)state;
	for (a = actions; a->run; a++)
		for (k = a->keys; *k; k++)
			assert_ptr_equal(action_of_key(actions, *k), a);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_man_page_has_every_key),
		cmocka_unit_test(no_key_has_two_actions),
	};

	if (argc > 1 && !strcmp(argv[1], "--print")) {
		print_keys(stdout);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
