// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/tree_rows.h"

#include <string.h>

int64_t tree_depth(const struct cell *row, int column)
{
	return column >= 0 && row[column].type == CELL_INT ? row[column].i : 0;
}

size_t tree_filter(struct cell **rows, size_t nr_rows, int depth_column,
		   bool (*keep)(void *ctx, const struct cell *row), void *ctx)
{
	size_t i, kept = nr_rows;
	int64_t wanted = -1;

	/* from the end: a kept row is seen before its parents */
	for (i = nr_rows; i > 0; i--) {
		struct cell *row = rows[i - 1];
		int64_t depth = tree_depth(row, depth_column);
		bool parent = wanted >= 0 && depth < wanted;

		if (!parent && !keep(ctx, row))
			continue;
		wanted = depth;
		rows[--kept] = row;
	}
	memmove(rows, rows + kept, (nr_rows - kept) * sizeof(*rows));
	return nr_rows - kept;
}
