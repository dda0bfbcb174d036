/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Live events of rungs 2 and 3: those of tracefs, and in lanes behind its lanes the waits that BPF
 * tells, and behind these its samples.
 */
#ifndef RMAPSCOPE_BPF_SOURCE_H
#define RMAPSCOPE_BPF_SOURCE_H

#include "collector/source.h"

struct bpf_samples;
struct bpf_waits;

/*
 * bpf_source_open - the lanes of @tracefs, of @waits, and of @samples, which may be NULL
 *
 * All are the new source's, and closed with it; also if this fails. @tracefs must not have
 * the events that @waits gives. Returns 0 or a negative errno with @err.
 */
int bpf_source_open(struct source **src, struct source *tracefs, struct bpf_waits *waits,
		    struct bpf_samples *samples, struct error *err);

#endif
