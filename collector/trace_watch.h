/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whether our tracefs instance still has the settings that we made. Any process of
 * root may switch tracing off, disable events or change filters, which the buffers do
 * not show: so the files are read a few times a second.
 */
#ifndef RMAPSCOPE_TRACE_WATCH_H
#define RMAPSCOPE_TRACE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

struct trace_watch;
struct tracefs_instance;

/*
 * trace_watch_open - watch @inst; tracing is on, and all is set
 *
 * The present content of the files is the reference. Their descriptors stay open, so
 * that nobody can remove the instance. Returns 0 or a negative errno with @err.
 */
int trace_watch_open(struct trace_watch **w, struct tracefs_instance *inst, struct error *err);
void trace_watch_close(struct trace_watch *w);

/* Whether it was tracing_on that the last look found changed. */
bool trace_watch_is_off(const struct trace_watch *w);

/* What is not as it was set, good as long as @w; NULL: nothing. */
const char *trace_watch_look(struct trace_watch *w);

#endif
