/* SPDX-License-Identifier: GPL-2.0-only */
/* Look up threads, processes and VMAs in /proc, for a model of a live capture. */
#ifndef RMAPSCOPE_LIVE_LOOKUP_H
#define RMAPSCOPE_LIVE_LOOKUP_H

#include "collector/model/task.h"
#include "collector/procmap.h"

/* As process() of struct task_lookup, without the command line: it waits for no lock. */
int live_lookup_process(void *ctx, int32_t tgid, struct process_row *row);

/* @pm must outlive the model. */
struct task_lookup live_lookup(struct procmap *pm);

#endif
