/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names from outside: threads, files and captures may be called anything, and
 * the kernel cuts a thread's name at 15 bytes, in the middle of a character.
 *
 * Whatever goes to a terminal passes text_make_printable() or, on a screen,
 * tui/text.h, which asks text_is_unsafe(), too.
 */
#ifndef RMAPSCOPE_TEXT_H
#define RMAPSCOPE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * text_next - the character that *@text begins with; *@text moves behind it
 *
 * Returns its code point, or -1 for a byte that is part of none. Not at the
 * end of the text.
 */
int32_t text_next(const char **text);

/*
 * text_char_width - terminal columns that the character @c takes: 0, 1 or 2
 *
 * The same in every locale, for text that is written to a file is read
 * elsewhere. What is not to be printed counts as the '?' in its place.
 */
int text_char_width(int32_t c);

/* Terminal columns that @text takes. */
int text_width(const char *text);

/*
 * text_fit - the bytes at the beginning of @text that take at most @max columns
 * @columns: set to what they take; or NULL
 */
size_t text_fit(const char *text, int max, int *columns);
/*
 * text_is_unsafe - whether a terminal would obey @c, or not show it
 *
 * Controls, what changes the direction of text, what hides in it, and bytes that
 * are part of no character (-1).
 */
bool text_is_unsafe(int32_t c);

bool text_is_utf8(const char *text);

/* Put a '?' for every byte that is not part of a UTF-8 character. In place. */
void text_make_utf8(char *text);

/* Likewise, and a '?' for every unsafe character. In place; it may become shorter. */
void text_make_printable(char *text);

/* @text made printable, cut to @room. Returns @buf. */
const char *text_shown(char *buf, size_t room, const char *text);

#endif
