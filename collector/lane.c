// SPDX-License-Identifier: GPL-2.0-only
#include "collector/lane.h"

#include <errno.h>
#include <stdlib.h>

CK_RING_PROTOTYPE(event, event)

int lane_init(struct lane *lane, unsigned int nr_slots)
{
	/* a power of two of slots is a multiple of a cache line's 64 bytes */
	lane->slots = aligned_alloc(64, nr_slots * sizeof(struct event));
	if (!lane->slots)
		return -ENOMEM;
	ck_ring_init(&lane->ring, nr_slots);
	atomic_init(&lane->complete_ns, 0);
	lane->ended = false;
	lane->pair.nr_held = 0;
	return 0;
}

void lane_free(struct lane *lane)
{
	free(lane->slots);
	lane->slots = NULL;
}

unsigned int lane_room(const struct lane *lane)
{
	/* one slot stays empty, to distinguish a full ring from an empty one */
	return ck_ring_capacity(&lane->ring) - 1 - ck_ring_size(&lane->ring);
}

void lane_put(struct lane *lane, const struct event *ev, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		ck_ring_enqueue_spsc_event(&lane->ring, lane->slots, (struct event *)&ev[i]);
}

bool lane_take(struct lane *lane, struct event *ev)
{
	return ck_ring_dequeue_spsc_event(&lane->ring, lane->slots, ev);
}
