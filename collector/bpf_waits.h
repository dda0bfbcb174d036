/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Waits for rwsems by BPF, live: the lock's owner, the waiter's page fault and the VMA of
 * each. One lane per CPU, see bpf_rings.h.
 */
#ifndef RMAPSCOPE_COLLECTOR_BPF_WAITS_H
#define RMAPSCOPE_COLLECTOR_BPF_WAITS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "lib/error.h"

struct bpf_object;
struct bpf_waits;

struct bpf_waits_options {
	unsigned int
		buffer_kb; /* of each CPU's ring, rounded up to a power of two; 0: the default */
	int32_t own_tgid;  /* process that is left out; 0: none */
	int32_t only_tgid; /* only this process and who descends from it; 0: all */
	bool whole;	   /* rung 3: with their spinning, by programs of kernel functions */
	bool walks; /* with @whole: also rmap walks, and folios moved to an anon_vma with another root */
};

/*
 * bpf_waits_open - load the programs and attach them; nothing is recorded yet
 *
 * Returns 0; or a negative errno, and why with the remedy in @err.
 */
int bpf_waits_open(struct bpf_waits **bw, const struct bpf_waits_options *opt, struct error *err);

/* Load and attach them, and take all away. Likewise. */
int bpf_waits_try(bool whole, struct error *err);

void bpf_waits_close(struct bpf_waits *bw);

/* Whether its lanes give event @id: no other source must give it as well. */
bool bpf_waits_give(const struct bpf_waits *bw, enum event_id id);

/* Why folios that are moved are not recorded, though asked for; "": they are. */
const char *bpf_waits_no_moves(const struct bpf_waits *bw);

/* Likewise rmap walks. */
const char *bpf_waits_no_walks(const struct bpf_waits *bw);

/* As bpf_walks_nr_missed(); 0 also without walks. */
uint64_t bpf_waits_nr_missed_of_walks(const struct bpf_waits *bw);

/* Whether its waits have their spinning: as bpf_waits_options.whole. */
bool bpf_waits_are_whole(const struct bpf_waits *bw);

/* Its programs: others may share their maps. */
const struct bpf_object *bpf_waits_object(const struct bpf_waits *bw);

/* A bit for each LOCK_* that a lock of @class, enum waits_class, may be; 0: not known. */
uint32_t bpf_waits_classes_of(uint32_t class);

unsigned int bpf_waits_nr_lanes(const struct bpf_waits *bw);

/* Record from now on. */
void bpf_waits_go(struct bpf_waits *bw);

/* Record nothing new. Any thread may call this. */
void bpf_waits_stop(struct bpf_waits *bw);

/*
 * bpf_waits_next_batch - next_batch() of struct source_ops
 * @behind: the lane was not read lately, as its reader found no room
 */
int bpf_waits_next_batch(struct bpf_waits *bw, unsigned int lane, bool behind, struct event *ev,
			 unsigned int max, uint64_t *complete_ns, struct error *err);

#endif
