// SPDX-License-Identifier: GPL-2.0-only
#include "tui/tree.h"

#include <stdio.h>
#include <string.h>

#include "tui/text.h"

/* Deeper ones are drawn like this. */
#define DEPTH_MAX 12

int tree_depth_column(const struct table_def *def)
{
	return table_column(def, "depth");
}

int tree_text_column(const struct table_def *def)
{
	int i;

	for (i = 0; def->columns[i].name; i++)
		if (def->columns[i].unit == UNIT_TEXT && !def->columns[i].detail)
			return i;
	return -1;
}

static int64_t depth_of(const struct cell *row, int column)
{
	return column >= 0 && row[column].type == CELL_INT ? row[column].i : 0;
}

/* Whether another row of depth @depth comes below the same parent. */
static bool goes_on(struct cell *const *rows, size_t nr_rows, size_t at, int column, int64_t depth)
{
	for (at++; at < nr_rows; at++) {
		int64_t d = depth_of(rows[at], column);

		if (d < depth)
			return false;
		if (d == depth)
			return true;
	}
	return false;
}

void tree_prefix(struct cell *const *rows, size_t nr_rows, size_t at, int depth_column, char *buf,
		 size_t room)
{
	bool lines = text_glyph(L'└', 0);
	int64_t depth = depth_of(rows[at], depth_column), k;
	size_t len = 0;

	if (depth > DEPTH_MAX)
		depth = DEPTH_MAX;
	buf[0] = '\0';
	for (k = 1; k <= depth; k++) {
		bool more = goes_on(rows, nr_rows, at, depth_column, k);
		const char *part;

		if (k < depth)
			part = !more ? "  " : lines ? "│ " : "| ";
		else if (more)
			part = lines ? "├─" : "|-";
		else
			part = lines ? "└─" : "`-";
		len += snprintf(buf + len, len < room ? room - len : 0, "%s", part);
	}
}

size_t tree_filter(struct cell **rows, size_t nr_rows, int depth_column,
		   bool (*keep)(void *ctx, const struct cell *row), void *ctx)
{
	size_t i, kept = nr_rows;
	int64_t wanted = -1;

	/* from the end: below what is kept there is nothing that needs its parents */
	for (i = nr_rows; i > 0; i--) {
		struct cell *row = rows[i - 1];
		int64_t depth = depth_of(row, depth_column);
		bool parent = wanted >= 0 && depth < wanted;

		if (!parent && !keep(ctx, row))
			continue;
		wanted = depth;
		rows[--kept] = row;
	}
	memmove(rows, rows + kept, (nr_rows - kept) * sizeof(*rows));
	return nr_rows - kept;
}
