/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Signals while the screens are shown: quit, resize, and restore the terminal after a crash.
 */
#ifndef RMAPSCOPE_TUI_SIGNALS_H
#define RMAPSCOPE_TUI_SIGNALS_H

#include <stdbool.h>

/*
 * signals_start - install the signal handlers
 * @restore: what to send to the terminal after a crash
 *
 * To be called before curses starts, which leaves handlers that are set
 * alone. Returns 0 or a negative errno.
 */
int signals_start(const char *restore);
/* Give the signals and the signal mask back. */
void signals_stop(void);

/* Wait for input or a signal, at most @timeout_ms. False: the terminal is gone. */
bool signals_wait(int timeout_ms);

bool signals_quit(void);
/* Whether the window changed since the last call. */
bool signals_resized(void);

#endif
