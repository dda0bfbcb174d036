/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What Android programs write to trace_marker, the event ftrace:print: begins and ends of
 * slices (system/core, libcutils/trace.h).
 */
#ifndef RMAPSCOPE_ATRACE_H
#define RMAPSCOPE_ATRACE_H

#include <stdbool.h>
#include <stddef.h>

#include "collector/event.h"

/*
 * atrace_read - "B|PID|NAME" or "E", "E|PID"; a line end closes it
 * @nr: bytes of @text, which may be anything
 *
 * Fills the id and the name of @ev. Returns false when it is something else, such as a counter.
 */
bool atrace_read(const char *text, size_t nr, struct event *ev);

/* The name of a slice, of @nr bytes of any kind: what ends a line or moves the cursor is a "?". */
void slice_name(char to[SLICE_NAME_LEN], const void *name, size_t nr);

#endif
