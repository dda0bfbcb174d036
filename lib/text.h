/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Names from outside: threads and files may be called anything, and the
 * kernel cuts a thread's name at 15 bytes, in the middle of a character.
 */
#ifndef RMAPSCOPE_TEXT_H
#define RMAPSCOPE_TEXT_H

#include <stdbool.h>

bool text_is_utf8(const char *text);

/* Put a '?' for every byte that is not part of a UTF-8 character. In place. */
void text_make_utf8(char *text);

/* Put a '?' for every control character: they would move the cursor. In place. */
void text_make_printable(char *text);

#endif
