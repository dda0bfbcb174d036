/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs chain_now*.bpf.c record of each thread that waits for an rwsem. */
#ifndef RMAPSCOPE_BPF_CHAIN_NOW_H
#define RMAPSCOPE_BPF_CHAIN_NOW_H

#include <linux/types.h>

/* As KSTACK_MAX_FRAMES */
#define CHAIN_FRAMES 48

#define CHAIN_COMM_LEN 16

enum chain_class {
	CHAIN_CLASS_OPEN, /* the stack may show it */
	CHAIN_CLASS_ANON_VMA,
	CHAIN_CLASS_MMAP,
};

struct chain_record {
	__u64 lock;
	__u64 nr_switches; /* a thread that still waits, and has not run since, has the same */
	__s64 off_cpu_ns;  /* CLOCK_MONOTONIC; since then it does not run; 0: not known */
	__s32 tid, tgid;   /* of the initial PID namespace */
	__s32 owner_tid;   /* writer that holds the lock; 0: none, or readers do */
	__s32 owner_tgid;
	__u32 write;
	__u32 class;
	char comm[CHAIN_COMM_LEN], owner_comm[CHAIN_COMM_LEN];
	__u32 can_see; /* 0: on this kernel it is not known who waits; the only record then */
	__u32 nr_frames;
	__u64 frame[CHAIN_FRAMES]; /* innermost first */
};

#endif
