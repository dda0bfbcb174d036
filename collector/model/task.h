/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads and processes by their ids, and their lives.
 *
 * A thread is remembered from the first event that names it, but becomes a
 * row only when a span refers to it.
 */
#ifndef RMAPSCOPE_MODEL_TASK_H
#define RMAPSCOPE_MODEL_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/model/gap.h"
#include "lib/hash.h"
#include "schema/rows.h"
#include "schema/sink.h"

/*
 * A process; or, with row.of_thread, threads that are known to be of one process that
 * is unknown. Other threads must not be summed up with them.
 */
struct process {
	UT_hash_handle hh;	     /* by row.tgid; not with row.of_thread */
	struct process_row row;	     /* row.id 0: no span refers to it */
	unsigned int nr_threads;     /* that we remember */
	struct process *prev, *next; /* in tasks.dirty_processes */
	struct task *members;	     /* with row.of_thread: its threads */
	bool dirty;
	bool over; /* goes when its row is written */
};

struct task {
	UT_hash_handle hh;   /* by row.tid */
	struct task_row row; /* row.id 0: no span refers to it */
	uint64_t exited_ns;  /* sched_process_exit; 0 before */
	uint64_t started_ns; /* task_newtask; 0: before the capture */
	int32_t parent;	     /* process that forked this one, and is as it was; -1 */
	uint64_t fault;	     /* address of its last page fault in user mode */
	uint64_t fault_ns;   /* when that was; 0: none was seen */
	struct task *dirty_prev, *dirty_next;	/* in tasks.dirty */
	struct task *exited_prev, *exited_next; /* in tasks.exited */
	struct process *unknown;		/* while row.tgid is -1; NULL: alone */
	struct task *member_prev, *member_next; /* in unknown.members */
	bool dirty;
	bool fork_due; /* sched_process_fork of the same start is still to come */
};

/*
 * What the input knows apart from its events: /proc for a live capture, saved command
 * lines for a file, a table in a test. Each function may be NULL.
 */
struct task_lookup {
	void *ctx;
	int (*comm)(void *ctx, int32_t tid, char comm[COMM_LEN]);
	int32_t (*tgid)(void *ctx, int32_t tid); /* -1 unknown */
	/* fills comm, exe, cmdline, cgroup; row->id is set */
	int (*process)(void *ctx, int32_t tgid, struct process_row *row);
	/* the next command line that process() did not wait for: fills id, tgid, cmdline */
	bool (*late)(void *ctx, struct process_row *row);
	/* the VMA that contains @address: fills start, end, perms, name */
	int (*vma)(void *ctx, int32_t tgid, uint64_t address, struct vma_row *row);
};

#define NR_RECENT_TASKS 64

struct tasks {
	struct task *by_tid;
	/* some of them, at most one of each remainder of the id: the events of a moment name few */
	struct task *recent[NR_RECENT_TASKS];
	struct process *by_tgid;
	/* what changed since the last flush, so that a flush costs nothing for the rest */
	struct task *dirty;
	struct process *dirty_processes;
	struct task *exited; /* in the order of their exits */
	const struct gap *gap;
	bool all_known; /* the threads that were there before the capture were seeded */
	struct task_lookup lookup;
	int64_t last_task_id, last_process_id;
	uint64_t newest_exit_ns;
};

/*
 * Thread @tid is of process @tgid, according to /proc or an event. This is also the
 * process of all threads in its group, if the process was unknown. Returns 0 or
 * -ENOMEM.
 */
int tasks_seed(struct tasks *ts, int32_t tid, int32_t tgid);

/* The thread with a row of its own, made on first need. NULL: no memory. */
struct task *task_get(struct tasks *ts, int32_t tid, uint64_t now_ns);

/* A span of thread @tid, whose row is @task_id, ended at @now_ns. */
void task_last_seen(struct tasks *ts, int32_t tid, int64_t task_id, uint64_t now_ns);

/* Likewise if anything has named it, else NULL; it may be no row. */
const struct task *task_find(struct tasks *ts, int32_t tid);

/* process.id of @tgid, made on first need; 0 unless @tgid is above 0. */
int64_t process_id_of(struct tasks *ts, int32_t tgid, uint64_t now_ns);

/* Likewise, or 0 when nothing refers to it. */
int64_t process_id_known(struct tasks *ts, int32_t tgid);

/* The process of thread @tid as far as it is known, else -1. */
int32_t task_tgid(struct tasks *ts, int32_t tid);

/* The process that @tgid was forked from, unless that is not known or it has called exec: -1. */
int32_t process_parent(struct tasks *ts, int32_t tgid);

/* Event sched_process_exec. Returns 0 or -ENOMEM. */
int task_execed(struct tasks *ts, const struct event *ev);

/* Likewise: nothing is inherited any more. */
void process_execed(struct tasks *ts, int32_t tgid);

/*
 * Whether @ev, a sched_process_exit, is proven to be the end of its process. From Linux 6.16 on the event
 * says so. Before, it is proven where all threads of the process are known, and have exited.
 */
bool task_exit_is_last(struct tasks *ts, const struct event *ev);

/* Event page_fault_user. Returns 0 or -ENOMEM. */
int task_faulted(struct tasks *ts, int32_t tid, uint64_t address, uint64_t now_ns);

/* Whether process @tgid began during the capture, and after @since_ns. */
bool process_began_after(struct tasks *ts, int32_t tgid, uint64_t since_ns);

/* Name of thread @tid, if it is one that we remember. */
void task_name(struct tasks *ts, int32_t tid, const char comm[COMM_LEN]);

/*
 * Events task_newtask and sched_process_exit. A thread still waits for locks
 * after the latter (exit_mm()), so its life ends with the next of the same id.
 */
int task_started(struct tasks *ts, const struct sink *sink, const struct event *ev);

/* Event sched_process_fork: another life of its id, if there was no task_newtask. */
int task_forked(struct tasks *ts, const struct sink *sink, const struct event *ev);
void task_exited(struct tasks *ts, int32_t tid, uint64_t now_ns);

/* Give all rows that changed since the last call to @sink. */
int tasks_flush(struct tasks *ts, const struct sink *sink);
void tasks_free(struct tasks *ts);

#endif
