/* SPDX-License-Identifier: GPL-2.0-only */
/* Events of a file of perf record (perf.data): tracepoints with their call chains. */
#ifndef RMAPSCOPE_PERFDATA_SOURCE_H
#define RMAPSCOPE_PERFDATA_SOURCE_H

#include "collector/source.h"

/* For source_open_file(). */
extern const struct source_opener perfdata_opener;

#endif
