/* SPDX-License-Identifier: GPL-2.0-only */
/* Every table that reports and screens show. */
#ifndef RMAPSCOPE_TABLES_H
#define RMAPSCOPE_TABLES_H

#include "analysis/table.h"

/* Sections of `report`, over the whole capture; ends with NULL. */
extern const struct table_def *const report_tables[];

/* Screens of `top`, over a window; ends with NULL. */
extern const struct table_def *const top_tables[];

/* The section or screen called @name, or NULL. */
const struct table_def *table_by_name(const struct table_def *const *tables, const char *name);

#endif
