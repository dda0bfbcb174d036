/* SPDX-License-Identifier: GPL-2.0-only */
/* The screen Heatmap of top, which is the heatmap of rmapscope html as well. */
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

/* Shades of a heatmap. */
#define HEATMAP_LEVELS 5

/* The shade of @count waits, 1..HEATMAP_LEVELS, by its order of magnitude; @max is the highest. */
int heatmap_level(int64_t count, int64_t max);
/* The smallest count with shade @level; a higher shade begins there if the counts are few. */
int64_t heatmap_least(int level, int64_t max);

#endif
