// SPDX-License-Identifier: GPL-2.0-only
/* Text, CSV, JSON and HTML of tables with whatever a thread may be called. */
#include <errno.h>
#include <math.h>
#include <sqlite3.h>
#include <stdio.h>

#include "analysis/output/output.h"
#include "tests/unit/table_of.h"

/* A thread's name may hold any bytes, prctl(2) PR_SET_NAME. */
#define NASTY	 "a \"b\",\n\t\\c\x1b[31m"
#define CYRILLIC "\xd0\xbe\xd0\xb1\xd1\x80"
/* 15 bytes, as the kernel cuts it: half of the eighth letter */
#define CUT_NAME CYRILLIC CYRILLIC "\xd0\xbe\xd0"

static const struct column columns[] = {
	{ "comm", "THREAD", UNIT_TEXT, 4, "", false },
	{ "nr_waits", "WAITS", UNIT_COUNT, 5, "", false },
	{ "wait_ns", "WAIT ms", UNIT_NS, 3, "", false },
	{ "hidden", "HIDDEN", UNIT_COUNT, 3, "", true },
	{ 0 },
};

static const struct table_def def = { .name = "t", .title = "T", .columns = columns };

static const struct column text_column[] = {
	{ "comm", "THREAD", UNIT_TEXT, 4, "", false },
	{ 0 },
};

static const struct table_def text_def = { .name = "t", .title = "T", .columns = text_column };

static const struct column stack_column[] = {
	{ "stack", "STACK", UNIT_STACK, 4, "", false },
	{ 0 },
};

static const struct table_def stack_def = { .name = "t", .title = "T", .columns = stack_column };

static const struct cell cells[] = {
	{ .type = CELL_TEXT, .text = "mover" },
	{ .type = CELL_INT, .i = 12345 },
	{ .type = CELL_INT, .i = 1500000 },
	{ .type = CELL_INT, .i = 7 },
	{ .type = CELL_TEXT, .text = CYRILLIC },
	{ .type = CELL_INT, .i = 1 },
	{ .type = CELL_NULL },
	{ .type = CELL_REAL, .r = 0.5 },
	{ .type = CELL_NULL },
	{ .type = CELL_INT, .i = -1 },
	{ .type = CELL_INT, .i = -2 },
	{ .type = CELL_NULL },
};

enum which { TEXT, TEXT_2_ROWS, CSV, JSON };

static void output_text(FILE *f, const struct table *t, size_t max_rows, int width,
			const char *empty)
{
	const struct table_notes notes = { .unseen = "", .empty = empty };
	struct output o = {
		.f = f, .format = OUTPUT_TEXT, .alone = true, .max_rows = max_rows, .width = width
	};

	assert_int_equal(output_end(&o, output_table(&o, t, &notes)), 0);
}

/* Without what follows the table in a file. */
static int print_rows(FILE *f, enum output_format format, const struct table *t)
{
	const struct table_notes notes = { .unseen = "", .empty = "" };
	struct output o = { .f = f, .format = format, .alone = true };

	return output_end(&o, output_table(&o, t, &notes));
}

static int output_csv(FILE *f, const struct table *t)
{
	return print_rows(f, OUTPUT_CSV, t);
}

static int output_json(FILE *f, const struct table *t)
{
	return print_rows(f, OUTPUT_JSON, t);
}

/* To be freed. */
static char *render(const struct table_def *d, const struct cell *c, size_t nr, enum which which)
{
	struct table t = table_of(d, c, nr);
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	switch (which) {
	case TEXT:
		output_text(f, &t, 0, 0, "nothing");
		break;
	case TEXT_2_ROWS:
		output_text(f, &t, 2, 0, "nothing");
		break;
	case CSV:
		assert_int_equal(output_csv(f, &t), 0);
		break;
	case JSON:
		assert_int_equal(output_json(f, &t), 0);
		break;
	}
	fclose(f);
	table_free(&t);
	return text;
}

static void check(const struct table_def *d, const struct cell *c, size_t nr, enum which which,
		  const char *want)
{
	char *text = render(d, c, nr, which);

	assert_string_equal(text, want);
	free(text);
}

static void check_text_cell(const char *value, enum which which, const char *want)
{
	const struct cell cell = TEXT_CELL(value);

	check(&text_def, &cell, 1, which, want);
}

/* The page of @t, or what there is of it after an error @ret. To be freed. */
static char *page_of(const struct table *t, size_t max_rows, int ret)
{
	const struct table_notes notes = { .unseen = "", .empty = "nothing" };
	const struct output_head head = { .path = "a/<b>.db", .verdict = NASTY };
	struct output o = { .format = OUTPUT_HTML, .max_rows = max_rows };
	char *text = NULL;
	size_t len;

	o.f = open_memstream(&text, &len);
	assert_int_equal(output_begin(&o, &head), 0);
	assert_int_equal(output_table(&o, t, &notes), 0);
	assert_int_equal(output_end(&o, ret), ret);
	fclose(o.f);
	return text;
}

static void html_has_rows_without_details_and_says_what_is_left_out(void **state)
{
	struct table t = table_of(&def, cells, ARRAY_SIZE(cells));
	char *page = page_of(&t, 2, 0);

	(void)state;
	assert_non_null(strstr(page, "<tr><td>mover</td><td class=\"n\">12,345</td>"
				     "<td class=\"n\">1.500</td></tr>\n"
				     "<tr><td>" CYRILLIC "</td><td class=\"n\">1</td>"
				     "<td class=\"n\" data-unknown=\"\">-</td></tr>\n"
				     "</tbody>"));
	assert_non_null(strstr(page, ">1 more: "));
	assert_null(strstr(page, "HIDDEN"));
	free(page);
	table_free(&t);
}

static void html_has_no_markup_and_no_controls_from_a_text(void **state)
{
	const struct cell cell =
		TEXT_CELL("</td><b a='&lt;'>\x1b\xe2\x80\xae" CUT_NAME "\xef\xbf\xbf");
	struct table t = table_of(&text_def, &cell, 1);
	char *page = page_of(&t, 0, 0);

	(void)state;
	assert_non_null(
		strstr(page, "<td>&#60;/td&#62;&#60;b a=&#39;&#38;lt;&#39;&#62;??" CYRILLIC CYRILLIC
			     "\xd0\xbe??"
			     "</td>"));
	assert_non_null(strstr(page, "<title>&#60;b&#62;.db - "));
	assert_non_null(strstr(page, "<h1>a &#34;b&#34;,??\\c?[31m</h1>"));
	free(page);
	table_free(&t);
}

static void html_that_an_error_ended_does_not_look_complete(void **state)
{
	struct table t = table_of(&def, cells, ARRAY_SIZE(cells));
	char *page = page_of(&t, 0, -EIO);

	(void)state;
	assert_non_null(strstr(page, "it is not complete"));
	assert_null(strstr(page, "</html>"));
	free(page);
	table_free(&t);
}

static void formats_have_names(void **state)
{
	(void)state;
	assert_int_equal(output_format("text"), OUTPUT_TEXT);
	assert_int_equal(output_format("csv"), OUTPUT_CSV);
	assert_int_equal(output_format("json"), OUTPUT_JSON);
	/* a page is not for any table */
	assert_int_equal(output_format("html"), -1);
	assert_int_equal(output_format("xml"), -1);
	assert_int_equal(output_format(""), -1);
	assert_int_equal(output_format("CSV"), -1);
}

static void text_is_aligned_by_characters_and_leaves_details_out(void **state)
{
	(void)state;
	check(&def, cells, ARRAY_SIZE(cells), TEXT,
	      "THREAD  WAITS WAIT ms\n"
	      "mover  12,345   1.500\n" CYRILLIC "         1       -\n"
	      "-          -1  -0.000\n");
}

static void text_says_how_many_rows_it_leaves_out(void **state)
{
	(void)state;
	check(&def, cells, ARRAY_SIZE(cells), TEXT_2_ROWS,
	      "THREAD  WAITS WAIT ms\n"
	      "mover  12,345   1.500\n" CYRILLIC "         1       -\n"
	      "(1 more)\n");
}

static void an_empty_table_is_said_to_be_that(void **state)
{
	(void)state;
	check(&def, cells, 0, TEXT, "(nothing)\n");
	check(&def, cells, 0, CSV, "comm,nr_waits,wait_ns,hidden\n");
	check(&def, cells, 0, JSON, "[]");
}

static void csv_has_plain_values_and_the_details(void **state)
{
	(void)state;
	check(&def, cells, ARRAY_SIZE(cells), CSV,
	      "comm,nr_waits,wait_ns,hidden\n"
	      "mover,12345,1500000,7\n" CYRILLIC ",1,,0.5\n"
	      ",-1,-2,\n");
}

/* RFC 4180 */
static void csv_quotes_what_needs_it(void **state)
{
	(void)state;
	check_text_cell("a b", CSV, "comm\na b\n");
	check_text_cell("a,b", CSV, "comm\n\"a,b\"\n");
	check_text_cell("a\"b", CSV, "comm\n\"a\"\"b\"\n");
	check_text_cell("\"", CSV, "comm\n\"\"\"\"\n");
	check_text_cell("", CSV, "comm\n\n");
}

/* A stranger may have named it: spreadsheets run formulas, terminals obey controls. */
static void csv_has_no_formulas_and_no_controls(void **state)
{
	(void)state;
	check_text_cell("=1+1", CSV, "comm\n'=1+1\n");
	check_text_cell("=HYPERLINK(\"x\",1)", CSV, "comm\n\"'=HYPERLINK(\"\"x\"\",1)\"\n");
	check_text_cell("+1", CSV, "comm\n'+1\n");
	check_text_cell("-bash", CSV, "comm\n'-bash\n");
	check_text_cell("@x", CSV, "comm\n'@x\n");
	check_text_cell("a=b-c", CSV, "comm\na=b-c\n");
	check_text_cell("a\nb", CSV, "comm\n\"a?b\"\n");
	check(&stack_def, (const struct cell[]){ { .type = CELL_TEXT, .text = "a\nb" } }, 1, CSV,
	      "stack\n\"a\nb\"\n");
	check_text_cell("\t=1", CSV, "comm\n?=1\n");
	check_text_cell("\r=1", CSV, "comm\n?=1\n");
	check_text_cell("a\rb\x1b[31m\x7f\xc2\x9b", CSV, "comm\na?b?[31m??\n");
	check_text_cell("a\xe2\x80\xae"
			"b\xff",
			CSV, "comm\na?b?\n");
}

static void json_has_plain_values_and_the_details(void **state)
{
	(void)state;
	check(&def, cells, ARRAY_SIZE(cells), JSON,
	      "[\n {\"comm\":\"mover\",\"nr_waits\":12345,\"wait_ns\":1500000,\"hidden\":7},\n"
	      " {\"comm\":\"" CYRILLIC "\",\"nr_waits\":1,\"wait_ns\":null,\"hidden\":0.5},\n"
	      " {\"comm\":null,\"nr_waits\":-1,\"wait_ns\":-2,\"hidden\":null}\n]");
}

/* RFC 8259: quote, backslash and everything below blank. */
static void json_escapes_what_needs_it(void **state)
{
	(void)state;
	check_text_cell("a\"b\\c", JSON, "[\n {\"comm\":\"a\\\"b\\\\c\"}\n]");
	check_text_cell("a\nb\tc", JSON, "[\n {\"comm\":\"a\\nb\\tc\"}\n]");
	check_text_cell("\x1b", JSON, "[\n {\"comm\":\"\\u001b\"}\n]");
	check_text_cell("", JSON, "[\n {\"comm\":\"\"}\n]");
}

static void json_has_true_text_that_does_no_harm(void **state)
{
	(void)state;
	check_text_cell("\x7f\xc2\x9b", JSON, "[\n {\"comm\":\"\\u007f\\u009b\"}\n]");
	check_text_cell("a\xe2\x80\xae", JSON, "[\n {\"comm\":\"a\\u202e\"}\n]");
	check_text_cell("\xf3\xa0\x81\x81", JSON, "[\n {\"comm\":\"\\udb40\\udc41\"}\n]");
	check_text_cell("\xf0\x9f\x98\x80", JSON, "[\n {\"comm\":\"\xf0\x9f\x98\x80\"}\n]");
}

/* JSON has no such numbers, and -Infinity or nan(0x1) is no JSON. */
static void json_has_no_number_that_is_not_finite(void **state)
{
	const struct cell c[] = { REAL_CELL(INFINITY), REAL_CELL(-INFINITY),
				  REAL_CELL(NAN),      REAL_CELL(-NAN),
				  REAL_CELL(1e300),    INT_CELL(1),
				  NULL_CELL,	       NULL_CELL };

	(void)state;
	check(&def, c, ARRAY_SIZE(c), JSON,
	      "[\n {\"comm\":null,\"nr_waits\":null,\"wait_ns\":null,\"hidden\":null},\n"
	      " {\"comm\":1.0000000000000001e+300,\"nr_waits\":1,\"wait_ns\":null,"
	      "\"hidden\":null}\n]");
}

/* A name that there is no memory for is not null: that would say that it has none. */
static void json_without_memory_is_an_error(void **state)
{
	const size_t bytes = 4 << 20;
	char *name = malloc(bytes + 1), *text = NULL;
	struct cell cell;
	struct table t;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	memset(name, 'x', bytes);
	name[bytes] = '\0';
	cell = TEXT_CELL(name);
	t = table_of(&text_def, &cell, 1);
	sqlite3_hard_heap_limit64(1 << 20);
	assert_int_equal(output_json(f, &t), -ENOMEM);
	assert_int_equal(output_json_string(f, name), -ENOMEM);
	sqlite3_hard_heap_limit64(0);
	fclose(f);
	assert_null(strstr(text, "null"));
	assert_null(strchr(text, ']'));
	table_free(&t);
	free(text);
	free(name);
}

static void a_json_string_is_quoted(void **state)
{
	char *text = NULL;
	size_t len;
	FILE *f = open_memstream(&text, &len);

	(void)state;
	assert_int_equal(output_json_string(f, "a \"b\""), 0);
	fclose(f);
	assert_string_equal(text, "\"a \\\"b\\\"\"");
	free(text);
}

static unsigned int nr_lines(const char *text)
{
	unsigned int nr = 0;

	for (; *text; text++)
		nr += *text == '\n';
	return nr;
}

/* Otherwise a thread could draw rows of its own, or drive the terminal. */
static void text_has_a_line_per_row_and_no_control_characters(void **state)
{
	const struct cell c[] = { TEXT_CELL(NASTY), TEXT_CELL("x") };
	char *text = render(&text_def, c, 2, TEXT), *at;

	(void)state;
	assert_int_equal(nr_lines(text), 3);
	for (at = text; *at; at++)
		assert_true(*at == '\n' || (unsigned char)*at >= ' ');
	free(text);
}

static bool is_utf8(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	unsigned int more;

	while (*at) {
		if (*at < 0x80)
			more = 0;
		else if (*at >= 0xc2 && *at < 0xe0)
			more = 1;
		else if (*at >= 0xe0 && *at < 0xf0)
			more = 2;
		else if (*at >= 0xf0 && *at < 0xf5)
			more = 3;
		else
			return false;
		for (at++; more; more--, at++)
			if ((*at & 0xc0) != 0x80)
				return false;
	}
	return true;
}

/* RFC 8259: JSON is UTF-8; parsers refuse anything else. */
static void json_is_utf_8_whatever_bytes_a_name_has(void **state)
{
	static const char *const names[] = { CUT_NAME, "\xff\xfe", "latin \xe9" };
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(names); i++) {
		const struct cell cell = TEXT_CELL(names[i]);
		char *text = render(&text_def, &cell, 1, JSON);

		if (!is_utf8(text))
			fail_msg("name %u", i);
		free(text);
	}
}

static void a_very_long_text_is_cut_in_text_and_whole_elsewhere(void **state)
{
	char *name = malloc(5001), *text;
	struct cell cell;

	(void)state;
	memset(name, 'x', 5000);
	name[5000] = '\0';
	cell = TEXT_CELL(name);
	text = render(&text_def, &cell, 1, CSV);
	assert_int_equal(strlen(text), strlen("comm\n") + 5001);
	free(text);
	text = render(&text_def, &cell, 1, JSON);
	assert_non_null(strstr(text, name));
	free(text);
	text = render(&text_def, &cell, 1, TEXT);
	assert_int_equal(nr_lines(text), 2);
	free(text);
	free(name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(formats_have_names),
		cmocka_unit_test(text_is_aligned_by_characters_and_leaves_details_out),
		cmocka_unit_test(text_says_how_many_rows_it_leaves_out),
		cmocka_unit_test(an_empty_table_is_said_to_be_that),
		cmocka_unit_test(csv_has_plain_values_and_the_details),
		cmocka_unit_test(csv_quotes_what_needs_it),
		cmocka_unit_test(csv_has_no_formulas_and_no_controls),
		cmocka_unit_test(json_has_plain_values_and_the_details),
		cmocka_unit_test(json_escapes_what_needs_it),
		cmocka_unit_test(json_has_true_text_that_does_no_harm),
		cmocka_unit_test(json_has_no_number_that_is_not_finite),
		cmocka_unit_test(json_without_memory_is_an_error),
		cmocka_unit_test(a_json_string_is_quoted),
		cmocka_unit_test(html_has_rows_without_details_and_says_what_is_left_out),
		cmocka_unit_test(html_has_no_markup_and_no_controls_from_a_text),
		cmocka_unit_test(html_that_an_error_ended_does_not_look_complete),
		cmocka_unit_test(text_has_a_line_per_row_and_no_control_characters),
		cmocka_unit_test(json_is_utf_8_whatever_bytes_a_name_has),
		cmocka_unit_test(a_very_long_text_is_cut_in_text_and_whole_elsewhere),
	};

	return cmocka_run_group_tests_name("output", tests, NULL, NULL);
}
