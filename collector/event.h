/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One decoded event: a tagged union of fixed size, which is copied from a
 * reader through the ring to the model.
 */
#ifndef RMAPSCOPE_EVENT_H
#define RMAPSCOPE_EVENT_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/enums.h"

/* TASK_COMM_LEN of the kernel, include/linux/sched.h */
#define COMM_LEN 16

/* Names of slices are cut. */
#define SLICE_NAME_LEN 64

struct kstack;

enum event_id {
#define EVENT(id, member, system, name) EVENT_##id,
#define FIELD(member, field, name, need)
#define END(id)
#define STACK(id, system, name, field) EVENT_##id,
#include "collector/events.def"
#undef EVENT
#undef FIELD
#undef END
#undef STACK
	EVENT_LOSS,	    /* made by a source, not by the kernel */
	EVENT_SAMPLES_LOST, /* likewise, in ev.loss: of samples only, so no wait is uncertain */
	EVENT_TASK,	    /* likewise: facts about a thread; its time has no meaning */
	EVENT_FRAME_START,  /* likewise: of a frame of Perfetto; the union has its time */
	EVENT_FRAME_END,
	EVENT_TRACK_BEGIN, /* likewise, of a TrackEvent, by the clock of the program: as SLICE_* below */
	EVENT_TRACK_END,
	EVENT_TRACK_LOST,  /* likewise: the slices that the thread is in are unknown now */
	EVENT_SAMPLE,	   /* by BPF: a thread that spins for a lock, or holds one, was sampled */
	EVENT_SAMPLED,	   /* likewise: how often such a thread was sampled, whatever it did */
	EVENT_CPU_SAMPLE,  /* of a file: a thread was sampled, whatever it did */
	EVENT_SLICE_BEGIN, /* likewise: the thread names what it does from now on */
	EVENT_SLICE_END,   /* of the slice that it has begun last */
	NR_EVENTS,
};

/* Number of lost events is not known, only that there were some. */
#define LOST_UNKNOWN (-1)

/* End of a gap that lasts to the end of the capture. */
#define LOSS_TO_END_NS INT64_MAX

/*
 * Flags of contention_begin, include/trace/events/lock.h. READ or WRITE alone is an
 * rwsem. With RT it is an rwsem or an rwlock of a PREEMPT_RT kernel
 * (kernel/locking/rwbase_rt.c): there a stack shows which. RT alone is an rtmutex,
 * whatever that is a part of.
 */
#define LCB_F_SPIN  (1U << 0)
#define LCB_F_READ  (1U << 1)
#define LCB_F_WRITE (1U << 2)
#define LCB_F_RT    (1U << 3)

/* Flags of task_newtask, include/uapi/linux/sched.h: it shares the memory; it is of the same process. */
#define CLONE_VM     0x00000100
#define CLONE_THREAD 0x00010000

/* How a walk ended: enum rmap_walk_outcome of the kernel, and what it does not have. */
enum walk_end {
	WALK_END_DONE,
	WALK_END_STOPPED, /* or given up: not everybody who tells of walks can tell them apart */
	WALK_END_CONTENDED,
	WALK_END_GAVE_UP,
	WALK_END_GONE,
	WALK_END_UNKNOWN = UINT32_MAX, /* not told */
};

#define WALK_VMAS_UNKNOWN UINT32_MAX

/* Whether it is made by a source: then its time is its place among the others, and no more. */
static inline bool event_is_made(unsigned int id)
{
	return id >= EVENT_LOSS && id < EVENT_SAMPLE;
}

/* CPU of a gap in the events of all of them. */
#define ALL_CPUS UINT16_MAX

struct event {
	uint64_t time_ns; /* in the capture's clock */
	int32_t tid;	  /* common_pid: the thread that was running */
	uint16_t cpu;
	uint8_t id;  /* enum event_id */
	bool in_irq; /* in a hard or soft interrupt: tid is the interrupted thread */
	/*
	 * What the thread was doing, from the record behind the event; NULL: none
	 * was recorded. Owned by the reader's table.
	 */
	struct kstack *stack;
	union {
		struct {
			uint64_t lock;
			uint32_t flags;	  /* LCB_F_* */
			int32_t owner;	  /* tid of the writer that holds it; 0: not recorded */
			uint32_t classes; /* a bit for each LOCK_* that it may be; 0: unknown */
		} contention_begin;
		struct {
			uint64_t lock;
			int32_t ret;		/* 0 or a negative errno */
			int32_t tgid;		/* of the process of the VMA; -1: not known */
			uint64_t spun_until_ns; /* it slept from then on, or never; 0: unknown */
			/* the VMA that the wait was for; vm_end 0: not recorded */
			uint64_t mm, vm_start, vm_end;
		} contention_end;
		struct {
			uint64_t lock;
		} contended_release;
		struct {
			int32_t tid; /* to whom it goes, or one thread of its process */
		} signal_generate;
		struct {
			int64_t prev_state;
			int32_t next_tid;
			char prev_comm[COMM_LEN];
			char next_comm[COMM_LEN];
		} sched_switch;
		struct {
			int32_t tid; /* who is woken */
			char comm[COMM_LEN];
		} sched_waking;
		struct {
			uint64_t caller; /* function and offset it slept in, as in wchan */
			int32_t tid;
			uint8_t io_wait; /* for a block device */
		} sched_blocked_reason;
		struct {
			uint64_t clone_flags;
			int32_t tid;
			char comm[COMM_LEN];
		} task_newtask;
		struct {
			int32_t tid;
			char comm[COMM_LEN];
		} task_rename;
		struct {
			int32_t tid;
			uint8_t group_dead; /* the last thread of its process */
		} sched_process_exit;
		struct {
			int32_t tid;	 /* of the process's only thread now: its tgid */
			int32_t old_tid; /* of that thread before */
		} sched_process_exec;
		struct {
			int32_t tid; /* the new thread, of whichever process */
			char comm[COMM_LEN];
		} sched_process_fork;
		struct {
			uint64_t address;
		} page_fault;
		struct {			   /* the lock events of the kernel series */
			uint64_t lock;		   /* anon_vma root, address_space, or mm */
			uint64_t ip;		   /* caller of the lock helper */
			uint64_t vm_start, vm_end; /* VMA locks only */
			int32_t owner;		   /* tid of the writer that holds it, or 0 */
			uint8_t write, success;
		} lock_op;
		struct {
			uint64_t pfn, rmap_one, nr_pages;
			uint32_t kind; /* WALK_* */
			uint8_t locked, try_lock;
		} walk_begin;
		struct {
			uint64_t pfn;
			uint32_t nr_vmas; /* or WALK_VMAS_UNKNOWN */
			uint32_t outcome; /* WALK_END_* */
		} walk_end;
		struct {
			uint64_t pfn, old_anon_vma, new_anon_vma;
			uint64_t old_root, new_root; /* 0: not recorded, or not known */
			uint32_t attempt;
			uint8_t slow;
		} walk_retry;
		struct {
			uint64_t pfn, ip;
			uint32_t reason; /* SKIP_* */
		} walk_skip;
		struct {
			uint64_t pfn, nr_pages;
			uint64_t old_anon_vma, new_anon_vma, new_root;
			uint64_t old_root; /* 0: none, or not known */
			uint64_t mm, vm_start, vm_end;
		} folio_move;
		struct {
			uint64_t anon_vma, root, mm, vm_start, vm_end;
			int32_t tgid;
		} anon_vma_chain;
		struct {
			uint64_t address; /* user address of the entry */
		} migration_pte;
		struct {
			uint64_t pfn, mm, vm_start, vm_end;
			uint64_t address; /* of the folio's first page there */
		} walk_vma;
		struct {
			uint64_t mm, old_start, old_end;
			uint64_t shift; /* bytes, downwards */
		} stack_shift;
		struct {
			uint64_t start_ns; /* of the gap; 0: time_ns, which 0 is not known */
			uint64_t end_ns;
			int64_t nr_lost; /* or LOST_UNKNOWN */
			uint8_t reason;	 /* LOSS_* of schema/enums.def */
			bool all_off; /* no events in the gap: it begins at the last one before */
		} loss;
		struct {
			int32_t tid, tgid;
			char comm[COMM_LEN]; /* "": not recorded */
		} task;
		struct {
			int64_t cookie; /* of its end, too, and of no other */
			int64_t start_ns;
			int64_t token;	       /* of the work, in the process; -1: not recorded */
			int64_t display_token; /* of the display's frame; -1: not recorded */
			const char *layer;     /* owned by the source; NULL: not recorded */
			int32_t tgid;	       /* of the process; 0: not recorded */
			uint32_t jank;	       /* bits 1 << JANK_*; 0: not recorded */
			bool expected;	       /* not the frame, but when it should have been */
			uint8_t kind;	       /* FRAME_* */
			int8_t present;	       /* PRESENT_*; ENUM_NONE: not recorded */
			int8_t on_time;	       /* 1, 0; -1: not recorded */
		} frame_start;
		struct {
			int64_t cookie;
			int64_t end_ns;
		} frame_end;
		struct { /* the event's stack has the callers of the function at @ip */
			uint64_t lock; /* 0: not known */
			uint64_t ip;
			uint32_t classes; /* a bit for each LOCK_* that it may be; 0: unknown */
			uint8_t kind;	  /* SAMPLE_* of schema/enums.def */
		} sample;
		struct {
			uint64_t since_ns, until_ns; /* the sample before, and the last of these */
			uint64_t nr;
			uint64_t cpu_ns; /* CPU time of the thread meanwhile */
			int64_t runnable_ns; /* and time that it waited for a CPU; NO_TIME: not recorded */
		} sampled;
		struct {
			char name[SLICE_NAME_LEN]; /* without what ends a line */
		} slice_begin;			   /* and of a track */
		struct { /* with a stack: in the slow path of an rwsem, from that one outwards */
			uint64_t ip;	 /* in the kernel; only with a stack */
			uint64_t cpu_ns; /* CPU time that the sample stands for */
		} cpu_sample;
	};
};

_Static_assert(sizeof(struct event) <= 96, "an event is copied twice: keep it small");

#endif
