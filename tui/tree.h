/* SPDX-License-Identifier: GPL-2.0-only */
/* A tree: rows in tree order, each with a depth, and lines that connect them. */
#ifndef RMAPSCOPE_TUI_TREE_H
#define RMAPSCOPE_TUI_TREE_H

#include <stdbool.h>

#include "analysis/tree_rows.h"

/* The column with the depth, and the one that is indented; -1: there is none. */
int tree_depth_column(const struct table_def *def);
int tree_text_column(const struct table_def *def);

/*
 * tree_prefix - the lines before row @at of @rows: "│  └─ "
 *
 * In ASCII where the locale has no better.
 */
void tree_prefix(struct cell *const *rows, size_t nr_rows, size_t at, int depth_column, char *buf,
		 size_t room);

#endif
