// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/task.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lib/clock.h"

/* include/uapi/linux/sched.h */
#define CLONE_THREAD 0x00010000

/* How long a thread that has exited is remembered, for its last waits. */
#define KEEP_EXITED_NS (10 * NSEC_PER_SEC)

static struct task *find(struct tasks *ts, int32_t tid)
{
	struct task *t;

	HASH_FIND(hh, ts->by_tid, &tid, sizeof(tid), t);
	return t;
}

static struct task *remember(struct tasks *ts, int32_t tid)
{
	struct task *t = find(ts, tid);

	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->row.tid = tid;
	t->row.tgid = t->parent = -1;
	HASH_ADD(hh, ts->by_tid, row.tid, sizeof(t->row.tid), t);
	return t;
}

static struct process *process_find(struct tasks *ts, int32_t tgid)
{
	struct process *p;

	HASH_FIND(hh, ts->by_tgid, &tgid, sizeof(tgid), p);
	return p;
}

static struct process *process_remember(struct tasks *ts, int32_t tgid)
{
	struct process *p = process_find(ts, tgid);

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->row.tgid = tgid;
	HASH_ADD(hh, ts->by_tgid, row.tgid, sizeof(p->row.tgid), p);
	return p;
}

static void process_changed(struct tasks *ts, struct process *p)
{
	if (p->dirty || !p->row.id)
		return;
	p->dirty = true;
	DL_APPEND(ts->dirty_processes, p);
}

static void task_changed(struct tasks *ts, struct task *t)
{
	if (t->dirty || !t->row.id)
		return;
	t->dirty = true;
	DL_APPEND2(ts->dirty, t, dirty_prev, dirty_next);
}

/* @t is a thread of process @tgid. Returns 0 or -ENOMEM. */
static int join_process(struct tasks *ts, struct task *t, int32_t tgid)
{
	struct process *p;

	if (t->row.tgid == tgid)
		return 0;
	p = process_remember(ts, tgid);
	if (!p)
		return -ENOMEM;
	t->row.tgid = tgid;
	p->nr_threads++;
	return 0;
}

static void set_comm(struct tasks *ts, struct task *t, const char *comm)
{
	struct process *p;

	if (!strncmp(t->row.comm, comm, sizeof(t->row.comm)))
		return;
	snprintf(t->row.comm, sizeof(t->row.comm), "%s", comm);
	task_changed(ts, t);
	if (t->row.tid != t->row.tgid)
		return;
	/* a process goes by the name of its main thread */
	p = process_find(ts, t->row.tgid);
	if (!p)
		return;
	memcpy(p->row.comm, t->row.comm, sizeof(p->row.comm));
	process_changed(ts, p);
}

int tasks_seed(struct tasks *ts, int32_t tid, int32_t tgid)
{
	struct task *t = remember(ts, tid);

	return t ? join_process(ts, t, tgid) : -ENOMEM;
}

static void name_process(struct tasks *ts, struct process *p)
{
	const struct task *leader = find(ts, p->row.tgid);

	if (ts->lookup.process && !ts->lookup.process(ts->lookup.ctx, p->row.tgid, &p->row))
		return;
	if (leader && leader->row.comm[0])
		memcpy(p->row.comm, leader->row.comm, sizeof(p->row.comm));
	else if (ts->lookup.comm)
		ts->lookup.comm(ts->lookup.ctx, p->row.tgid, p->row.comm);
}

/* The process with a row of its own, made on first need. NULL: no memory. */
static struct process *process_get(struct tasks *ts, int32_t tgid, uint64_t now_ns)
{
	struct process *p = process_remember(ts, tgid);

	if (!p || p->row.id)
		return p;
	p->row.id = ++ts->last_process_id;
	p->row.first_ns = p->row.last_ns = now_ns;
	process_changed(ts, p);
	name_process(ts, p);
	return p;
}

int32_t task_tgid(struct tasks *ts, int32_t tid)
{
	const struct task *t = find(ts, tid);

	return t ? t->row.tgid : -1;
}

const struct task *task_find(struct tasks *ts, int32_t tid)
{
	return find(ts, tid);
}

int64_t process_id_known(struct tasks *ts, int32_t tgid)
{
	const struct process *p = process_find(ts, tgid);

	return p ? p->row.id : 0;
}

int32_t process_parent(struct tasks *ts, int32_t tgid)
{
	const struct task *leader = find(ts, tgid);

	return leader ? leader->parent : -1;
}

void process_execed(struct tasks *ts, int32_t tgid)
{
	struct task *leader = find(ts, tgid);

	if (leader)
		leader->parent = -1;
}

bool task_exit_is_last(struct tasks *ts, int32_t tid)
{
	const struct task *self = find(ts, tid), *t;

	if (!self || self->row.tgid < 0)
		return false;
	for (t = ts->by_tid; t; t = t->hh.next)
		if (t != self && t->row.tgid == self->row.tgid && !t->exited_ns)
			return false;
	return true;
}

int task_faulted(struct tasks *ts, int32_t tid, uint64_t address, uint64_t now_ns)
{
	struct task *t = remember(ts, tid);

	if (!t)
		return -ENOMEM;
	t->fault = address;
	t->fault_ns = now_ns;
	return 0;
}

bool process_began_after(struct tasks *ts, int32_t tgid, uint64_t since_ns)
{
	const struct task *leader = find(ts, tgid);

	return leader && leader->started_ns > since_ns;
}

int64_t process_id_of(struct tasks *ts, int32_t tgid, uint64_t now_ns)
{
	const struct process *p = tgid > 0 ? process_get(ts, tgid, now_ns) : NULL;

	return p ? p->row.id : 0;
}

/* A span refers to the thread: give it an id, a name and a process. */
static int make_row(struct tasks *ts, struct task *t, uint64_t now_ns)
{
	struct process *p;
	int32_t tgid;

	t->row.id = ++ts->last_task_id;
	t->row.first_ns = now_ns;
	if (!t->row.comm[0] && ts->lookup.comm)
		ts->lookup.comm(ts->lookup.ctx, t->row.tid, t->row.comm);
	if (t->row.tgid < 0 && ts->lookup.tgid) {
		tgid = ts->lookup.tgid(ts->lookup.ctx, t->row.tid);
		if (tgid >= 0 && join_process(ts, t, tgid))
			return -ENOMEM;
	}
	if (t->row.tgid >= 0) {
		p = process_get(ts, t->row.tgid, now_ns);
		if (!p)
			return -ENOMEM;
		t->row.process_id = p->row.id;
	}
	return 0;
}

struct task *task_get(struct tasks *ts, int32_t tid, uint64_t now_ns)
{
	struct task *t = remember(ts, tid);

	if (!t || (!t->row.id && make_row(ts, t, now_ns)))
		return NULL;
	t->row.last_ns = now_ns;
	task_changed(ts, t);
	return t;
}

void task_last_seen(struct tasks *ts, int32_t tid, int64_t task_id, uint64_t now_ns)
{
	struct task *t = find(ts, tid);

	if (!t || t->row.id != task_id || (int64_t)now_ns <= t->row.last_ns)
		return;
	t->row.last_ns = now_ns;
	task_changed(ts, t);
}

void task_name(struct tasks *ts, int32_t tid, const char comm[COMM_LEN])
{
	struct task *t;

	if (!comm[0])
		return;
	t = find(ts, tid);
	if (t)
		set_comm(ts, t, comm);
}

static int give_task(struct tasks *ts, struct task *t, const struct sink *sink)
{
	struct process *p;

	if (!t->dirty)
		return 0;
	t->dirty = false;
	DL_DELETE2(ts->dirty, t, dirty_prev, dirty_next);
	/* a process is seen when one of its threads is */
	p = process_find(ts, t->row.tgid);
	if (p && p->row.last_ns < t->row.last_ns) {
		p->row.last_ns = t->row.last_ns;
		process_changed(ts, p);
	}
	return sink->task(sink->ctx, &t->row);
}

static int give_process(struct tasks *ts, struct process *p, const struct sink *sink)
{
	if (!p->dirty)
		return 0;
	p->dirty = false;
	DL_DELETE(ts->dirty_processes, p);
	return sink->process(sink->ctx, &p->row);
}

static int drop_process(struct tasks *ts, struct process *p, const struct sink *sink)
{
	int ret = give_process(ts, p, sink);

	HASH_DEL(ts->by_tgid, p);
	free(p);
	return ret;
}

/* The thread is no more; neither is its process, when it was the last that we knew. */
static int drop_task(struct tasks *ts, const struct sink *sink, struct task *t)
{
	struct process *p = process_find(ts, t->row.tgid);
	int ret = give_task(ts, t, sink);

	if (t->exited_ns)
		DL_DELETE2(ts->exited, t, exited_prev, exited_next);
	HASH_DEL(ts->by_tid, t);
	free(t);
	if (p && !--p->nr_threads && !ret)
		ret = drop_process(ts, p, sink);
	return ret;
}

void task_exited(struct tasks *ts, int32_t tid, uint64_t now_ns)
{
	struct task *t = find(ts, tid);

	if (!t)
		return;
	if (!t->exited_ns)
		DL_APPEND2(ts->exited, t, exited_prev, exited_next);
	t->exited_ns = t->row.last_ns = now_ns;
	task_changed(ts, t);
	if (now_ns > ts->newest_exit_ns)
		ts->newest_exit_ns = now_ns;
}

/* Another life of the same id begins: the rows of the former are done. */
static int forget(struct tasks *ts, const struct sink *sink, int32_t tid)
{
	struct task *t = find(ts, tid);
	struct process *p;
	int ret = t ? drop_task(ts, sink, t) : 0;

	p = process_find(ts, tid);
	if (ret || !p)
		return ret;
	if (!p->nr_threads)
		return drop_process(ts, p, sink);
	/* threads whose exit was not seen: the next process of this id gets a row of its own */
	ret = give_process(ts, p, sink);
	p->row = (struct process_row){ .tgid = tid };
	return ret;
}

int task_started(struct tasks *ts, const struct sink *sink, const struct event *ev)
{
	const bool is_thread = ev->task_newtask.clone_flags & CLONE_THREAD;
	const int32_t parent = task_tgid(ts, ev->tid), tid = ev->task_newtask.tid;
	struct task *t;
	int ret = forget(ts, sink, tid);

	if (ret)
		return ret;
	t = remember(ts, tid);
	if (!t)
		return -ENOMEM;
	if ((!is_thread || parent >= 0) && join_process(ts, t, is_thread ? parent : tid))
		return -ENOMEM;
	t->parent = is_thread ? -1 : parent;
	t->started_ns = ev->time_ns;
	set_comm(ts, t, ev->task_newtask.comm);
	return 0;
}

int tasks_flush(struct tasks *ts, const struct sink *sink)
{
	int ret = 0;

	while (!ret && ts->exited && ts->exited->exited_ns + KEEP_EXITED_NS < ts->newest_exit_ns)
		ret = drop_task(ts, sink, ts->exited);
	while (!ret && ts->dirty)
		ret = give_task(ts, ts->dirty, sink);
	while (!ret && ts->dirty_processes)
		ret = give_process(ts, ts->dirty_processes, sink);
	return ret;
}

void tasks_free(struct tasks *ts)
{
	struct process *p, *ptmp;
	struct task *t, *ttmp;

	HASH_ITER(hh, ts->by_tid, t, ttmp) {
		HASH_DEL(ts->by_tid, t);
		free(t);
	}
	HASH_ITER(hh, ts->by_tgid, p, ptmp) {
		HASH_DEL(ts->by_tgid, p);
		free(p);
	}
}
