// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/walk.h"

#include <errno.h>
#include <stdlib.h>

#include "collector/model/second.h"

/* Shorter walks without a retry are in the roll-ups only. */
#define KEEP_NS	     NSEC_PER_MSEC
/* As the roll-ups of waits. */
#define KEEP_SECONDS 2

#define NR_VMAS_UNKNOWN (-1)

struct walk_rollup_key {
	int64_t second, kind, site_id;
};

struct walk_rollup {
	UT_hash_handle hh;
	struct walk_rollup_key key;
	struct walk_rollup_row row;
	bool dirty;
};

static struct walk_rollup *rollup_get(struct walks *ws, const struct walk_rollup_key *key)
{
	struct walk_rollup_key recent = *key;
	struct walk_rollup *r;

	/* like the roll-ups of waits: a late addition goes to the oldest second in memory */
	if (key->second < ws->oldest)
		recent.second = ws->oldest;
	key = &recent;
	HASH_FIND(hh, ws->rollups, key, sizeof(*key), r);
	if (r)
		return r;
	r = calloc(1, sizeof(*r));
	if (!r)
		return NULL;
	r->key = *key;
	r->row = (struct walk_rollup_row){
		.second = key->second,
		.kind = key->kind,
		.site_id = key->site_id,
		.nr_retries = ws->watch_retries ? 0 : NO_TIME,
	};
	HASH_ADD(hh, ws->rollups, key, sizeof(r->key), r);
	return r;
}

/* The roll-up of @walk in the second of @time_ns. */
static struct walk_rollup *rollup_of(struct walks *ws, const struct walk_row *walk, int64_t time_ns)
{
	const struct walk_rollup_key key = {
		time_ns / (int64_t)NSEC_PER_SEC,
		walk->kind,
		walk->site_id,
	};
	struct walk_rollup *r = rollup_get(ws, &key);

	if (!r)
		return NULL;
	r->dirty = true;
	if (key.second > ws->newest)
		ws->newest = key.second;
	return r;
}

/* Book what lies before @until_ns to the seconds in which it passed. */
static int book(struct walks *ws, struct walk *w, int64_t until_ns)
{
	int64_t next;

	for (; w->booked_ns < until_ns; w->booked_ns = next) {
		struct walk_rollup *r = rollup_of(ws, &w->row, w->booked_ns);

		if (!r)
			return -ENOMEM;
		next = second_cut(w->booked_ns, until_ns, &ws->nr_spread);
		r->row.walk_ns += next - w->booked_ns;
	}
	return 0;
}

/* A retry that came was traced. */
static void add_retries(int64_t *nr, int64_t more)
{
	if (more == NO_TIME)
		return;
	*nr = *nr == NO_TIME ? more : *nr + more;
}

static int roll_up(struct walks *ws, struct walk *w, int64_t end_ns)
{
	const struct walk_row *walk = &w->row;
	int ret = walk->duration_ns == NO_TIME ? 0 : book(ws, w, end_ns);
	struct walk_rollup *r = ret ? NULL : rollup_of(ws, walk, end_ns);

	if (!r)
		return -ENOMEM;
	add_retries(&r->row.nr_retries, walk->nr_retries);
	if (walk->duration_ns == NO_TIME) {
		r->row.nr_uncertain++;
		return 0;
	}
	r->row.nr_walks++;
	if (walk->nr_vmas != NR_VMAS_UNKNOWN) {
		r->row.nr_counted++;
		r->row.nr_vmas += walk->nr_vmas;
	}
	r->row.nr_contended += walk->outcome == WALK_OUTCOME_CONTENDED;
	if (walk->duration_ns > r->row.max_walk_ns)
		r->row.max_walk_ns = walk->duration_ns;
	return hist_add(&r->row.hist, walk->duration_ns, 1);
}

static struct walk *find(struct walks *ws, int32_t tid)
{
	struct walk *w;

	HASH_FIND_INT(ws->by_tid, &tid, w);
	return w;
}

/* Frees @w. @nr_vmas: NR_VMAS_UNKNOWN unless it ended and they are counted. */
static int close_walk(struct walks *ws, struct walk *w, uint64_t end_ns, int64_t nr_vmas,
		      int outcome)
{
	int ret;

	HASH_DEL(ws->by_tid, w);
	if (w->tainted || (int64_t)end_ns < w->row.start_ns)
		outcome = WALK_OUTCOME_UNCERTAIN;
	w->row.outcome = outcome;
	if (w->row.outcome != WALK_OUTCOME_UNCERTAIN) {
		w->row.duration_ns = end_ns - w->row.start_ns;
		w->row.nr_vmas = nr_vmas;
	}
	ret = roll_up(ws, w, end_ns);
	if (!ret && (ws->keep_all || w->row.nr_retries > 0 || outcome == WALK_OUTCOME_CONTENDED ||
		     w->row.duration_ns > (int64_t)KEEP_NS))
		ret = ws->sink->walk(ws->sink->ctx, &w->row);
	free(w);
	return ret;
}

static int walk_begin(void *machine, const struct event *ev)
{
	struct walks *ws = machine;
	struct walk *w = find(ws, ev->tid);
	struct site *site;
	struct task *task;
	int ret = 0;

	if (w)
		/* its end is missing */
		ret = close_walk(ws, w, ev->time_ns, NR_VMAS_UNKNOWN, WALK_OUTCOME_UNCERTAIN);
	if (ret)
		return ret;
	task = task_get(ws->tasks, ev->tid, ev->time_ns);
	if (!task)
		return -ENOMEM;
	site = site_at(ws->sites, ev->walk_begin.rmap_one, ws->sink, &ret);
	w = ret ? NULL : calloc(1, sizeof(*w));
	if (!w)
		return ret ?: -ENOMEM;
	w->tid = ev->tid;
	w->booked_ns = ev->time_ns;
	w->tainted = gap_covers(ws->gap, ev->time_ns);
	w->row = (struct walk_row){
		.start_ns = ev->time_ns,
		.duration_ns = NO_TIME,
		.task_id = task->row.id,
		.kind = ev->walk_begin.kind,
		.site_id = site ? site->row.id : 0,
		.pfn = ev->walk_begin.pfn,
		.nr_pages = ev->walk_begin.nr_pages,
		.nr_vmas = NR_VMAS_UNKNOWN,
		.nr_retries = ws->watch_retries ? 0 : NO_TIME,
		.outcome = WALK_OUTCOME_OPEN,
	};
	HASH_ADD_INT(ws->by_tid, tid, w);
	return 0;
}

/* Of enum walk_end. The first form of the rmap events has three of them. */
static int outcome_of(uint32_t outcome)
{
	static const int outcomes[] = {
		[WALK_END_DONE] = WALK_OUTCOME_DONE,
		[WALK_END_STOPPED] = WALK_OUTCOME_STOPPED,
		[WALK_END_CONTENDED] = WALK_OUTCOME_CONTENDED,
		[WALK_END_GAVE_UP] = WALK_OUTCOME_GAVE_UP,
		[WALK_END_GONE] = WALK_OUTCOME_GONE,
	};

	if (outcome == WALK_END_UNKNOWN)
		return WALK_OUTCOME_ENDED;
	return outcome < sizeof(outcomes) / sizeof(outcomes[0]) ? outcomes[outcome]
								: WALK_OUTCOME_UNCERTAIN;
}

static int64_t known_vmas(uint32_t nr_vmas)
{
	return nr_vmas == WALK_VMAS_UNKNOWN ? NR_VMAS_UNKNOWN : (int64_t)nr_vmas;
}

static int walk_end(void *machine, const struct event *ev)
{
	struct walks *ws = machine;
	struct walk *w = find(ws, ev->tid);

	/* a walk of another folio: the beginning of this one is missing */
	if (!w || w->row.pfn != ev->walk_end.pfn)
		return 0;
	return close_walk(ws, w, ev->time_ns, known_vmas(ev->walk_end.nr_vmas),
			  outcome_of(ev->walk_end.outcome));
}

static int walk_retry(void *machine, const struct event *ev)
{
	struct walks *ws = machine;
	struct task *task = task_get(ws->tasks, ev->tid, ev->time_ns);
	struct walk *w = find(ws, ev->tid);
	struct retry_row row;
	int ret;

	if (!task)
		return -ENOMEM;
	if (w && w->row.pfn == ev->walk_retry.pfn)
		add_retries(&w->row.nr_retries, 1);
	row = (struct retry_row){
		.time_ns = ev->time_ns,
		.task_id = task->row.id,
		.pfn = ev->walk_retry.pfn,
		.attempt = ev->walk_retry.attempt,
		.slow = ev->walk_retry.slow,
	};
	row.old_lock_id = linkage_root_id(ws->linkage, ev->walk_retry.old_anon_vma,
					  ev->walk_retry.old_root, ev->time_ns, &ret);
	if (!ret)
		row.new_lock_id = linkage_root_id(ws->linkage, ev->walk_retry.new_anon_vma,
						  ev->walk_retry.new_root, ev->time_ns, &ret);
	if (!ret)
		ret = rollup_retry(ws->sums, &row, task->row.process_id);
	return ret ? ret : ws->sink->retry(ws->sink->ctx, &row);
}

static int walk_skip(void *machine, const struct event *ev)
{
	struct walks *ws = machine;
	struct task *task = task_get(ws->tasks, ev->tid, ev->time_ns);
	struct site *site;
	int ret;

	if (!task)
		return -ENOMEM;
	site = site_at(ws->sites, ev->walk_skip.ip, ws->sink, &ret);
	if (ret)
		return ret;
	return ws->sink->skip(ws->sink->ctx, &(struct skip_row){
						     .time_ns = ev->time_ns,
						     .task_id = task->row.id,
						     .pfn = ev->walk_skip.pfn,
						     .reason = ev->walk_skip.reason,
						     .site_id = site ? site->row.id : 0,
					     });
}

static int loss(void *machine, const struct event *ev)
{
	struct walks *ws = machine;
	struct walk *w, *tmp;
	int ret;

	HASH_ITER(hh, ws->by_tid, w, tmp) {
		ret = close_walk(ws, w, ev->time_ns, NR_VMAS_UNKNOWN, WALK_OUTCOME_UNCERTAIN);
		if (ret)
			return ret;
	}
	return 0;
}

const struct walk *walks_open(const struct walks *ws, int32_t tid)
{
	const struct walk *w;

	HASH_FIND_INT(ws->by_tid, &tid, w);
	return w;
}

static void drop_rollup(struct walks *ws, struct walk_rollup *r)
{
	HASH_DEL(ws->rollups, r);
	hist_free(&r->row.hist);
	free(r);
}

/* @least_ns: only walks that have lasted longer than this */
static int book_all(struct walks *ws, int64_t until_ns, int64_t least_ns)
{
	struct walk *w, *tmp;
	int ret = 0;

	HASH_ITER(hh, ws->by_tid, w, tmp) {
		if (!ret && !w->tainted && until_ns - w->row.start_ns > least_ns)
			ret = book(ws, w, until_ns);
	}
	return ret;
}

static int book_open(void *machine, int64_t until_ns)
{
	return book_all(machine, until_ns, 0);
}

static int flush(void *machine, uint64_t complete_ns)
{
	struct walks *ws = machine;
	struct walk_rollup *r, *tmp;
	int ret;

	(void)complete_ns;
	if (ws->newest - KEEP_SECONDS > ws->oldest)
		ws->oldest = ws->newest - KEEP_SECONDS;
	HASH_ITER(hh, ws->rollups, r, tmp) {
		if (r->dirty) {
			ret = ws->sink->walk_rollup(ws->sink->ctx, &r->row);
			if (ret)
				return ret;
			r->dirty = false;
		}
		if (r->key.second < ws->oldest)
			drop_rollup(ws, r);
	}
	return 0;
}

static int finish(void *machine, int64_t end_ns)
{
	struct walks *ws = machine;
	struct walk *w, *tmp;
	int ret = book_all(ws, end_ns, LASTS_NS);

	if (ret)
		return ret;
	HASH_ITER(hh, ws->by_tid, w, tmp) {
		if (w->tainted) {
			w->row.outcome = WALK_OUTCOME_UNCERTAIN;
			ret = roll_up(ws, w, w->row.start_ns);
			if (ret)
				return ret;
		}
		ret = ws->sink->walk(ws->sink->ctx, &w->row);
		if (ret)
			return ret;
	}
	return 0;
}

static void free_all(void *machine)
{
	struct walks *ws = machine;
	struct walk_rollup *r, *rtmp;
	struct walk *w, *tmp;

	HASH_ITER(hh, ws->rollups, r, rtmp)
		drop_rollup(ws, r);
	HASH_ITER(hh, ws->by_tid, w, tmp) {
		HASH_DEL(ws->by_tid, w);
		free(w);
	}
}

static bool init(void *machine, const struct machines *all, const struct model_options *opt)
{
	*(struct walks *)machine = (struct walks){
		.tasks = all->tasks,
		.sites = all->sites,
		.linkage = all->linkage,
		.sums = all->rollups,
		.sink = all->sink,
		.gap = all->gap,
		.keep_all = opt->keep_all,
		.watch_retries = (opt->traced ?: opt->has)[EVENT_RMAP_WALK_RETRY],
	};
	return true;
}

static const struct hearing hears[] = {
	{ EVENT_RMAP_WALK_BEGIN, walk_begin },
	{ EVENT_RMAP_WALK_END, walk_end },
	{ EVENT_RMAP_WALK_RETRY, walk_retry },
	{ EVENT_RMAP_WALK_SKIP, walk_skip },
	{ EVENT_LOSS, loss },
	{ NR_EVENTS, NULL },
};

const struct machine walks_machine = {
	.init = init,
	.hears = hears,
	.book = book_open,
	.flush = flush,
	.finish = finish,
	.free = free_all,
};
