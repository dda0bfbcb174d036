/* SPDX-License-Identifier: GPL-2.0-only */
/* Events of a trace-cmd file (trace.dat versions 6 and 7, trace-cmd.dat(5)). */
#ifndef RMAPSCOPE_TRACEDAT_SOURCE_H
#define RMAPSCOPE_TRACEDAT_SOURCE_H

#include "collector/source.h"

/* For source_open_file(). */
extern const struct source_opener tracedat_opener;

/*
 * tracedat_source_open - all buffers of the file @path, each CPU a lane
 *
 * Fails with one clear line when the file is not there, not trace-cmd's, or
 * broken before its first event. trace-cmd's library may crash on a damaged
 * file and prints to stdout and stderr: call this in a process of its own.
 */
int tracedat_source_open(struct source **src, const char *path, struct error *err);

#endif
