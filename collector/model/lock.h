/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Locks by address, their lives and their classes.
 *
 * What the address is of depends on the events: stock ones give the rwsem,
 * the kernel series the anon_vma root, the address_space, or the mm of a VMA
 * lock, which the start of the VMA completes.
 *
 * A site may take locks of several classes (dup_mmap() takes the mmap_lock
 * and i_mmap_rwsem). A lock's class is what all its sites have in common;
 * when nothing is left, the address was freed and is a new lock now.
 */
#ifndef RMAPSCOPE_MODEL_LOCK_H
#define RMAPSCOPE_MODEL_LOCK_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "collector/model/sink.h"
#include "schema/enums.h"
#include "schema/rows.h"

/* A set of lock classes. */
#define CLASS_BIT(class) (1U << (class))
#define CLASS_ANY	 ((1U << NR_LOCK_CLASSES) - 1)

struct lock_key {
	uint64_t address;
	uint64_t vm_start; /* VMA locks only, else 0 */
};

struct lock {
	UT_hash_handle hh; /* by key */
	struct lock_key key;
	struct lock_row row;
	struct hold *holds; /* open ones; utlist */
	struct wait *waits; /* open ones; utlist */
	unsigned int nr_waits;
	struct account *account; /* while it is waited for, see part.h */
	unsigned int known_gap;	 /* locks.nr_gaps + 1 when all who hold it became known */
	unsigned int classes;	 /* CLASS_BIT of all that it may still be */
	bool seen;		 /* something refers to this life: it is a row */
	int64_t before_ns;	 /* row.last_ns before the latest use */
	bool dirty;
};

struct locks {
	struct lock *by_key;
	int64_t last_id;
	uint64_t last_account;
	unsigned int nr_gaps; /* in the events, so far */
};

/* The lock at @key in its present life, made on first need. NULL: no memory. */
struct lock *lock_get(struct locks *ls, const struct lock_key *key, uint64_t now_ns);

/* Likewise, or NULL when nothing was seen of it. */
struct lock *lock_find(struct locks *ls, const struct lock_key *key);

/*
 * lock_freed - the memory of the lock was given back
 *
 * The next use of its address is another lock. Waits and holds that are still
 * open keep it alive until they end. Returns 0 or a negative errno.
 */
int lock_freed(struct locks *ls, const struct lock_key *key, uint64_t now_ns,
	       const struct sink *sink);

/*
 * lock_seen_as - the lock was taken at a site that takes locks of @classes
 *
 * Returns the lock, which is a new one when this contradicts its past, or a
 * negative errno in @ret.
 */
struct lock *lock_seen_as(struct locks *ls, struct lock *lock, unsigned int classes,
			  uint64_t now_ns, const struct sink *sink, int *ret);

/* @vma_id describes the lock, unless another did before. */
void lock_describe(struct lock *lock, int64_t vma_id);

/* Give all rows that changed since the last call to @sink. */
int locks_flush(struct locks *ls, const struct sink *sink);
void locks_free(struct locks *ls);

#endif
