/* SPDX-License-Identifier: GPL-2.0-only */
/* The screen Heatmap of top. */
#ifndef RMAPSCOPE_HEATMAP_TABLE_H
#define RMAPSCOPE_HEATMAP_TABLE_H

#include "analysis/table.h"

/*
 * top_heatmap_read - count waits by duration, in powers of two, and by the slot of the
 * window in which they ended
 *
 * As table_read().
 */
int top_heatmap_read(struct table *t, struct db *db, const struct window *window,
		     struct error *err);

#endif
