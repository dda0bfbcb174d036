/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The receiver of the model's rows: the store, or a unit test.
 *
 * It has a callback for each table of rows.def, which says in which tables a row may be
 * passed again. Each returns 0, or a negative errno, which stops the capture.
 */
#ifndef RMAPSCOPE_SINK_H
#define RMAPSCOPE_SINK_H

#include "schema/rows.h"

struct sink {
	void *ctx;
#define ROW(table)	int (*table)(void *ctx, const struct table##_row *row);
#define NUMBERED(table) int (*table)(void *ctx, struct table##_row *row);
#include "schema/rows.def"
	/* set the VMA of a wait whose row was passed without it: a later event named it */
	int (*wait_vma)(void *ctx, int64_t wait_id, int64_t vma_id);
};

#endif
