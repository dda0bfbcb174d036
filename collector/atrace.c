// SPDX-License-Identifier: GPL-2.0-only
#include "collector/atrace.h"

#include <string.h>

/* Names are shown in lines of their own. */
void slice_name(char to[SLICE_NAME_LEN], const void *name, size_t nr)
{
	const unsigned char *from = name;
	size_t i;

	if (nr > SLICE_NAME_LEN - 1)
		nr = SLICE_NAME_LEN - 1;
	for (i = 0; i < nr; i++)
		to[i] = from[i] < ' ' || from[i] == 0x7f ? '?' : from[i];
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
	slice_name(ev->slice_begin.name, bar + 1, text + nr - (bar + 1));
	return true;
}
