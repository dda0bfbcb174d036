// SPDX-License-Identifier: GPL-2.0-only
#include "lib/text.h"

#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

/*
 * What a terminal obeys or does not show: controls (ECMA-48), characters that
 * change the direction of the text around them (UAX 9), and those without a
 * width (Unicode's Default_Ignorable_Code_Point). Sorted.
 */
static const struct {
	int32_t first, last;
} unsafe[] = {
	{ 0x0000, 0x001f },   /* C0 */
	{ 0x007f, 0x009f },   /* DEL, C1 */
	{ 0x00ad, 0x00ad },   /* soft hyphen */
	{ 0x061c, 0x061c },   /* Arabic letter mark */
	{ 0x180e, 0x180e },   /* Mongolian vowel separator */
	{ 0x200b, 0x200f },   /* zero width, left-to-right mark and its opposite */
	{ 0x2028, 0x202e },   /* line and paragraph separator, embeddings, overrides */
	{ 0x2060, 0x206f },   /* word joiner, isolates, deprecated ones */
	{ 0xfeff, 0xfeff },   /* byte order mark */
	{ 0xfff9, 0xfffb },   /* annotations */
	{ 0xe0000, 0xe0fff }, /* tags */
};

bool text_is_unsafe(int32_t c)
{
	unsigned int i;

	if (c < 0)
		return true;
	for (i = 0; i < sizeof(unsafe) / sizeof(*unsafe) && unsafe[i].first <= c; i++)
		if (c <= unsafe[i].last)
			return true;
	return false;
}

int32_t text_next(const char **text)
{
	static const int32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *b = (const unsigned char *)*text;
	int32_t c = b[0];
	size_t len, i;

	*text += 1;
	if (c < 0x80)
		return c;
	if (c < 0xc2 || c > 0xf4)
		return -1;
	len = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	c &= 0x7f >> len;
	for (i = 1; i < len; i++) {
		if ((b[i] & 0xc0) != 0x80)
			return -1;
		c = c << 6 | (b[i] & 0x3f);
	}
	/* longer than needed, surrogates, beyond U+10FFFF */
	if (c < least[len] || (c >= 0xd800 && c < 0xe000) || c > 0x10ffff)
		return -1;
	*text += len - 1;
	return c;
}

int text_char_width(int32_t c)
{
	static locale_t utf8;
	locale_t before;
	int width;

	if (c < 0x80 || text_is_unsafe(c))
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
	while (*text)
		if (text_next(&text) < 0)
			return false;
	return true;
}

void text_make_utf8(char *text)
{
	const char *at = text;

	while (*at) {
		char *byte = text + (at - text);

		if (text_next(&at) < 0)
			*byte = '?';
	}
}

void text_make_printable(char *text)
{
	const char *from = text, *next = text;

	for (; *from; from = next) {
		if (text_is_unsafe(text_next(&next))) {
			*text++ = '?';
			continue;
		}
		memmove(text, from, next - from);
		text += next - from;
	}
	*text = '\0';
}

const char *text_shown(char *buf, size_t room, const char *text)
{
	snprintf(buf, room, "%s", text);
	text_make_printable(buf);
	return buf;
}

const char *text_next_line(char *buf, size_t room, const char **text)
{
	const int len = strcspn(*text, "\n");

	if (!**text)
		return NULL;
	snprintf(buf, room, "%.*s", len, *text);
	text_make_printable(buf);
	*text += len + ((*text)[len] == '\n');
	return buf;
}
