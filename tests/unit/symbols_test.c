// SPDX-License-Identifier: GPL-2.0-only
/* Texts of /proc/kallsyms, whole and cut: a file may carry any. */
#include <stdlib.h>
#include <string.h>

#include <event-parse.h>

#include "collector/symbols.h"
#include "tests/unit/unit.h"

#define LINES                                                                                      \
	"ffffffff81001000 T down_write\n"                                                          \
	"ffffffff81003000 t rwsem_down_write_slowpath.isra.0\n"                                    \
	"ffffffff81003400 t rwsem_down_read_slowpath\n"

/* Parses a copy of exactly the text's size, so that a look behind it is seen by ASan. */
static struct symbols parsed(struct tep_handle *tep, const char *text)
{
	struct symbols symbols = { .tep = tep, .none = true };
	char *copy = strdup(text);

	assert_non_null(copy);
	symbols_parse(&symbols, copy);
	free(copy);
	return symbols;
}

/* Returns whether the slow path number @i of @text is known to be from @start to @end. */
static bool slow_path_is(const char *text, unsigned int i, uint64_t start, uint64_t end)
{
	struct tep_handle *tep = tep_alloc();
	const struct symbols symbols = parsed(tep, text);

	tep_free(tep);
	return symbols.slow_path[i].start == start && symbols.slow_path[i].end == end;
}

static unsigned int number_of(const char *name)
{
	unsigned int i = 0;

	while (strcmp(rwsem_slow_paths[i], name) != 0)
		i++;
	return i;
}

static void a_function_ends_where_the_next_begins(void **state)
{
	const unsigned int write = number_of("rwsem_down_write_slowpath");
	const unsigned int read = number_of("rwsem_down_read_slowpath");

	(void)state;
	assert_true(slow_path_is(LINES, write, 0xffffffff81003000, 0xffffffff81003400));
	assert_true(slow_path_is(LINES, read, 0, 0));
	assert_true(slow_path_is(LINES "ffffffff81003900 T next", read, 0xffffffff81003400,
				 0xffffffff81003900));
}

static void a_text_that_ends_anywhere_is_read_no_further(void **state)
{
	const size_t len = strlen(LINES);
	char text[sizeof(LINES)];
	size_t cut;

	(void)state;
	for (cut = 0; cut <= len; cut++) {
		struct tep_handle *tep = tep_alloc();

		memcpy(text, LINES, cut);
		text[cut] = '\0';
		parsed(tep, text);
		tep_free(tep);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_ends_where_the_next_begins),
		cmocka_unit_test(a_text_that_ends_anywhere_is_read_no_further),
	};

	return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
