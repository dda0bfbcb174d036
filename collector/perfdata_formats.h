/* SPDX-License-Identifier: GPL-2.0-only */
/* The formats of the tracepoints of a perf.data file (feature TRACING_DATA). */
#ifndef RMAPSCOPE_PERFDATA_FORMATS_H
#define RMAPSCOPE_PERFDATA_FORMATS_H

#include <stdbool.h>
#include <stddef.h>

struct tep_handle;

/*
 * perfdata_formats - give @tep the formats, symbols and names of threads in @data
 *
 * @symbols: set when there were symbols
 *
 * What stands before a damaged place is taken. Returns whether there was any format.
 */
bool perfdata_formats(struct tep_handle *tep, const void *data, size_t nr, bool *symbols);

#endif
