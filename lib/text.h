/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Untrusted text. Names of threads, files and captures may hold any bytes, and the
 * kernel cuts a thread's name at 15 bytes, possibly in the middle of a character.
 *
 * All such text goes through text_make_printable() before it is written to a terminal.
 * The screens use tui/text.h instead, which calls text_is_unsafe() as well.
 */
#ifndef RMAPSCOPE_TEXT_H
#define RMAPSCOPE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * text_next - decode the first character of *@text, and advance *@text past it
 *
 * Returns its code point, or -1 for a byte that is not part of a character. @text must
 * not be empty.
 */
int32_t text_next(const char **text);

/*
 * text_char_width - terminal columns that the character @c takes: 0, 1 or 2
 *
 * The same in every locale, because a file is read elsewhere. A character that is
 * replaced by '?' has the width of the '?'.
 */
int text_char_width(int32_t c);

/* Terminal columns that @text takes. */
int text_width(const char *text);

/*
 * text_fit - the bytes at the beginning of @text that take at most @max columns
 * @columns: set to the columns that they take; may be NULL
 */
size_t text_fit(const char *text, int max, int *columns);
/*
 * text_is_unsafe - whether a terminal would interpret @c, or hide it
 *
 * Control characters, characters that change the direction of text, invisible
 * characters, and bytes that are not part of a character (-1).
 */
bool text_is_unsafe(int32_t c);

bool text_is_utf8(const char *text);

/* Replace every byte that is not part of a UTF-8 character by a '?', in place. */
void text_make_utf8(char *text);

/* Likewise, and replace every unsafe character by a '?'. The text may become shorter. */
void text_make_printable(char *text);

/* @text made printable, cut to @room. Returns @buf. */
const char *text_shown(char *buf, size_t room, const char *text);

/*
 * text_next_line - likewise the first line of *@text, and advance *@text past it
 *
 * Returns @buf; NULL when *@text is at its end.
 */
const char *text_next_line(char *buf, size_t room, const char **text);

#endif
