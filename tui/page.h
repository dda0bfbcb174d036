/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is below the tabs: the table of a screen, or the sections with the details of
 * one of its rows. One of them gets the keys.
 */
#ifndef RMAPSCOPE_TUI_PAGE_H
#define RMAPSCOPE_TUI_PAGE_H

#include "tui/table_view.h"

/* More ids than a row has. */
#define PAGE_PARAMS_MAX 16

struct page {
	char title[256]; /* name of the row whose details these are; "": a screen */
	struct table_view *view;
	unsigned int nr, focus;
	struct param params[PAGE_PARAMS_MAX + 1]; /* ids of that row */
};

/* @views: @nr of them. Returns 0 or -ENOMEM. */
int page_init(struct page *p, const struct view_def *views, unsigned int nr);
void page_free(struct page *p);

/* The details of the selected row of @v. Returns 0, -ENOENT: it has none, or -ENOMEM. */
int page_init_details(struct page *p, const struct table_view *v);

/* Read all sections. Returns 0 or a negative errno. */
int page_read(struct page *p, struct db *db, const struct window *window, struct error *err);

void page_draw(struct page *p, const struct terminal *term, const struct area *a);

/* Give the keys to the section @by places further, wrapping around. */
void page_focus(struct page *p, int by);

void page_click(struct page *p, int y, int x);

static inline struct table_view *page_view(struct page *p)
{
	return &p->view[p->focus];
}

#endif
