// SPDX-License-Identifier: GPL-2.0-only
#include "collector/reorder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void order_free(struct reorder *o)
{
	free(o->ev);
	free(o->key);
	memset(o, 0, sizeof(*o));
}

static int grow(struct reorder *o)
{
	uint32_t room = o->room ? 2 * o->room : 4096;
	struct order_key *key = realloc(o->key, room * sizeof(*key));
	struct event *ev;

	if (!key)
		return -ENOMEM;
	o->key = key;
	ev = realloc(o->ev, room * sizeof(*ev));
	if (!ev)
		return -ENOMEM;
	o->ev = ev;
	o->room = room;
	return 0;
}

/* @ev came after later events were delivered: it only shows that an event existed there. */
static void make_late(struct reorder *o, struct event *ev)
{
	const struct event late = *ev;

	o->nr_late++;
	memset(ev, 0, sizeof(*ev));
	ev->id = EVENT_LOSS;
	ev->cpu = late.cpu;
	ev->time_ns = o->bound_ns;
	ev->loss.start_ns = late.time_ns;
	ev->loss.end_ns = o->bound_ns;
	ev->loss.nr_lost = 1;
	ev->loss.reason = LOSS_DAMAGED_INPUT;
}

int order_add(struct reorder *o, const struct event *ev)
{
	struct event *to;

	if (o->nr == o->room && grow(o))
		return -ENOMEM;
	to = &o->ev[o->nr++];
	*to = *ev;
	/* such as a loss: it has no time of its own */
	if (event_is_made(ev->id)) {
		if (ev->time_ns < o->bound_ns) {
			to->time_ns = o->bound_ns;
			if (ev->id == EVENT_LOSS)
				to->loss.start_ns = ev->time_ns;
		}
		return 0;
	}
	if (ev->time_ns < o->bound_ns)
		make_late(o, to);
	if (ev->time_ns > o->max_ns)
		o->max_ns = ev->time_ns;
	return 0;
}

bool order_full(const struct reorder *o)
{
	return o->nr >= REORDER_MAX;
}

static int by_time(const void *a, const void *b)
{
	const struct order_key *ka = a, *kb = b;

	if (ka->time_ns != kb->time_ns)
		return ka->time_ns < kb->time_ns ? -1 : 1;
	if (ka->is_loss != kb->is_loss)
		return ka->is_loss ? 1 : -1;
	return ka->nr < kb->nr ? -1 : ka->nr > kb->nr;
}

static void sort(struct reorder *o)
{
	uint32_t i;

	for (i = 0; i < o->nr; i++)
		o->key[i] = (struct order_key){
			.time_ns = o->ev[i].time_ns,
			.nr = i,
			.is_loss = o->ev[i].id == EVENT_LOSS,
		};
	o->nr_keys = o->nr;
	if (o->nr_keys)
		qsort(o->key, o->nr_keys, sizeof(*o->key), by_time);
}

/* What was before @bound_ns or at it may go. */
static void release(struct reorder *o, uint64_t bound_ns)
{
	uint32_t lo = 0, hi = o->nr_keys;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (o->key[mid].time_ns <= bound_ns)
			lo = mid + 1;
		else
			hi = mid;
	}
	o->given = 0;
	o->nr_ready = lo;
	if (bound_ns > o->bound_ns)
		o->bound_ns = bound_ns;
}

int order_round(struct reorder *o)
{
	sort(o);
	release(o, o->round_ns);
	o->round_ns = o->max_ns;
	return 0;
}

int order_press(struct reorder *o)
{
	sort(o);
	release(o, o->key[o->nr_keys / 2].time_ns);
	return 0;
}

int order_end(struct reorder *o)
{
	sort(o);
	release(o, UINT64_MAX);
	return 0;
}

/* What was not ready is kept, in the order of time. */
static void keep_rest(struct reorder *o)
{
	uint32_t i, kept = 0;

	/* mark what went; the rest moves down in the order in which it came */
	for (i = 0; i < o->nr_ready; i++)
		o->ev[o->key[i].nr].id = NR_EVENTS;
	for (i = 0; i < o->nr; i++)
		if (o->ev[i].id != NR_EVENTS) {
			if (kept != i)
				o->ev[kept] = o->ev[i];
			kept++;
		}
	o->nr = kept;
	o->nr_keys = o->nr_ready = o->given = 0;
}

uint64_t order_next_ns(const struct reorder *o)
{
	return o->given < o->nr_ready ? o->key[o->given].time_ns : UINT64_MAX;
}

unsigned int order_take(struct reorder *o, struct event *ev, unsigned int max)
{
	unsigned int nr = 0;

	while (nr < max && o->given < o->nr_ready)
		ev[nr++] = o->ev[o->key[o->given++].nr];
	if (o->nr_ready && o->given == o->nr_ready)
		keep_rest(o);
	return nr;
}
