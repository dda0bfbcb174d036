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
	lock->row.first_ns = lock->row.last_ns = lock->before_ns = now_ns;
	lock->classes = CLASS_ANY;
	/* not dirty: a life that nothing was seen of is no row */
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

/* The next life of @lock, which is given to @sink and gone. */
static struct lock *next_life(struct locks *ls, struct lock *lock, uint64_t now_ns,
			      const struct sink *sink, int *ret)
{
	const struct lock old = *lock;
	struct lock *next;

	/* the use that told was of the next life */
	if (!lock->waits && !lock->holds && lock->row.last_ns == (int64_t)now_ns &&
	    lock->before_ns < (int64_t)now_ns) {
		lock->row.last_ns = lock->before_ns;
		lock->dirty = true;
	}
	*ret = give(lock, sink);
	HASH_DEL(ls->by_key, lock);
	free(lock);
	if (*ret)
		return NULL;
	next = add(ls, &old.key, old.row.generation + 1, now_ns);
	if (!next) {
		*ret = -ENOMEM;
		return NULL;
	}
	/* spans that are open belong to whoever is at the address now */
	next->holds = old.holds;
	next->waits = old.waits;
	next->nr_waits = old.nr_waits;
	next->account = old.account;
	next->known_gap = old.known_gap;
	return next;
}

struct lock *lock_find(struct locks *ls, const struct lock_key *key)
{
	struct lock *lock;

	HASH_FIND(hh, ls->by_key, key, sizeof(*key), lock);
	return lock;
}

struct lock *lock_get(struct locks *ls, const struct lock_key *key, uint64_t now_ns)
{
	struct lock *lock = lock_find(ls, key);

	if (!lock)
		lock = add(ls, key, 0, now_ns);
	if (!lock)
		return NULL;
	if ((int64_t)now_ns > lock->row.last_ns) {
		lock->before_ns = lock->row.last_ns;
		lock->row.last_ns = now_ns;
	}
	lock->seen = lock->dirty = true;
	return lock;
}

struct lock *lock_seen_as(struct locks *ls, struct lock *lock, unsigned int classes,
			  uint64_t now_ns, const struct sink *sink, int *ret)
{
	*ret = 0;
	if (!(lock->classes & classes)) {
		lock = next_life(ls, lock, now_ns, sink, ret);
		if (!lock)
			return NULL;
	}
	lock->classes &= classes;
	/* one class left: that is what it is */
	if (!(lock->classes & (lock->classes - 1)))
		lock->row.class = __builtin_ctz(lock->classes);
	lock->seen = lock->dirty = true;
	return lock;
}

void lock_describe(struct lock *lock, int64_t vma_id)
{
	if (lock->row.vma_id)
		return;
	lock->row.vma_id = vma_id;
	lock->dirty = true;
}

int lock_freed(struct locks *ls, const struct lock_key *key, uint64_t now_ns,
	       const struct sink *sink)
{
	struct lock *lock = lock_find(ls, key);
	int ret = 0;

	if (lock)
		next_life(ls, lock, now_ns, sink, &ret);
	return ret;
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
