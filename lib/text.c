// SPDX-License-Identifier: GPL-2.0-only
#include "lib/text.h"

#include <limits.h>
#include <locale.h>
#include <wchar.h>

/* Bytes of the character at @at, 0 when there is none (RFC 3629). */
static size_t utf8_length(const char *at)
{
	const unsigned char *c = (const unsigned char *)at;
	size_t len, i;

	if (c[0] < 0x80)
		return 1;
	if (c[0] < 0xc2 || c[0] > 0xf4)
		return 0;
	len = c[0] < 0xe0 ? 2 : c[0] < 0xf0 ? 3 : 4;
	for (i = 1; i < len; i++)
		if ((c[i] & 0xc0) != 0x80)
			return 0;
	/* longer than needed, surrogates, beyond U+10FFFF */
	if ((c[0] == 0xe0 && c[1] < 0xa0) || (c[0] == 0xed && c[1] > 0x9f) ||
	    (c[0] == 0xf0 && c[1] < 0x90) || (c[0] == 0xf4 && c[1] > 0x8f))
		return 0;
	return len;
}

int32_t text_next(const char **text)
{
	static const unsigned char bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	const size_t len = utf8_length(*text);
	int32_t c;
	size_t i;

	if (!len) {
		(*text)++;
		return -1;
	}
	c = **text & bits[len];
	for (i = 1; i < len; i++)
		c = c << 6 | ((*text)[i] & 0x3f);
	*text += len;
	return c;
}

int text_char_width(int32_t c)
{
	static locale_t utf8;
	locale_t before;
	int width;

	if (c < 0x80)
		return 1;
	if (!utf8)
		utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", NULL);
	if (!utf8)
		return 1;
	before = uselocale(utf8);
	width = wcwidth(c);
	uselocale(before);
	return width < 0 ? 1 : width;
}

size_t text_fit(const char *text, int max, int *columns)
{
	const char *at = text, *next = text;
	int used = 0, width;

	while (*next) {
		width = text_char_width(text_next(&next));
		if (width > max - used)
			break;
		used += width;
		at = next;
	}
	if (columns)
		*columns = used;
	return at - text;
}

int text_width(const char *text)
{
	int columns;

	text_fit(text, INT_MAX, &columns);
	return columns;
}

bool text_is_utf8(const char *text)
{
	size_t len;

	for (; *text; text += len) {
		len = utf8_length(text);
		if (!len)
			return false;
	}
	return true;
}

void text_make_utf8(char *text)
{
	while (*text) {
		size_t len = utf8_length(text);

		if (!len)
			*text = '?';
		text += len ? len : 1;
	}
}

void text_make_printable(char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < ' ' || *text == 0x7f)
			*text = '?';
		/* U+0080 to U+009F */
		if ((unsigned char)text[0] == 0xc2 && (unsigned char)text[1] >= 0x80 &&
		    (unsigned char)text[1] < 0xa0)
			text[0] = text[1] = '?';
	}
}
