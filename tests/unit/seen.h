/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A sink that keeps what the model gives, as the store would: a row that
 * comes again replaces the former.
 */
#ifndef RMAPSCOPE_TEST_SEEN_H
#define RMAPSCOPE_TEST_SEEN_H

#include <stdlib.h>
#include <string.h>

#include "schema/sink.h"
#include "tests/unit/unit.h"

struct seen_slice {
	int64_t id;
	char names[512];
};

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
	struct seen_slice *slice;
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
	struct frame_row *frame;
	struct order_edge_row *order_edge;
	struct walk_rollup_row *walk_rollup; /* without the histogram */
	struct sample_rollup_row *sample_rollup;
	struct cpu_rollup_row *cpu_rollup;
	unsigned int nr_processes, nr_tasks, nr_locks, nr_sites, nr_stacks, nr_waits, nr_losses,
		nr_rollups;
	unsigned int nr_wait_parts, nr_stalls, nr_storms, nr_stragglers, nr_order_edges, nr_frames;
	unsigned int nr_vmas, nr_lock_vmas, nr_holds, nr_walks, nr_retries, nr_skips, nr_moves,
		nr_walk_rollups, nr_holder_rollups, nr_second_rollups, nr_sample_rollups,
		nr_cpu_rollups, nr_slices;
	unsigned int nr_wait_writes, last_hold_id; /* the last ids given */
	int fail;				   /* what every callback returns, 0 normally */
};

/* Each is the callback of a table whose rows are kept as they are: see rows.def. */
#define SEEN_APPEND(table, nr)                                                                     \
	static inline int seen_##table(void *ctx, const struct table##_row *row)                   \
	{                                                                                          \
		struct seen *s = ctx;                                                              \
                                                                                                   \
		s->table = grow(s->table, s->nr);                                                  \
		s->table[s->nr++] = *row;                                                          \
		return s->fail;                                                                    \
	}

/* Replaces the row of the same id, or appends. */
#define SEEN_REPLACE(table, nr, row_type, set_id)                                                  \
	static inline int seen_##table(void *ctx, row_type *row)                                   \
	{                                                                                          \
		struct seen *s = ctx;                                                              \
		unsigned int i;                                                                    \
                                                                                                   \
		set_id;                                                                            \
		for (i = 0; i < s->nr && s->table[i].id != row->id; i++)                           \
			;                                                                          \
		if (i == s->nr)                                                                    \
			s->table = grow(s->table, s->nr++);                                        \
		s->table[i] = *row;                                                                \
		return s->fail;                                                                    \
	}

#define SEEN_BY_ID(table, nr) SEEN_REPLACE(table, nr, const struct table##_row, (void)0)
/* The first time the row gets an id. */
#define SEEN_NUMBERED(table, nr)                                                                   \
	SEEN_REPLACE(table, nr, struct table##_row, row->id = row->id ? row->id : s->nr + 1)

/* Takes the former row of the same id away, and appends it with a new one. */
#define SEEN_SPAN(table, nr, nr_writes)                                                            \
	static inline int seen_##table(void *ctx, struct table##_row *row)                         \
	{                                                                                          \
		struct seen *s = ctx;                                                              \
		unsigned int i;                                                                    \
                                                                                                   \
		for (i = 0; row->id && i < s->nr; i++)                                             \
			if (s->table[i].id == row->id) {                                           \
				s->nr--;                                                           \
				memmove(&s->table[i], &s->table[i + 1],                            \
					(s->nr - i) * sizeof(*s->table));                          \
				break;                                                             \
			}                                                                          \
		row->id = ++s->nr_writes;                                                          \
		s->table = grow(s->table, s->nr);                                                  \
		s->table[s->nr++] = *row;                                                          \
		return s->fail;                                                                    \
	}

SEEN_BY_ID(process, nr_processes)
SEEN_BY_ID(task, nr_tasks)
SEEN_BY_ID(lock, nr_locks)
SEEN_BY_ID(vma, nr_vmas)
SEEN_BY_ID(loss, nr_losses)
SEEN_BY_ID(order_edge, nr_order_edges)
SEEN_NUMBERED(lock_vma, nr_lock_vmas)
SEEN_NUMBERED(storm, nr_storms)
SEEN_SPAN(wait, nr_waits, nr_wait_writes)
SEEN_SPAN(hold, nr_holds, last_hold_id)
SEEN_APPEND(wait_part, nr_wait_parts)
SEEN_APPEND(walk, nr_walks)
SEEN_APPEND(retry, nr_retries)
SEEN_APPEND(skip, nr_skips)
SEEN_APPEND(move, nr_moves)
SEEN_APPEND(stall, nr_stalls)
SEEN_APPEND(straggler, nr_stragglers)
SEEN_APPEND(frame, nr_frames)

static inline int seen_slice(void *ctx, const struct slice_row *row)
{
	struct seen *s = ctx;

	s->slice = grow(s->slice, s->nr_slices);
	s->slice[s->nr_slices].id = row->id;
	snprintf(s->slice[s->nr_slices].names, sizeof(s->slice->names), "%s", row->names);
	s->nr_slices++;
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

static inline int seen_sample_rollup(void *ctx, const struct sample_rollup_row *row)
{
	struct seen *s = ctx;
	unsigned int i;

	for (i = 0; i < s->nr_sample_rollups; i++)
		if (s->sample_rollup[i].second == row->second &&
		    s->sample_rollup[i].kind == row->kind &&
		    s->sample_rollup[i].task_id == row->task_id &&
		    s->sample_rollup[i].lock_id == row->lock_id &&
		    s->sample_rollup[i].site_id == row->site_id &&
		    s->sample_rollup[i].function_id == row->function_id)
			break;
	if (i == s->nr_sample_rollups) {
		s->sample_rollup = grow(s->sample_rollup, s->nr_sample_rollups++);
		s->sample_rollup[i] = *row;
	} else {
		s->sample_rollup[i].nr_samples += row->nr_samples;
	}
	return s->fail;
}

static inline int seen_cpu_rollup(void *ctx, const struct cpu_rollup_row *row)
{
	struct seen *s = ctx;
	unsigned int i;

	for (i = 0; i < s->nr_cpu_rollups; i++)
		if (s->cpu_rollup[i].second == row->second &&
		    s->cpu_rollup[i].task_id == row->task_id)
			break;
	if (i == s->nr_cpu_rollups) {
		s->cpu_rollup = grow(s->cpu_rollup, s->nr_cpu_rollups++);
		s->cpu_rollup[i] = *row;
	} else {
		s->cpu_rollup[i].nr_samples += row->nr_samples;
		s->cpu_rollup[i].cpu_ns += row->cpu_ns;
		s->cpu_rollup[i].seen_ns += row->seen_ns;
		s->cpu_rollup[i].runnable_ns += row->runnable_ns;
	}
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

static inline struct sink seen_sink(struct seen *s)
{
	return (struct sink){
		.ctx = s,
		.wait_vma = seen_wait_vma,
#define ROW(table) .table = seen_##table,
#include "schema/rows.def"
	};
}

static inline void seen_free(struct seen *s)
{
	unsigned int i;

	for (i = 0; i < s->nr_stacks; i++)
		free(s->stack[i].frames);
#define ROW(table) free(s->table);
#include "schema/rows.def"
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
