// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/task.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lib/clock.h"

/* For how long a thread is kept after its exit, for its last waits. */
#define KEEP_EXITED_NS (10 * NSEC_PER_SEC)

static struct task **recent_of(struct tasks *ts, int32_t tid)
{
	return &ts->recent[(uint32_t)tid % NR_RECENT_TASKS];
}

static struct task *find(struct tasks *ts, int32_t tid)
{
	struct task **recent = recent_of(ts, tid), *t = *recent;

	if (t && t->row.tid == tid)
		return t;
	HASH_FIND(hh, ts->by_tid, &tid, sizeof(tid), t);
	if (t)
		*recent = t;
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

static void process_unchanged(struct tasks *ts, struct process *p)
{
	if (!p->dirty)
		return;
	p->dirty = false;
	DL_DELETE(ts->dirty_processes, p);
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
	struct process *p, *old;

	if (t->row.tgid == tgid)
		return 0;
	p = process_remember(ts, tgid);
	if (!p)
		return -ENOMEM;
	old = process_find(ts, t->row.tgid);
	if (old)
		old->nr_threads--;
	t->row.tgid = tgid;
	p->nr_threads++;
	return 0;
}

static void name_process(struct tasks *ts, struct process *p)
{
	const struct task *leader = find(ts, p->row.tgid);

	if (ts->lookup.process && !ts->lookup.process(ts->lookup.ctx, p->row.tgid, &p->row))
		return;
	if (leader && leader->row.comm[0])
		snprintf(p->row.comm, sizeof(p->row.comm), "%s", leader->row.comm);
	else if (ts->lookup.comm)
		ts->lookup.comm(ts->lookup.ctx, p->row.tgid, p->row.comm);
}

/*
 * A group of threads of one unknown process. It is freed with its last member.
 */
static struct process *unknown_of(struct task *t)
{
	struct process *p = t->unknown;

	if (p)
		return p;
	p = calloc(1, sizeof(*p));
	if (!p)
		return NULL;
	p->row.tgid = t->row.tid;
	p->row.of_thread = true;
	p->nr_threads = 1;
	DL_APPEND2(p->members, t, member_prev, member_next);
	t->unknown = p;
	return p;
}

/* @t is of the same process as @other, whichever that is. Returns 0 or -ENOMEM. */
static int join_unknown(struct task *t, struct task *other)
{
	struct process *p = unknown_of(other);

	if (!p)
		return -ENOMEM;
	DL_APPEND2(p->members, t, member_prev, member_next);
	t->unknown = p;
	p->nr_threads++;
	return 0;
}

static void leave_unknown(struct task *t)
{
	struct process *p = t->unknown;

	DL_DELETE2(p->members, t, member_prev, member_next);
	t->unknown = NULL;
	if (--p->nr_threads)
		return;
	if (p->dirty)
		p->over = true;
	else
		free(p);
}

static void name_unknown(struct process *p, const struct task *t)
{
	snprintf(p->row.comm, sizeof(p->row.comm), "%.15s%s(thread %d)", t->row.comm,
		 t->row.comm[0] ? " " : "", p->row.tgid);
}

/*
 * The process of a group of threads is now known: it is @p. The row of the group
 * becomes that of @p, or another row of the same process if @p has one.
 */
static void unknown_becomes(struct tasks *ts, struct process *unknown, struct process *p)
{
	struct task *t, *tmp;

	if (unknown->row.id && !p->row.id) {
		p->row.id = unknown->row.id;
		p->row.first_ns = unknown->row.first_ns;
		p->row.last_ns = unknown->row.last_ns;
		name_process(ts, p);
		process_changed(ts, p);
		process_unchanged(ts, unknown);
	} else if (unknown->row.id) {
		const struct process_row old = unknown->row;

		unknown->row = p->row;
		unknown->row.id = old.id;
		unknown->row.first_ns = old.first_ns;
		unknown->row.last_ns = old.last_ns;
		process_changed(ts, unknown);
	}
	DL_FOREACH_SAFE2(unknown->members, t, tmp, member_next)
	{
		t->row.tgid = p->row.tgid;
		p->nr_threads++;
		if (t->row.id) {
			t->row.process_id = p->row.id;
			task_changed(ts, t);
		}
		leave_unknown(t);
	}
}

static void set_comm(struct tasks *ts, struct task *t, const char *comm)
{
	struct process *p;

	/*
	 * compare it as two words first: in most events the name is unchanged, and this needs no
	 * call
	 */
	if (!memcmp(t->row.comm, comm, sizeof(t->row.comm)) ||
	    !strncmp(t->row.comm, comm, sizeof(t->row.comm)))
		return;
	snprintf(t->row.comm, sizeof(t->row.comm), "%s", comm);
	task_changed(ts, t);
	/* a process has the name of its main thread */
	p = t->unknown ?: process_find(ts, t->row.tgid);
	if (!p || p->row.tgid != t->row.tid)
		return;
	if (p->row.of_thread)
		name_unknown(p, t);
	else
		snprintf(p->row.comm, sizeof(p->row.comm), "%s", t->row.comm);
	process_changed(ts, p);
}

int tasks_seed(struct tasks *ts, int32_t tid, int32_t tgid)
{
	struct task *t;
	struct process *p;

	/* the ids in a damaged file may be any number */
	if (tgid <= 0)
		return 0;
	t = remember(ts, tid);
	if (!t)
		return -ENOMEM;
	if (!t->unknown)
		return join_process(ts, t, tgid);
	p = process_remember(ts, tgid);
	if (!p)
		return -ENOMEM;
	unknown_becomes(ts, t->unknown, p);
	return 0;
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

/* Likewise for the group of threads that @t belongs to, whose process is unknown. */
static struct process *unknown_get(struct tasks *ts, struct task *t, uint64_t now_ns)
{
	struct process *p = unknown_of(t);

	if (!p || p->row.id)
		return p;
	p->row.id = ++ts->last_process_id;
	p->row.first_ns = p->row.last_ns = now_ns;
	name_unknown(p, t->row.tid == p->row.tgid ? t : find(ts, p->row.tgid) ?: t);
	process_changed(ts, p);
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

/* The thread that called it is the only one of its process now, and leads it. */
int task_execed(struct tasks *ts, const struct event *ev)
{
	const int32_t tgid = ev->sched_process_exec.tid, old = ev->sched_process_exec.old_tid;
	int ret = tasks_seed(ts, tgid, tgid);

	/* the calling thread takes over the id of the leader */
	if (!ret && old > 0 && old != tgid && find(ts, old))
		ret = tasks_seed(ts, old, tgid);
	return ret;
}

void process_execed(struct tasks *ts, int32_t tgid)
{
	struct task *leader = find(ts, tgid);

	if (leader)
		leader->parent = -1;
}

/* Whether every thread of process @tgid was seeded, or seen to start. */
static bool knows_threads_of(struct tasks *ts, int32_t tgid)
{
	return process_began_after(ts, tgid, gap_end(ts->gap)) ||
	       (ts->all_known && !gap_end(ts->gap));
}

bool task_exit_is_last(struct tasks *ts, const struct event *ev)
{
	const struct task *self = find(ts, ev->sched_process_exit.tid), *t;

	if (ev->sched_process_exit.group_dead)
		return true;
	if (!self || self->row.tgid < 0 || !knows_threads_of(ts, self->row.tgid))
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
		if (tgid >= 0 && tasks_seed(ts, t->row.tid, tgid))
			return -ENOMEM;
	}
	p = t->row.tgid < 0 ? unknown_get(ts, t, now_ns) : process_get(ts, t->row.tgid, now_ns);
	if (!p)
		return -ENOMEM;
	t->row.process_id = p->row.id;
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
	/* a process was seen if one of its threads was */
	p = t->unknown ?: process_find(ts, t->row.tgid);
	if (p && p->row.last_ns < t->row.last_ns) {
		p->row.last_ns = t->row.last_ns;
		process_changed(ts, p);
	}
	return sink->task(sink->ctx, &t->row);
}

static int give_process(struct tasks *ts, struct process *p, const struct sink *sink)
{
	int ret;

	if (!p->dirty)
		return 0;
	process_unchanged(ts, p);
	ret = sink->process(sink->ctx, &p->row);
	if (p->over)
		free(p);
	return ret;
}

static int drop_process(struct tasks *ts, struct process *p, const struct sink *sink)
{
	int ret = give_process(ts, p, sink);

	HASH_DEL(ts->by_tgid, p);
	free(p);
	return ret;
}

/* The thread has exited, and so has its process if this was its last known thread. */
static int drop_task(struct tasks *ts, const struct sink *sink, struct task *t)
{
	struct process *p = process_find(ts, t->row.tgid);
	int ret = give_task(ts, t, sink);

	if (t->exited_ns)
		DL_DELETE2(ts->exited, t, exited_prev, exited_next);
	HASH_DEL(ts->by_tid, t);
	if (*recent_of(ts, t->row.tid) == t)
		*recent_of(ts, t->row.tid) = NULL;
	if (t->unknown)
		leave_unknown(t);
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
	/* their exit was not recorded: the next process of this id gets a row of its own */
	ret = give_process(ts, p, sink);
	p->row = (struct process_row){ .tgid = tid };
	return ret;
}

int task_started(struct tasks *ts, const struct sink *sink, const struct event *ev)
{
	const bool is_thread = ev->task_newtask.clone_flags & CLONE_THREAD;
	const int32_t tid = ev->task_newtask.tid;
	struct task *t, *parent;
	int ret = forget(ts, sink, tid);

	if (ret)
		return ret;
	t = remember(ts, tid);
	/* a thread is of the process of the thread that created it, even if that is unknown */
	parent = is_thread ? remember(ts, ev->tid) : find(ts, ev->tid);
	if (!t || (is_thread && !parent))
		return -ENOMEM;
	if (!is_thread)
		ret = join_process(ts, t, tid);
	else if (parent->row.tgid >= 0)
		ret = join_process(ts, t, parent->row.tgid);
	else if (parent != t)
		ret = join_unknown(t, parent);
	t->parent = is_thread || !parent ? -1 : parent->row.tgid;
	t->started_ns = ev->time_ns;
	t->fork_due = true;
	/* it begins with the name of the thread that created it */
	if (ev->task_newtask.comm[0] || !parent)
		set_comm(ts, t, ev->task_newtask.comm);
	else
		set_comm(ts, t, parent->row.comm);
	return ret;
}

int task_forked(struct tasks *ts, const struct sink *sink, const struct event *ev)
{
	struct task *t = find(ts, ev->sched_process_fork.tid);
	int ret;

	if (t && t->fork_due) {
		t->fork_due = false;
		return 0;
	}
	ret = forget(ts, sink, ev->sched_process_fork.tid);
	if (ret)
		return ret;
	t = remember(ts, ev->sched_process_fork.tid);
	if (!t)
		return -ENOMEM;
	t->started_ns = ev->time_ns;
	set_comm(ts, t, ev->sched_process_fork.comm);
	return 0;
}

static void take_late(struct tasks *ts)
{
	struct process_row late;
	struct process *p;

	while (ts->lookup.late && ts->lookup.late(ts->lookup.ctx, &late)) {
		p = process_find(ts, late.tgid);
		/* the process of this id may be another one by now */
		if (!p || p->row.id != late.id)
			continue;
		memcpy(p->row.cmdline, late.cmdline, sizeof(p->row.cmdline));
		process_changed(ts, p);
	}
}

int tasks_flush(struct tasks *ts, const struct sink *sink)
{
	int ret = 0;

	take_late(ts);
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
		if (t->unknown)
			leave_unknown(t);
		free(t);
	}
	DL_FOREACH_SAFE(ts->dirty_processes, p, ptmp)
	if (p->over)
		free(p);
	HASH_ITER(hh, ts->by_tgid, p, ptmp) {
		HASH_DEL(ts->by_tgid, p);
		free(p);
	}
}
