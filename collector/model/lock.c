// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/lock.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/model/part.h"

static struct lock *add(struct locks *ls, const struct lock_key *key, uint32_t generation,
			uint64_t now_ns)
{
	struct lock *lock = calloc(1, sizeof(*lock));

	if (!lock)
		return NULL;
	lock->key = *key;
	lock->row.id = ++ls->last_id;
	lock->row.address = key->address;
	lock->row.generation = generation;
	lock->row.class = ENUM_NONE;
	lock->row.class_why = CLASS_WHY_NO_STACK;
	lock->row.first_ns = lock->row.last_ns = now_ns;
	lock->classes = CLASS_ANY;
	HASH_ADD(hh, ls->by_key, key, sizeof(lock->key), lock);
	return lock;
}

static int give(struct lock *lock, const struct sink *sink)
{
	if (!lock->dirty)
		return 0;
	lock->dirty = false;
	return sink->lock(sink->ctx, &lock->row);
}

/* The next life of @lock, which is given to @sink and gone; nobody waits for it or holds it. */
static struct lock *next_life(struct locks *ls, struct lock *lock, unsigned int former,
			      uint64_t now_ns, const struct sink *sink, int *ret)
{
	const struct lock old = *lock;
	struct lock *next;

	*ret = give(lock, sink);
	parts_close(lock);
	HASH_DEL(ls->by_key, lock);
	free(lock);
	if (*ret)
		return NULL;
	next = add(ls, &old.key, old.row.generation + 1, now_ns);
	if (!next) {
		*ret = -ENOMEM;
		return NULL;
	}
	next->former = former;
	next->known_gap = old.known_gap;
	return next;
}

/* Who waits for a lock, or holds it, keeps it alive. */
static bool is_in_use(const struct lock *lock)
{
	return lock->waits || lock->holds;
}

static bool is_over(const struct lock *lock)
{
	return lock->freed && !is_in_use(lock);
}

/*
 * Whether a use as one of @classes proves that the address is another lock now.
 * If it is what an earlier life was said to be, then the call sites are what is
 * wrong: memory does not go to and fro between two kinds of locks.
 */
static bool is_another(const struct lock *lock, unsigned int classes, uint64_t now_ns)
{
	/* the clocks of two CPUs that are out of step prove nothing */
	if (is_in_use(lock) || (int64_t)now_ns < lock->row.last_ns)
		return false;
	if (lock->freed)
		return true;
	return !(lock->classes & classes) && !lock->disputed && !(lock->former & classes);
}

/* Why its class is open, by what its uses have said so far. */
static int why_open(const struct lock *lock)
{
	if (lock->disputed)
		return CLASS_WHY_CONTRADICTED;
	if (lock->classes != CLASS_ANY)
		return CLASS_WHY_SEVERAL;
	return lock->has_stack ? CLASS_WHY_UNKNOWN_SITE : CLASS_WHY_NO_STACK;
}

static void narrow(struct lock *lock, unsigned int classes)
{
	lock->has_stack |= classes != CLASS_UNSEEN;
	if (classes == CLASS_UNSEEN)
		classes = CLASS_ANY;
	if (lock->classes & classes)
		lock->classes &= classes;
	else
		lock->disputed = true;
	/* one class left: that is what it is */
	if (!lock->disputed && !(lock->classes & (lock->classes - 1))) {
		lock->row.class = __builtin_ctz(lock->classes);
		lock->row.class_why = ENUM_NONE;
	} else {
		lock->row.class = ENUM_NONE;
		lock->row.class_why = why_open(lock);
	}
}

struct lock *lock_find(struct locks *ls, const struct lock_key *key)
{
	struct lock *lock;

	HASH_FIND(hh, ls->by_key, key, sizeof(*key), lock);
	return lock;
}

struct lock *lock_find_seen(struct locks *ls, const struct lock_key *key)
{
	struct lock *lock = lock_find(ls, key);

	return lock && !is_over(lock) ? lock : NULL;
}

void lock_last_seen(struct lock *lock, uint64_t now_ns)
{
	if ((int64_t)now_ns <= lock->row.last_ns)
		return;
	lock->row.last_ns = now_ns;
	lock->dirty = true;
}

struct lock *lock_used(struct locks *ls, const struct lock_key *key, unsigned int classes,
		       uint64_t now_ns, const struct sink *sink, int *ret)
{
	const unsigned int may_be = classes == CLASS_UNSEEN ? CLASS_ANY : classes;
	struct lock *lock = lock_find(ls, key);

	*ret = 0;
	if (lock && is_another(lock, may_be, now_ns)) {
		const unsigned int former = lock->freed ? 0 : lock->former | lock->classes;

		lock = next_life(ls, lock, former, now_ns, sink, ret);
	} else if (!lock) {
		lock = add(ls, key, 0, now_ns);
		*ret = lock ? 0 : -ENOMEM;
	}
	if (!lock)
		return NULL;
	narrow(lock, classes);
	lock_last_seen(lock, now_ns);
	lock->dirty = true;
	return lock;
}

void lock_describe(struct lock *lock, int64_t vma_id)
{
	if (lock->row.vma_id)
		return;
	lock->row.vma_id = vma_id;
	lock->dirty = true;
}

void lock_freed(struct locks *ls, const struct lock_key *key)
{
	struct lock *lock = lock_find(ls, key);

	if (lock)
		lock->freed = true;
}

int locks_flush(struct locks *ls, const struct sink *sink)
{
	struct lock *lock, *tmp;
	int ret;

	HASH_ITER(hh, ls->by_key, lock, tmp) {
		ret = give(lock, sink);
		if (ret)
			return ret;
	}
	return 0;
}

void locks_free(struct locks *ls)
{
	struct lock *lock, *tmp;

	HASH_ITER(hh, ls->by_key, lock, tmp) {
		HASH_DEL(ls->by_key, lock);
		lock->holds = NULL; /* freed before */
		parts_close(lock);
		free(lock);
	}
}
