/* SPDX-License-Identifier: GPL-2.0-only */
/* Wait latency over time: rows are powers of two, columns are times. */
#ifndef RMAPSCOPE_TUI_HEATMAP_H
#define RMAPSCOPE_TUI_HEATMAP_H

#include "tui/table_view.h"

/* Widen @w to the time that fits into the columns of the terminal. */
void heatmap_window(struct window *w);

/* Draw @v, a table of top_heatmap_read(), into @a. */
void heatmap_draw(struct table_view *v, const struct terminal *term, const struct area *a);

#endif
