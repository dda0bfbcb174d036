/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Text for the screen: UTF-8 in, characters of the terminal out. Its width is
 * that of lib/text.h; area.h draws it.
 *
 * What the locale or the terminal cannot show (control characters, letters
 * outside the charset) becomes '?', broken UTF-8 U+FFFD where there is one.
 */
#ifndef RMAPSCOPE_TUI_TEXT_H
#define RMAPSCOPE_TUI_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <wchar.h>

/* Longest text that is drawn or compared, in characters. */
#define TEXT_MAX 512

/* @want where the locale has it, @fallback otherwise. */
wchar_t text_glyph(wchar_t want, char fallback);

/* Decode @text to at most @room - 1 characters. Returns their number. */
size_t text_decode(wchar_t *wide, size_t room, const char *text);

/* Add @c, encoded, to the end of @text. False: there is no room. */
bool text_append(char *text, size_t room, wchar_t c);
/* Remove the last character. */
void text_chop(char *text);

/*
 * text_line_length - the bytes of @text that a line of @columns takes
 *
 * Up to the end of a word, if a whole one fits, and not beyond a newline.
 */
size_t text_line_length(const char *text, int columns);

/* Whether @text has @part in it; upper and lower case are the same. */
bool text_contains(const char *text, const char *part);

#endif
