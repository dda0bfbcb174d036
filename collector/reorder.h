/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events of a file in the order of time, where the file has them roughly in that order.
 *
 * perf record copies the buffers of the CPUs one after the other, again and again; each
 * pass over all of them is a round. What was recorded before the end of a round is in the
 * file by the end of the next (tools/perf/util/ordered-events.c), so that two rounds are
 * kept and sorted. Of a file without rounds, or with huge ones, at most REORDER_MAX
 * events are: an event that comes later than that is late, and becomes a loss.
 */
#ifndef RMAPSCOPE_REORDER_H
#define RMAPSCOPE_REORDER_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"

#define REORDER_MAX (1U << 19)

struct order_key {
	uint64_t time_ns;
	uint32_t nr;  /* of the event; later ones of the same time go later */
	bool is_loss; /* begins behind the events of its time */
};

struct reorder {
	struct event *ev;
	struct order_key *key; /* [nr_keys]: in the order of time */
	uint32_t nr, room;
	uint32_t nr_keys, nr_ready, given; /* of the keys: those that may go, that went */
	uint64_t max_ns, round_ns;	   /* latest event, now and at the last round's end */
	uint64_t bound_ns;		   /* everything before it is out or ready */
	uint64_t nr_late;
};

void order_free(struct reorder *o);

/* One more event of the file. Returns 0 or -ENOMEM. */
int order_add(struct reorder *o, const struct event *ev);

/* Whether nothing may be added before what is ready was taken. */
bool order_full(const struct reorder *o);

/* A round ends. Returns 0 or -ENOMEM. */
int order_round(struct reorder *o);

/* There are so many that some must go. Returns 0 or -ENOMEM. */
int order_press(struct reorder *o);

/* No event is to come any more. Returns 0 or -ENOMEM. */
int order_end(struct reorder *o);

/* When the next event is that order_take() gives; UINT64_MAX: it gives none now. */
uint64_t order_next_ns(const struct reorder *o);

/* Up to @max events that are ready, in the order of time. */
unsigned int order_take(struct reorder *o, struct event *ev, unsigned int max);

#endif
