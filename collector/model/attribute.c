// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/attribute.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/clock.h"

/*
 * How long to wait for the event that names the VMA for which a thread took a lock;
 * mostly its next event with the lock. If releases are traced, the thread may have
 * been preempted and still have the lock. The roll-ups of the second must still be in
 * memory then.
 */
#define TELL_NS		(10 * NSEC_PER_MSEC)
#define TELL_HOLDING_NS NSEC_PER_SEC

struct unattributed {
	UT_hash_handle hh; /* by tid, in the order of ends */
	int32_t tid;
	struct wait_row row;
	struct wait_end end;
	struct vma_at
		only; /* the only VMA on the lock as the wait ended; end 0: several, unknown */
};

/* Operations on the caller's own memory: the VMA is one of its own process. */
static bool is_own_memory(const struct site *site)
{
	static const int roles[] = {
		ROLE_FORK, ROLE_MMAP, ROLE_MUNMAP, ROLE_MREMAP, ROLE_MPROTECT, ROLE_MLOCK,
	};
	unsigned int i;

	for (i = 0; site && i < sizeof(roles) / sizeof(*roles); i++)
		if (site->row.role == roles[i])
			return true;
	return false;
}

static int name_vma_lock(struct attribution *at, struct wait_row *row, const struct wait_end *end,
			 struct lock *lock)
{
	struct vma_at where = {
		.tgid = linkage_tgid(at->linkage, end->key.address),
		.mm = end->key.address,
		.start = end->key.vm_start,
		.end = end->vm_end,
	};
	struct vma *vma;
	int ret;

	if (where.tgid < 0 && is_own_memory(end->site))
		where.tgid = task_tgid(at->tasks, end->tid);
	vma = vma_get(at->vmas, &where, end->time_ns, &ret);
	if (ret)
		return ret;
	row->vma_id = vma->row.id;
	lock_describe(at->locks, lock, vma->row.id);
	return 0;
}

static int name_by_fault(struct attribution *at, struct wait_row *row, const struct wait_end *end)
{
	const struct vma_seen_at *seen;
	int ret;

	if (!end->fault)
		return 0;
	seen = vma_holding(at->vmas, task_tgid(at->tasks, end->tid), end->fault, end->time_ns,
			   &ret);
	if (seen)
		row->vma_id = seen->vma_id;
	return ret;
}

static int name_told(struct attribution *at, struct wait_row *row, const struct vma_at *only,
		     uint64_t now_ns)
{
	struct vma *vma;
	int ret;

	if (!only->end)
		return 0;
	vma = vma_get(at->vmas, only, now_ns, &ret);
	if (vma)
		row->vma_id = vma->row.id;
	return ret;
}

static bool is_anon(const struct wait_end *end, const struct lock *lock)
{
	return end->from_series && lock && lock->row.class == LOCK_ANON_VMA;
}

/* Whether the waiter's next events may name the VMA: it holds the lock for writing. */
static bool may_tell(const struct attribution *at, const struct wait_row *row,
		     const struct wait_end *end)
{
	return at->watch && row->outcome == OUTCOME_ACQUIRED && row->mode == MODE_WRITE &&
	       is_anon(end, lock_find(at->locks, &end->key));
}

int attribution_ending(struct attribution *at, struct wait_row *row, const struct wait_end *end)
{
	struct lock *lock = lock_find(at->locks, &end->key);
	struct vma_at only;
	int ret = 0;

	if (end->key.vm_start)
		return lock ? name_vma_lock(at, row, end, lock) : 0;
	if (end->vma.end)
		return name_told(at, row, &end->vma, end->time_ns);
	if (may_tell(at, row, end))
		return 0;
	if (is_anon(end, lock) && row->outcome == OUTCOME_ACQUIRED &&
	    linkage_only_vma(at->linkage, end->key.address, &only))
		ret = name_told(at, row, &only, end->time_ns);
	return ret || row->vma_id ? ret : name_by_fault(at, row, end);
}

/* The VMA is known now, or will stay unknown. Frees @u. */
static int sum_up(struct attribution *at, struct unattributed *u)
{
	int ret = 0;

	HASH_DEL(at->by_tid, u);
	if (!u->row.vma_id)
		ret = name_told(at, &u->row, &u->only, u->end.time_ns);
	if (!ret && !u->row.vma_id)
		ret = name_by_fault(at, &u->row, &u->end);
	if (!ret && u->row.vma_id)
		ret = at->sink->wait_vma(at->sink->ctx, u->row.id, u->row.vma_id);
	if (!ret)
		ret = rollup_wait(at->rollups, &u->row, u->end.process_id, u->end.time_ns,
				  &u->end.booked);
	free(u);
	return ret;
}

static struct unattributed *find(struct attribution *at, int32_t tid)
{
	struct unattributed *u;

	HASH_FIND_INT(at->by_tid, &tid, u);
	return u;
}

static int no_vma_named(struct attribution *at, int32_t tid)
{
	struct unattributed *u = find(at, tid);

	return u ? sum_up(at, u) : 0;
}

int attribution_ended(struct attribution *at, const struct wait_row *row,
		      const struct wait_end *end)
{
	struct unattributed *u;
	int ret;

	if (!may_tell(at, row, end))
		return rollup_wait(at->rollups, row, end->process_id, end->time_ns, &end->booked);
	ret = no_vma_named(at, end->tid);
	if (ret)
		return ret;
	u = calloc(1, sizeof(*u));
	if (!u)
		return -ENOMEM;
	u->tid = end->tid;
	u->row = *row;
	u->end = *end;
	linkage_only_vma(at->linkage, end->key.address, &u->only);
	HASH_ADD_INT(at->by_tid, tid, u);
	return 0;
}

int attribution_lasts(struct attribution *at, const struct wait_row *row, struct wait_end *end,
		      const struct wait_so_far *now)
{
	struct wait_row named = *row;
	int ret = attribution_ending(at, &named, end);

	return ret ?: rollup_wait_lasts(at->rollups, &named, end->process_id, &end->booked, now);
}

/*
 * Thread @ev->tid has the lock that it waited for; @ev names the VMA, @where, that it works
 * on. Note that VMA for the wait, and sum the wait up.
 */
static int vma_named(struct attribution *at, const struct event *ev, struct vma_at where,
		     bool unlinking)
{
	struct unattributed *u = find(at, ev->tid);
	int32_t tgid = linkage_tgid(at->linkage, where.mm);
	struct vma *vma;
	int ret;

	/*
	 * The mm that a fork makes has no process yet: its VMAs are those of the
	 * parent, which is what the thread copies.
	 */
	if (tgid > 0)
		where.tgid = tgid;
	else
		where.mm = 0;
	vma = unlinking ? vma_unlinking(at->vmas, &where, NO_TIME, ev->time_ns, &ret)
			: vma_get(at->vmas, &where, ev->time_ns, &ret);
	if (ret)
		return ret;
	u->row.vma_id = vma->row.id;
	return sum_up(at, u);
}

static int chain(void *machine, const struct event *ev)
{
	struct attribution *at = machine;
	const struct unattributed *u = find(at, ev->tid);

	if (!u || ev->anon_vma_chain.root != u->end.key.address)
		return 0;
	return vma_named(at, ev,
			 (struct vma_at){ ev->anon_vma_chain.tgid, ev->anon_vma_chain.mm,
					  ev->anon_vma_chain.vm_start, ev->anon_vma_chain.vm_end },
			 ev->id == EVENT_ANON_VMA_UNLINK);
}

static int move(void *machine, const struct event *ev)
{
	struct attribution *at = machine;
	const struct unattributed *u = find(at, ev->tid);

	if (!u || !ev->folio_move.vm_end ||
	    (ev->folio_move.old_root != u->end.key.address &&
	     ev->folio_move.new_root != u->end.key.address))
		return 0;
	return vma_named(at, ev,
			 (struct vma_at){ task_tgid(at->tasks, ev->tid), ev->folio_move.mm,
					  ev->folio_move.vm_start, ev->folio_move.vm_end },
			 false);
}

static int released(void *machine, const struct event *ev)
{
	struct attribution *at = machine;
	struct unattributed *u = find(at, ev->tid);

	at->sees_releases = true;
	return u && u->end.key.address == ev->lock_op.lock ? sum_up(at, u) : 0;
}

/* It waits for another lock. */
static int waits_again(void *machine, const struct event *ev)
{
	return no_vma_named(machine, ev->tid);
}

static int exited(void *machine, const struct event *ev)
{
	return no_vma_named(machine, ev->sched_process_exit.tid);
}

int attribution_pass(struct attribution *at, uint64_t now_ns)
{
	const uint64_t tell_ns = at->sees_releases ? TELL_HOLDING_NS : TELL_NS;
	struct unattributed *u, *tmp;
	int ret;

	HASH_ITER(hh, at->by_tid, u, tmp) {
		if (u->end.time_ns + tell_ns > now_ns)
			break;
		ret = sum_up(at, u);
		if (ret)
			return ret;
	}
	return 0;
}

static int flush(void *machine, uint64_t complete_ns)
{
	return attribution_pass(machine, complete_ns);
}

static int finish(void *machine, int64_t end_ns)
{
	struct attribution *at = machine;
	struct unattributed *u, *tmp;
	int ret;

	(void)end_ns;
	HASH_ITER(hh, at->by_tid, u, tmp) {
		ret = sum_up(at, u);
		if (ret)
			return ret;
	}
	return 0;
}

/* Events after a gap may belong to a later operation. */
static int loss(void *machine, const struct event *ev)
{
	return finish(machine, ev->time_ns);
}

static void free_all(void *machine)
{
	struct attribution *at = machine;
	struct unattributed *u, *tmp;

	HASH_ITER(hh, at->by_tid, u, tmp) {
		HASH_DEL(at->by_tid, u);
		free(u);
	}
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	const bool *maybe = opt->traced ?: opt->has;

	*(struct attribution *)machine = (struct attribution){
		.tasks = all->tasks,
		.locks = all->locks,
		.vmas = all->vmas,
		.linkage = all->linkage,
		.rollups = all->rollups,
		.sink = all->sink,
		.watch = maybe[EVENT_ANON_VMA_LINK] || maybe[EVENT_FOLIO_MOVE_ANON_RMAP],
	};
	return true;
}

static const struct hearing hears[] = {
	{ EVENT_ANON_VMA_LINK, chain },
	{ EVENT_ANON_VMA_UNLINK, chain },
	{ EVENT_FOLIO_MOVE_ANON_RMAP, move },
	{ EVENT_ANON_VMA_LOCK_RELEASED, released },
	{ EVENT_CONTENTION_BEGIN, waits_again },
	{ EVENT_ANON_VMA_CONTENTION_BEGIN, waits_again },
	{ EVENT_I_MMAP_CONTENTION_BEGIN, waits_again },
	{ EVENT_VMA_LOCK_CONTENTION_BEGIN, waits_again },
	{ EVENT_SCHED_PROCESS_EXIT, exited },
	{ EVENT_LOSS, loss },
	{ NR_EVENTS, NULL },
};

const struct machine attribution_machine = {
	.init = init,
	.hears = hears,
	.flush = flush,
	.finish = finish,
	.free = free_all,
};
