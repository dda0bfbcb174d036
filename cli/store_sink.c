// SPDX-License-Identifier: GPL-2.0-only
#include "cli/store_sink.h"

#include "schema/store.h"

#define SINK(table, row_type)                                                                      \
	static int sink_##table(void *ctx, row_type *row)                                          \
	{                                                                                          \
		return store_##table(ctx, row);                                                    \
	}

SINK(process, const struct process_row)
SINK(task, const struct task_row)
SINK(lock, const struct lock_row)
SINK(site, const struct site_row)
SINK(stack, const struct stack_row)
SINK(wait, struct wait_row)
SINK(wait_part, const struct wait_part_row)
SINK(stall, const struct stall_row)
SINK(storm, struct storm_row)
SINK(straggler, const struct straggler_row)
SINK(order_edge, const struct order_edge_row)
SINK(vma, const struct vma_row)
SINK(lock_vma, struct lock_vma_row)
SINK(hold, struct hold_row)
SINK(walk, const struct walk_row)
SINK(walk_rollup, const struct walk_rollup_row)
SINK(retry, const struct retry_row)
SINK(skip, const struct skip_row)
SINK(move, const struct move_row)
SINK(loss, const struct loss_row)
SINK(rollup, const struct rollup_row)
SINK(second_rollup, const struct second_rollup_row)
SINK(holder_rollup, const struct holder_rollup_row)

static int sink_wait_vma(void *ctx, int64_t wait_id, int64_t vma_id)
{
	return store_wait_vma(ctx, wait_id, vma_id);
}

struct sink store_sink(struct store *store)
{
	return (struct sink){
		.ctx = store,
		.process = sink_process,
		.task = sink_task,
		.lock = sink_lock,
		.site = sink_site,
		.stack = sink_stack,
		.wait = sink_wait,
		.wait_vma = sink_wait_vma,
		.wait_part = sink_wait_part,
		.vma = sink_vma,
		.lock_vma = sink_lock_vma,
		.hold = sink_hold,
		.walk = sink_walk,
		.walk_rollup = sink_walk_rollup,
		.retry = sink_retry,
		.skip = sink_skip,
		.move = sink_move,
		.stall = sink_stall,
		.storm = sink_storm,
		.straggler = sink_straggler,
		.order_edge = sink_order_edge,
		.loss = sink_loss,
		.rollup = sink_rollup,
		.second_rollup = sink_second_rollup,
		.holder_rollup = sink_holder_rollup,
	};
}
