/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every key and what it does: one table, from which the function bar and the
 * help are made.
 */
#ifndef RMAPSCOPE_TUI_ACTIONS_H
#define RMAPSCOPE_TUI_ACTIONS_H

#include "tui/keys.h"

/* Ends with an action that has no keys. */
extern const struct action actions[];

#endif
