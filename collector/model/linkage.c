// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/linkage.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/model/hold.h"

/* A VMA on a root. fork links it once per ancestor: counted. */
struct link_key {
	uint64_t mm, vm_start;
};

struct link {
	UT_hash_handle hh; /* in its root, by key */
	struct link_key key;
	uint64_t vm_end;
	unsigned int count;
	struct lock_vma_row row; /* row.id 0: not written yet */
};

struct anon_root {
	UT_hash_handle hh;
	uint64_t address;
	struct link *links;
	bool dirty;    /* has links whose rows were not written yet */
	bool complete; /* all its links are known */
};

struct anon_vma_of {
	UT_hash_handle hh;
	uint64_t address;
	uint64_t root;
	unsigned int count; /* links to it */
};

/*
 * The process of an mm. During a fork the VMAs of the child's mm are linked by
 * the parent, whose tgid the event has: a second mm of the same process is a
 * child's (or the process's own after exec), and known when it unlinks.
 */
struct mm_owner {
	UT_hash_handle hh; /* by mm */
	UT_hash_handle by_tgid;
	uint64_t mm;
	int32_t tgid;
	uint64_t child_mm; /* being made by fork, 0: none */
	bool exited;	   /* its memory may have been reused for another mm */
};

static struct mm_owner *find_owner(struct linkage *lk, uint64_t mm)
{
	struct mm_owner *owner;

	HASH_FIND(hh, lk->owners, &mm, sizeof(mm), owner);
	return owner;
}

static struct mm_owner *owner_of(struct linkage *lk, int32_t tgid)
{
	struct mm_owner *owner;

	HASH_FIND(by_tgid, lk->owners_by_tgid, &tgid, sizeof(tgid), owner);
	return owner;
}

static void forget_owner(struct linkage *lk, struct mm_owner *owner)
{
	HASH_DELETE(hh, lk->owners, owner);
	HASH_DELETE(by_tgid, lk->owners_by_tgid, owner);
	free(owner);
}

static int learn_owner(struct linkage *lk, uint64_t mm, int32_t tgid)
{
	struct mm_owner *owner = find_owner(lk, mm);

	if (owner && owner->tgid == tgid)
		return 0;
	if (owner)
		forget_owner(lk, owner);
	owner = owner_of(lk, tgid);
	if (owner)
		forget_owner(lk, owner);
	owner = calloc(1, sizeof(*owner));
	if (!owner)
		return -ENOMEM;
	owner->mm = mm;
	owner->tgid = tgid;
	HASH_ADD(hh, lk->owners, mm, sizeof(owner->mm), owner);
	HASH_ADD(by_tgid, lk->owners_by_tgid, tgid, sizeof(owner->tgid), owner);
	return 0;
}

/* The first mm that a process links for is its own. */
static int note_linker(struct linkage *lk, const struct event *ev)
{
	const int32_t tgid = ev->anon_vma_chain.tgid;
	struct mm_owner *owner = find_owner(lk, ev->anon_vma_chain.mm);

	if (owner && (owner->tgid == tgid || !owner->exited))
		return 0;
	if (owner)
		forget_owner(lk, owner);
	owner = owner_of(lk, tgid);
	if (!owner)
		return learn_owner(lk, ev->anon_vma_chain.mm, tgid);
	owner->child_mm = ev->anon_vma_chain.mm;
	return 0;
}

/* exec: the mm with the new stack is the process's own now; the former mm is gone. */
static int note_exec(void *machine, const struct event *ev)
{
	struct linkage *lk = machine;

	int32_t tgid = task_tgid(lk->tasks, ev->tid);
	struct mm_owner *owner = owner_of(lk, tgid);
	uint64_t mm = owner ? owner->child_mm : 0;
	int ret = mm ? learn_owner(lk, mm, tgid) : 0;

	if (owner && !mm)
		forget_owner(lk, owner);
	process_execed(lk->tasks, tgid);
	return ret ?: vmas_over(lk->vmas, tgid, mm, ev->time_ns);
}

static int note_exit(void *machine, const struct event *ev)
{
	struct mm_owner *owner = owner_of(machine, ev->sched_process_exit.tid);

	if (owner)
		owner->exited = true;
	return 0;
}

/* The fork has linked the child's VMAs before; the child's process id is known now. */
static int note_child(void *machine, const struct event *ev)
{
	struct linkage *lk = machine;
	struct mm_owner *former = owner_of(lk, ev->task_newtask.tid), *owner;
	uint64_t mm;

	if (former && !(ev->task_newtask.clone_flags & CLONE_THREAD))
		forget_owner(lk, former);
	owner = owner_of(lk, task_tgid(lk->tasks, ev->tid));
	mm = owner ? owner->child_mm : 0;
	if (!mm || ev->task_newtask.clone_flags & CLONE_VM)
		return 0;
	owner->child_mm = 0;
	return learn_owner(lk, mm, ev->task_newtask.tid);
}

static struct anon_root *find_root(struct linkage *lk, uint64_t address)
{
	struct anon_root *root;

	HASH_FIND(hh, lk->roots, &address, sizeof(address), root);
	return root;
}

static struct anon_vma_of *find_anon_vma(struct linkage *lk, uint64_t address)
{
	struct anon_vma_of *av;

	HASH_FIND(hh, lk->anon_vmas, &address, sizeof(address), av);
	return av;
}

static struct link_key key_of(const struct event *ev)
{
	return (struct link_key){ ev->anon_vma_chain.mm, ev->anon_vma_chain.vm_start };
}

static struct link *find_link(struct anon_root *root, const struct event *ev)
{
	const struct link_key key = key_of(ev);
	struct link *link;

	HASH_FIND(hh, root->links, &key, sizeof(key), link);
	return link;
}

/*
 * Linked with another range: the VMA grew downwards, lost its front, or was
 * moved as a whole (exec's stack): then it is the only one of its mm.
 */
static struct link *find_moved_link(struct anon_root *root, const struct event *ev)
{
	struct link *link, *tmp, *of_mm = NULL;
	unsigned int nr_of_mm = 0;

	HASH_ITER(hh, root->links, link, tmp) {
		if (link->key.mm != ev->anon_vma_chain.mm)
			continue;
		if (link->vm_end == ev->anon_vma_chain.vm_end)
			return link;
		of_mm = link;
		nr_of_mm++;
	}
	return nr_of_mm == 1 ? of_mm : NULL;
}

/* The lock of root @address, if something refers to it. */
static struct lock *seen_lock(struct linkage *lk, uint64_t address)
{
	return lock_find_seen(lk->locks, &(struct lock_key){ .address = address });
}

int64_t linkage_root_id(struct linkage *lk, uint64_t anon_vma, uint64_t root, uint64_t now_ns,
			int *ret)
{
	const struct anon_vma_of *av = root ? NULL : find_anon_vma(lk, anon_vma);
	const struct lock_key key = { .address = root ?: av ? av->root : anon_vma };
	struct lock *lock = seen_lock(lk, key.address);

	*ret = 0;
	/* without a link, only a root that was seen as a lock is certain */
	if (!lock && !av && !root)
		return 0;
	lock = lock_used(lk->locks, &key, CLASS_BIT(LOCK_ANON_VMA), now_ns, lk->sink, ret);
	return lock ? lock->row.id : 0;
}

static int note_anon_vma(struct linkage *lk, const struct event *ev)
{
	struct anon_vma_of *av = find_anon_vma(lk, ev->anon_vma_chain.anon_vma);

	if (!av) {
		av = calloc(1, sizeof(*av));
		if (!av)
			return -ENOMEM;
		av->address = ev->anon_vma_chain.anon_vma;
		HASH_ADD(hh, lk->anon_vmas, address, sizeof(av->address), av);
	}
	av->root = ev->anon_vma_chain.root;
	av->count++;
	return 0;
}

/*
 * Whether the first link that we see of a root is its first one: it was not
 * seen before, but as __anon_vma_prepare() takes its lock to link it.
 */
static bool is_new_root(struct linkage *lk, const struct event *ev)
{
	const struct lock *lock = seen_lock(lk, ev->anon_vma_chain.root);
	const struct hold *hold = lock ? lock->holds : NULL;

	if (!process_began_after(lk->tasks, ev->anon_vma_chain.tgid, gap_end(lk->gap)))
		return false;
	return !lock || (hold && !hold->next && hold->key.tid == ev->tid &&
			 lock->row.first_ns == hold->row.start_ns);
}

static struct vma_at vma_at_of(const struct event *ev, int32_t tgid)
{
	return (struct vma_at){
		.tgid = tgid,
		.mm = ev->anon_vma_chain.mm,
		.start = ev->anon_vma_chain.vm_start,
		.end = ev->anon_vma_chain.vm_end,
	};
}

static int link_vma(void *machine, const struct event *ev)
{
	struct linkage *lk = machine;
	struct anon_root *root = find_root(lk, ev->anon_vma_chain.root);
	struct link *link;
	struct vma_at at;

	if (note_linker(lk, ev))
		return -ENOMEM;
	at = vma_at_of(ev, linkage_tgid(lk, ev->anon_vma_chain.mm));
	vma_linked(lk->vmas, &at);
	if (!root) {
		root = calloc(1, sizeof(*root));
		if (!root)
			return -ENOMEM;
		root->address = ev->anon_vma_chain.root;
		root->complete = is_new_root(lk, ev);
		HASH_ADD(hh, lk->roots, address, sizeof(root->address), root);
	}
	link = find_link(root, ev);
	if (!link) {
		link = calloc(1, sizeof(*link));
		if (!link)
			return -ENOMEM;
		link->key = key_of(ev);
		link->row.from_ns = ev->time_ns;
		link->row.to_ns = NO_TIME;
		HASH_ADD(hh, root->links, key, sizeof(link->key), link);
		root->dirty = true;
	}
	link->vm_end = ev->anon_vma_chain.vm_end;
	link->count++;
	return note_anon_vma(lk, ev);
}

int32_t linkage_tgid(struct linkage *lk, uint64_t mm)
{
	const struct mm_owner *owner = find_owner(lk, mm);

	return owner ? owner->tgid : -1;
}

static struct vma_at vma_at_link(struct linkage *lk, const struct link *link)
{
	return (struct vma_at){
		.tgid = linkage_tgid(lk, link->key.mm),
		.mm = link->key.mm,
		.start = link->key.vm_start,
		.end = link->vm_end,
	};
}

bool linkage_only_vma(struct linkage *lk, uint64_t address, struct vma_at *at)
{
	const struct anon_root *root = find_root(lk, address);
	bool only = root && root->complete && root->links && !root->links->hh.next;

	*at = only ? vma_at_link(lk, root->links) : (struct vma_at){ 0 };
	return only;
}

bool linkage_only_vma_of(struct linkage *lk, uint64_t address, uint64_t mm, struct vma_at *at)
{
	const struct anon_root *root = find_root(lk, address);
	const struct link *link;
	unsigned int nr = 0;

	if (!root || !root->complete)
		return false;
	for (link = root->links; link; link = link->hh.next) {
		if (link->key.mm != mm)
			continue;
		*at = vma_at_link(lk, link);
		nr++;
	}
	return nr == 1;
}

/* Write the row of one link of a root. */
static int give_link(struct linkage *lk, struct link *link, struct lock *lock)
{
	if (!link->row.id) {
		const struct vma_at at = vma_at_link(lk, link);
		struct vma *vma;
		int ret;

		if (link->row.to_ns == NO_TIME)
			vma = vma_get(lk->vmas, &at, link->row.from_ns, &ret);
		else
			vma = vma_unlinking(lk->vmas, &at, link->row.from_ns, link->row.to_ns,
					    &ret);
		if (ret)
			return ret;
		link->row.lock_id = lock->row.id;
		link->row.vma_id = vma->row.id;
	}
	lock_describe(lk->locks, lock, link->row.vma_id);
	return lk->sink->lock_vma(lk->sink->ctx, &link->row);
}

static void forget_anon_vma(struct linkage *lk, uint64_t address)
{
	struct anon_vma_of *av = find_anon_vma(lk, address);

	if (!av || --av->count)
		return;
	HASH_DEL(lk->anon_vmas, av);
	free(av);
}

static int unlink_vma(void *machine, const struct event *ev)
{
	struct linkage *lk = machine;
	const struct lock_key key = { .address = ev->anon_vma_chain.root };
	struct anon_root *root = find_root(lk, key.address);
	struct link *link = root ? find_link(root, ev) : NULL;
	struct lock *lock = seen_lock(lk, key.address);
	bool complete;
	const struct vma_at at = vma_at_of(ev, ev->anon_vma_chain.tgid);
	int ret = learn_owner(lk, ev->anon_vma_chain.mm, ev->anon_vma_chain.tgid);

	if (!ret)
		ret = vma_over(lk->vmas, &at, ev->time_ns);
	if (ret)
		return ret;
	forget_anon_vma(lk, ev->anon_vma_chain.anon_vma);
	if (root && !link)
		link = find_moved_link(root, ev);
	/* linked before the capture, or in a gap */
	if (!link || --link->count)
		return 0;
	link->row.to_ns = ev->time_ns;
	if (lock)
		ret = give_link(lk, link, lock);
	HASH_DEL(root->links, link);
	free(link);
	if (ret || root->links)
		return ret;
	complete = root->complete;
	HASH_DEL(lk->roots, root);
	free(root);
	if (complete)
		lock_freed(lk->locks, &key);
	return 0;
}

/* Links may have been made and removed in the gap: nothing is known for certain any more. */
static void forget_all(struct linkage *lk)
{
	struct anon_vma_of *av, *atmp;
	struct anon_root *root, *rtmp;
	struct link *link, *ltmp;

	HASH_ITER(hh, lk->roots, root, rtmp) {
		HASH_ITER(hh, root->links, link, ltmp) {
			HASH_DEL(root->links, link);
			free(link);
		}
		HASH_DEL(lk->roots, root);
		free(root);
	}
	HASH_ITER(hh, lk->anon_vmas, av, atmp) {
		HASH_DEL(lk->anon_vmas, av);
		free(av);
	}
}

static int loss(void *machine, const struct event *ev)
{
	(void)ev;
	forget_all(machine);
	return 0;
}

static int flush(void *machine, uint64_t complete_ns)
{
	struct linkage *lk = machine;
	struct anon_root *root, *tmp;
	struct link *link, *ltmp;
	int ret;

	(void)complete_ns;
	HASH_ITER(hh, lk->roots, root, tmp) {
		struct lock *lock = seen_lock(lk, root->address);

		if (!root->dirty || !lock)
			continue;
		root->dirty = false;
		HASH_ITER(hh, root->links, link, ltmp) {
			if (link->row.id)
				continue;
			ret = give_link(lk, link, lock);
			if (ret)
				return ret;
		}
	}
	return 0;
}

static void free_all(void *machine)
{
	struct linkage *lk = machine;
	struct mm_owner *owner, *tmp;

	forget_all(lk);
	HASH_ITER(hh, lk->owners, owner, tmp)
		forget_owner(lk, owner);
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	(void)opt;
	*(struct linkage *)machine = (struct linkage){
		.locks = all->locks,
		.vmas = all->vmas,
		.tasks = all->tasks,
		.sink = all->sink,
		.gap = all->gap,
	};
	return true;
}

static const struct hearing hears[] = {
	{ EVENT_ANON_VMA_LINK, link_vma },
	{ EVENT_ANON_VMA_UNLINK, unlink_vma },
	{ EVENT_TASK_NEWTASK, note_child },
	{ EVENT_SCHED_PROCESS_EXEC, note_exec },
	{ EVENT_SCHED_PROCESS_EXIT, note_exit },
	{ EVENT_LOSS, loss },
	{ NR_EVENTS, NULL },
};

const struct machine linkage_machine = {
	.init = init,
	.hears = hears,
	.flush = flush,
	.free = free_all,
};
