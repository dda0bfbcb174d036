/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings that are kept between runs: window, sort orders and hidden columns,
 * in $XDG_CONFIG_HOME/rmapscope/top or ~/.config/rmapscope/top.
 *
 * One setting per line. A file that cannot be parsed is ignored as a whole:
 *
 *	window 20
 *	sort locks max_ns down
 *	hide locks holder_tid
 */
#ifndef RMAPSCOPE_TUI_SETTINGS_H
#define RMAPSCOPE_TUI_SETTINGS_H

struct error;
struct tui;

/* Set @tui by the file. Returns 0, also without a file, or a negative errno. */
int settings_load(struct tui *tui, struct error *err);

/* Baseline: the settings as they are now, from the command line; they are not saved. */
void settings_mark(struct tui *tui);

/* Write the file, if the settings differ from settings_mark(). As settings_load(). */
int settings_save(struct tui *tui, struct error *err);

#endif
