/* SPDX-License-Identifier: GPL-2.0-only */
/* Rmap walks at rung 3: bpf/walks.bpf.c, in the rings and maps of the waits. */
#ifndef RMAPSCOPE_COLLECTOR_BPF_WALKS_H
#define RMAPSCOPE_COLLECTOR_BPF_WALKS_H

#include "collector/event.h"
#include "lib/error.h"

struct bpf_object;
struct bpf_walks;
struct waits_walk_begin;
struct waits_walk_end;

/*
 * bpf_walks_open - load the programs with the maps of @calls, and attach them
 *
 * Returns 0; or a negative errno, and why with the remedy in @err.
 */
int bpf_walks_open(struct bpf_walks **walks, struct bpf_object *calls, struct error *err);
void bpf_walks_close(struct bpf_walks *walks); /* NULL: nothing */

/*
 * How many calls of the programs the kernel left out so far: one was interrupted, and another thread
 * came to the same one on the same CPU.
 */
uint64_t bpf_walks_nr_missed(const struct bpf_walks *walks);

/* Fill @ev, whose id and time are set, from a record. */
void bpf_walks_begin_event(struct event *ev, const struct waits_walk_begin *r);
void bpf_walks_end_event(struct event *ev, const struct waits_walk_end *r);

#endif
