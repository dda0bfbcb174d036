/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The rings that the programs of a BPF object write their records to, read as lanes: one per
 * CPU. Every record begins with a struct waits_head (collector/bpf/waits.h).
 *
 * A record that finds no room in its CPU's ring is counted, with the times of the first and
 * the last one; a lane gives that as an event before it reports to be complete beyond the
 * time of the first.
 */
#ifndef RMAPSCOPE_BPF_RINGS_H
#define RMAPSCOPE_BPF_RINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/event.h"
#include "lib/error.h"

struct bpf_object;
struct bpf_rings;
struct ring_lane;
struct waits_head;

/* Events that a record can become, beside that of a loss before it. */
#define RING_EVENTS_OF_RECORD 2

struct bpf_rings_options {
	unsigned int kb; /* of each CPU's ring, rounded up to a power of two */
	/* Add the events of @record. Returns 0 or a negative errno. */
	int (*add)(struct ring_lane *lane, const struct waits_head *record);
	/* EVENT_LOSS or EVENT_SAMPLES_LOST; and its reason, unless reading came too late */
	enum event_id lost;
	int lost_reason;
};

/*
 * bpf_rings_prepare - size the maps `cpus` and `rings` of @obj, which is not loaded yet
 *
 * Returns 0 or a negative errno.
 */
int bpf_rings_prepare(struct bpf_object *obj);

/* bpf_rings_open - make the rings of @obj. Returns 0 or a negative errno with @err. */
int bpf_rings_open(struct bpf_rings **rings, struct bpf_object *obj,
		   const struct bpf_rings_options *opt, struct error *err);
void bpf_rings_close(struct bpf_rings *rings);

unsigned int bpf_rings_nr_lanes(const struct bpf_rings *rings);

/* Nothing new is recorded: the lanes end once all was read. Any thread may call this. */
void bpf_rings_stop(struct bpf_rings *rings);

/*
 * bpf_rings_next_batch - next_batch() of struct source_ops
 * @behind: the lane was not read lately, as its reader found no room
 */
int bpf_rings_next_batch(struct bpf_rings *rings, unsigned int lane, bool behind, struct event *ev,
			 unsigned int max, uint64_t *complete_ns, struct error *err);

/* For add(): the next event of @lane, empty but for its CPU, @id and @time_ns. */
struct event *ring_lane_add(struct ring_lane *lane, enum event_id id, uint64_t time_ns);

/* For add(): *@stack has these frames; NULL if there are none. Returns 0 or -ENOMEM. */
int ring_lane_stack(struct ring_lane *lane, const uint64_t *frame, uint32_t nr_frames,
		    struct kstack **stack);

/* The memory of map @name of @obj, @nr_bytes of it; NULL with errno. */
void *bpf_map_memory(struct bpf_object *obj, const char *name, size_t nr_bytes, int prot);

#endif
