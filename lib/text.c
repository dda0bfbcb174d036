// SPDX-License-Identifier: GPL-2.0-only
#include "lib/text.h"

#include <stddef.h>

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
