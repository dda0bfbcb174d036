/* SPDX-License-Identifier: GPL-2.0-only */
/* The formats of the tracepoints of a perf.data file (feature TRACING_DATA). */
#ifndef RMAPSCOPE_PERFDATA_FORMATS_H
#define RMAPSCOPE_PERFDATA_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

struct symbols;

/*
 * perfdata_formats - give @syms and its tep the formats, symbols and names of threads in @data
 *
 * What stands before a damaged place is taken. Returns whether there was any format.
 */
bool perfdata_formats(struct symbols *syms, const void *data, size_t nr);

#endif
