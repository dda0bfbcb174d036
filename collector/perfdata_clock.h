/* SPDX-License-Identifier: GPL-2.0-only */
/* The event of a perf.data file that is a clock: its samples show what the CPUs did. */
#ifndef RMAPSCOPE_PERFDATA_CLOCK_H
#define RMAPSCOPE_PERFDATA_CLOCK_H

#include <stdbool.h>

#include "collector/perfdata_file.h"
#include "collector/symbols.h"

struct perfdata_sample;

/* What perf calls the event of @attr, if it is one of those that sample CPUs; else NULL. */
const char *perfdata_clock_name(const struct perf_event_attr *attr);

/*
 * perfdata_clock_choose - set sample_ns of the event (of cycles: on each kind of CPU) whose samples
 * estimate CPU times: cpu-clock before task-clock before cycles
 * @why: why there is none, or NULL
 *
 * Returns how often it samples each CPU per second; 0: there is none.
 */
unsigned int perfdata_clock_choose(struct perfdata_file *f, const char **why);

/*
 * perfdata_clock_spin - the innermost frame of @s that is in the slow path of an rwsem
 *
 * Returns its index; -1: there is none, or @syms does not name it.
 */
int perfdata_clock_spin(const struct perfdata_sample *s, const struct symbols *syms);

#endif
