/* SPDX-License-Identifier: GPL-2.0-only */
/* The screens VMAs, Processes and Locks: each row is a sum over roll-ups. */
#ifndef RMAPSCOPE_GROUP_TABLES_H
#define RMAPSCOPE_GROUP_TABLES_H

#include "analysis/table.h"

/* As table_read(). The sums of a group are parameters of the SQL, which adds names. */
int top_vmas_read(struct table *t, struct db *db, const struct window *window, struct error *err);
int top_processes_read(struct table *t, struct db *db, const struct window *window,
		       struct error *err);
int top_locks_read(struct table *t, struct db *db, const struct window *window, struct error *err);

#endif
