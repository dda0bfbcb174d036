/* SPDX-License-Identifier: GPL-2.0-only */
/* Report sections that the subcommands storms, order and walks print, too. */
#ifndef RMAPSCOPE_FINDING_TABLES_H
#define RMAPSCOPE_FINDING_TABLES_H

#include "analysis/table.h"

extern const struct table_def storms_table, stragglers_table, order_table, walks_table;

#endif
