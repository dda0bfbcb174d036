/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the programs waits.bpf.c and calls.bpf.c record of each wait for an rwsem: two records, one as it
 * begins and one as it ends, in the ring of the CPU that each happens on.
 */
#ifndef RMAPSCOPE_BPF_WAITS_H
#define RMAPSCOPE_BPF_WAITS_H

#include <linux/types.h>

/* As KSTACK_MAX_FRAMES */
#define WAITS_FRAMES 48

/* What a lock is a part of, where the memory around it proves that. */
enum waits_class {
	WAITS_CLASS_OPEN,
	WAITS_CLASS_ANON_VMA,
	WAITS_CLASS_MMAP,
	WAITS_CLASS_I_MMAP,
};

/* Records of a CPU that found no room in its ring. */
struct waits_lost {
	__u64 nr; /* since the start */
	/* Of those behind its last record in the ring; CLOCK_MONOTONIC */
	__u64 first_ns, last_ns;
};

/* Of one CPU, in map `cpus`, which user space reads. Only the program writes it. */
struct waits_cpu {
	struct waits_lost lost;
	__u64 nr_told; /* lost.nr in its last record */
	__u64 unused[4];
};

/*
 * Locks that somebody waits for, or did lately: each in the slot of its hash. It may be displaced by
 * another one, and may be gone: who uses it asks the lock itself.
 */
#define WAITS_CONTENDED_BITS 6
#define WAITS_CONTENDED	     (1 << WAITS_CONTENDED_BITS)
struct waits_contended {
	__u64 lock[WAITS_CONTENDED];
};

/* The program's only global variable, in .bss. User space writes it at any time. */
struct waits_settings {
	__u32 on;	 /* 0: nothing is recorded */
	__s32 own_tgid;	 /* process that is left out */
	__s32 only_tgid; /* record this process only, and who descends from it; 0: all */
};

enum waits_kind {
	WAITS_BEGIN,	  /* struct waits_begin */
	WAITS_END,	  /* struct waits_end */
	WAITS_MOVE,	  /* struct waits_move */
	WAITS_WALK_BEGIN, /* struct waits_walk_begin */
	WAITS_WALK_END,	  /* struct waits_walk_end */
};

/* What each record begins with. */
struct waits_head {
	__u64 time_ns; /* CLOCK_MONOTONIC */
	__u64 lock;
	struct waits_lost lost; /* up to this record */
	__s32 tid;		/* of the initial PID namespace */
	__u32 kind;		/* enum waits_kind */
};

struct waits_begin {
	struct waits_head head;
	__u64 fault; /* address of the page fault that the thread is in; 0: none is known */
	__u32 flags; /* LCB_F_* */
	__s32 owner; /* tid of the writer that holds the lock; 0: none, or readers do */
	__u32 class; /* enum waits_class */
	__u32 nr_frames;
	__u64 frame[WAITS_FRAMES]; /* innermost first */
};

struct waits_end {
	struct waits_head head;
	__s32 ret;		    /* 0 or a negative errno */
	__s32 tgid;		    /* of the VMA's process; -1: not known */
	__u64 spun_until_ns;	    /* it slept from then on, or never; 0: not known */
	__u64 mm, vm_start, vm_end; /* the VMA that the wait was for; vm_end 0: not known */
};

/* A folio is moved to another anon_vma: moves.bpf.c. head.lock is that of its new root. */
struct waits_move {
	struct waits_head head;
	__u64 pfn;
	__u64 old_lock; /* of its old root; 0: none, or not known */
	__u64 old_anon_vma, new_anon_vma;
	__u64 mm, vm_start, vm_end; /* the VMA that it is moved to */
	__u32 nr_pages;		    /* 0: not known */
};

/* What the VMAs of a folio are found through. */
enum waits_walk_kind {
	WAITS_WALK_ANON,
	WAITS_WALK_FILE,
	WAITS_WALK_KSM,
};

/* An rmap walk: walks.bpf.c. head.lock is 0. */
struct waits_walk_begin {
	struct waits_head head;
	__u64 pfn;
	__u64 rmap_one; /* function that is called for each VMA */
	__u32 nr_pages; /* of the folio; 0: not known */
	__u8 kind;	/* enum waits_walk_kind */
	__u8 locked;	/* the caller holds the lock */
	__u8 try_lock;	/* it gives up rather than wait for the lock */
};

struct waits_walk_end {
	struct waits_head head;
	__u64 pfn;
	__u32 nr_vmas; /* visited; if @counted */
	__u8 kind;
	__u8 counted;	/* there is a program for its rmap_one() */
	__u8 stopped;	/* rmap_one() said so at the last VMA; if @counted */
	__u8 has_done;	/* it may also have been stopped by rmap_walk_control.done() */
	__u8 contended; /* it gave up as somebody held the lock */
};

#endif
