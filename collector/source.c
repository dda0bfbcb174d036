// SPDX-License-Identifier: GPL-2.0-only
#include "collector/source.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void source_note(struct source *s, const char *fmt, ...)
{
	size_t len = strlen(s->notes), room = sizeof(s->notes) - len;
	const char *newline = len ? "\n" : "";
	va_list ap;
	int nr, nl = strlen(newline);

	if (room < 2)
		return;
	memcpy(s->notes + len, newline, nl + 1);
	va_start(ap, fmt);
	nr = vsnprintf(s->notes + len + nl, room - nl, fmt, ap);
	va_end(ap);
	/* a cut line could have another meaning */
	if (nr < 0 || (size_t)nr >= room - nl)
		s->notes[len] = '\0';
	/* the names come from the input: make them printable */
	for (len += nl; s->notes[len]; len++)
		if (iscntrl((unsigned char)s->notes[len]))
			s->notes[len] = '?';
}
