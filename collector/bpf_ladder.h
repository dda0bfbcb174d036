/* SPDX-License-Identifier: GPL-2.0-only */
/* What BPF can do on this kernel, for this user: found by trying it. */
#ifndef RMAPSCOPE_BPF_LADDER_H
#define RMAPSCOPE_BPF_LADDER_H

#include "lib/error.h"

enum bpf_rung {
	BPF_RUNG_STATE,	   /* who waits now, from the kernel's state: chain_now.h */
	BPF_RUNG_WAITS,	   /* waits with their VMAs: bpf_waits.h */
	BPF_RUNG_SAMPLES,  /* beside these, samples of the CPUs: bpf_samples.h */
	BPF_RUNG_FUNCTION, /* waits with spinning, by programs of kernel functions: bpf_waits.h */
	NR_BPF_RUNGS,
};

/*
 * bpf_rung_try - load the programs of @rung, attach them, and take all away
 *
 * Returns 0; or a negative errno, and why with the remedy in @err.
 */
int bpf_rung_try(enum bpf_rung rung, struct error *err);

#endif
