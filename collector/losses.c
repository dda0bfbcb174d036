// SPDX-License-Identifier: GPL-2.0-only
#include "collector/losses.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Further gaps are merged: spans between two of them are then uncertain, too. */
#define MAX_LOSSES 65536

static void widen(struct event *ev, uint16_t cpu, uint64_t start_ns, uint64_t end_ns, uint64_t nr)
{
	if (ev->cpu != cpu)
		ev->cpu = ALL_CPUS;
	if (start_ns < ev->time_ns)
		ev->time_ns = start_ns;
	if (end_ns > (uint64_t)ev->loss.end_ns)
		ev->loss.end_ns = end_ns;
	ev->loss.nr_lost += nr;
}

int losses_add(struct losses *l, uint16_t cpu, uint64_t start_ns, uint64_t end_ns, uint64_t nr,
	       enum stored_value reason)
{
	struct event *ev;

	if (nr > INT32_MAX)
		nr = INT32_MAX;
	if (l->nr == MAX_LOSSES) {
		widen(&l->ev[l->nr - 1], cpu, start_ns, end_ns, nr);
		return 0;
	}
	if (l->nr == l->room) {
		uint32_t room = l->room ? 2 * l->room : 64;

		ev = realloc(l->ev, room * sizeof(*ev));
		if (!ev)
			return -ENOMEM;
		l->ev = ev;
		l->room = room;
	}
	ev = &l->ev[l->nr++];
	memset(ev, 0, sizeof(*ev));
	ev->id = EVENT_LOSS;
	ev->cpu = cpu;
	ev->time_ns = start_ns;
	ev->loss.end_ns = end_ns;
	ev->loss.nr_lost = nr ? (int64_t)nr : LOST_UNKNOWN;
	ev->loss.reason = reason;
	return 0;
}

void losses_free(struct losses *l)
{
	free(l->ev);
}
