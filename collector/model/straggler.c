// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/straggler.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

/*
 * A migration lasts milliseconds, and so does a shift. Older entries were unmapped in
 * the meantime, which no event records.
 */
#define FORGET_NS (10 * NSEC_PER_SEC)

/* The entries that a thread set for one folio in one VMA. */
struct migration_key {
	int64_t tid;
	uint64_t mm;
	uint64_t address; /* of the folio's first page before a stack shift */
};

struct migration {
	UT_hash_handle hh;
	struct migration_key key;
	uint64_t set_address; /* time of the first entry */
	uint64_t set_ns;
	unsigned int nr_set, nr_removed;
	uint64_t visit; /* in which they were set */
};

struct stack_shift {
	UT_hash_handle hh;
	uint64_t mm;
	uint64_t old_start, old_end, shift;
	uint64_t begin_ns;
	uint64_t end_ns; /* 0: going on */
	int32_t tid;
};

/* A thread, and the VMA that its walk is visiting. */
struct migrator {
	UT_hash_handle hh;
	int32_t tid;
	bool visiting;
	bool in_shift;		   /* during a stack shift of the mm: */
	struct stack_shift during; /* a copy */
	uint64_t visit;		   /* its number */
	uint64_t mm, vm_start, vm_end;
	uint64_t address; /* of the folio before a stack shift */
};

static struct stack_shift *find_shift(struct stragglers *ss, uint64_t mm)
{
	struct stack_shift *shift;

	HASH_FIND(hh, ss->shifts, &mm, sizeof(mm), shift);
	return shift;
}

static struct migrator *find_migrator(struct stragglers *ss, int32_t tid)
{
	struct migrator *m;

	HASH_FIND_INT(ss->migrators, &tid, m);
	return m;
}

static struct migration *migration_of(struct stragglers *ss, const struct migrator *m)
{
	const struct migration_key key = { m->tid, m->mm, m->address };
	struct migration *mig;

	HASH_FIND(hh, ss->migrations, &key, sizeof(key), mig);
	return mig;
}

static void drop_migration(struct stragglers *ss, struct migration *mig)
{
	HASH_DEL(ss->migrations, mig);
	free(mig);
}

static int give(struct stragglers *ss, const struct migration *mig, const struct stack_shift *shift)
{
	struct task *task = task_get(ss->tasks, mig->key.tid, mig->set_ns);
	struct task *other = task_get(ss->tasks, shift->tid, shift->begin_ns);

	if (!task || !other)
		return -ENOMEM;
	return ss->sink->straggler(ss->sink->ctx, &(struct straggler_row){
							  .time_ns = mig->set_ns,
							  .task_id = task->row.id,
							  .address = mig->set_address,
							  .nr_pages = mig->nr_set - mig->nr_removed,
							  .why = STRAGGLER_STACK_SHIFT,
							  .other_task_id = other->row.id,
							  .other_ns = shift->begin_ns,
						  });
}

/* The thread has finished the VMA that it visited. */
static int leave(struct stragglers *ss, struct migrator *m)
{
	struct migration *mig = m->visiting ? migration_of(ss, m) : NULL;
	const struct stack_shift *shift = &m->during;
	int ret = 0;

	m->visiting = false;
	/* set by this walk: only a later walk removes them */
	if (!mig || mig->visit == m->visit)
		return 0;
	if (m->in_shift && m->address >= shift->old_start && m->address < shift->old_end)
		ret = give(ss, mig, shift);
	drop_migration(ss, mig);
	return ret;
}

static int walk_vma(void *machine, const struct event *ev)
{
	struct stragglers *ss = machine;
	struct migrator *m = find_migrator(ss, ev->tid);
	const struct stack_shift *shift = find_shift(ss, ev->walk_vma.mm);
	int ret = m ? leave(ss, m) : 0;

	if (ret)
		return ret;
	if (!m) {
		m = calloc(1, sizeof(*m));
		if (!m)
			return -ENOMEM;
		m->tid = ev->tid;
		HASH_ADD_INT(ss->migrators, tid, m);
	}
	m->visiting = true;
	m->visit = ++ss->nr_visits;
	m->mm = ev->walk_vma.mm;
	m->vm_start = ev->walk_vma.vm_start;
	m->vm_end = ev->walk_vma.vm_end;
	m->address = ev->walk_vma.address;
	m->in_shift = shift && !shift->end_ns;
	if (m->in_shift)
		m->during = *shift;
	/* the VMA already begins, or also ends, at its new place: so do its pages */
	if (shift && (m->vm_start == shift->old_start - shift->shift ||
		      m->vm_end == shift->old_end - shift->shift))
		m->address += shift->shift;
	return 0;
}

static int walk_end(void *machine, const struct event *ev)
{
	struct stragglers *ss = machine;
	struct migrator *m = find_migrator(ss, ev->tid);
	int ret = m ? leave(ss, m) : 0;

	if (m) {
		HASH_DEL(ss->migrators, m);
		free(m);
	}
	return ret;
}

/* The visit that an entry at @address was set or removed in. */
static struct migrator *visit_at(struct stragglers *ss, int32_t tid, uint64_t address)
{
	struct migrator *m = find_migrator(ss, tid);

	return m && m->visiting && address >= m->vm_start && address < m->vm_end ? m : NULL;
}

static int entry_set(void *machine, const struct event *ev)
{
	struct stragglers *ss = machine;
	struct migrator *m = visit_at(ss, ev->tid, ev->migration_pte.address);
	struct migration *mig = m ? migration_of(ss, m) : NULL;

	/* without its mm an entry proves nothing */
	if (!m)
		return 0;
	/* what was there before is gone */
	if (mig && mig->visit != m->visit) {
		drop_migration(ss, mig);
		mig = NULL;
	}
	if (!mig) {
		mig = calloc(1, sizeof(*mig));
		if (!mig)
			return -ENOMEM;
		mig->key = (struct migration_key){ m->tid, m->mm, m->address };
		mig->set_address = ev->migration_pte.address;
		mig->set_ns = ev->time_ns;
		mig->visit = m->visit;
		HASH_ADD(hh, ss->migrations, key, sizeof(mig->key), mig);
	}
	mig->nr_set++;
	return 0;
}

static int entry_removed(void *machine, const struct event *ev)
{
	struct stragglers *ss = machine;
	struct migrator *m = visit_at(ss, ev->tid, ev->migration_pte.address);
	struct migration *mig = m ? migration_of(ss, m) : NULL;

	if (mig && ++mig->nr_removed >= mig->nr_set)
		drop_migration(ss, mig);
	return 0;
}

static int shift_begins(void *machine, const struct event *ev)
{
	struct stragglers *ss = machine;
	struct stack_shift *shift = find_shift(ss, ev->stack_shift.mm);

	if (!shift) {
		shift = calloc(1, sizeof(*shift));
		if (!shift)
			return -ENOMEM;
		shift->mm = ev->stack_shift.mm;
		HASH_ADD(hh, ss->shifts, mm, sizeof(shift->mm), shift);
	}
	shift->old_start = ev->stack_shift.old_start;
	shift->old_end = ev->stack_shift.old_end;
	shift->shift = ev->stack_shift.shift;
	shift->begin_ns = ev->time_ns;
	shift->end_ns = 0;
	shift->tid = ev->tid;
	return 0;
}

static int shift_ends(void *machine, const struct event *ev)
{
	struct stragglers *ss = machine;
	struct stack_shift *shift = find_shift(ss, ev->stack_shift.mm);

	if (shift)
		shift->end_ns = ev->time_ns;
	return 0;
}

static void forget_all(struct stragglers *ss)
{
	struct migration *mig, *gtmp;
	struct stack_shift *shift, *stmp;
	struct migrator *m, *mtmp;

	HASH_ITER(hh, ss->migrations, mig, gtmp)
		drop_migration(ss, mig);
	HASH_ITER(hh, ss->migrators, m, mtmp) {
		HASH_DEL(ss->migrators, m);
		free(m);
	}
	HASH_ITER(hh, ss->shifts, shift, stmp) {
		HASH_DEL(ss->shifts, shift);
		free(shift);
	}
}

/* Entries may have been removed in the gap, and their addresses moved. */
static int loss(void *machine, const struct event *ev)
{
	(void)ev;
	forget_all(machine);
	return 0;
}

static int flush(void *machine, uint64_t complete_ns)
{
	struct stragglers *ss = machine;
	struct migration *mig, *gtmp;
	struct stack_shift *shift, *stmp;

	if (complete_ns < FORGET_NS)
		return 0;
	HASH_ITER(hh, ss->migrations, mig, gtmp)
		if (mig->set_ns < complete_ns - FORGET_NS)
			drop_migration(ss, mig);
	HASH_ITER(hh, ss->shifts, shift, stmp)
		if (shift->end_ns && shift->end_ns < complete_ns - FORGET_NS) {
			HASH_DEL(ss->shifts, shift);
			free(shift);
		}
	return 0;
}

static void free_all(void *machine)
{
	forget_all(machine);
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	(void)opt;
	*(struct stragglers *)machine = (struct stragglers){
		.tasks = all->tasks,
		.sink = all->sink,
	};
	return true;
}

static const struct hearing hears[] = {
	{ EVENT_RMAP_WALK_VMA, walk_vma },
	{ EVENT_RMAP_WALK_END, walk_end },
	{ EVENT_SET_MIGRATION_PTE, entry_set },
	{ EVENT_REMOVE_MIGRATION_PTE, entry_removed },
	{ EVENT_EXEC_STACK_SHIFT_BEGIN, shift_begins },
	{ EVENT_EXEC_STACK_SHIFT_END, shift_ends },
	{ EVENT_LOSS, loss },
	{ NR_EVENTS, NULL },
};

const struct machine stragglers_machine = {
	.init = init,
	.hears = hears,
	.deaf_in_gaps = true,
	.flush = flush,
	.free = free_all,
};
