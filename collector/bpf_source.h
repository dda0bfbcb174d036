/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Live events of rungs 2 and 3: the lanes of tracefs, then those of the waits that
 * BPF records, then those of its samples.
 */
#ifndef RMAPSCOPE_BPF_SOURCE_H
#define RMAPSCOPE_BPF_SOURCE_H

#include "collector/source.h"

struct bpf_samples;
struct bpf_waits;

/*
 * bpf_source_open - the lanes of @tracefs, of @waits, and of @samples, which may be NULL
 *
 * The new source takes them over and closes them, also if this fails. @tracefs must not have
 * the events that @waits gives. Returns 0 or a negative errno with @err.
 */
int bpf_source_open(struct source **src, struct source *tracefs, struct bpf_waits *waits,
		    struct bpf_samples *samples, struct error *err);

#endif
