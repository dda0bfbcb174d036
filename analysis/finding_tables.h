/* SPDX-License-Identifier: GPL-2.0-only */
/* Sections of findings, each also a subcommand's or part of one. */
#ifndef RMAPSCOPE_FINDING_TABLES_H
#define RMAPSCOPE_FINDING_TABLES_H

#include "analysis/table.h"

extern const struct table_def storms_table, stragglers_table, order_table, walks_table;

#endif
