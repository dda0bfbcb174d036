/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of reports. For those of screens see views.h. */
#ifndef RMAPSCOPE_TABLES_H
#define RMAPSCOPE_TABLES_H

#include "analysis/table.h"

/* The sections of `report`, in their order; ends with NULL. */
extern const struct table_def *const report_tables[];

/* The section called @name, or NULL. */
const struct table_def *table_by_name(const struct table_def *const *tables, const char *name);

#endif
