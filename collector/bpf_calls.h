/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs of rung 3, where kernel functions begin and end: bpf/calls.bpf.c. */
#ifndef RMAPSCOPE_COLLECTOR_BPF_CALLS_H
#define RMAPSCOPE_COLLECTOR_BPF_CALLS_H

#include <stddef.h>

#include "lib/error.h"

struct bpf_link;
struct bpf_object;

/* How a program is attached to a kernel function. */
enum bpf_calls_way {
	BPF_CALLS_FENTRY, /* by a trampoline of the function: the cheap one */
	BPF_CALLS_KPROBE,
	NR_BPF_CALLS_WAYS,
};

/* As elf() of struct bpf_image. */
const void *bpf_calls_elf(size_t *nr_bytes);

/*
 * bpf_calls_choose - of the programs of @obj, load only those of @way, and those that are not
 * of functions
 *
 * Returns 0 or a negative errno.
 */
int bpf_calls_choose(struct bpf_object *obj, enum bpf_calls_way way);

/*
 * bpf_calls_share - of the programs of @obj, which is not loaded yet, load only those of
 * functions; its maps are those that @calls has
 *
 * Returns 0 or a negative errno.
 */
int bpf_calls_share(struct bpf_object *obj, const struct bpf_object *calls);

/*
 * bpf_calls_add_moves - load bpf/moves.bpf.c with the maps of @calls, and attach its program
 *
 * Returns 0; or a negative errno, and why with the remedy in @err; then there is no @moves.
 */
int bpf_calls_add_moves(struct bpf_object **moves, struct bpf_link **link, struct bpf_object *calls,
			struct error *err);

#endif
