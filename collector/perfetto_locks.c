// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_locks.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/hash.h"

/* A spinlock inside of an rwsem inside of an interrupt ...: more are not followed. */
#define MAX_NESTED 8

/* More threads than this do not wait at once. */
#define MAX_WAITERS 65536

/* include/trace/events/lock.h; a mutex begins twice where spinning for it was in vain */
#define LCB_F_MUTEX (1U << 5)

struct nested {
	uint64_t lock;
	uint32_t flags;
};

struct perfetto_waiter {
	UT_hash_handle hh;
	int32_t tid;
	unsigned int nr;
	struct nested wait[MAX_NESTED]; /* innermost last */
};

static void forget(struct perfetto_locks *l, struct perfetto_waiter *w)
{
	HASH_DEL(l->waiters, w);
	free(w);
}

void perfetto_locks_free(struct perfetto_locks *l)
{
	struct perfetto_waiter *w, *tmp;

	HASH_ITER(hh, l->waiters, w, tmp)
		forget(l, w);
}

static struct perfetto_waiter *find(struct perfetto_locks *l, int32_t tid)
{
	struct perfetto_waiter *w;

	HASH_FIND(hh, l->waiters, &tid, sizeof(tid), w);
	return w;
}

static struct perfetto_waiter *get(struct perfetto_locks *l, int32_t tid)
{
	struct perfetto_waiter *w = find(l, tid);

	if (w)
		return w;
	/* that cannot be: the file is damaged, or its ends are missing */
	if (HASH_COUNT(l->waiters) == MAX_WAITERS)
		perfetto_locks_free(l);
	w = calloc(1, sizeof(*w));
	if (!w)
		return NULL;
	w->tid = tid;
	HASH_ADD(hh, l->waiters, tid, sizeof(w->tid), w);
	return w;
}

static int begin(struct perfetto_locks *l, const struct event *ev)
{
	const struct nested wait = { ev->contention_begin.lock, ev->contention_begin.flags };
	struct perfetto_waiter *w = get(l, ev->tid);
	struct nested *top = w && w->nr ? &w->wait[w->nr - 1] : NULL;

	if (!w)
		return -ENOMEM;
	if (top && (top->lock == wait.lock || (top->flags & wait.flags & LCB_F_MUTEX))) {
		*top = wait;
		return 0;
	}
	if (w->nr == MAX_NESTED)
		memmove(w->wait, w->wait + 1, --w->nr * sizeof(*w->wait));
	w->wait[w->nr++] = wait;
	return 0;
}

static uint32_t pass_of(uint64_t lock)
{
	return lock >> 32;
}

static void end(struct perfetto_locks *l, struct event *ev)
{
	struct perfetto_waiter *w = find(l, ev->tid);
	const uint64_t lock = ev->contention_end.lock;
	unsigned int i;

	if (!w)
		return;
	for (i = w->nr; i && w->wait[i - 1].lock != lock; i--)
		;
	/* of the same pass it would have the same number */
	if (!i)
		for (i = w->nr; i && pass_of(w->wait[i - 1].lock) == pass_of(lock); i--)
			;
	if (!i)
		return;
	ev->contention_end.lock = w->wait[i - 1].lock;
	w->nr = i - 1;
	if (!w->nr)
		forget(l, w);
}

int perfetto_locks_event(struct perfetto_locks *l, struct event *ev)
{
	struct perfetto_waiter *w;

	switch (ev->id) {
	case EVENT_CONTENTION_BEGIN:
		return begin(l, ev);
	case EVENT_CONTENTION_END:
		end(l, ev);
		break;
	case EVENT_SCHED_PROCESS_EXIT:
		w = find(l, ev->sched_process_exit.tid);
		if (w)
			forget(l, w);
		break;
	case EVENT_LOSS:
		perfetto_locks_free(l);
		break;
	default:
		break;
	}
	return 0;
}
