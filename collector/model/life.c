// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/life.h"

static int switched(void *machine, const struct event *ev)
{
	const struct names *ns = machine;

	task_name(ns->tasks, ev->tid, ev->sched_switch.prev_comm);
	task_name(ns->tasks, ev->sched_switch.next_tid, ev->sched_switch.next_comm);
	return 0;
}

static int woken(void *machine, const struct event *ev)
{
	const struct names *ns = machine;

	task_name(ns->tasks, ev->sched_waking.tid, ev->sched_waking.comm);
	return 0;
}

static int renamed(void *machine, const struct event *ev)
{
	const struct names *ns = machine;

	task_name(ns->tasks, ev->task_rename.tid, ev->task_rename.comm);
	return 0;
}

static int execed(void *machine, const struct event *ev)
{
	const struct names *ns = machine;

	return task_execed(ns->tasks, ev);
}

/* The event names the process of the thread. */
static int linked(void *machine, const struct event *ev)
{
	const struct names *ns = machine;

	return tasks_seed(ns->tasks, ev->tid, ev->anon_vma_chain.tgid);
}

/* What a source knows of a thread beside the events of the kernel. */
static int task_known(void *machine, const struct event *ev)
{
	const struct names *ns = machine;
	int ret = tasks_seed(ns->tasks, ev->task.tid, ev->task.tgid);

	task_name(ns->tasks, ev->task.tid, ev->task.comm);
	return ret;
}

static bool init_names(void *machine, const struct machines *all, const struct model_options *opt)
{
	(void)opt;
	*(struct names *)machine = (struct names){ .tasks = all->tasks };
	return true;
}

static const struct hearing names_hear[] = {
	{ EVENT_SCHED_SWITCH, switched }, { EVENT_SCHED_WAKING, woken },
	{ EVENT_TASK_RENAME, renamed },	  { EVENT_SCHED_PROCESS_EXEC, execed },
	{ EVENT_ANON_VMA_LINK, linked },  { EVENT_ANON_VMA_UNLINK, linked },
	{ EVENT_TASK, task_known },	  { NR_EVENTS, NULL },
};

const struct machine names_machine = { .init = init_names, .hears = names_hear };

static int started(void *machine, const struct event *ev)
{
	const struct lives *ls = machine;
	int ret = 0;

	/* a new process: an earlier one with that id has ended, even if its end was not recorded */
	if (!(ev->task_newtask.clone_flags & CLONE_THREAD))
		ret = vmas_over(ls->vmas, ev->task_newtask.tid, 0, ev->time_ns);
	return ret ?: task_started(ls->tasks, ls->sink, ev);
}

static int forked(void *machine, const struct event *ev)
{
	const struct lives *ls = machine;

	return task_forked(ls->tasks, ls->sink, ev);
}

static int exited(void *machine, const struct event *ev)
{
	const struct lives *ls = machine;
	int32_t tid = ev->sched_process_exit.tid, tgid = task_tgid(ls->tasks, tid);
	int ret = 0;

	if (vmas_of(ls->vmas, tgid) && task_exit_is_last(ls->tasks, ev))
		ret = vmas_over(ls->vmas, tgid, 0, ev->time_ns);
	task_exited(ls->tasks, tid, ev->time_ns);
	return ret;
}

static int faulted(void *machine, const struct event *ev)
{
	const struct lives *ls = machine;

	return task_faulted(ls->tasks, ev->tid, ev->page_fault.address, ev->time_ns);
}

static bool init_lives(void *machine, const struct machines *all, const struct model_options *opt)
{
	(void)opt;
	*(struct lives *)machine = (struct lives){
		.tasks = all->tasks,
		.vmas = all->vmas,
		.sink = all->sink,
	};
	return true;
}

static const struct hearing lives_hear[] = {
	{ EVENT_TASK_NEWTASK, started },
	{ EVENT_SCHED_PROCESS_FORK, forked },
	{ EVENT_SCHED_PROCESS_EXIT, exited },
	{ EVENT_PAGE_FAULT_USER, faulted },
	{ NR_EVENTS, NULL },
};

const struct machine lives_machine = { .init = init_lives, .hears = lives_hear };
