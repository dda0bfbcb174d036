// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/move.h"

#include <errno.h>

/* lock.id of a root; 0 for a folio that had none. */
static int64_t root_id(struct moves *ms, uint64_t address, uint64_t now_ns, int *ret)
{
	const struct lock_key key = { .address = address };
	struct lock *lock;

	if (!address || *ret)
		return 0;
	lock = lock_get(ms->locks, &key, now_ns);
	if (lock)
		lock = lock_seen_as(ms->locks, lock, CLASS_BIT(LOCK_ANON_VMA), now_ns, ms->sink,
				    ret);
	else
		*ret = -ENOMEM;
	return lock ? lock->row.id : 0;
}

int moves_event(struct moves *ms, const struct event *ev)
{
	bool changed = ev->folio_move.old_root != ev->folio_move.new_root;
	struct move_row row;
	struct task *task;
	struct vma *vma;
	int ret = 0;

	if (ev->id != EVENT_FOLIO_MOVE_ANON_RMAP || (!changed && !ms->keep_all))
		return 0;
	task = task_get(ms->tasks, ev->tid, ev->time_ns);
	if (!task)
		return -ENOMEM;
	/* a thread moves folios within its own process */
	vma = ev->folio_move.vm_end ? vma_get(ms->vmas, task->row.tgid, ev->folio_move.vm_start,
					      ev->folio_move.vm_end, ev->time_ns, &ret)
				    : NULL;
	row = (struct move_row){
		.time_ns = ev->time_ns,
		.task_id = task->row.id,
		.pfn = ev->folio_move.pfn,
		.nr_pages = ev->folio_move.nr_pages,
		.old_lock_id = root_id(ms, ev->folio_move.old_root, ev->time_ns, &ret),
		.new_lock_id = root_id(ms, ev->folio_move.new_root, ev->time_ns, &ret),
		.vma_id = vma ? vma->row.id : 0,
		.root_changed = changed,
	};
	return ret ? ret : ms->sink->move(ms->sink->ctx, &row);
}
