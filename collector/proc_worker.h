/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reads of /proc that block on a lock of the process: the command line waits for its
 * mmap_lock (mm/memory.c, access_remote_vm()), its VMAs for its exec_update_lock and before Linux
 * 6.17 its mmap_lock (fs/proc/task_mmu.c), a stack for its exec_update_lock (fs/proc/base.c,
 * lock_trace()). A process that hangs would hang the thread that asks. So threads of their own
 * make these reads; a thread that gets no answer stays blocked in its read. All these waits can
 * be killed: they end with our process.
 */
#ifndef RMAPSCOPE_PROC_WORKER_H
#define RMAPSCOPE_PROC_WORKER_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/proc.h"
#include "collector/procmap.h"
#include "lib/error.h"

/* Number of threads, and so of processes that may hang before nothing more is answered. */
#define NR_PROC_WORKERS 6

enum proc_question {
	PROC_CMDLINE,
	PROC_VMA,
	PROC_STACK,
};

struct proc_answer {
	enum proc_question question;
	int32_t id;	  /* of the process; PROC_STACK: of the thread */
	uint64_t address; /* PROC_VMA */
	int64_t cookie;	  /* of whoever asked; unchanged */
	int ret;	  /* 0 or a negative errno */
	union {
		char cmdline[PROC_CMDLINE_LEN];
		struct procmap_entry vma;
		char stack[4096];
	};
};

struct proc_workers;

struct proc_worker_options {
	void (*started)(void *ctx); /* called by each thread first; NULL: nothing */
	void *ctx;
	uint64_t patience_ns; /* how long an answer is awaited; 0: 250 ms */
	/* fills @a, or waits; NULL: asks /proc */
	void (*answer)(struct procmap *pm, struct proc_answer *a);
};

/*
 * proc_workers_start - start the threads; returns when all of them have called started()
 * @wp: for proc_workers_stop()
 *
 * Returns 0 or a negative errno, and @err says why.
 */
int proc_workers_start(struct proc_workers **wp, const struct proc_worker_options *opt,
		       struct error *err);

/*
 * proc_workers_ask - answer a question
 * @a: the question is set; its ret and answer are filled
 *
 * Returns its ret; -ETIMEDOUT: no answer in patience_ns; -EBUSY: not asked, because that
 * process, or all threads, have been waiting for that long already. One thread asks at a time.
 */
int proc_workers_ask(struct proc_workers *w, struct proc_answer *a);

/* Have the question of @a asked; its answer comes with proc_workers_late(). Does not wait. */
void proc_workers_post(struct proc_workers *w, const struct proc_answer *a);

/* Take the next answer to a posted question. Returns false: there is none now. */
bool proc_workers_late(struct proc_workers *w, struct proc_answer *a);

/*
 * proc_workers_settle - wait up to patience_ns for all answers to posted questions
 *
 * Returns the number of questions of either kind that got no answer so far.
 */
unsigned int proc_workers_settle(struct proc_workers *w);

/* End the threads and free @w, which may be NULL. One that waits for an answer is left behind. */
void proc_workers_stop(struct proc_workers *w);

#endif
