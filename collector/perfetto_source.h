/* SPDX-License-Identifier: GPL-2.0-only */
/* Events of the kernel in a trace of Perfetto. */
#ifndef RMAPSCOPE_PERFETTO_SOURCE_H
#define RMAPSCOPE_PERFETTO_SOURCE_H

#include "collector/source.h"

/* For source_open(). */
extern const struct source_opener perfetto_opener;

#endif
