/* SPDX-License-Identifier: GPL-2.0-only */
/* Folios that folio_move_anon_rmap() moves to another anon_vma. */
#ifndef RMAPSCOPE_MODEL_MOVE_H
#define RMAPSCOPE_MODEL_MOVE_H

#include <stdbool.h>

#include "collector/event.h"
#include "collector/model/linkage.h"
#include "collector/model/lock.h"
#include "collector/model/machine.h"
#include "collector/model/rollup.h"
#include "collector/model/task.h"
#include "collector/model/vma.h"
#include "schema/sink.h"

struct moves {
	struct tasks *tasks;
	struct locks *locks;
	struct vmas *vmas;
	struct linkage *linkage;
	struct rollups *rollups;
	const struct sink *sink;
	bool keep_all; /* also moves that stay below one root */
};

extern const struct machine moves_machine;

#endif
