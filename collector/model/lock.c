// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/lock.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "collector/event.h"
#include "collector/model/wait_part.h"

/*
 * Locks that are remembered though nobody uses them. One that was forgotten is
 * a row of its own when it is used again.
 */
#define MAX_LOCKS 65536

/* @lock has a row to write; such locks are last in the order of use. */
static void changed(struct locks *ls, struct lock *lock)
{
	if (lock->dirty)
		return;
	lock->dirty = true;
	DL_DELETE(ls->by_use, lock);
	DL_APPEND(ls->by_use, lock);
}

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
	DL_APPEND(ls->by_use, lock);
	return lock;
}

static void forget(struct locks *ls, struct lock *lock)
{
	parts_close(lock);
	HASH_DEL(ls->by_key, lock);
	DL_DELETE(ls->by_use, lock);
	free(lock);
}

static int give(struct lock *lock, const struct sink *sink)
{
	if (!lock->dirty)
		return 0;
	lock->dirty = false;
	return sink->lock(sink->ctx, &lock->row);
}

/* The next life of @lock, which is given to @sink and gone; nobody waits for it or holds it. */
static struct lock *next_life(struct locks *ls, struct lock *lock, uint64_t now_ns,
			      const struct sink *sink, int *ret)
{
	const struct lock old = *lock;
	struct lock *next;

	*ret = give(lock, sink);
	forget(ls, lock);
	if (*ret)
		return NULL;
	next = add(ls, &old.key, old.row.generation + 1, now_ns);
	if (!next) {
		*ret = -ENOMEM;
		return NULL;
	}
	next->heritage = old.heritage;
	return next;
}

/* A lock is alive as long as somebody waits for it or holds it. */
static bool is_in_use(const struct lock *lock)
{
	return lock->waits || lock->holds;
}

static bool is_over(const struct lock *lock)
{
	return lock->freed && !is_in_use(lock);
}

/*
 * Whether a use as one of @classes proves that the address is another lock now. If
 * the class is that of an earlier life, the table of call sites is wrong: memory does
 * not change back and forth between two kinds of locks.
 */
static bool is_another(const struct lock *lock, unsigned int classes, uint64_t now_ns)
{
	/* a use with an earlier time proves nothing: the clocks of two CPUs may be out of step */
	if (is_in_use(lock) || (int64_t)now_ns < lock->row.last_ns)
		return false;
	if (lock->freed)
		return true;
	return !(lock->classes & classes) && !lock->disputed && !(lock->heritage.former & classes);
}

/* The reason why the class is open, from the uses so far. */
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
	/* only one class is left */
	if (!lock->disputed && !(lock->classes & (lock->classes - 1))) {
		lock->row.class = __builtin_ctz(lock->classes);
		lock->row.class_why = ENUM_NONE;
	} else {
		lock->row.class = ENUM_NONE;
		lock->row.class_why = why_open(lock);
	}
}

int lock_class_of(unsigned int id)
{
	switch (id) {
	case EVENT_ANON_VMA_CONTENTION_BEGIN:
	case EVENT_ANON_VMA_LOCK_ACQUIRE_RETURNED:
	case EVENT_ANON_VMA_LOCK_RELEASED:
		return LOCK_ANON_VMA;
	case EVENT_I_MMAP_CONTENTION_BEGIN:
	case EVENT_I_MMAP_LOCK_ACQUIRE_RETURNED:
	case EVENT_I_MMAP_LOCK_RELEASED:
		return LOCK_I_MMAP;
	case EVENT_MMAP_LOCK_RELEASED:
		return LOCK_MMAP;
	case EVENT_VMA_LOCK_CONTENTION_BEGIN:
		return LOCK_VMA;
	default:
		return ENUM_NONE;
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

void lock_last_seen(struct locks *ls, struct lock *lock, uint64_t now_ns)
{
	if ((int64_t)now_ns <= lock->row.last_ns)
		return;
	lock->row.last_ns = now_ns;
	changed(ls, lock);
}

struct lock *lock_used(struct locks *ls, const struct lock_key *key, unsigned int classes,
		       uint64_t now_ns, const struct sink *sink, int *ret)
{
	const unsigned int may_be = classes == CLASS_UNSEEN ? CLASS_ANY : classes;
	struct lock *lock = lock_find(ls, key);

	*ret = 0;
	if (lock && is_another(lock, may_be, now_ns)) {
		lock->heritage.former = lock->freed ? 0 : lock->heritage.former | lock->classes;
		lock = next_life(ls, lock, now_ns, sink, ret);
	} else if (!lock) {
		lock = add(ls, key, 0, now_ns);
		*ret = lock ? 0 : -ENOMEM;
	}
	if (!lock)
		return NULL;
	narrow(lock, classes);
	lock_last_seen(ls, lock, now_ns);
	changed(ls, lock);
	return lock;
}

void lock_describe(struct locks *ls, struct lock *lock, int64_t vma_id)
{
	if (lock->row.vma_id)
		return;
	lock->row.vma_id = vma_id;
	changed(ls, lock);
}

void lock_freed(struct locks *ls, const struct lock_key *key)
{
	struct lock *lock = lock_find(ls, key);

	if (lock)
		lock->freed = true;
}

int locks_flush(struct locks *ls, const struct sink *sink)
{
	unsigned int nr_looked_at = HASH_COUNT(ls->by_key);
	struct lock *lock;
	int ret = 0;

	for (lock = ls->by_use ? ls->by_use->prev : NULL; !ret && lock && lock->dirty;
	     lock = lock->prev)
		ret = give(lock, sink);
	while (!ret && HASH_COUNT(ls->by_key) > MAX_LOCKS && nr_looked_at--) {
		lock = ls->by_use;
		if (!is_in_use(lock)) {
			forget(ls, lock);
			continue;
		}
		DL_DELETE(ls->by_use, lock);
		DL_APPEND(ls->by_use, lock);
	}
	return ret;
}

void locks_free(struct locks *ls)
{
	while (ls->by_use) {
		ls->by_use->holds = NULL; /* freed before */
		forget(ls, ls->by_use);
	}
}
