// SPDX-License-Identifier: GPL-2.0-only
#include "collector/atrace.h"

#include <string.h>

/* Names are shown in lines of their own: anything else that ends a line, or moves the cursor, is a "?". */
static void copy_name(char to[SLICE_NAME_LEN], const char *name, size_t nr)
{
	size_t i;

	if (nr > SLICE_NAME_LEN - 1)
		nr = SLICE_NAME_LEN - 1;
	for (i = 0; i < nr; i++)
		to[i] = (unsigned char)name[i] < ' ' || name[i] == 0x7f ? '?' : name[i];
	to[nr] = '\0';
}

bool atrace_read(const char *text, size_t nr, struct event *ev)
{
	const char *end = memchr(text, '\n', nr), *bar;

	if (end)
		nr = end - text;
	if (!nr || (nr > 1 && text[1] != '|'))
		return false;
	if (text[0] == 'E') {
		ev->id = EVENT_SLICE_END;
		return true;
	}
	if (text[0] != 'B' || nr < 2)
		return false;
	bar = memchr(text + 2, '|', nr - 2);
	if (!bar)
		return false;
	ev->id = EVENT_SLICE_BEGIN;
	copy_name(ev->slice_begin.name, bar + 1, text + nr - (bar + 1));
	return true;
}
