/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The slices that each thread is in: parts of its work that programs name, one inside the other.
 *
 * The slices of a thread become a row only if it sleeps or waits, or ends the sleep
 * or wait of another thread. After a gap in the events the slices of a thread are
 * unknown until it begins new ones.
 */
#ifndef RMAPSCOPE_MODEL_SLICE_H
#define RMAPSCOPE_MODEL_SLICE_H

#include <stdint.h>

#include "collector/model/machine.h"
#include "schema/sink.h"

struct slice_nest;
struct slice_names;

struct slices {
	struct slice_nest *by_tid;
	struct slice_names *known; /* rows that were written lately */
	const struct sink *sink;
	int64_t last_id;
};

extern const struct machine slices_machine;

/*
 * slice.id of the slices that thread @tid is in now; 0: none, or an error in @ret, a negative
 * errno.
 */
int64_t slices_now(struct slices *ss, int32_t tid, int *ret);

#endif
