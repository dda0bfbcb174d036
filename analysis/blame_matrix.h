/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who waited for whom, by names of threads in processes: the sums of table blame_sum as a matrix.
 *
 * Temporary table matrix_cell(waiter_nr, task_id, holder_nr, cause, holder_task_id, nr_waits,
 * wait_ns) has a row per cell. Waiters, and those who were waited for, are numbered from 1 by the
 * time waited, then by name. Number BLAME_MATRIX_NAMES + 1 stands for all others; then task_id, or
 * cause and holder_task_id, are NULL, otherwise those of some thread of the names.
 */
#ifndef RMAPSCOPE_BLAME_MATRIX_H
#define RMAPSCOPE_BLAME_MATRIX_H

#include "analysis/db.h"

/* Rows and columns that have a name. */
#define BLAME_MATRIX_NAMES 12

/* Make this table and those of wait_sums_make(). Returns 0 or a negative errno. */
int blame_matrix_make(struct db *db, struct error *err);

#endif
