/* SPDX-License-Identifier: GPL-2.0-only */
/* Checks of the terminal type before curses starts. */
#ifndef RMAPSCOPE_TUI_TERMINFO_H
#define RMAPSCOPE_TUI_TERMINFO_H

#include <stddef.h>

#include "lib/error.h"

/* Returns 0, or a negative errno with one line that says why this terminal cannot be used. */
int terminfo_check(struct error *err);

/*
 * terminfo_restore - what to send so that the terminal is as before curses
 *
 * For a handler that can only write(). To be called once, after
 * terminfo_check() and before newterm(), which looks the type up again.
 */
void terminfo_restore(char *to, size_t room);

#endif
