/* SPDX-License-Identifier: GPL-2.0-only */
/* Rows of a tree: each has a depth, and children follow their parent. */
#ifndef RMAPSCOPE_TREE_ROWS_H
#define RMAPSCOPE_TREE_ROWS_H

#include "analysis/table.h"

/* The depth of @row; 0 if it has none. @column: the column with the depth */
int64_t tree_depth(const struct cell *row, int column);

/* Keep the rows for which @keep() returns true, and their parents. Returns how many are kept. */
size_t tree_filter(struct cell **rows, size_t nr_rows, int depth_column,
		   bool (*keep)(void *ctx, const struct cell *row), void *ctx);

#endif
