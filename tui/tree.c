// SPDX-License-Identifier: GPL-2.0-only
#include "tui/tree.h"

#include <stdio.h>

#include "tui/text.h"

/* Rows that are deeper than this are drawn at this depth. */
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

/* Whether another row of depth @depth comes below the same parent. */
static bool goes_on(struct cell *const *rows, size_t nr_rows, size_t at, int column, int64_t depth)
{
	for (at++; at < nr_rows; at++) {
		int64_t d = tree_depth(rows[at], column);

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
	int64_t depth = tree_depth(rows[at], depth_column), k;
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
