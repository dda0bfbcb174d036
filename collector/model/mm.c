// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/mm.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "lib/clock.h"

/* Locks of a process that has exited may be used that long before the memory of its mm is free. */
#define KEEP_NS (5 * NSEC_PER_SEC)

struct mm_user {
	UT_hash_handle hh; /* by tgid */
	int32_t tgid;
	uint64_t mm;		     /* a number of ours: a new one after exec */
	bool shares;		     /* the mm of the process that made it */
	uint64_t exited_ns;	     /* 0: it runs */
	struct mm_user *prev, *next; /* in mms.exited */
};

static struct mm_user *find(const struct mms *ms, int32_t tgid)
{
	struct mm_user *user;

	HASH_FIND_INT(ms->by_tgid, &tgid, user);
	return user;
}

/* NULL: no memory. */
static struct mm_user *get(struct mms *ms, int32_t tgid)
{
	struct mm_user *user = hash_get(struct mm_user, ms->by_tgid, tgid, &tgid);

	if (user && !user->mm)
		user->mm = ++ms->last_mm;
	return user;
}

static void forget(struct mms *ms, struct mm_user *user)
{
	if (!user)
		return;
	if (user->exited_ns)
		DL_DELETE(ms->exited, user);
	HASH_DEL(ms->by_tgid, user);
	free(user);
}

/*
 * Whether the process at @stack uses its own mm, not that of another. During exec it
 * is already the new mm, which the event reports only later.
 */
static bool is_own(const struct stack *stack)
{
	if (stack->in_user_fault)
		return true;
	switch (stack->role) {
	case ROLE_MMAP:
	case ROLE_MUNMAP:
	case ROLE_MREMAP:
	case ROLE_MPROTECT:
	case ROLE_MLOCK:
		return !strstr(stack->frames, "execve");
	default:
		return false;
	}
}

/*
 * Whether process @tgid has an mm of its own that began during the capture. A process that was there
 * before may share the mm of another.
 */
static bool has_new_mm(const struct mms *ms, int32_t tgid)
{
	const struct mm_user *user = find(ms, tgid);

	return process_began_after(ms->tasks, tgid, 0) && (!user || !user->shares);
}

void mms_before_use(struct mms *ms, const struct lock_key *key, int32_t tid)
{
	const struct lock *lock = lock_find(ms->locks, key);
	const struct mm_user *owner;
	int32_t tgid;

	if (!lock || !lock->owner.mm)
		return;
	tgid = task_tgid(ms->tasks, tid);
	if (tgid <= 0)
		return;
	owner = find(ms, lock->owner.tgid);
	if (owner && owner->mm == lock->owner.mm && (!owner->exited_ns || tgid == owner->tgid))
		return;
	if (tgid == lock->owner.tgid || has_new_mm(ms, tgid))
		lock_freed(ms->locks, key);
}

int mms_used(struct mms *ms, struct lock *lock, int32_t tid, const struct stack *stack,
	     unsigned int classes)
{
	struct mm_user *user;
	int32_t tgid;

	if (classes != CLASS_BIT(LOCK_MMAP) || lock->owner.mm || !stack || !is_own(stack))
		return 0;
	tgid = task_tgid(ms->tasks, tid);
	if (tgid <= 0)
		return 0;
	user = get(ms, tgid);
	if (!user)
		return -ENOMEM;
	if (!user->shares)
		lock->owner = (struct lock_owner){ user->mm, tgid };
	return 0;
}

static int started(void *machine, const struct event *ev)
{
	struct mms *ms = machine;
	struct mm_user *child;

	if (ev->task_newtask.clone_flags & CLONE_THREAD)
		return 0;
	/* an earlier process with this id has ended, even if its end was not recorded */
	forget(ms, find(ms, ev->task_newtask.tid));
	if (!(ev->task_newtask.clone_flags & CLONE_VM))
		return 0;
	child = get(ms, ev->task_newtask.tid);
	if (!child)
		return -ENOMEM;
	child->shares = true;
	return 0;
}

static int execed(void *machine, const struct event *ev)
{
	struct mms *ms = machine;

	forget(ms, find(ms, task_tgid(ms->tasks, ev->sched_process_exec.tid)));
	return 0;
}

static int exited(void *machine, const struct event *ev)
{
	struct mms *ms = machine;
	struct mm_user *user = find(ms, task_tgid(ms->tasks, ev->sched_process_exit.tid));

	if (!user || user->exited_ns || !task_exit_is_last(ms->tasks, ev))
		return 0;
	user->exited_ns = ev->time_ns;
	DL_APPEND(ms->exited, user);
	return 0;
}

static int flush(void *machine, uint64_t complete_ns)
{
	struct mms *ms = machine;

	while (ms->exited && ms->exited->exited_ns + KEEP_NS < complete_ns)
		forget(ms, ms->exited);
	return 0;
}

static void free_all(void *machine)
{
	struct mms *ms = machine;

	hash_free_all(struct mm_user, ms->by_tgid);
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	(void)opt;
	*(struct mms *)machine = (struct mms){ .tasks = all->tasks, .locks = all->locks };
	return true;
}

static const struct hearing hears[] = {
	{ EVENT_TASK_NEWTASK, started },
	{ EVENT_SCHED_PROCESS_EXEC, execed },
	{ EVENT_SCHED_PROCESS_EXIT, exited },
	{ NR_EVENTS, NULL },
};

const struct machine mms_machine = {
	.init = init,
	.hears = hears,
	.flush = flush,
	.free = free_all,
};
