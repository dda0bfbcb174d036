/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the model puts its rows. The store is one sink, a unit test another.
 *
 * A callback for each table of rows.def, which says when a row comes again. Each
 * returns 0 or a negative errno, which stops the capture.
 */
#ifndef RMAPSCOPE_SINK_H
#define RMAPSCOPE_SINK_H

#include "schema/rows.h"

struct sink {
	void *ctx;
#define ROW(table)	int (*table)(void *ctx, const struct table##_row *row);
#define NUMBERED(table) int (*table)(void *ctx, struct table##_row *row);
#include "schema/rows.def"
	/* the VMA of a wait that came without: its thread told later */
	int (*wait_vma)(void *ctx, int64_t wait_id, int64_t vma_id);
};

#endif
