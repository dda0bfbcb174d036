/* SPDX-License-Identifier: GPL-2.0-only */
/* Look up threads, processes and VMAs in /proc, for a model of a live capture. */
#ifndef RMAPSCOPE_LIVE_LOOKUP_H
#define RMAPSCOPE_LIVE_LOOKUP_H

#include "collector/model/task.h"
#include "collector/proc_worker.h"

/* As process() of struct task_lookup, without the command line: it waits for no lock. */
int live_lookup_process(void *ctx, int32_t tgid, struct process_row *row);

/* @w makes the look-ups that may block, and must outlive the model; NULL: these are not made. */
struct task_lookup live_lookup(struct proc_workers *w);

#endif
