/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of a tree: in its order, each with a depth. */
#ifndef RMAPSCOPE_TREE_ROWS_H
#define RMAPSCOPE_TREE_ROWS_H

#include "analysis/table.h"

/* Of a row without one, 0. @column: the one with the depth */
int64_t tree_depth(const struct cell *row, int column);

/* Keep, of @nr_rows @rows, those that are in @keep and what is above them. Returns how many. */
size_t tree_filter(struct cell **rows, size_t nr_rows, int depth_column,
		   bool (*keep)(void *ctx, const struct cell *row), void *ctx);

#endif
