// SPDX-License-Identifier: GPL-2.0-only
#include "collector/merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int merge_init(struct merge *m, struct lane *lanes, unsigned int nr_lanes)
{
	memset(m, 0, sizeof(*m));
	m->heads = calloc(nr_lanes, sizeof(*m->heads));
	if (!m->heads)
		return -ENOMEM;
	m->lanes = lanes;
	m->nr_lanes = nr_lanes;
	return 0;
}

void merge_free(struct merge *m)
{
	free(m->heads);
	m->heads = NULL;
	twins_free(&m->twins);
}

static void refill(struct merge *m, unsigned int i)
{
	struct merge_head *head = &m->heads[i];
	struct lane *lane = &m->lanes[i];

	if (head->full)
		return;
	/* read the watermark first: everything before it is in the ring by then */
	head->complete_ns = atomic_load_explicit(&lane->complete_ns, memory_order_acquire);
	head->full = lane_take(lane, &head->ev);
}

/* The lane delivers no event earlier than this time any more. */
static uint64_t bound(const struct merge_head *head)
{
	return head->full ? head->ev.time_ns : head->complete_ns;
}

/*
 * The lane with the earliest event, or NULL; @limit_ns becomes the time up to
 * which that lane may be drained without looking at the others again.
 */
static struct merge_head *earliest(struct merge *m, uint64_t *limit_ns, bool *ended)
{
	struct merge_head *best = NULL;
	uint64_t best_ns = LANE_ENDED, next_ns = LANE_ENDED;
	unsigned int i;

	*ended = true;
	for (i = 0; i < m->nr_lanes; i++) {
		uint64_t t;

		refill(m, i);
		t = bound(&m->heads[i]);
		if (m->heads[i].full || t != LANE_ENDED)
			*ended = false;
		if (!best || t < best_ns || (t == best_ns && m->heads[i].full && !best->full)) {
			next_ns = best_ns;
			best_ns = t;
			best = &m->heads[i];
		} else if (t < next_ns) {
			next_ns = t;
		}
	}
	*limit_ns = next_ns;
	return best && best->full ? best : NULL;
}

/* The twin of the event at @head arrives next and may have the stack. */
static void take_stack(struct merge *m, struct merge_head *head)
{
	unsigned int i;

	for (i = 0; i < m->nr_lanes && !head->ev.stack; i++) {
		const struct merge_head *other = &m->heads[i];

		if (other->full && other->ev.stack && twins_same(&other->ev, &head->ev))
			head->ev.stack = other->ev.stack;
	}
}

/* Deliver the event at @head, unless its twin was delivered. Returns 0 or @fn's result. */
static int give(struct merge *m, struct merge_head *head,
		int (*fn)(void *ctx, const struct event *ev), void *ctx, bool *given)
{
	int ret = 0;

	if (m->lane_buffer) {
		ret = twins_come_again(&m->twins, &head->ev, m->lane_buffer[head - m->heads]);
		take_stack(m, head);
	}
	*given = !ret;
	if (ret)
		return ret < 0 ? ret : 0;
	ret = fn(ctx, &head->ev);
	if (ret)
		return ret;
	if (head->ev.time_ns < m->last_ns)
		m->nr_late++;
	else
		m->last_ns = head->ev.time_ns;
	return 0;
}

int merge_run(struct merge *m, unsigned int max, int (*fn)(void *ctx, const struct event *ev),
	      void *ctx, bool *ended)
{
	unsigned int nr = 0;

	while (nr < max) {
		uint64_t limit_ns;
		struct merge_head *head = earliest(m, &limit_ns, ended);

		if (!head)
			break;
		do {
			bool given;
			int ret = give(m, head, fn, ctx, &given);

			if (ret)
				return ret;
			nr += given;
			head->full = false;
			refill(m, head - m->heads);
		} while (head->full && head->ev.time_ns <= limit_ns && nr < max);
	}
	return nr;
}
