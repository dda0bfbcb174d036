/* SPDX-License-Identifier: GPL-2.0-only */
/* Clicks and the wheel, which do what keys do. */
#ifndef RMAPSCOPE_TUI_MOUSE_H
#define RMAPSCOPE_TUI_MOUSE_H

struct tui;

/* Handle the mouse event that curses has announced. */
void mouse_event(struct tui *tui);

#endif
