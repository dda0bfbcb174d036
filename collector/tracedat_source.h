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

/*
 * tracedat_source_watch_stderr - where the process's stderr goes to a file
 * @fd: that file, open; stays the caller's
 *
 * trace-cmd's library ends a lane early when a page is damaged, and says so on
 * stderr only: with this, such a lane ends with a loss.
 */
void tracedat_source_watch_stderr(struct source *src, int fd);

#endif
