/* SPDX-License-Identifier: GPL-2.0-only */
/* What /proc knows of threads, processes and VMAs, for a model of this machine's events. */
#ifndef RMAPSCOPE_LIVE_LOOKUP_H
#define RMAPSCOPE_LIVE_LOOKUP_H

#include "collector/model/task.h"
#include "collector/procmap.h"

/* @pm must outlive the model. */
struct task_lookup live_lookup(struct procmap *pm);

#endif
