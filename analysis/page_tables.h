/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables that only the page of rmapscope html shows. */
#ifndef RMAPSCOPE_PAGE_TABLES_H
#define RMAPSCOPE_PAGE_TABLES_H

#include "analysis/blame_matrix.h"
#include "analysis/table.h"

/*
 * The section blame as a matrix: a row of this table is a cell of analysis/blame_matrix.h, with
 * names. Those of all others are NULL.
 */
extern const struct table_def blame_matrix;

#endif
