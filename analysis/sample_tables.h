/* SPDX-License-Identifier: GPL-2.0-only */
/* Report sections of what samples of the CPUs estimate. */
#ifndef RMAPSCOPE_SAMPLE_TABLES_H
#define RMAPSCOPE_SAMPLE_TABLES_H

#include "analysis/table.h"

extern const struct table_def time_table, spin_table, why_table;

#endif
