// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/move.h"

#include <errno.h>

/* The lock of a root; NULL for a folio that had none. */
static struct lock *root_at(struct moves *ms, uint64_t address, uint64_t now_ns, int *ret)
{
	const struct lock_key key = { .address = address };

	if (!address || *ret)
		return NULL;
	return lock_used(ms->locks, &key, CLASS_BIT(LOCK_ANON_VMA), now_ns, ms->sink, ret);
}

/* The VMA that the folio is given to hangs on the new root. */
static struct vma *destination(struct moves *ms, const struct event *ev, const struct task *task,
			       int *ret)
{
	struct vma_at at = {
		.tgid = linkage_tgid(ms->linkage, ev->folio_move.mm),
		.mm = ev->folio_move.mm,
		.start = ev->folio_move.vm_start,
		.end = ev->folio_move.vm_end,
	};

	if (!at.end)
		return NULL;
	/* mostly a thread moves folios within its own process */
	if (at.tgid < 0)
		at.tgid = task->row.tgid;
	return vma_get(ms->vmas, &at, ev->time_ns, ret);
}

static int folio_moved(void *machine, const struct event *ev)
{
	struct moves *ms = machine;
	bool changed = ev->folio_move.old_root != ev->folio_move.new_root;
	struct lock *old_lock, *new_lock;
	struct move_row row;
	struct task *task;
	struct vma *vma;
	int ret = 0;

	if (!changed && !ms->keep_all)
		return 0;
	task = task_get(ms->tasks, ev->tid, ev->time_ns);
	if (!task)
		return -ENOMEM;
	vma = destination(ms, ev, task, &ret);
	old_lock = root_at(ms, ev->folio_move.old_root, ev->time_ns, &ret);
	new_lock = root_at(ms, ev->folio_move.new_root, ev->time_ns, &ret);
	if (ret)
		return ret;
	if (vma && new_lock)
		lock_describe(ms->locks, new_lock, vma->row.id);
	row = (struct move_row){
		.time_ns = ev->time_ns,
		.task_id = task->row.id,
		.pfn = ev->folio_move.pfn,
		.nr_pages = ev->folio_move.nr_pages,
		.old_lock_id = old_lock ? old_lock->row.id : 0,
		.new_lock_id = new_lock ? new_lock->row.id : 0,
		.vma_id = vma ? vma->row.id : 0,
		.root_changed = changed,
	};
	if (changed)
		ret = rollup_move(ms->rollups, &row, task->row.process_id);
	return ret ? ret : ms->sink->move(ms->sink->ctx, &row);
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	*(struct moves *)machine = (struct moves){
		.tasks = all->tasks,
		.locks = all->locks,
		.vmas = all->vmas,
		.linkage = all->linkage,
		.rollups = all->rollups,
		.sink = all->sink,
		.keep_all = opt->keep_all,
	};
	return true;
}

static const struct hearing hears[] = {
	{ EVENT_FOLIO_MOVE_ANON_RMAP, folio_moved },
	{ NR_EVENTS, NULL },
};

const struct machine moves_machine = { .init = init, .hears = hears };
