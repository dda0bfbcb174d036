/* SPDX-License-Identifier: GPL-2.0-only */
/* Screens whose rows are sums of roll-ups: of VMAs, processes and locks. */
#ifndef RMAPSCOPE_GROUP_TABLES_H
#define RMAPSCOPE_GROUP_TABLES_H

#include "analysis/table.h"

/* As table_read(); what their SQL shows of a group is bound for each row. */
int top_vmas_read(struct table *t, struct db *db, const struct window *window, struct error *err);
int top_processes_read(struct table *t, struct db *db, const struct window *window,
		       struct error *err);
int top_locks_read(struct table *t, struct db *db, const struct window *window, struct error *err);

#endif
