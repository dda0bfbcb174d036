/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program samples.bpf.c records, in rings of its own. */
#ifndef RMAPSCOPE_BPF_SAMPLES_H
#define RMAPSCOPE_BPF_SAMPLES_H

#include "collector/bpf/waits.h"

enum samples_kind {
	SAMPLES_SPIN,	/* struct samples_taken */
	SAMPLES_HOLDER, /* likewise */
	SAMPLES_IPI,	/* likewise */
	SAMPLES_COUNT,	/* struct samples_count */
};

/*
 * A sample of a thread that spins for head.lock (0: not known), that holds it for writing
 * while others wait, or that waits until other CPUs have answered an interrupt (head.lock 0).
 * head.kind is an enum samples_kind.
 */
struct samples_taken {
	struct waits_head head;
	__u64 ip;    /* in the kernel */
	__u32 class; /* enum waits_class */
	__u32 nr_frames;
	__u64 frame[WAITS_FRAMES]; /* callers of the function at @ip, innermost first */
};

#define SAMPLES_UNKNOWN (~0ULL)

/* All samples of thread head.tid, whatever it did, since the last record of this kind. */
struct samples_count {
	struct waits_head head;
	__u64 since_ns, until_ns; /* the last sample before, and the last of these */
	__u64 nr;
	__u64 cpu_ns;	   /* CPU time of the thread meanwhile */
	__u64 runnable_ns; /* time that it waited for a CPU meanwhile; or SAMPLES_UNKNOWN */
};

/* Addresses of a function, from kallsyms. Where it ends: not a part of it. */
struct samples_range {
	__u64 start, end; /* both 0: not known */
};

#define SAMPLES_SLOW_PATHS 2

/* Where those functions are that show what a thread does. */
struct samples_ranges {
	struct samples_range slow_path[SAMPLES_SLOW_PATHS]; /* of the rwsem */
	struct samples_range ipi; /* kernel/smp.c: it interrupts other CPUs, and waits for them */
	/* head.lock is as the rmap events tell locks: an anon_vma, or an address_space, not its rwsem */
	__u32 as_rmap_events;
};

#endif
