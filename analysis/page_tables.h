/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables that only the page of rmapscope html shows. */
#ifndef RMAPSCOPE_PAGE_TABLES_H
#define RMAPSCOPE_PAGE_TABLES_H

#include "analysis/table.h"

/* Rows and columns of blame_matrix that have a name; one more is for all others. */
#define BLAME_MATRIX_NAMES 12

/*
 * The section blame as a matrix: a row of this table is a cell. Waiters, and those who were
 * waited for, are numbered from 1 by the time waited; the number after the last name stands
 * for all others, whose names are NULL.
 */
extern const struct table_def blame_matrix;

#endif
