/* SPDX-License-Identifier: GPL-2.0-only */
/* Text for the man pages that tests make and compare. */
#ifndef RMAPSCOPE_TESTS_ROFF_H
#define RMAPSCOPE_TESTS_ROFF_H

#include <stdio.h>

/* Print @text, with the characters escaped that have a meaning in roff. */
static inline void print_roff(FILE *f, const char *text)
{
	for (; *text; text++) {
		if (*text == '\\')
			fputs("\\e", f);
		else if (*text == '-')
			fputs("\\-", f);
		else if (*text == '\'' || *text == '.' || *text == '^' || *text == '`')
			fprintf(f, "\\&%c", *text);
		else
			fputc(*text, f);
	}
}

#endif
