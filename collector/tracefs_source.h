/* SPDX-License-Identifier: GPL-2.0-only */
/* Live events: raw pages of each CPU's buffer of a private instance. */
#ifndef RMAPSCOPE_TRACEFS_SOURCE_H
#define RMAPSCOPE_TRACEFS_SOURCE_H

#include "collector/source.h"

struct tracefs_instance;

/*
 * tracefs_source_open - read @inst, whose events are enabled already
 *
 * @inst stays the caller's and must outlive the source. Reading starts where
 * the buffers are; tracing is neither started nor stopped here except by
 * the stop operation. Returns 0 or a negative errno with @err.
 */
int tracefs_source_open(struct source **src, struct tracefs_instance *inst, struct error *err);

/*
 * tracefs_source_watch - report changes of the instance by others from now on
 *
 * Called when tracing is on and the instance is set up. While its settings are changed
 * there is a gap, reason not_recorded, which is reported at once and while it lasts.
 *
 * Looks four times a second. Returns 0 or a negative errno with @err.
 */
int tracefs_source_watch(struct source *src, struct error *err);

/* The kernel's own count of events that it overwrote on @cpu, or -errno. */
int64_t tracefs_overrun(struct tracefs_instance *inst, unsigned int cpu);

#endif
