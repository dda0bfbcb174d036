// SPDX-License-Identifier: GPL-2.0-only
/* Texts of /proc/kallsyms, whole and cut: a file may carry any. */
#include <errno.h>
#include <stdio.h>
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

/* Returns whether the name of the symbol at @addr in @text is @name; "": unknown. */
static bool is_named(const char *text, uint64_t addr, const char *name)
{
	struct tep_handle *tep = tep_alloc();
	struct symbols symbols = parsed(tep, text);
	struct symbol sym;

	symbol_find(&symbols, addr, &sym);
	tep_free(tep);
	return !strcmp(sym.name, name);
}

static void symbols_of_modules_have_names_too(void **state)
{
	const char *text = "ffffffff81001000 T down_write\n"
			   "ffffffffc0a00000 t ext4_sync\t[ext4]\n"
			   "ffffffffc0a00800 t next\t[ext4]\n";

	(void)state;
	assert_true(is_named(text, 0xffffffff81001010, "down_write"));
	assert_true(is_named(text, 0xffffffffc0a00010, "ext4_sync"));
}

/* One damaged byte does not take the symbols behind it. */
static void an_odd_line_is_left_to_the_library(void **state)
{
	static const char *const odd[] = {
		"ffffffff8100!000 T down_write\n",	 "ffffffff81001000 T  down_write\n",
		"ffffffff81001000 T down write\n",	 "\nffffffff81001000 T down_write\r\n",
		"ffffffffc0a00000 t ext4_sync\t[ext4\n", "ffffffffc0a00000 t ext4_sync\t[]\n",
		"ffffffffc0a00000 t ext4_sync\text4]\n",
	};
	char text[256];
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(odd) / sizeof(*odd); i++) {
		snprintf(text, sizeof(text),
			 "ffffffff81000000 T up_write\n%sffffffffd0000000 T move_pages\n"
			 "ffffffffd0000100 T next\n",
			 odd[i]);
		assert_true(is_named(text, 0xffffffff81000010, "up_write"));
		assert_true(is_named(text, 0xffffffffd0000010, "move_pages"));
	}
}

static void marks_and_offsets_are_no_functions(void **state)
{
	const char *text = "ffffffff81001000 T down_write\n"
			   "ffffffff81001004 t $x\n"
			   "ffffffff81001008 A fixed_percpu_data\n"
			   "ffffffff8100100c a irq_stack_backing_store\n"
			   "ffffffff81002000 T next\n";

	(void)state;
	assert_true(is_named(text, 0xffffffff81001010, "down_write"));
}

static void a_text_of_another_kind_is_refused(void **state)
{
	static const char *const texts[] = {
		"no symbols\n",		 "ffffffff81001000\n",	   "ffffffff81001000 T\n",
		"ffffffff81001000 T \n", " (null) T down_write\n",
	};
	struct symbols symbols = { .tep = tep_alloc() };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(symbols_parse(&symbols, texts[i]), -EINVAL);
	assert_int_equal(symbols_parse(&symbols, ""), 0);
	tep_free(symbols.tep);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_ends_where_the_next_begins),
		cmocka_unit_test(a_text_that_ends_anywhere_is_read_no_further),
		cmocka_unit_test(symbols_of_modules_have_names_too),
		cmocka_unit_test(an_odd_line_is_left_to_the_library),
		cmocka_unit_test(marks_and_offsets_are_no_functions),
		cmocka_unit_test(a_text_of_another_kind_is_refused),
	};

	return cmocka_run_group_tests_name("symbols", tests, NULL, NULL);
}
