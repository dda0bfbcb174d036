/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Temporary tables with the sums of waits that the sections of a report show:
 *
 * wait_sum(kind, process_id, vma_id, lock_id, task_id, site_id, mode, nr_waits, wait_ns, max_ns,
 * slept_ns, runnable_ns, nr_tasks, nr_locks, nr_open, nr_uncertain): a row per process
 * (kind 'process'), process and VMA ('vma'), lock ('lock'), thread ('task'), or function, role,
 * class and mode ('site'). An id is 0 if it is unknown or not part of the kind; site_id, lock_id
 * of a 'site' and task_id of a process are those of one member.
 *
 * blame_sum(task_id, lock_id, site_id, holder_task_id, holder_site_id, holder_source, cause,
 * nr_waits, wait_ns, max_ns): a row per row of view blame, with ids of one member instead of names.
 *
 * longest_wait(id, ns): the longest waits.
 *
 * The views wait_by_* and blame of the schema say the same in SQL, for a sqlite3 shell.
 */
#ifndef RMAPSCOPE_WAIT_SUMS_H
#define RMAPSCOPE_WAIT_SUMS_H

#include "analysis/db.h"

/* Causes of blame_sum. */
#define BLAME_HELD     "held lock"
#define BLAME_CPU_TEXT "waiting for a CPU"

/*
 * wait_sums_make - make these tables, unless they were made in this transaction
 *
 * They are of the waits that pass the filter of @db. Returns 0 or a negative errno.
 */
int wait_sums_make(struct db *db, struct error *err);

#endif
