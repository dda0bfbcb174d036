/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One struct per table that is written: what the model gives and the store
 * takes. Times are nanoseconds of the capture's clock. NO_TIME, 0 for an id
 * and "" for a text mean unknown and are stored as NULL.
 */
#ifndef RMAPSCOPE_ROWS_H
#define RMAPSCOPE_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "schema/hist.h"

#define NO_TIME (-1)

struct process_row {
	int64_t id;
	int32_t tgid;
	bool of_thread; /* not a process: that of thread @tgid, which is not known */
	char comm[40];	/* 16 of the kernel, or "NAME (thread TID)" */
	char exe[256], cmdline[512], cgroup[256];
	int64_t first_ns, last_ns;
};

struct task_row {
	int64_t id;
	int32_t tid;
	int32_t tgid; /* -1 unknown */
	char comm[16];
	int64_t process_id;
	int64_t first_ns, last_ns;
};

struct lock_row {
	int64_t id;
	int class;     /* LOCK_*, ENUM_NONE when the sites leave it open */
	int class_why; /* CLASS_WHY_* then, else ENUM_NONE */
	uint64_t address;
	uint32_t generation; /* lives of this address before this one */
	int64_t vma_id;	     /* that describes it */
	int64_t first_ns, last_ns;
};

struct site_row {
	int64_t id;
	const char *symbol;
	uint32_t offset; /* bytes */
	int role;	 /* ROLE_* or ENUM_NONE */
};

struct stack_row {
	int64_t id;
	int64_t site_id;
	const char *frames; /* "symbol+0xoffset" lines, innermost first */
};

struct wait_row {
	int64_t id; /* given by the store at each write; 0 before */
	int64_t start_ns;
	int64_t duration_ns; /* NO_TIME unless acquired or interrupted */
	int64_t slept_ns;    /* NO_TIME when the scheduler was not watched */
	int64_t runnable_ns; /* from the last wake-up to the end; NO_TIME when not known */
	int64_t spun_ns;     /* NO_TIME when it cannot be known */
	int64_t lock_id, task_id;
	int mode; /* MODE_READ, MODE_WRITE */
	int64_t site_id, stack_id, vma_id;
	int64_t holder_task_id, holder_site_id;
	int holder_source; /* HOLDER_* */
	int outcome;	   /* OUTCOME_* */
};

struct wait_part_row {
	int64_t wait_id;
	int64_t nr;
	int64_t holder_task_id, holder_site_id; /* 0: nobody known held it */
	int mode;				/* MODE_*, ENUM_NONE */
	int64_t duration_ns;
};

struct vma_row {
	int64_t id;
	int64_t process_id;
	uint64_t start, end;	/* addresses; @end is the first after it */
	char perms[5];		/* "rw-p" */
	char name[128];		/* as in /proc/PID/maps, cut */
	int64_t from_ns, to_ns; /* NO_TIME: not known, or still there */
};

struct lock_vma_row {
	int64_t id;
	int64_t lock_id, vma_id;
	int64_t from_ns, to_ns; /* linked, unlinked (NO_TIME: still linked) */
};

struct hold_row {
	int64_t id; /* given by the store at each write; 0 before */
	int64_t start_ns;
	int64_t duration_ns; /* NO_TIME when not known */
	int64_t lock_id, task_id;
	int mode;
	int64_t site_id;
	int64_t nr_waiters;
	int outcome; /* OUTCOME_ACQUIRED: and released */
};

struct walk_row {
	int64_t start_ns;
	int64_t duration_ns; /* NO_TIME when not known */
	int64_t task_id;
	int kind;	 /* WALK_* */
	int64_t site_id; /* of rmap_one() */
	uint64_t pfn;
	int64_t nr_pages, nr_vmas, nr_retries;
	int outcome; /* WALK_OUTCOME_* */
};

struct walk_rollup_row {
	int64_t second; /* of end of walk: end_ns / 1e9 */
	int kind;
	int64_t site_id;
	int64_t nr_walks, walk_ns, max_walk_ns, nr_vmas, nr_retries;
	int64_t nr_contended, nr_uncertain;
	struct hist hist;
};

struct retry_row {
	int64_t time_ns, task_id;
	uint64_t pfn;
	int64_t old_lock_id, new_lock_id;
	int64_t attempt;
	int slow;
};

struct skip_row {
	int64_t time_ns, task_id;
	uint64_t pfn;
	int reason; /* SKIP_* */
	int64_t site_id;
};

struct move_row {
	int64_t time_ns, task_id;
	uint64_t pfn;
	int64_t nr_pages;
	int64_t old_lock_id, new_lock_id, vma_id;
	int root_changed;
};

struct stall_row {
	int64_t start_ns;
	int64_t duration_ns; /* NO_TIME unless woken */
	int64_t task_id;
	int64_t wait_id; /* 0: no wait explains it */
	int64_t waker_task_id;
	int64_t site_id, stack_id; /* where it slept; 0: not recorded */
	int io_wait;		   /* 1: for a block device, 0: not, -1: not known */
	int outcome;		   /* OUTCOME_* */
};

struct storm_row {
	int64_t id; /* given by the store at the first write; 0 before */
	int kind;   /* STORM_* */
	int64_t start_ns, duration_ns;
	int outcome; /* OUTCOME_OPEN or OUTCOME_ACQUIRED */
	int64_t lock_id;
	int64_t nr_events, peak_per_s, nr_walkers;
	int64_t nr_movers, nr_moves; /* NO_TIME: moves are not traced */
	int64_t walker_task_id, walker_site_id, mover_task_id;
	int64_t from_vma_id, to_vma_id;
};

struct straggler_row {
	int64_t time_ns, task_id;
	uint64_t address;
	int64_t nr_pages;
	int why; /* STRAGGLER_* */
	int64_t other_task_id, other_ns;
};

struct order_edge_row {
	int64_t id; /* given by the model; the later row replaces the earlier */
	int held_class, taken_class;
	int64_t nr_taken, nr_tried;
	int documented; /* 1, 0, or ENUM_NONE */
	int64_t time_ns, task_id;
	int64_t held_lock_id, taken_lock_id;
	int64_t held_site_id, taken_site_id;
	int64_t held_stack_id, taken_stack_id;
};

#define LOSS_EVERY_CPU (-1)

struct loss_row {
	int64_t id;	  /* given by the model; the later row replaces the earlier */
	int64_t start_ns; /* NO_TIME: before the first event */
	int64_t end_ns;	  /* NO_TIME: after the last one */
	int32_t cpu;	  /* or LOSS_EVERY_CPU */
	int64_t nr_lost;  /* -1: not known */
	int reason;	  /* LOSS_* */
};

struct rollup_row {
	int64_t second;				      /* of end of wait: end_ns / 1e9 */
	int64_t process_id, lock_id, vma_id, site_id; /* 0 unknown, also stored */
	int mode;
	int64_t nr_waits, wait_ns, max_wait_ns, slept_ns, runnable_ns;
	int64_t nr_uncertain;
	int64_t nr_holds, hold_ns; /* NO_TIME: holds are not traced */
	int64_t nr_retries;	   /* NO_TIME: retries are not traced */
	int64_t nr_moves;	   /* NO_TIME: moves are not traced */
	struct hist hist;	   /* of wait durations */
};

struct second_rollup_row {
	int64_t second;
	int64_t nr_waits, wait_ns, max_wait_ns, nr_uncertain;
	struct hist hist; /* of wait durations */
};

struct holder_rollup_row {
	int64_t second;
	int64_t lock_id, process_id, holder_task_id; /* 0 unknown, also stored */
	int64_t nr_waits, wait_ns;
	int64_t runnable_ns; /* NO_TIME when not known */
};

#endif
