/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Temporary table stack_sum(task_id, stack_id, wait_ns): the time waited in each stack, by the names
 * of process and thread, in that order; then by stack. task_id is one thread of the names, stack_id
 * 0 if stacks were not recorded.
 *
 * The waits are added up in one pass: to sort five million of them takes several times as long.
 */
#ifndef RMAPSCOPE_STACK_SUMS_H
#define RMAPSCOPE_STACK_SUMS_H

#include "analysis/db.h"

/*
 * stack_sums_make - make this table, of the waits that have a duration and pass the filter of @db
 *
 * Returns 0 or a negative errno.
 */
int stack_sums_make(struct db *db, struct error *err);

#endif
