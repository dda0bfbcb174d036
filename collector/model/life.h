/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What events say of threads and processes themselves: their names, which thread is of
 * which process, and when they begin and end.
 *
 * Two machines. The names come first, so that the others know the thread and process
 * of an event. The lives come last: a thread that exits stays until all others have
 * heard of it.
 */
#ifndef RMAPSCOPE_MODEL_LIFE_H
#define RMAPSCOPE_MODEL_LIFE_H

#include "collector/model/machine.h"
#include "collector/model/vma.h"

struct names {
	struct tasks *tasks;
};

struct lives {
	struct tasks *tasks;
	struct vmas *vmas;
	const struct sink *sink;
};

extern const struct machine names_machine;
extern const struct machine lives_machine;

#endif
