/* SPDX-License-Identifier: GPL-2.0-only */
/* Every table that reports show; for the screens see views.h. */
#ifndef RMAPSCOPE_TABLES_H
#define RMAPSCOPE_TABLES_H

#include "analysis/table.h"

/* Sections of `report`, over the whole capture; ends with NULL. */
extern const struct table_def *const report_tables[];

/* The section called @name, or NULL. */
const struct table_def *table_by_name(const struct table_def *const *tables, const char *name);

#endif
