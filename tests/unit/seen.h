/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sink that keeps what the model gives, as the store would: a row that
 * comes again replaces the former.
 */
#ifndef RMAPSCOPE_TEST_SEEN_H
#define RMAPSCOPE_TEST_SEEN_H

#include <stdlib.h>
#include <string.h>

#include "collector/model/sink.h"
#include "tests/unit/unit.h"

struct seen_site {
	struct site_row row;
	char symbol[128];
};

struct seen_stack {
	struct stack_row row;
	char *frames;
};

struct seen_rollup {
	struct rollup_row row; /* without the histogram */
	uint64_t hist_count;
	unsigned int nr_given;
};

struct seen_second {
	struct second_rollup_row row; /* without the histogram */
	uint64_t hist_count;
};

struct seen {
	struct process_row *process;
	struct task_row *task;
	struct lock_row *lock;
	struct seen_site *site;
	struct seen_stack *stack;
	struct wait_row *wait;
	struct loss_row *loss;
	struct seen_rollup *rollup;
	struct seen_second *second_rollup;
	struct holder_rollup_row *holder_rollup;
	struct vma_row *vma;
	struct lock_vma_row *lock_vma;
	struct hold_row *hold;
	struct walk_row *walk;
	struct retry_row *retry;
	struct skip_row *skip;
	struct move_row *move;
	struct wait_part_row *wait_part;
	struct stall_row *stall;
	struct storm_row *storm;
	struct straggler_row *straggler;
	struct order_edge_row *order_edge;
	struct walk_rollup_row *walk_rollup; /* without the histogram */
	unsigned int nr_processes, nr_tasks, nr_locks, nr_sites, nr_stacks, nr_waits, nr_losses,
		nr_rollups;
	unsigned int nr_wait_parts, nr_stalls, nr_storms, nr_stragglers, nr_order_edges;
	unsigned int nr_vmas, nr_lock_vmas, nr_holds, nr_walks, nr_retries, nr_skips, nr_moves,
		nr_walk_rollups, nr_holder_rollups, nr_second_rollups;
	unsigned int nr_wait_writes;
	int64_t last_wait_id, last_hold_id;
	int fail; /* what every callback returns, 0 normally */
};

/* Replace the element of the same id, or append. */
#define SEEN_BY_ID(array, nr, new_row)                                                             \
	do {                                                                                       \
		unsigned int seen_at;                                                              \
                                                                                                   \
		for (seen_at = 0; seen_at < (nr); seen_at++)                                       \
			if ((array)[seen_at].id == (new_row)->id)                                  \
				break;                                                             \
		if (seen_at == (nr))                                                               \
			(array) = grow(array, (nr)++);                                             \
		(array)[seen_at] = *(new_row);                                                     \
	} while (0)

static inline int seen_process(void *ctx, const struct process_row *row)
{
	struct seen *s = ctx;

	SEEN_BY_ID(s->process, s->nr_processes, row);
	return s->fail;
}

static inline int seen_task(void *ctx, const struct task_row *row)
{
	struct seen *s = ctx;

	SEEN_BY_ID(s->task, s->nr_tasks, row);
	return s->fail;
}

static inline int seen_lock(void *ctx, const struct lock_row *row)
{
	struct seen *s = ctx;

	SEEN_BY_ID(s->lock, s->nr_locks, row);
	return s->fail;
}

static inline int seen_site(void *ctx, const struct site_row *row)
{
	struct seen *s = ctx;
	struct seen_site *site;

	s->site = grow(s->site, s->nr_sites);
	site = &s->site[s->nr_sites++];
	site->row = *row;
	site->row.symbol = NULL;
	snprintf(site->symbol, sizeof(site->symbol), "%s", row->symbol);
	return s->fail;
}

static inline int seen_stack(void *ctx, const struct stack_row *row)
{
	struct seen *s = ctx;

	s->stack = grow(s->stack, s->nr_stacks);
	s->stack[s->nr_stacks++] = (struct seen_stack){ *row, strdup(row->frames) };
	return s->fail;
}

static inline int seen_wait(void *ctx, struct wait_row *row)
{
	struct seen *s = ctx;
	unsigned int i;

	for (i = 0; row->id && i < s->nr_waits; i++)
		if (s->wait[i].id == row->id) {
			s->nr_waits--;
			memmove(&s->wait[i], &s->wait[i + 1], (s->nr_waits - i) * sizeof(*s->wait));
			break;
		}
	row->id = ++s->last_wait_id;
	s->wait = grow(s->wait, s->nr_waits);
	s->wait[s->nr_waits++] = *row;
	s->nr_wait_writes++;
	return s->fail;
}

static inline int seen_wait_vma(void *ctx, int64_t wait_id, int64_t vma_id)
{
	struct seen *s = ctx;
	unsigned int i;

	for (i = 0; i < s->nr_waits; i++)
		if (s->wait[i].id == wait_id)
			break;
	assert_true(i < s->nr_waits);
	assert_int_equal(s->wait[i].vma_id, 0);
	s->wait[i].vma_id = vma_id;
	return s->fail;
}

static inline int seen_loss(void *ctx, const struct loss_row *row)
{
	struct seen *s = ctx;

	SEEN_BY_ID(s->loss, s->nr_losses, row);
	return s->fail;
}

static inline bool same_rollup(const struct rollup_row *a, const struct rollup_row *b)
{
	return a->second == b->second && a->process_id == b->process_id &&
	       a->lock_id == b->lock_id && a->vma_id == b->vma_id && a->site_id == b->site_id &&
	       a->mode == b->mode;
}

static inline int seen_rollup(void *ctx, const struct rollup_row *row)
{
	struct seen *s = ctx;
	struct seen_rollup *r;
	unsigned int i;

	for (i = 0; i < s->nr_rollups; i++)
		if (same_rollup(&s->rollup[i].row, row))
			break;
	if (i == s->nr_rollups) {
		s->rollup = grow(s->rollup, s->nr_rollups++);
		s->rollup[i].nr_given = 0;
	}
	r = &s->rollup[i];
	r->row = *row;
	r->row.hist = (struct hist){ 0 };
	r->hist_count = hist_count(&row->hist);
	r->nr_given++;
	return s->fail;
}

static inline int seen_second_rollup(void *ctx, const struct second_rollup_row *row)
{
	struct seen *s = ctx;
	unsigned int i;

	for (i = 0; i < s->nr_second_rollups; i++)
		if (s->second_rollup[i].row.second == row->second)
			break;
	if (i == s->nr_second_rollups)
		s->second_rollup = grow(s->second_rollup, s->nr_second_rollups++);
	s->second_rollup[i].row = *row;
	s->second_rollup[i].row.hist = (struct hist){ 0 };
	s->second_rollup[i].hist_count = hist_count(&row->hist);
	return s->fail;
}

static inline int seen_holder_rollup(void *ctx, const struct holder_rollup_row *row)
{
	struct seen *s = ctx;
	unsigned int i;

	for (i = 0; i < s->nr_holder_rollups; i++)
		if (s->holder_rollup[i].second == row->second &&
		    s->holder_rollup[i].lock_id == row->lock_id &&
		    s->holder_rollup[i].process_id == row->process_id &&
		    s->holder_rollup[i].holder_task_id == row->holder_task_id)
			break;
	if (s->fail)
		return s->fail;
	if (i == s->nr_holder_rollups) {
		s->holder_rollup = grow(s->holder_rollup, s->nr_holder_rollups++);
		s->holder_rollup[i] = *row;
		return 0;
	}
	s->holder_rollup[i].nr_waits += row->nr_waits;
	s->holder_rollup[i].wait_ns += row->wait_ns;
	if (s->holder_rollup[i].runnable_ns == NO_TIME)
		s->holder_rollup[i].runnable_ns = row->runnable_ns;
	else if (row->runnable_ns != NO_TIME)
		s->holder_rollup[i].runnable_ns += row->runnable_ns;
	return 0;
}

static inline int seen_vma(void *ctx, const struct vma_row *row)
{
	struct seen *s = ctx;

	SEEN_BY_ID(s->vma, s->nr_vmas, row);
	return s->fail;
}

static inline int seen_lock_vma(void *ctx, struct lock_vma_row *row)
{
	struct seen *s = ctx;

	if (!row->id)
		row->id = s->nr_lock_vmas + 1;
	SEEN_BY_ID(s->lock_vma, s->nr_lock_vmas, row);
	return s->fail;
}

static inline int seen_hold(void *ctx, struct hold_row *row)
{
	struct seen *s = ctx;
	unsigned int i;

	for (i = 0; row->id && i < s->nr_holds; i++)
		if (s->hold[i].id == row->id) {
			s->nr_holds--;
			memmove(&s->hold[i], &s->hold[i + 1], (s->nr_holds - i) * sizeof(*s->hold));
			break;
		}
	row->id = ++s->last_hold_id;
	s->hold = grow(s->hold, s->nr_holds);
	s->hold[s->nr_holds++] = *row;
	return s->fail;
}

static inline int seen_walk(void *ctx, const struct walk_row *row)
{
	struct seen *s = ctx;

	s->walk = grow(s->walk, s->nr_walks);
	s->walk[s->nr_walks++] = *row;
	return s->fail;
}

static inline int seen_retry(void *ctx, const struct retry_row *row)
{
	struct seen *s = ctx;

	s->retry = grow(s->retry, s->nr_retries);
	s->retry[s->nr_retries++] = *row;
	return s->fail;
}

static inline int seen_skip(void *ctx, const struct skip_row *row)
{
	struct seen *s = ctx;

	s->skip = grow(s->skip, s->nr_skips);
	s->skip[s->nr_skips++] = *row;
	return s->fail;
}

static inline int seen_move(void *ctx, const struct move_row *row)
{
	struct seen *s = ctx;

	s->move = grow(s->move, s->nr_moves);
	s->move[s->nr_moves++] = *row;
	return s->fail;
}

static inline int seen_walk_rollup(void *ctx, const struct walk_rollup_row *row)
{
	struct seen *s = ctx;
	unsigned int i;

	for (i = 0; i < s->nr_walk_rollups; i++)
		if (s->walk_rollup[i].second == row->second &&
		    s->walk_rollup[i].kind == row->kind &&
		    s->walk_rollup[i].site_id == row->site_id)
			break;
	if (i == s->nr_walk_rollups)
		s->walk_rollup = grow(s->walk_rollup, s->nr_walk_rollups++);
	s->walk_rollup[i] = *row;
	s->walk_rollup[i].hist = (struct hist){ 0 };
	return s->fail;
}

static inline int seen_stall(void *ctx, const struct stall_row *row)
{
	struct seen *s = ctx;

	s->stall = grow(s->stall, s->nr_stalls);
	s->stall[s->nr_stalls++] = *row;
	return s->fail;
}

static inline int seen_wait_part(void *ctx, const struct wait_part_row *row)
{
	struct seen *s = ctx;

	s->wait_part = grow(s->wait_part, s->nr_wait_parts);
	s->wait_part[s->nr_wait_parts++] = *row;
	return s->fail;
}

static inline int seen_straggler(void *ctx, const struct straggler_row *row)
{
	struct seen *s = ctx;

	s->straggler = grow(s->straggler, s->nr_stragglers);
	s->straggler[s->nr_stragglers++] = *row;
	return s->fail;
}

static inline int seen_storm(void *ctx, struct storm_row *row)
{
	struct seen *s = ctx;

	if (!row->id)
		row->id = s->nr_storms + 1;
	SEEN_BY_ID(s->storm, s->nr_storms, row);
	return s->fail;
}

static inline int seen_order_edge(void *ctx, const struct order_edge_row *row)
{
	struct seen *s = ctx;

	SEEN_BY_ID(s->order_edge, s->nr_order_edges, row);
	return s->fail;
}

static inline struct sink seen_sink(struct seen *s)
{
	return (struct sink){
		.ctx = s,
		.process = seen_process,
		.task = seen_task,
		.lock = seen_lock,
		.site = seen_site,
		.stack = seen_stack,
		.wait = seen_wait,
		.wait_vma = seen_wait_vma,
		.loss = seen_loss,
		.vma = seen_vma,
		.lock_vma = seen_lock_vma,
		.hold = seen_hold,
		.walk = seen_walk,
		.retry = seen_retry,
		.skip = seen_skip,
		.move = seen_move,
		.wait_part = seen_wait_part,
		.stall = seen_stall,
		.storm = seen_storm,
		.straggler = seen_straggler,
		.order_edge = seen_order_edge,
		.walk_rollup = seen_walk_rollup,
		.rollup = seen_rollup,
		.second_rollup = seen_second_rollup,
		.holder_rollup = seen_holder_rollup,
	};
}

static inline void seen_free(struct seen *s)
{
	unsigned int i;

	for (i = 0; i < s->nr_stacks; i++)
		free(s->stack[i].frames);
	free(s->process);
	free(s->task);
	free(s->lock);
	free(s->site);
	free(s->stack);
	free(s->wait);
	free(s->loss);
	free(s->vma);
	free(s->lock_vma);
	free(s->hold);
	free(s->walk);
	free(s->retry);
	free(s->skip);
	free(s->move);
	free(s->wait_part);
	free(s->stall);
	free(s->storm);
	free(s->straggler);
	free(s->order_edge);
	free(s->walk_rollup);
	free(s->rollup);
	free(s->second_rollup);
	free(s->holder_rollup);
	memset(s, 0, sizeof(*s));
}

/* The row of an id; the test fails when it was not given. */
#define SEEN_FIND(type, array, nr)                                                                 \
	static inline const struct type##_row *seen_##type##_of(const struct seen *s, int64_t id)  \
	{                                                                                          \
		unsigned int i;                                                                    \
                                                                                                   \
		for (i = 0; i < s->nr; i++)                                                        \
			if (s->array[i].id == id)                                                  \
				return &s->array[i];                                               \
		fail_msg("no " #type " of id %lld", (long long)id);                                \
		return NULL;                                                                       \
	}

SEEN_FIND(process, process, nr_processes)
SEEN_FIND(task, task, nr_tasks)
SEEN_FIND(lock, lock, nr_locks)

static inline const struct seen_site *seen_site_of(const struct seen *s, int64_t id)
{
	unsigned int i;

	for (i = 0; i < s->nr_sites; i++)
		if (s->site[i].row.id == id)
			return &s->site[i];
	fail_msg("no site of id %lld", (long long)id);
	return NULL;
}

#endif
