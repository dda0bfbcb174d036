/* SPDX-License-Identifier: GPL-2.0-only */
/* What rmapscope export writes for other programs. */
#ifndef RMAPSCOPE_EXPORT_TABLES_H
#define RMAPSCOPE_EXPORT_TABLES_H

#include "analysis/table.h"

/* The time of waits by kernel stack: of each waiter, and of each holder and waiter. */
extern const struct table_def export_by_waiter, export_by_holder;

/* export_by_waiter as the flame graph of the page. */
extern const struct table_def page_flame;

/* The number and the time of waits by everything that pprof can distinguish: see output/pprof.c. */
extern const struct table_def export_by_label;

#endif
