/* SPDX-License-Identifier: GPL-2.0-only */
/* Screen "heatmap" of top. */
#ifndef RMAPSCOPE_HEATMAP_TABLE_H
#define RMAPSCOPE_HEATMAP_TABLE_H

#include "analysis/table.h"

/*
 * top_heatmap_read - waits by the power of two that their duration is above, and
 * by the time in which they ended, in slots of the window
 *
 * As table_read(). Each histogram is read once, whatever the number of powers.
 */
int top_heatmap_read(struct table *t, struct db *db, const struct window *window,
		     struct error *err);

#endif
