/* SPDX-License-Identifier: GPL-2.0-only */
/* The actions of actions.c. Their second argument is the key that was pressed. */
#ifndef RMAPSCOPE_TUI_ACT_H
#define RMAPSCOPE_TUI_ACT_H

struct tui;

void act_help(struct tui *tui, int key);
void act_quit(struct tui *tui, int key);
void act_redraw(struct tui *tui, int key);

void act_screen(struct tui *tui, int key);
void act_screen_next(struct tui *tui, int key);
void act_screen_previous(struct tui *tui, int key);
void act_variant(struct tui *tui, int key);
void act_open(struct tui *tui, int key);
void act_back(struct tui *tui, int key);

void act_up(struct tui *tui, int key);
void act_down(struct tui *tui, int key);
void act_page_up(struct tui *tui, int key);
void act_page_down(struct tui *tui, int key);
void act_first(struct tui *tui, int key);
void act_last(struct tui *tui, int key);
void act_columns_left(struct tui *tui, int key);
void act_columns_right(struct tui *tui, int key);

void act_search(struct tui *tui, int key);
void act_search_next(struct tui *tui, int key);
void act_search_previous(struct tui *tui, int key);
void act_filter(struct tui *tui, int key);

void act_sort_menu(struct tui *tui, int key);
void act_sort_left(struct tui *tui, int key);
void act_sort_right(struct tui *tui, int key);
void act_sort_invert(struct tui *tui, int key);

void act_columns(struct tui *tui, int key);
void act_export(struct tui *tui, int key);

void act_pause(struct tui *tui, int key);
void act_time_back(struct tui *tui, int key);
void act_time_forward(struct tui *tui, int key);
void act_time_start(struct tui *tui, int key);
void act_time_end(struct tui *tui, int key);
void act_time_jump(struct tui *tui, int key);
void act_time_step_back(struct tui *tui, int key);
void act_time_step_forward(struct tui *tui, int key);
void act_moment(struct tui *tui, int key);
void act_event_next(struct tui *tui, int key);
void act_event_previous(struct tui *tui, int key);
void act_widen(struct tui *tui, int key);
void act_narrow(struct tui *tui, int key);

#endif
