// SPDX-License-Identifier: GPL-2.0-only
/* Names from outside: what is UTF-8, and what must not reach a terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"
#include "tests/unit/random.h"
#include "tests/unit/unit.h"

static const char *const valid[] = {
	"",
	"a",
	"kworker/0:1",
	"\x7f\n\t",	    /* control characters are characters */
	"\xc2\x80",	    /* U+0080, the first of two bytes */
	"\xdf\xbf",	    /* U+07FF, the last */
	"\xe0\xa0\x80",	    /* U+0800, the first of three */
	"\xed\x9f\xbf",	    /* U+D7FF, the last before the surrogates */
	"\xee\x80\x80",	    /* U+E000, the first behind them */
	"\xef\xbf\xbf",	    /* U+FFFF, the last of three */
	"\xf0\x90\x80\x80", /* U+10000, the first of four */
	"\xf4\x8f\xbf\xbf", /* U+10FFFF, the last of all */
	"Gru\xc3\x9f, stra\xc3\x9fx",
};

static const struct {
	const char *text;
	const char *made; /* UTF-8 */
} invalid[] = {
	{ "\x80", "?" }, /* a continuation of nothing */
	{ "\xbf", "?" },
	{ "a\xbf z", "a? z" },
	{ "\xff", "?" },
	{ "\xfe", "?" },
	{ "\xf8\x88\x80\x80\x80", "?????" }, /* five bytes */
	{ "\xc0\x80", "??" },		     /* overlong NUL */
	{ "\xc0\xaf", "??" },		     /* overlong '/' */
	{ "\xc1\xbf", "??" },
	{ "\xe0\x80\xaf", "???" },
	{ "\xe0\x9f\xbf", "???" }, /* U+07FF in three */
	{ "\xf0\x80\x80\xaf", "????" },
	{ "\xf0\x8f\xbf\xbf", "????" }, /* U+FFFF in four */
	{ "\xed\xa0\x80", "???" },	/* U+D800, the first surrogate */
	{ "\xed\xbf\xbf", "???" },	/* U+DFFF, the last */
	{ "\xf4\x90\x80\x80", "????" }, /* U+110000 */
	{ "\xf5\x80\x80\x80", "????" },
	{ "\xc3", "?" }, /* cut */
	{ "ab\xe2\x82", "ab??" },
	{ "\xf0\x9f\x98", "???" },
	{ "\xc3z", "?z" }, /* cut, and text behind */
	{ "\xe2\x82z", "??z" },
	{ "\xe2z\x82", "?z?" },
	{ "\xf0\x9f\x98z", "???z" },
	{ "\xe2\x82\xc3\xa9", "??\xc3\xa9" }, /* cut, and a character behind */
	{ "\xc3\xa9\xc3\xc3\xa9", "\xc3\xa9?\xc3\xa9" },
};

static void every_form_of_a_character_is_utf8(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(valid); i++)
		if (!text_is_utf8(valid[i]))
			fail_msg("number %u is refused", i);
}

static void overlong_cut_and_surrogate_forms_are_not(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(invalid); i++)
		if (text_is_utf8(invalid[i].text))
			fail_msg("number %u passes", i);
}

static void what_is_utf8_stays_as_it_is(void **state)
{
	char text[32];
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(valid); i++) {
		snprintf(text, sizeof(text), "%s", valid[i]);
		text_make_utf8(text);
		assert_string_equal(text, valid[i]);
	}
}

static void a_question_mark_stands_for_every_byte_that_is_not(void **state)
{
	char text[32];
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(invalid); i++) {
		snprintf(text, sizeof(text), "%s", invalid[i].text);
		text_make_utf8(text);
		assert_string_equal(text, invalid[i].made);
		assert_true(text_is_utf8(text));
	}
}

/* UTF-8 by the definition of RFC 3629, the other way round: from the number. */
static unsigned int encode(uint32_t c, char out[4])
{
	if (c < 0x80) {
		out[0] = c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = 0xc0 | c >> 6;
		out[1] = 0x80 | (c & 0x3f);
		return 2;
	}
	if (c < 0x10000) {
		out[0] = 0xe0 | c >> 12;
		out[1] = 0x80 | (c >> 6 & 0x3f);
		out[2] = 0x80 | (c & 0x3f);
		return 3;
	}
	out[0] = 0xf0 | c >> 18;
	out[1] = 0x80 | (c >> 12 & 0x3f);
	out[2] = 0x80 | (c >> 6 & 0x3f);
	out[3] = 0x80 | (c & 0x3f);
	return 4;
}

static void every_number_is_a_character_but_for_the_surrogates(void **state)
{
	uint32_t c;

	(void)state;
	for (c = 1; c < 0x120000; c++) {
		bool is = c < 0xd800 || (c > 0xdfff && c < 0x110000);
		char text[5] = "";

		encode(c, text);
		if (text_is_utf8(text) != is)
			fail_msg("U+%04X", c);
	}
}

/* As the kernel cuts a thread's name: memory behind it is not looked at. */
static void a_name_cut_anywhere_is_made_utf8_within_its_bytes(void **state)
{
	static const char name[] = "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80z";
	size_t len, i;

	(void)state;
	for (len = 0; len < sizeof(name); len++) {
		/* of exactly this size: a sanitizer sees a read behind it */
		char *text = malloc(len + 1);

		memcpy(text, name, len);
		text[len] = '\0';
		text_make_utf8(text);
		assert_true(text_is_utf8(text));
		assert_int_equal(strlen(text), len);
		for (i = 0; i < len; i++)
			assert_true(text[i] == name[i] || text[i] == '?');
		free(text);
	}
}

static void any_bytes_are_made_utf8_once_and_for_all(void **state)
{
	struct random r = random_from(1);
	unsigned int n, i;

	(void)state;
	for (n = 0; n < 20000; n++) {
		char text[17], once[17];

		for (i = 0; i < 16; i++)
			/* mostly the bytes that matter */
			text[i] = random_below(&r, 4) ? 0x80 | random_below(&r, 128)
						      : 1 + random_below(&r, 127);
		text[16] = '\0';
		text_make_utf8(text);
		assert_true(text_is_utf8(text));
		assert_int_equal(strlen(text), 16);
		strcpy(once, text);
		text_make_utf8(text);
		assert_string_equal(text, once);
	}
}

static void control_characters_become_question_marks(void **state)
{
	char text[] = "a\x1b[31mb\n\t\r\b\x01\x1f\x7f z~";
	int c;

	(void)state;
	text_make_printable(text);
	assert_string_equal(text, "a?[31mb??????? z~");
	for (c = 1; c < 0x80; c++) {
		char one[] = { c, '\0' };
		const char want[] = { c < ' ' || c == 0x7f ? '?' : c, '\0' };

		text_make_printable(one);
		assert_string_equal(one, want);
	}
}

static void characters_of_several_bytes_are_printable(void **state)
{
	char text[] = "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xc2\xa0";
	const char *const same = "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xc2\xa0";

	(void)state;
	text_make_printable(text);
	assert_string_equal(text, same);
}

/*
 * U+0080 to U+009F, ECMA-48 8.3: U+009B begins a sequence as ESC [ does, and
 * terminals in UTF-8 mode obey it.
 */
static void the_other_control_characters_do_not_stay_either(void **state)
{
	unsigned int c;

	(void)state;
	for (c = 0x80; c < 0xa0; c++) {
		char text[] = "a\xc2\x9b"
			      "2Jz";

		text[2] = c;
		text_make_printable(text);
		if (strchr(text, '\xc2') || !text_is_utf8(text))
			fail_msg("U+%04X is taken for printable", c);
		assert_string_equal(text, "a?2Jz");
	}
}

static void a_character_is_as_wide_as_a_terminal_shows_it(void **state)
{
	static const struct {
		const char *text;
		int width;
	} texts[] = {
		{ "", 0 },
		{ "redis-server", 12 },
		{ "gr\xc3\xb6\xc3\x9f"
		  "e",
		  5 },
		{ "\xe6\x97\xa5\xe6\x9c\xac", 4 },	   /* two ideographs */
		{ "e\xcc\x81", 1 },			   /* a combining accent */
		{ "\xf0\x9f\x98\x80", 2 },		   /* an emoji */
		{ "\xef\xbc\xa1", 2 },			   /* fullwidth A */
		{ "a\x1b\xff\xc3", 4 },			   /* each shown as a '?' */
		{ "\xe2\x96\x81\xe2\x96\x88\xc2\xb7", 3 }, /* a sparkline */
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		if (text_width(texts[i].text) != texts[i].width)
			fail_msg("text %u: %d columns, not %d", i, text_width(texts[i].text),
				 texts[i].width);
}

static void a_text_is_cut_between_characters(void **state)
{
	const char *const text = "a\xe6\x97\xa5\xe6\x9c\xacz"; /* 1, 2, 2, 1 columns */
	int columns;

	(void)state;
	assert_int_equal(text_fit(text, 0, &columns), 0);
	assert_int_equal(columns, 0);
	assert_int_equal(text_fit(text, 2, &columns), 1);
	assert_int_equal(columns, 1);
	assert_int_equal(text_fit(text, 3, &columns), 4);
	assert_int_equal(columns, 3);
	assert_int_equal(text_fit(text, 4, NULL), 4);
	assert_int_equal(text_fit(text, 80, &columns), 8);
	assert_int_equal(columns, 6);
	assert_int_equal(text_fit(text, -1, NULL), 0);
}

/* Text that runs backwards, and what cannot be seen: two names that look the same. */
static void what_turns_or_hides_text_does_not_stay(void **state)
{
	static const char *const hidden[] = {
		"\xe2\x80\xae",			/* U+202E right-to-left override */
		"\xe2\x80\xaa",			/* U+202A */
		"\xe2\x81\xa6",			/* U+2066 isolates */
		"\xe2\x81\xa9",			/* U+2069 */
		"\xe2\x80\x8e",			/* U+200E and U+200F marks */
		"\xe2\x80\x8f",	    "\xd8\x9c", /* U+061C */
		"\xe2\x80\x8b",			/* U+200B zero width space */
		"\xe2\x81\xa0",			/* U+2060 */
		"\xef\xbb\xbf",			/* U+FEFF */
		"\xe2\x80\xa8",			/* U+2028 line separator */
		"\xf3\xa0\x81\x81",		/* U+E0041 */
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(hidden); i++) {
		const char *at = hidden[i];
		char text[16];

		assert_true(text_is_unsafe(text_next(&at)));
		assert_int_equal(*at, '\0');
		assert_int_equal(text_width(hidden[i]), 1);
		snprintf(text, sizeof(text), "a%sz", hidden[i]);
		text_make_printable(text);
		assert_string_equal(text, "a?z");
	}
	assert_true(text_is_unsafe(-1));
	assert_false(text_is_unsafe('a'));
	assert_false(text_is_unsafe(0x4e00));
	assert_false(text_is_unsafe(0x1f600));
}

static void bytes_that_are_no_character_are_not_printable(void **state)
{
	char text[16];

	(void)state;
	assert_string_equal(text_shown(text, sizeof(text), "a\xffz\xe2\x82"), "a?z??");
	/* cut within a character */
	assert_string_equal(text_shown(text, 4, "ab\xc3\xa9"), "ab?");
	assert_string_equal(text_shown(text, 3, "a\nb"), "a?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_form_of_a_character_is_utf8),
		cmocka_unit_test(overlong_cut_and_surrogate_forms_are_not),
		cmocka_unit_test(what_is_utf8_stays_as_it_is),
		cmocka_unit_test(a_question_mark_stands_for_every_byte_that_is_not),
		cmocka_unit_test(every_number_is_a_character_but_for_the_surrogates),
		cmocka_unit_test(a_name_cut_anywhere_is_made_utf8_within_its_bytes),
		cmocka_unit_test(any_bytes_are_made_utf8_once_and_for_all),
		cmocka_unit_test(control_characters_become_question_marks),
		cmocka_unit_test(characters_of_several_bytes_are_printable),
		cmocka_unit_test(the_other_control_characters_do_not_stay_either),
		cmocka_unit_test(a_character_is_as_wide_as_a_terminal_shows_it),
		cmocka_unit_test(a_text_is_cut_between_characters),
		cmocka_unit_test(what_turns_or_hides_text_does_not_stay),
		cmocka_unit_test(bytes_that_are_no_character_are_not_printable),
	};

	return cmocka_run_group_tests_name("text", tests, NULL, NULL);
}
