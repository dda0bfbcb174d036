/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Where the model puts its rows. The store is one sink, a unit test another.
 *
 * Every callback returns 0 or a negative errno, which stops the capture.
 * Identity rows (process, task, lock) come again whenever they have changed;
 * the later row replaces the earlier one of the same id.
 */
#ifndef RMAPSCOPE_SINK_H
#define RMAPSCOPE_SINK_H

#include "schema/rows.h"

struct sink {
	void *ctx;
	int (*process)(void *ctx, const struct process_row *row);
	int (*task)(void *ctx, const struct task_row *row);
	int (*lock)(void *ctx, const struct lock_row *row);
	int (*site)(void *ctx, const struct site_row *row);
	int (*stack)(void *ctx, const struct stack_row *row);
	/* sets row->id; an open wait comes again at its end */
	int (*wait)(void *ctx, struct wait_row *row);
	/* the VMA of a wait that came without: its thread told later */
	int (*wait_vma)(void *ctx, int64_t wait_id, int64_t vma_id);
	/* after its wait: the parts of those that have exact holders */
	int (*wait_part)(void *ctx, const struct wait_part_row *row);
	int (*vma)(void *ctx, const struct vma_row *row);
	/* sets row->id at the first call; again when it is unlinked */
	int (*lock_vma)(void *ctx, struct lock_vma_row *row);
	/* sets row->id; an open hold comes again at its end */
	int (*hold)(void *ctx, struct hold_row *row);
	int (*walk)(void *ctx, const struct walk_row *row);
	int (*retry)(void *ctx, const struct retry_row *row);
	int (*skip)(void *ctx, const struct skip_row *row);
	int (*move)(void *ctx, const struct move_row *row);
	/* the whole of (second, kind, rmap_one) so far */
	int (*walk_rollup)(void *ctx, const struct walk_rollup_row *row);
	int (*stall)(void *ctx, const struct stall_row *row);
	/* sets row->id at the first call; again while it lasts and at its end */
	int (*storm)(void *ctx, struct storm_row *row);
	int (*straggler)(void *ctx, const struct straggler_row *row);
	/* the whole of (held class, taken class) so far */
	int (*order_edge)(void *ctx, const struct order_edge_row *row);
	int (*loss)(void *ctx, const struct loss_row *row);
	/* the whole of (second, ids, mode) so far */
	int (*rollup)(void *ctx, const struct rollup_row *row);
	/* the whole of the second so far */
	int (*second_rollup)(void *ctx, const struct second_rollup_row *row);
	/* what is new of (second, lock, process, holder): added to what there is */
	int (*holder_rollup)(void *ctx, const struct holder_rollup_row *row);
};

#endif
