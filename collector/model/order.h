/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * In which order threads take locks of different classes, against the order
 * that the kernel documents.
 *
 * From the hold events of the kernel series and the mmap_lock events. A lock
 * that is taken while others are held makes an edge from the class of each of
 * those to its own; only pairs of classes are kept, so memory is small.
 *
 * What cannot wait cannot deadlock: a try-lock is counted apart. The series
 * says what may wait by start_locking. mmap_read_trylock() has that event as
 * well (include/linux/mmap_lock.h), so that an mmap_lock taken for reading
 * counts as taken only if the thread was seen waiting for it; there is no
 * try-lock of it for writing in the kernels that the series is for.
 *
 * After a gap in the events nothing is known to be held. A lock that is taken
 * while the thread seems to have it already is an inversion once it was let go
 * as often: a release may be missing without a gap.
 */
#ifndef RMAPSCOPE_MODEL_ORDER_H
#define RMAPSCOPE_MODEL_ORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/model/lock.h"
#include "collector/model/machine.h"
#include "collector/model/site.h"
#include "collector/model/task.h"
#include "lib/hash.h"
#include "schema/sink.h"

struct order_thread;

struct order_edge {
	struct order_edge_row row; /* row.id 0: not seen */
	bool dirty;
};

struct orders {
	struct order_thread *threads; /* those that hold or wait, by tid */
	/* [held][taken][the same lock again] */
	struct order_edge edge[NR_LOCK_CLASSES][NR_LOCK_CLASSES][2];
	int64_t last_id;
	struct tasks *tasks;
	struct locks *locks;
	struct sites *sites;
	const struct sink *sink;
};

extern const struct machine orders_machine;

/* 1: @held before @taken is the documented order, 0: against it, ENUM_NONE: it has none. */
int order_documented(int held, int taken);

#endif
