// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/storm.h"

#include <errno.h>
#include <stdlib.h>

/* For how long after a move the lock of the folio counts as known. */
#define FOLIO_KNOWN_NS NSEC_PER_SEC
/* Folios by pfn; a later one takes the place of an earlier. A power of two. */
#define NR_FOLIOS      (1U << 14)
#define NR_STORM_KINDS (STORM_SKIP + 1)

struct storm_key {
	int64_t kind, lock_id;
	int64_t process_id; /* where lock_id is 0 */
};

/* What one thread did in a storm. */
struct storm_task {
	UT_hash_handle hh;
	int64_t task_id;
	int64_t site_id; /* what the walker's latest walk is for */
	int64_t nr;
};

/* Moves from an anon_vma root to a VMA. */
struct storm_route_key {
	uint64_t old_root, mm, vm_start, vm_end;
	uint64_t from_start, from_end; /* 0: the VMA is not known */
};

struct storm_route {
	UT_hash_handle hh;
	struct storm_route_key key;
	int32_t tgid;
	int64_t nr;
};

/* One move: its thread and its route. */
struct storm_move {
	struct storm_route_key route;
	int64_t task_id;
	int32_t tgid;
};

/* A folio's latest move. */
struct storm_folio {
	uint64_t pfn;
	struct storm_move move;
	uint64_t root;
	int64_t lock_id; /* of root then; 0: not known */
	uint64_t time_ns;
};

/* The events of the last second, oldest first: a ring. */
struct recent {
	uint64_t *time_ns;
	unsigned int first, nr, room;
};

struct storm {
	UT_hash_handle hh;
	struct storm_key key;
	struct storm_row row;
	uint64_t last_ns;
	struct storm_task *walkers, *movers;
	struct storm_route *routes;
	struct recent recent;
	bool dirty;
};

static int recent_grow(struct recent *r)
{
	unsigned int room = r->room ? r->room * 2 : 16, i;
	uint64_t *grown = malloc(room * sizeof(*grown));

	if (!grown)
		return -ENOMEM;
	for (i = 0; i < r->nr; i++)
		grown[i] = r->time_ns[(r->first + i) % r->room];
	free(r->time_ns);
	r->time_ns = grown;
	r->first = 0;
	r->room = room;
	return 0;
}

static int recent_add(struct recent *r, uint64_t now_ns)
{
	while (r->nr && r->time_ns[r->first] + NSEC_PER_SEC <= now_ns) {
		r->first = (r->first + 1) % r->room;
		r->nr--;
	}
	if (r->nr == r->room && recent_grow(r))
		return -ENOMEM;
	r->time_ns[(r->first + r->nr++) % r->room] = now_ns;
	return 0;
}

static struct storm_task *task_of(struct storm_task **tasks, int64_t task_id)
{
	struct storm_task *t;

	HASH_FIND(hh, *tasks, &task_id, sizeof(task_id), t);
	if (t)
		return t;
	t = calloc(1, sizeof(*t));
	if (!t)
		return NULL;
	t->task_id = task_id;
	HASH_ADD(hh, *tasks, task_id, sizeof(t->task_id), t);
	return t;
}

static void free_tasks(struct storm_task *tasks)
{
	struct storm_task *t, *tmp;

	HASH_ITER(hh, tasks, t, tmp) {
		HASH_DEL(tasks, t);
		free(t);
	}
}

/* The entry with the highest count; the first of several. */
static const struct storm_task *most(const struct storm_task *tasks)
{
	const struct storm_task *t, *best = tasks;

	for (t = tasks; t; t = t->hh.next)
		if (t->nr > best->nr)
			best = t;
	return best;
}

static void forget(struct storms *ss, struct storm *s)
{
	struct storm_route *route, *tmp;

	HASH_ITER(hh, s->routes, route, tmp) {
		HASH_DEL(s->routes, route);
		free(route);
	}
	free_tasks(s->walkers);
	free_tasks(s->movers);
	free(s->recent.time_ns);
	HASH_DEL(ss->by_key, s);
	free(s);
}

/* The VMAs of the route that most moves took. */
static int fill_vmas(struct storms *ss, struct storm *s)
{
	const struct storm_route *route, *best = s->routes;
	struct vma *vma;
	int ret = 0;

	for (route = s->routes; route; route = route->hh.next)
		if (route->nr > best->nr)
			best = route;
	s->row.from_vma_id = s->row.to_vma_id = 0;
	if (best && best->key.vm_end) {
		const struct vma_at to = { best->tgid, best->key.mm, best->key.vm_start,
					   best->key.vm_end };

		vma = vma_get(ss->vmas, &to, s->last_ns, &ret);
		s->row.to_vma_id = vma ? vma->row.id : 0;
	}
	if (!ret && best && best->key.from_end) {
		const struct vma_at from = { best->tgid, best->key.mm, best->key.from_start,
					     best->key.from_end };

		vma = vma_get(ss->vmas, &from, s->last_ns, &ret);
		s->row.from_vma_id = vma ? vma->row.id : 0;
	}
	return ret;
}

static int give(struct storms *ss, struct storm *s, int outcome)
{
	const struct storm_task *walker = most(s->walkers), *mover = most(s->movers);
	/* without a lock, the moves that belong to the storm are unknown */
	const bool moves_known = ss->watch_moves && s->key.lock_id;
	int ret = fill_vmas(ss, s);

	s->row.outcome = outcome;
	s->row.nr_walkers = HASH_COUNT(s->walkers);
	s->row.walker_task_id = walker->task_id;
	s->row.walker_site_id = walker->site_id;
	s->row.mover_task_id = mover ? mover->task_id : 0;
	s->row.nr_movers = moves_known ? (int64_t)HASH_COUNT(s->movers) : NO_TIME;
	if (!moves_known)
		s->row.nr_moves = NO_TIME;
	s->dirty = false;
	return ret ? ret : ss->sink->storm(ss->sink->ctx, &s->row);
}

/* Frees @s. */
static int end_storm(struct storms *ss, struct storm *s)
{
	int ret = s->row.nr_events >= STORM_NR_EVENTS ? give(ss, s, OUTCOME_ACQUIRED) : 0;

	forget(ss, s);
	return ret;
}

static struct storm *find_storm(struct storms *ss, const struct storm_key *key)
{
	struct storm *s;

	HASH_FIND(hh, ss->by_key, key, sizeof(*key), s);
	return s;
}

static struct storm *new_storm(struct storms *ss, const struct storm_key *key, uint64_t now_ns)
{
	struct storm *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->key = *key;
	s->last_ns = now_ns;
	s->row.kind = key->kind;
	s->row.lock_id = key->lock_id;
	s->row.start_ns = now_ns;
	HASH_ADD(hh, ss->by_key, key, sizeof(s->key), s);
	return s;
}

static int count_move(struct storm *s, const struct storm_move *move)
{
	struct storm_task *mover = task_of(&s->movers, move->task_id);
	struct storm_route *route;

	HASH_FIND(hh, s->routes, &move->route, sizeof(move->route), route);
	if (!route) {
		route = calloc(1, sizeof(*route));
		if (!route)
			return -ENOMEM;
		route->key = move->route;
		route->tgid = move->tgid;
		HASH_ADD(hh, s->routes, key, sizeof(route->key), route);
	}
	if (!mover)
		return -ENOMEM;
	mover->nr++;
	route->nr++;
	s->row.nr_moves++;
	s->dirty = true;
	return 0;
}

/*
 * A retry or skip of @walker. @cause is the move that a retry comes from, or NULL:
 * the one before the first of a storm is the storm's, too.
 */
static int count(struct storms *ss, int kind, int64_t lock_id, const struct task *walker,
		 int64_t site_id, uint64_t now_ns, const struct storm_move *cause)
{
	const struct storm_key key = { kind, lock_id, lock_id ? 0 : walker->row.process_id };
	struct storm *s = find_storm(ss, &key);
	struct storm_task *t;
	int ret = 0;

	if (s && now_ns > s->last_ns + STORM_PAUSE_NS) {
		ret = end_storm(ss, s);
		s = NULL;
	}
	if (!ret && !s) {
		s = new_storm(ss, &key, now_ns);
		ret = !s ? -ENOMEM : cause ? count_move(s, cause) : 0;
	}
	if (ret)
		return ret;
	/* time may step back a little */
	if (now_ns > s->last_ns)
		s->last_ns = now_ns;
	t = task_of(&s->walkers, walker->row.id);
	if (!t || recent_add(&s->recent, s->last_ns))
		return -ENOMEM;
	t->nr++;
	if (site_id)
		t->site_id = site_id;
	s->row.nr_events++;
	s->row.duration_ns = s->last_ns - s->row.start_ns;
	if (s->recent.nr > s->row.peak_per_s)
		s->row.peak_per_s = s->recent.nr;
	s->dirty = true;
	return s->row.nr_events == STORM_NR_EVENTS ? give(ss, s, OUTCOME_OPEN) : 0;
}

static struct storm_folio *folio_of(struct storms *ss, uint64_t pfn)
{
	return &ss->folios[pfn & (NR_FOLIOS - 1)];
}

/* lock.id of @root if something was seen of it; makes no row. */
static int64_t known_lock_id(struct storms *ss, uint64_t root)
{
	const struct lock_key key = { .address = root };
	const struct lock *lock = root ? lock_find_seen(ss->locks, &key) : NULL;

	return lock ? lock->row.id : 0;
}

/* The latest move of a folio, if that was a moment ago; else NULL. */
static const struct storm_folio *known_folio(struct storms *ss, uint64_t pfn, uint64_t now_ns)
{
	const struct storm_folio *f = ss->folios ? folio_of(ss, pfn) : NULL;

	return f && f->pfn == pfn && f->time_ns + FOLIO_KNOWN_NS >= now_ns ? f : NULL;
}

/* The move that made a walk start over: the folio's latest, off that lock. */
static const struct storm_move *cause_of(struct storms *ss, const struct event *ev, int64_t lock_id)
{
	const struct storm_folio *f = known_folio(ss, ev->walk_retry.pfn, ev->time_ns);

	if (!f || !lock_id || !f->move.task_id)
		return NULL;
	return known_lock_id(ss, f->move.route.old_root) == lock_id ? &f->move : NULL;
}

static int walk_retry(void *machine, const struct event *ev)
{
	struct storms *ss = machine;
	const struct task *task = task_get(ss->tasks, ev->tid, ev->time_ns);
	const struct walk *walk = walks_open(ss->walks, ev->tid);
	int64_t lock_id;
	int ret;

	if (!task)
		return -ENOMEM;
	lock_id = linkage_root_id(ss->linkage, ev->walk_retry.old_anon_vma, ev->walk_retry.old_root,
				  ev->time_ns, &ret);
	if (ret)
		return ret;
	return count(ss, STORM_RETRY, lock_id, task, walk ? walk->row.site_id : 0, ev->time_ns,
		     cause_of(ss, ev, lock_id));
}

static int64_t lock_of_folio(struct storms *ss, const struct event *ev)
{
	const struct storm_folio *f = known_folio(ss, ev->walk_skip.pfn, ev->time_ns);

	/* file and i_mmap: moves are of anonymous folios only */
	if (!f || ev->walk_skip.reason == SKIP_I_MMAP)
		return 0;
	/* freed since then: whatever has the address now is another lock */
	return f->lock_id && known_lock_id(ss, f->root) == f->lock_id ? f->lock_id : 0;
}

static int walk_skip(void *machine, const struct event *ev)
{
	struct storms *ss = machine;
	const struct task *task = task_get(ss->tasks, ev->tid, ev->time_ns);
	const struct walk *walk = walks_open(ss->walks, ev->tid);
	struct site *site;
	int64_t site_id;
	int ret;

	if (!task)
		return -ENOMEM;
	site = site_at(ss->sites, ev->walk_skip.ip, ss->sink, &ret);
	if (ret)
		return ret;
	/* the purpose of the walk is more useful than the place where it was given up */
	site_id = walk && walk->row.site_id ? walk->row.site_id : site ? site->row.id : 0;
	return count(ss, STORM_SKIP, lock_of_folio(ss, ev), task, site_id, ev->time_ns, NULL);
}

/*
 * The VMA that a folio leaves: where it was moved to before, a moment ago; or
 * the only one that its process has on that root.
 */
static void find_source(struct storms *ss, const struct event *ev, struct storm_route_key *key)
{
	const struct storm_folio *was = known_folio(ss, ev->folio_move.pfn, ev->time_ns);
	struct vma_at from;

	if (was && was->lock_id && was->root == key->old_root && was->move.route.mm == key->mm) {
		key->from_start = was->move.route.vm_start;
		key->from_end = was->move.route.vm_end;
	} else if (linkage_only_vma_of(ss->linkage, key->old_root, key->mm, &from)) {
		key->from_start = from.start;
		key->from_end = from.end;
	}
}

/* A move below one root disturbs no walk: its thread needs no row. */
static int fill_move(struct storms *ss, const struct event *ev, struct storm_move *move)
{
	const struct task *task;

	*move = (struct storm_move){
		.route = {
			.old_root = ev->folio_move.old_root,
			.mm = ev->folio_move.mm,
			.vm_start = ev->folio_move.vm_start,
			.vm_end = ev->folio_move.vm_end,
		},
	};
	if (ev->folio_move.old_root == ev->folio_move.new_root)
		return 0;
	task = task_get(ss->tasks, ev->tid, ev->time_ns);
	if (!task)
		return -ENOMEM;
	move->task_id = task->row.id;
	move->tgid = task->row.tgid;
	find_source(ss, ev, &move->route);
	return 0;
}

static int remember_folio(struct storms *ss, const struct event *ev, const struct storm_move *move,
			  int64_t lock_id)
{
	if (!ss->folios) {
		ss->folios = calloc(NR_FOLIOS, sizeof(*ss->folios));
		if (!ss->folios)
			return -ENOMEM;
	}
	/* it may have moved on in the gap */
	if (gap_covers(ss->gap, ev->time_ns))
		lock_id = 0;
	*folio_of(ss, ev->folio_move.pfn) = (struct storm_folio){
		.pfn = ev->folio_move.pfn,
		.move = *move,
		.root = ev->folio_move.new_root,
		.lock_id = lock_id,
		.time_ns = ev->time_ns,
	};
	return 0;
}

static int folio_moved(void *machine, const struct event *ev)
{
	struct storms *ss = machine;
	int64_t ids[2] = { 0, known_lock_id(ss, ev->folio_move.new_root) };
	struct storm_move move;
	struct storm *s;
	int i, kind, ret;

	/* where it was before, while that is still remembered */
	ret = fill_move(ss, ev, &move);
	if (!ret)
		ret = remember_folio(ss, ev, &move, ids[1]);
	if (ret || !ss->by_key || ev->folio_move.old_root == ev->folio_move.new_root)
		return ret;
	ids[0] = known_lock_id(ss, ev->folio_move.old_root);
	for (kind = 0; kind < NR_STORM_KINDS; kind++) {
		for (i = 0; i < 2; i++) {
			const struct storm_key key = { kind, ids[i], 0 };

			s = ids[i] ? find_storm(ss, &key) : NULL;
			/* otherwise the storm had ended before */
			if (s && ev->time_ns <= s->last_ns + STORM_PAUSE_NS && count_move(s, &move))
				return -ENOMEM;
		}
	}
	return 0;
}

/* Folios may have moved on. */
static int loss(void *machine, const struct event *ev)
{
	struct storms *ss = machine;

	(void)ev;
	free(ss->folios);
	ss->folios = NULL;
	return 0;
}

static int flush(void *machine, uint64_t complete_ns)
{
	struct storms *ss = machine;
	struct storm *s, *tmp;
	int ret = 0;

	HASH_ITER(hh, ss->by_key, s, tmp) {
		if (complete_ns > s->last_ns + STORM_PAUSE_NS)
			ret = end_storm(ss, s);
		else if (s->dirty && s->row.nr_events >= STORM_NR_EVENTS)
			ret = give(ss, s, OUTCOME_OPEN);
		if (ret)
			return ret;
	}
	return 0;
}

static void free_all(void *machine)
{
	struct storms *ss = machine;
	struct storm *s, *tmp;

	HASH_ITER(hh, ss->by_key, s, tmp)
		forget(ss, s);
	free(ss->folios);
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	*(struct storms *)machine = (struct storms){
		.tasks = all->tasks,
		.locks = all->locks,
		.sites = all->sites,
		.vmas = all->vmas,
		.linkage = all->linkage,
		.walks = all->walks,
		.sink = all->sink,
		.gap = all->gap,
		.watch_moves = opt->has[EVENT_FOLIO_MOVE_ANON_RMAP],
	};
	return true;
}

static const struct hearing hears[] = {
	{ EVENT_RMAP_WALK_RETRY, walk_retry },
	{ EVENT_RMAP_WALK_SKIP, walk_skip },
	{ EVENT_FOLIO_MOVE_ANON_RMAP, folio_moved },
	{ EVENT_LOSS, loss },
	{ NR_EVENTS, NULL },
};

const struct machine storms_machine = {
	.init = init,
	.hears = hears,
	.flush = flush,
	.free = free_all,
};
