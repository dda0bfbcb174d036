/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which process an mmap_lock is of, as far as that is proven: where memory management structs are
 * made and freed often, the next one's lock has the address of a former one's.
 *
 * A process that waits for an mmap_lock in a page fault of its own, or in a call that changes its own
 * mappings, is the owner of that lock's mm. The mm is over when its owner has exited, or has called
 * exec. A process that began during the capture, and uses the address after that, uses another lock. A
 * process that shares the mm of another (vfork), or may do so, proves nothing.
 */
#ifndef RMAPSCOPE_MODEL_MM_H
#define RMAPSCOPE_MODEL_MM_H

#include "collector/model/lock.h"
#include "collector/model/machine.h"
#include "collector/model/site.h"

/* A process that is the owner of a lock, or that shares the mm of another. */
struct mm_user;

struct mms {
	struct tasks *tasks;
	struct locks *locks;
	struct mm_user *by_tgid;
	struct mm_user *exited; /* in the order of their exits */
	uint64_t last_mm;
};

extern const struct machine mms_machine;

/* mms_before_use - end the life of the lock at @key, if thread @tid proves by using it that it is over */
void mms_before_use(struct mms *ms, const struct lock_key *key, int32_t tid);

/*
 * mms_used - thread @tid waits for @lock, at @stack
 * @classes: CLASS_BITs of what it waits for
 *
 * Returns 0 or -ENOMEM.
 */
int mms_used(struct mms *ms, struct lock *lock, int32_t tid, const struct stack *stack,
	     unsigned int classes);

#endif
