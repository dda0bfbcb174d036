// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/order.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

/*
 * offsetof(struct mm_struct, mmap_lock) is below this and sizeof(struct
 * mm_struct) above it: an rwsem that close behind an mm is its own.
 */
#define MM_LOCK_BYTES 512

/*
 * "Lock ordering in mm" at the head of mm/rmap.c, the same in 6.12 and 7.3:
 * mmap_lock, vma_start_write, i_mmap_rwsem, anon_vma->rwsem.
 */
static const int documented_rank[NR_LOCK_CLASSES] = {
	[LOCK_MMAP] = 1,
	[LOCK_VMA] = 2,
	[LOCK_I_MMAP] = 3,
	[LOCK_ANON_VMA] = 4,
};

struct held_key {
	uint64_t class;
	uint64_t lock; /* as in the events; the mm for mmap and VMA locks */
};

struct held {
	UT_hash_handle hh;	  /* locks of its thread, by key */
	struct held *prev, *next; /* of its class, latest first; utlist */
	struct held_key key;
	uint64_t vm_start; /* VMA locks: the latest that was locked */
	uint64_t ip;
	int64_t stack_id;
	unsigned int depth; /* taken more than once */
	bool write;
	/*
	 * The lock was taken again: either the thread really held it, or the release
	 * before is missing. It held it if it releases it as often as it took it.
	 */
	bool doubtful;
	unsigned int nr_taken_again, nr_tried_again;
	struct take *again; /* an example */
	uint64_t again_ns;
};

/* The lock that a thread began to acquire and may wait for; 0: none. */
struct acquire {
	uint64_t lock;	/* as in the events of the series */
	uint64_t rwsem; /* as in lock:contention_begin, which comes inside */
	int64_t stack_id;
};

struct order_thread {
	UT_hash_handle hh;
	int32_t tid;
	struct held *by_key;
	struct held *of_class[NR_LOCK_CLASSES];
	struct acquire acquire;
};

/* The lock that a thread is acquiring. */
struct take {
	struct held_key key;
	uint64_t vm_start, ip;
	int64_t stack_id;
	bool write, may_wait;
};

int order_documented(int held, int taken)
{
	if (held == taken || !documented_rank[held] || !documented_rank[taken])
		return ENUM_NONE;
	return documented_rank[held] < documented_rank[taken];
}

static struct order_thread *find_thread(struct orders *os, int32_t tid)
{
	struct order_thread *th;

	HASH_FIND_INT(os->threads, &tid, th);
	return th;
}

static struct order_thread *get_thread(struct orders *os, int32_t tid)
{
	struct order_thread *th = find_thread(os, tid);

	if (th)
		return th;
	th = calloc(1, sizeof(*th));
	if (!th)
		return NULL;
	th->tid = tid;
	HASH_ADD_INT(os->threads, tid, th);
	return th;
}

static void drop_held(struct order_thread *th, struct held *h)
{
	HASH_DEL(th->by_key, h);
	DL_DELETE(th->of_class[h->key.class], h);
	free(h->again);
	free(h);
}

static void forget_thread(struct orders *os, struct order_thread *th)
{
	struct held *h, *tmp;

	HASH_ITER(hh, th->by_key, h, tmp)
		drop_held(th, h);
	HASH_DEL(os->threads, th);
	free(th);
}

static struct held *find_held(struct order_thread *th, uint64_t class, uint64_t lock)
{
	const struct held_key key = { class, lock };
	struct held *h;

	HASH_FIND(hh, th->by_key, &key, sizeof(key), h);
	return h;
}

/* lock.id, 0 for the mmap_lock: its events name the mm, others the rwsem. */
static int64_t lock_id(struct orders *os, const struct held_key *key, uint64_t vm_start,
		       uint64_t now_ns, int *ret)
{
	const struct lock_key lock_key = { key->lock, key->class == LOCK_VMA ? vm_start : 0 };
	const struct lock *lock;

	if (*ret || key->class == LOCK_MMAP)
		return 0;
	lock = lock_used(os->locks, &lock_key, CLASS_BIT(key->class), now_ns, os->sink, ret);
	return lock ? lock->row.id : 0;
}

static int64_t site_id(struct orders *os, uint64_t ip, int *ret)
{
	struct site *site = ip && !*ret ? site_at(os->sites, ip, os->sink, ret) : NULL;

	return site ? site->row.id : 0;
}

/* stack.id of the stack that was recorded with @ev, 0 for none. */
static int64_t stack_id(struct orders *os, const struct event *ev, int *ret)
{
	struct stack *stack = NULL;

	if (ev->stack && !*ret)
		stack = stack_resolve(os->sites, ev->stack, os->sink, ret);
	return stack ? stack->id : 0;
}

static int set_example(struct orders *os, struct order_edge *edge, const struct held *held,
		       const struct order_thread *th, const struct take *t, uint64_t now_ns)
{
	struct order_edge_row *row = &edge->row;
	struct task *task = task_get(os->tasks, th->tid, now_ns);
	int ret = 0;

	if (!task)
		return -ENOMEM;
	row->time_ns = now_ns;
	row->task_id = task->row.id;
	row->held_lock_id = lock_id(os, &held->key, held->vm_start, now_ns, &ret);
	row->taken_lock_id = lock_id(os, &t->key, t->vm_start, now_ns, &ret);
	row->held_site_id = site_id(os, held->ip, &ret);
	row->taken_site_id = site_id(os, t->ip, &ret);
	row->held_stack_id = held->stack_id;
	row->taken_stack_id = t->stack_id;
	return ret;
}

static int count_edge(struct orders *os, const struct held *held, bool same,
		      const struct order_thread *th, const struct take *t, uint64_t now_ns)
{
	struct order_edge *edge = &os->edge[held->key.class][t->key.class][same];
	struct order_edge_row *row = &edge->row;
	bool example = !row->id;

	if (!row->id) {
		row->id = ++os->last_id;
		row->held_class = held->key.class;
		row->taken_class = t->key.class;
		/* a thread that waits for itself */
		row->documented = same ? 0 : order_documented(row->held_class, row->taken_class);
	}
	/* an acquire that may wait is the better example than a try-lock */
	example |= t->may_wait && !row->nr_taken;
	row->nr_taken += t->may_wait;
	row->nr_tried += !t->may_wait;
	edge->dirty = true;
	return example ? set_example(os, edge, held, th, t, now_ns) : 0;
}

static int count_edges(struct orders *os, struct order_thread *th, const struct take *t,
		       const struct held *again, uint64_t now_ns)
{
	int class, ret = 0;

	for (class = 0; !ret && class < NR_LOCK_CLASSES; class ++) {
		const struct held *held = th->of_class[class];

		if (held && held != again && !held->doubtful)
			ret = count_edge(os, held, false, th, t, now_ns);
	}
	return ret;
}

/* Taken while it seems to be held: counted once it was released as often. */
static int take_again(struct held *h, const struct take *t, uint64_t now_ns)
{
	struct take *example;

	if (h->doubtful && h->depth == 1) {
		/* released once and taken once more: one release was not recorded */
		h->nr_taken_again = h->nr_tried_again = 0;
		free(h->again);
		h->again = NULL;
		h->doubtful = false;
		h->ip = t->ip;
		h->stack_id = t->stack_id;
		h->write = t->write;
		return 0;
	}
	h->depth++;
	h->doubtful = true;
	h->nr_taken_again += t->may_wait;
	h->nr_tried_again += !t->may_wait;
	if (h->again && (h->again->may_wait || !t->may_wait))
		return 0;
	example = malloc(sizeof(*example));
	if (!example)
		return -ENOMEM;
	*example = *t;
	free(h->again);
	h->again = example;
	h->again_ns = now_ns;
	return 0;
}

/* It was released as often as it was taken. */
static int count_again(struct orders *os, struct order_thread *th, const struct held *h)
{
	struct take t = *h->again;
	unsigned int i;
	int ret = 0;

	for (i = 0; !ret && i < h->nr_taken_again + h->nr_tried_again; i++) {
		t.may_wait = i < h->nr_taken_again;
		ret = count_edge(os, h, true, th, &t, h->again_ns);
	}
	return ret;
}

static int hold(struct order_thread *th, const struct take *t)
{
	struct held *h = calloc(1, sizeof(*h));

	if (!h)
		return -ENOMEM;
	h->key = t->key;
	h->vm_start = t->vm_start;
	h->ip = t->ip;
	h->stack_id = t->stack_id;
	h->depth = 1;
	h->write = t->write;
	HASH_ADD(hh, th->by_key, key, sizeof(h->key), h);
	DL_PREPEND(th->of_class[h->key.class], h);
	return 0;
}

/* Free the thread's state when it is empty. */
static int settled(struct orders *os, struct order_thread *th, int ret)
{
	th->acquire = (struct acquire){ 0 };
	if (!th->by_key)
		forget_thread(os, th);
	return ret;
}

static int acquired(void *machine, const struct event *ev)
{
	struct orders *os = machine;
	const int class = lock_class_of(ev->id);
	struct order_thread *th = get_thread(os, ev->tid);
	struct held *again;
	struct take t;
	int ret = 0;

	if (!th)
		return -ENOMEM;
	if (!ev->lock_op.success)
		return settled(os, th, 0);
	t = (struct take){
		.key = { class, ev->lock_op.lock },
		.ip = ev->lock_op.ip,
		.write = ev->lock_op.write,
		.may_wait = th->acquire.lock == ev->lock_op.lock,
	};
	t.stack_id = stack_id(os, ev, &ret);
	if (!t.stack_id && t.may_wait)
		t.stack_id = th->acquire.stack_id;
	again = find_held(th, class, t.key.lock);
	if (!ret)
		ret = count_edges(os, th, &t, again, ev->time_ns);
	if (!ret && again)
		ret = take_again(again, &t, ev->time_ns);
	else if (!ret)
		ret = hold(th, &t);
	return settled(os, th, ret);
}

static int released(void *machine, const struct event *ev)
{
	struct orders *os = machine;
	const int class = lock_class_of(ev->id);
	struct order_thread *th = find_thread(os, ev->tid);
	struct held *h = th ? find_held(th, class, ev->lock_op.lock) : NULL;
	int ret = 0;

	/* taken before the capture, or in a gap */
	if (!h)
		return 0;
	if (!--h->depth) {
		if (h->again)
			ret = count_again(os, th, h);
		drop_held(th, h);
	}
	if (!th->by_key)
		forget_thread(os, th);
	return ret;
}

static void drop_vma(struct order_thread *th, uint64_t mm)
{
	struct held *h = find_held(th, LOCK_VMA, mm);

	if (h)
		drop_held(th, h);
}

static bool waited_for_mm(const struct order_thread *th, uint64_t mm)
{
	return th->acquire.rwsem >= mm && th->acquire.rwsem - mm < MM_LOCK_BYTES;
}

static int mmap_acquired(void *machine, const struct event *ev)
{
	struct orders *os = machine;
	struct order_thread *th = find_thread(os, ev->tid);
	struct held *h = th ? find_held(th, LOCK_MMAP, ev->lock_op.lock) : NULL;
	struct take t = {
		.key = { LOCK_MMAP, ev->lock_op.lock },
		.write = ev->lock_op.write,
	};
	int ret = 0;

	/* not of this thread: BPF looks up build ids in interrupts */
	if (ev->in_irq)
		return 0;
	if (h && ev->lock_op.success) {
		/* a downgrade, or its release is missing: held all the same */
		h->write = ev->lock_op.write;
		drop_vma(th, ev->lock_op.lock);
		return 0;
	}
	th = get_thread(os, ev->tid);
	if (!th)
		return -ENOMEM;
	if (!ev->lock_op.success)
		return settled(os, th, 0);
	t.stack_id = stack_id(os, ev, &ret);
	if (waited_for_mm(th, ev->lock_op.lock)) {
		t.stack_id = t.stack_id ?: th->acquire.stack_id;
		t.may_wait = true;
	}
	t.may_wait |= t.write;
	if (!ret)
		ret = count_edges(os, th, &t, NULL, ev->time_ns);
	return settled(os, th, ret ?: hold(th, &t));
}

static int mmap_released(void *machine, const struct event *ev)
{
	struct orders *os = machine;
	struct order_thread *th = find_thread(os, ev->tid);

	if (th)
		drop_vma(th, ev->lock_op.lock);
	return released(os, ev);
}

/* A VMA is locked for writing as long as the mmap_lock is. */
static int vma_locked(void *machine, const struct event *ev)
{
	struct orders *os = machine;
	struct take t = {
		.key = { LOCK_VMA, ev->lock_op.lock },
		.vm_start = ev->lock_op.vm_start,
		.ip = ev->lock_op.ip,
		.write = true,
		.may_wait = true,
	};
	struct order_thread *th = find_thread(os, ev->tid);
	struct held *mmap;
	int ret = 0;

	/* the thread holds no lock that we know of */
	if (!th)
		return 0;
	t.stack_id = stack_id(os, ev, &ret);
	if (!ret)
		ret = count_edges(os, th, &t, NULL, ev->time_ns);
	mmap = find_held(th, LOCK_MMAP, ev->lock_op.lock);
	drop_vma(th, ev->lock_op.lock);
	if (!ret && mmap && mmap->write)
		ret = hold(th, &t);
	return settled(os, th, ret);
}

/* An acquire begins that may wait. */
static int may_wait(struct orders *os, struct order_thread *th, const struct event *ev)
{
	int ret = 0;
	int64_t id = stack_id(os, ev, &ret);

	if (th->acquire.lock != ev->lock_op.lock)
		th->acquire = (struct acquire){ .lock = ev->lock_op.lock };
	if (id)
		th->acquire.stack_id = id;
	return ret;
}

static int start_locking(void *machine, const struct event *ev)
{
	struct orders *os = machine;
	struct order_thread *th = find_thread(os, ev->tid);

	/* no lock is held: this makes no edge */
	return th ? may_wait(os, th, ev) : 0;
}

/* Likewise; its stack is of use to the locks that are taken later, too. */
static int contention_begin(void *machine, const struct event *ev)
{
	struct orders *os = machine;
	struct order_thread *th = get_thread(os, ev->tid);

	return th ? may_wait(os, th, ev) : -ENOMEM;
}

static int rwsem_contention_begin(void *machine, const struct event *ev)
{
	struct orders *os = machine;
	struct order_thread *th = find_thread(os, ev->tid);
	int ret = 0;
	int64_t id;

	if (!th || ev->in_irq)
		return 0;
	th->acquire.rwsem = ev->contention_begin.lock;
	id = stack_id(os, ev, &ret);
	if (id)
		th->acquire.stack_id = id;
	return ret;
}

static void forget_all(struct orders *os)
{
	struct order_thread *th, *tmp;

	HASH_ITER(hh, os->threads, th, tmp)
		forget_thread(os, th);
}

static int loss(void *machine, const struct event *ev)
{
	(void)ev;
	forget_all(machine);
	return 0;
}

static int newtask(void *machine, const struct event *ev)
{
	struct orders *os = machine;
	struct order_thread *th = find_thread(os, ev->task_newtask.tid);

	if (th)
		forget_thread(os, th);
	return 0;
}

static int flush(void *machine, uint64_t complete_ns)
{
	struct orders *os = machine;
	struct order_edge *edge = &os->edge[0][0][0];
	unsigned int i, nr = sizeof(os->edge) / sizeof(*edge);
	int ret;

	(void)complete_ns;
	for (i = 0; i < nr; i++) {
		if (!edge[i].dirty)
			continue;
		edge[i].dirty = false;
		ret = os->sink->order_edge(os->sink->ctx, &edge[i].row);
		if (ret)
			return ret;
	}
	return 0;
}

static void free_all(void *machine)
{
	forget_all(machine);
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	*(struct orders *)machine = (struct orders){
		.tasks = all->tasks,
		.locks = all->locks,
		.sites = all->sites,
		.sink = all->sink,
	};
	return opt->has[EVENT_ANON_VMA_LOCK_ACQUIRE_RETURNED] ||
	       opt->has[EVENT_I_MMAP_LOCK_ACQUIRE_RETURNED] ||
	       opt->has[EVENT_MMAP_LOCK_ACQUIRE_RETURNED];
}

static const struct hearing hears[] = {
	{ EVENT_ANON_VMA_LOCK_START_LOCKING, start_locking },
	{ EVENT_I_MMAP_LOCK_START_LOCKING, start_locking },
	{ EVENT_ANON_VMA_CONTENTION_BEGIN, contention_begin },
	{ EVENT_I_MMAP_CONTENTION_BEGIN, contention_begin },
	{ EVENT_CONTENTION_BEGIN, rwsem_contention_begin },
	{ EVENT_ANON_VMA_LOCK_ACQUIRE_RETURNED, acquired },
	{ EVENT_I_MMAP_LOCK_ACQUIRE_RETURNED, acquired },
	{ EVENT_MMAP_LOCK_ACQUIRE_RETURNED, mmap_acquired },
	{ EVENT_ANON_VMA_LOCK_RELEASED, released },
	{ EVENT_I_MMAP_LOCK_RELEASED, released },
	{ EVENT_MMAP_LOCK_RELEASED, mmap_released },
	{ EVENT_VMA_START_WRITE, vma_locked },
	{ EVENT_TASK_NEWTASK, newtask },
	{ EVENT_LOSS, loss },
	{ NR_EVENTS, NULL },
};

/* a lock taken in a gap may also have been released in it */
const struct machine orders_machine = {
	.init = init,
	.hears = hears,
	.deaf_in_gaps = true,
	.flush = flush,
	.free = free_all,
};
