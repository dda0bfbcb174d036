// SPDX-License-Identifier: GPL-2.0-only
#include "tui/text.h"

#include <curses.h>
#include <limits.h>
#include <stdint.h>
#include <string.h>
#include <wctype.h>

#include "lib/text.h"

#define REPLACEMENT 0xfffd

wchar_t text_glyph(wchar_t want, char fallback)
{
	char bytes[MB_LEN_MAX];
	mbstate_t state = { 0 };

	return wcrtomb(bytes, want, &state) == (size_t)-1 ? (wchar_t)fallback : want;
}

size_t text_decode(wchar_t *wide, size_t room, const char *text)
{
	size_t n = 0;

	/* the database is UTF-8 in every locale, so mbrtowc() cannot be used */
	while (*text && n + 1 < room) {
		int32_t point = text_next(&text);
		wchar_t c = point < 0 ? REPLACEMENT : point;
		bool shown = !text_is_unsafe(c) && text_glyph(c, 0) && wcwidth(c) >= 0;

		/* a combining character needs a character before it */
		if (shown && (n || wcwidth(c) > 0))
			wide[n++] = c;
		else
			wide[n++] = '?';
	}
	wide[n] = L'\0';
	return n;
}

bool text_append(char *text, size_t room, wchar_t c)
{
	size_t len = strlen(text);
	uint32_t u = c;
	int more = u < 0x80 ? 0 : u < 0x800 ? 1 : u < 0x10000 ? 2 : 3;
	static const unsigned char first[] = { 0, 0xc0, 0xe0, 0xf0 };

	if (len + more + 2 > room)
		return false;
	text[len++] = first[more] | u >> (6 * more);
	while (more--)
		text[len++] = 0x80 | (u >> (6 * more) & 0x3f);
	text[len] = '\0';
	return true;
}

void text_chop(char *text)
{
	size_t len = strlen(text);

	while (len && (text[len - 1] & 0xc0) == 0x80)
		len--;
	text[len ? len - 1 : 0] = '\0';
}

size_t text_line_length(const char *text, int columns)
{
	const size_t newline = strcspn(text, "\n");
	size_t len = text_fit(text, columns, NULL), words;

	if (len >= newline)
		return newline;
	if (!text[len] || text[len] == ' ')
		return len;
	for (words = len; words && text[words - 1] != ' ';)
		words--;
	/* a word that is longer than any line is cut here rather than in the next */
	if (text_width(text + words) - text_width(text + words + strcspn(text + words, " \n")) >
	    columns)
		return len;
	return words ? words : len;
}

static void lower(wchar_t *wide)
{
	for (; *wide; wide++)
		*wide = towlower(*wide);
}

bool text_contains(const char *text, const char *part)
{
	wchar_t in[TEXT_MAX], what[TEXT_MAX];

	text_decode(in, TEXT_MAX, text);
	text_decode(what, TEXT_MAX, part);
	lower(in);
	lower(what);
	return wcsstr(in, what);
}
