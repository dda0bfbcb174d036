/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks by address, the lives of an address, and the classes of locks.
 *
 * What the address is of depends on the events: stock ones give the rwsem,
 * the kernel series the anon_vma root, the address_space, or the mm of a VMA
 * lock, which the start of the VMA completes.
 *
 * A site may take locks of several classes (dup_mmap() takes the mmap_lock and
 * i_mmap_rwsem). A lock's class is the one that all its sites have in common. It is
 * open as long as there are several; an unknown site excludes none.
 *
 * The lives of one address never overlap. A new one begins with the first use
 * after the memory was freed, or with a use that contradicts all uses before;
 * not while somebody waits for the lock or holds it: then, the class is open.
 */
#ifndef RMAPSCOPE_MODEL_LOCK_H
#define RMAPSCOPE_MODEL_LOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/hash.h"
#include "schema/enums.h"
#include "schema/rows.h"
#include "schema/sink.h"

/* A set of lock classes. */
#define CLASS_BIT(class) (1U << (class))
#define CLASS_ANY	 ((1U << NR_LOCK_CLASSES) - 1)
#define CLASS_UNSEEN	 0 /* CLASS_ANY, for want of a stack */

struct lock_key {
	uint64_t address;
	uint64_t vm_start; /* VMA locks only, else 0 */
};

static inline bool is_same_lock(const struct lock_key *a, const struct lock_key *b)
{
	return a->address == b->address && a->vm_start == b->vm_start;
}

/* What outlives a lock when its address becomes that of another lock. */
struct lock_heritage {
	unsigned int known_gap; /* locks.nr_gaps + 1 when all who hold it became known */
	unsigned int
		former; /* CLASS_BIT of what earlier lives were, which contradicted each other */
};

/* Whose mm it is in: see mm.h. */
struct lock_owner {
	uint64_t mm; /* 0: not known */
	int32_t tgid;
};

struct lock {
	UT_hash_handle hh;	  /* by key */
	struct lock *prev, *next; /* in locks.by_use */
	struct lock_key key;
	struct lock_row row;
	struct hold *holds; /* open ones; utlist */
	struct wait *waits; /* open ones; utlist */
	unsigned int nr_waits;
	struct held_times *held_times; /* while it is waited for, see wait_part.h */
	struct lock_heritage heritage;
	struct lock_owner owner; /* of an mmap_lock */
	unsigned int classes;	 /* CLASS_BIT of all that it may still be */
	bool has_stack;		 /* one of its uses had */
	bool disputed;		 /* its uses contradict each other */
	bool freed;		 /* over, as soon as nobody uses it any more */
	bool dirty;
};

struct locks {
	struct lock *by_key;
	struct lock *by_use; /* the latest last */
	int64_t last_id;
	uint64_t last_held_times_nr;
	unsigned int nr_gaps; /* in the events, so far */
};

/*
 * lock_used - the lock at @key was used by somebody, and is now seen as in use
 * @classes: the classes that it may have, by the event or its stack
 *
 * Returns the lock in its present life, made on first need, or NULL with a
 * negative errno in @ret. A former life that this use proves over is given to
 * @sink and freed.
 */
struct lock *lock_used(struct locks *ls, const struct lock_key *key, unsigned int classes,
		       uint64_t now_ns, const struct sink *sink, int *ret);

/* LOCK_* of the locks that events @id, of enum event_id, are about; ENUM_NONE: of no single class. */
int lock_class_of(unsigned int id);

/* The latest life at @key, which may be over; NULL when nothing was seen of it. */
struct lock *lock_find(struct locks *ls, const struct lock_key *key);

/* Likewise, or NULL when that one is over. */
struct lock *lock_find_seen(struct locks *ls, const struct lock_key *key);

/* A wait for @lock or a hold of it ended at @now_ns. */
void lock_last_seen(struct locks *ls, struct lock *lock, uint64_t now_ns);

/*
 * lock_freed - the memory of the lock is given back
 *
 * The next use of its address is another lock. Waits and holds that are still
 * open keep it alive until they end.
 */
void lock_freed(struct locks *ls, const struct lock_key *key);

/* @vma_id describes the lock, unless another did before. */
void lock_describe(struct locks *ls, struct lock *lock, int64_t vma_id);

/*
 * Give all rows that changed since the last call to @sink. Where there are very
 * many locks, the memory of those that nobody has used for longest is freed.
 */
int locks_flush(struct locks *ls, const struct sink *sink);
void locks_free(struct locks *ls);

#endif
