// SPDX-License-Identifier: GPL-2.0-only
/*
 * Lost events of the kernel series: whatever part of one CPU's events is
 * missing, no hold, walk or wait gets a duration that it did not have.
 *
 * Histories are made of threads that take a few rwsems, for reading beside
 * each other or for writing alone, wait for them when they must, and walk
 * folios meanwhile; all truths are noted. Then any range of one CPU's events
 * is cut out and replaced by an EVENT_LOSS, as the sources do it, and the
 * model's rows are compared with the truth. Every span is kept as a row.
 */
#include "lib/clock.h"
#include "tests/unit/cut.h"
#include "tests/unit/random.h"

#define NR_CPUS	   3
#define NR_THREADS 5
#define NR_LOCKS   2
#define MAX_SPANS  100
#define FIRST_TID  100

enum kind {
	HOLD,
	WALK,
	WAIT,
};

struct span {
	enum kind kind;
	int32_t tid;
	uint64_t start_ns, end_ns; /* end_ns 0: open at the end */
	unsigned int begin_event;  /* its number in the history */
	unsigned int lock;	   /* number, of holds and waits */
	bool write;
	int64_t nr_waiters; /* of a hold */
	uint64_t pfn;	    /* of a walk */
	int64_t nr_vmas, nr_retries;
	int walk_kind, outcome;
	int64_t spun_ns; /* of a wait */
	int32_t holder;	 /* who let it go last, of a wait */
};

struct history {
	struct random r;
	struct event ev[MAX_EVENTS];
	unsigned int nr;
	struct span span[MAX_SPANS];
	unsigned int nr_spans;
	uint64_t now_ns;
	struct thread {
		uint16_t cpu;
		struct span *hold, *walk, *wait;
	} thread[NR_THREADS];
};

static uint64_t address_of(unsigned int lock)
{
	return 0xffff888000001000ULL + 0x1000 * lock;
}

/* As the kernel's own events name it. */
static uint64_t rwsem_of(unsigned int lock)
{
	return address_of(lock) + 8;
}

static void tick(struct history *h)
{
	/* no two at once; several seconds in all */
	h->now_ns += 1 + random_below(&h->r, 100 * NSEC_PER_MSEC);
}

static void add(struct history *h, struct event ev)
{
	h->ev[h->nr++] = ev;
	tick(h);
}

static struct span *span_new(struct history *h, enum kind kind, int32_t tid)
{
	struct span *s = &h->span[h->nr_spans++];

	*s = (struct span){
		.kind = kind,
		.tid = tid,
		.start_ns = h->now_ns,
		.begin_event = h->nr,
	};
	return s;
}

static bool may_take(const struct history *h, unsigned int lock, bool write)
{
	unsigned int i;

	for (i = 0; i < NR_THREADS; i++) {
		const struct span *hold = h->thread[i].hold;

		if (hold && hold->lock == lock && (write || hold->write))
			return false;
	}
	return true;
}

static void acquire(struct history *h, struct thread *t, int32_t tid, unsigned int lock, bool write)
{
	unsigned int i;

	t->hold = span_new(h, HOLD, tid);
	t->hold->lock = lock;
	t->hold->write = write;
	for (i = 0; i < NR_THREADS; i++)
		if (h->thread[i].wait && h->thread[i].wait->lock == lock)
			t->hold->nr_waiters++;
	add(h, ev_acquired(h->now_ns, tid, t->cpu, address_of(lock), write));
}

static void release(struct history *h, struct thread *t, int32_t tid)
{
	struct span *hold = t->hold;
	unsigned int i;

	for (i = 0; i < NR_THREADS; i++)
		if (h->thread[i].wait && h->thread[i].wait->lock == hold->lock)
			h->thread[i].wait->holder = tid;
	hold->end_ns = h->now_ns;
	t->hold = NULL;
	add(h, ev_released(h->now_ns, tid, t->cpu, address_of(hold->lock), hold->write));
}

static void wait_begins(struct history *h, struct thread *t, int32_t tid, unsigned int lock,
			bool write)
{
	unsigned int i;

	t->wait = span_new(h, WAIT, tid);
	t->wait->lock = lock;
	t->wait->write = write;
	t->wait->spun_ns = NO_TIME;
	for (i = 0; i < NR_THREADS; i++)
		if (h->thread[i].hold && h->thread[i].hold->lock == lock)
			h->thread[i].hold->nr_waiters++;
	add(h, ev_anon_begin(h->now_ns, tid, t->cpu, address_of(lock), write));
}

/* The spin is over, or the lock is there. */
static void wait_goes_on(struct history *h, struct thread *t, int32_t tid)
{
	struct span *w = t->wait;

	if (may_take(h, w->lock, w->write)) {
		if (w->spun_ns != NO_TIME)
			add(h, ev_end(h->now_ns, tid, t->cpu, rwsem_of(w->lock), 0));
		w->end_ns = h->now_ns;
		if (w->spun_ns == NO_TIME)
			w->spun_ns = w->end_ns - w->start_ns;
		t->wait = NULL;
		add(h, ev_anon_end(h->now_ns, tid, t->cpu, address_of(w->lock), w->write));
		acquire(h, t, tid, w->lock, w->write);
	} else if (w->spun_ns == NO_TIME) {
		w->spun_ns = h->now_ns - w->start_ns;
		add(h, ev_begin(h->now_ns, tid, t->cpu, rwsem_of(w->lock),
				w->write ? F_WRITE : F_READ));
	}
}

static void walk_begins(struct history *h, struct thread *t, int32_t tid)
{
	t->walk = span_new(h, WALK, tid);
	t->walk->walk_kind = random_below(&h->r, 3);
	t->walk->pfn = 1 + random_below(&h->r, 3);
	add(h, ev_walk_begin(h->now_ns, tid, t->cpu, t->walk->pfn, t->walk->walk_kind, 0));
}

static void walk_ends(struct history *h, struct thread *t, int32_t tid)
{
	struct span *w = t->walk;

	w->nr_vmas = random_below(&h->r, 5);
	w->outcome = random_below(&h->r, 3);
	w->end_ns = h->now_ns;
	t->walk = NULL;
	add(h, ev_walk_end(h->now_ns, tid, t->cpu, w->pfn, w->nr_vmas, w->outcome));
}

/* One thing that thread number @i may do next. */
static void thread_step(struct history *h, unsigned int i)
{
	struct thread *t = &h->thread[i];
	int32_t tid = FIRST_TID + i;
	unsigned int lock = random_below(&h->r, NR_LOCKS);
	bool write = random_below(&h->r, 2);

	if (random_below(&h->r, 3) == 0)
		t->cpu = random_below(&h->r, NR_CPUS);
	if (t->wait) {
		wait_goes_on(h, t, tid);
	} else if (t->hold && random_below(&h->r, 2)) {
		release(h, t, tid);
	} else if (!t->walk && random_below(&h->r, 3) == 0) {
		walk_begins(h, t, tid);
	} else if (t->walk && random_below(&h->r, 4) == 0) {
		t->walk->nr_retries++;
		add(h, ev_walk_retry(h->now_ns, tid, t->cpu, t->walk->pfn, address_of(0),
				     address_of(1)));
	} else if (t->walk && random_below(&h->r, 3) == 0) {
		walk_ends(h, t, tid);
	} else if (!t->hold && may_take(h, lock, write)) {
		acquire(h, t, tid, lock, write);
	} else if (!t->hold && random_below(&h->r, 4) == 0) {
		add(h, ev_failed(ev_acquired(h->now_ns, tid, t->cpu, address_of(lock), write)));
	} else if (!t->hold) {
		wait_begins(h, t, tid, lock, write);
	}
}

static void history_make(struct history *h, uint64_t seed, unsigned int nr)
{
	unsigned int i;

	memset(h, 0, sizeof(*h));
	h->r = random_from(seed);
	h->now_ns = NSEC_PER_SEC;
	for (i = 0; i < NR_THREADS; i++)
		h->thread[i].cpu = random_below(&h->r, NR_CPUS);
	while (h->nr < nr)
		thread_step(h, random_below(&h->r, NR_THREADS));
}

static void play(struct fixture *f, const struct history *h, const struct cut *c)
{
	bool has[NR_EVENTS];
	unsigned int i;

	/* symbols play no part here */
	memset(f, 0, sizeof(*f));
	memset(has, 1, sizeof(has));
	f->sink = seen_sink(&f->seen);
	model_init(&f->m, &(struct model_options){
				  .sink = &f->sink,
				  .has = has,
				  .keep_all = true,
			  });
	/* two threads a process */
	for (i = 0; i < NR_THREADS; i++)
		assert_int_equal(tasks_seed(&f->m.tasks, FIRST_TID + i, 1000 + i / 2), 0);
	cut_play(f, h->ev, h->nr, c);
}

static void played(struct fixture *f)
{
	model_free(&f->m);
	seen_free(&f->seen);
}

static bool overlaps(const struct span *s, const struct cut *c)
{
	return cut_overlaps(c, s->start_ns, s->end_ns);
}

static int64_t duration_of(const struct span *s)
{
	return s->end_ns - s->start_ns;
}

/* The row of @s among @nr of @rows, which all have a start_ns and a task_id. */
#define ROW_OF(f, s, rows, nr)                                                                     \
	({                                                                                         \
		unsigned int row_at;                                                               \
                                                                                                   \
		for (row_at = 0; row_at < (nr); row_at++)                                          \
			if ((rows)[row_at].start_ns == (int64_t)(s)->start_ns &&                   \
			    seen_task_of(&(f)->seen, (rows)[row_at].task_id)->tid == (s)->tid)     \
				break;                                                             \
		row_at < (nr) ? &(rows)[row_at] : NULL;                                            \
	})

static void check_hold(struct fixture *f, const struct span *s, const struct cut *c, uint64_t seed)
{
	const struct hold_row *row = ROW_OF(f, s, f->seen.hold, f->seen.nr_holds);

	check(row);
	check(row->mode == (s->write ? MODE_WRITE : MODE_READ));
	check(seen_lock_of(&f->seen, row->lock_id)->address == address_of(s->lock));
	if (overlaps(s, c)) {
		check(row->outcome == OUTCOME_UNCERTAIN);
		check(row->duration_ns == NO_TIME);
	} else if (!s->end_ns) {
		check(row->outcome == OUTCOME_OPEN);
		check(row->duration_ns == NO_TIME);
	} else {
		check(row->outcome == OUTCOME_ACQUIRED);
		check(row->duration_ns == duration_of(s));
		/* a wait across the gap is not known to go on; none is made up */
		check(row->nr_waiters <= s->nr_waiters);
		check(row->nr_waiters == s->nr_waiters || (c && s->start_ns > c->start_ns));
	}
}

static void check_walk(struct fixture *f, const struct span *s, const struct cut *c, uint64_t seed)
{
	const struct walk_row *row = ROW_OF(f, s, f->seen.walk, f->seen.nr_walks);

	check(row);
	check(row->kind == s->walk_kind);
	check(row->pfn == s->pfn);
	if (overlaps(s, c)) {
		check(row->outcome == WALK_OUTCOME_UNCERTAIN);
		check(row->duration_ns == NO_TIME);
		check(row->nr_vmas == -1);
	} else if (!s->end_ns) {
		check(row->outcome == WALK_OUTCOME_OPEN);
		check(row->duration_ns == NO_TIME);
		check(row->nr_vmas == -1);
	} else {
		check(row->outcome == s->outcome);
		check(row->duration_ns == duration_of(s));
		check(row->nr_vmas == s->nr_vmas);
		check(row->nr_retries == s->nr_retries);
	}
}

static void check_wait(struct fixture *f, const struct span *s, const struct cut *c, uint64_t seed)
{
	const struct wait_row *row = ROW_OF(f, s, f->seen.wait, f->seen.nr_waits);

	check(row);
	check(seen_lock_of(&f->seen, row->lock_id)->address == address_of(s->lock));
	if (overlaps(s, c)) {
		check(row->outcome == OUTCOME_UNCERTAIN);
		check(row->duration_ns == NO_TIME);
		check(row->spun_ns == NO_TIME);
		check(row->slept_ns == NO_TIME);
		check(row->holder_source == HOLDER_UNKNOWN);
	} else if (!s->end_ns) {
		check(row->outcome == OUTCOME_OPEN);
		check(row->duration_ns == NO_TIME);
	} else {
		check(row->outcome == OUTCOME_ACQUIRED);
		check(row->duration_ns == duration_of(s));
		check(row->spun_ns == s->spun_ns);
		/* who had it before the gap may be unknown, but nobody else had it */
		check(row->holder_source == HOLDER_EXACT ||
		      (c && row->holder_source == HOLDER_UNKNOWN));
		if (row->holder_source == HOLDER_EXACT && (!c || s->end_ns <= c->start_ns))
			check(seen_task_of(&f->seen, row->holder_task_id)->tid == s->holder);
	}
}

/* Since when all holders of @lock are known, if nothing is lost: its first writer. */
static uint64_t known_since(const struct history *h, unsigned int lock)
{
	uint64_t since_ns = UINT64_MAX;
	unsigned int i;

	for (i = 0; i < h->nr_spans; i++) {
		const struct span *s = &h->span[i];

		if (s->kind == HOLD && s->lock == lock && s->write && s->start_ns < since_ns)
			since_ns = s->start_ns;
	}
	return since_ns;
}

/* How much of the wait @w thread @tid truly had its lock in this mode, from @from_ns on. */
static double true_part(const struct history *h, const struct span *w, int32_t tid, bool write,
			uint64_t from_ns)
{
	double part_ns = 0;
	unsigned int i, k;

	/* nothing changes between two events */
	for (i = 0; i + 1 < h->nr; i++) {
		const uint64_t t = h->ev[i].time_ns, next = h->ev[i + 1].time_ns;
		unsigned int nr = 0, mine = 0;

		if (t < w->start_ns || t < from_ns || next > w->end_ns)
			continue;
		for (k = 0; k < h->nr_spans; k++) {
			const struct span *s = &h->span[k];

			if (s->kind != HOLD || s->lock != w->lock || s->start_ns > t ||
			    (s->end_ns && s->end_ns < next))
				continue;
			nr++;
			mine += s->tid == tid && s->write == write;
		}
		if (mine)
			part_ns += (double)(next - t) / nr;
	}
	return part_ns;
}

/* The parts of the wait @w: they add up, and nobody has more than was his. */
static unsigned int check_parts_of(struct fixture *f, const struct history *h, const struct span *w,
				   const struct wait_row *row, const struct cut *c, uint64_t seed)
{
	/* of rounding */
	const double slack_ns = NR_THREADS + 1;
	const uint64_t from_ns = c ? 0 : known_since(h, w->lock);
	unsigned int i, nr = 0;
	int64_t sum_ns = 0;

	for (i = 0; i < f->seen.nr_wait_parts; i++) {
		const struct wait_part_row *p = &f->seen.wait_part[i];
		double true_ns;

		if (p->wait_id != row->id)
			continue;
		check(p->nr == nr++);
		check(p->duration_ns > 0);
		sum_ns += p->duration_ns;
		if (!p->holder_task_id)
			continue;
		true_ns = true_part(h, w, seen_task_of(&f->seen, p->holder_task_id)->tid,
				    p->mode == MODE_WRITE, from_ns);
		check((double)p->duration_ns <= true_ns + slack_ns);
		check(c || (double)p->duration_ns >= true_ns - slack_ns);
	}
	check(nr == 0 || sum_ns == row->duration_ns);
	check((nr > 0) == (row->holder_source == HOLDER_EXACT && row->duration_ns > 0));
	return nr;
}

static void check_parts(struct fixture *f, const struct history *h, const struct cut *c,
			uint64_t seed)
{
	unsigned int nr = 0, i;

	for (i = 0; i < h->nr_spans; i++) {
		const struct span *s = &h->span[i];

		if (s->kind == WAIT && !is_lost(c, s->begin_event))
			nr += check_parts_of(f, h, s, ROW_OF(f, s, f->seen.wait, f->seen.nr_waits),
					     c, seed);
	}
	check(nr == f->seen.nr_wait_parts);
}

/* Somebody who held the lock and let it go during the wait. */
static bool was_holder(const struct history *h, const struct span *w, int32_t tid)
{
	unsigned int i;

	for (i = 0; i < h->nr_spans; i++) {
		const struct span *s = &h->span[i];

		if (s->kind == HOLD && s->tid == tid && s->lock == w->lock &&
		    s->end_ns > w->start_ns && (!w->end_ns || s->end_ns < w->end_ns))
			return true;
	}
	return false;
}

/*
 * Waits that only the kernel's own events tell of, because the outer one is
 * across the gap: they are part of it. Returns their number.
 */
static unsigned int check_inner_waits(struct fixture *f, const struct history *h,
				      const struct cut *c, uint64_t seed)
{
	unsigned int nr = 0, i, k;

	for (i = 0; i < f->seen.nr_waits; i++) {
		const struct wait_row *row = &f->seen.wait[i];
		uint64_t address = seen_lock_of(&f->seen, row->lock_id)->address;
		int64_t end_ns = row->start_ns;

		for (k = 0; k < NR_LOCKS && address != rwsem_of(k); k++)
			;
		if (k == NR_LOCKS)
			continue;
		nr++;
		check(c && row->spun_ns == NO_TIME);
		if (row->duration_ns != NO_TIME)
			end_ns += row->duration_ns;
		for (k = 0; k < h->nr_spans; k++) {
			const struct span *s = &h->span[k];

			if (s->kind == WAIT && overlaps(s, c) && address == rwsem_of(s->lock) &&
			    row->start_ns > (int64_t)s->start_ns &&
			    (!s->end_ns || end_ns < (int64_t)s->end_ns))
				break;
		}
		check(k < h->nr_spans);
	}
	return nr;
}

static void check_spans(struct fixture *f, const struct history *h, const struct cut *c,
			uint64_t seed)
{
	void (*const checks[])(struct fixture * f, const struct span *s, const struct cut *c,
			       uint64_t seed) = {
		[HOLD] = check_hold,
		[WALK] = check_walk,
		[WAIT] = check_wait,
	};
	unsigned int nr[3] = { 0 }, nr_retries = 0, i;

	for (i = 0; i < h->nr_spans; i++) {
		const struct span *s = &h->span[i];
		const struct wait_row *w;

		if (is_lost(c, s->begin_event))
			continue;
		nr[s->kind]++;
		checks[s->kind](f, s, c, seed);
		if (s->kind != WAIT)
			continue;
		w = ROW_OF(f, s, f->seen.wait, f->seen.nr_waits);
		check(w->holder_source != HOLDER_EXACT ||
		      was_holder(h, s, seen_task_of(&f->seen, w->holder_task_id)->tid));
	}
	/* and none that never was */
	check(f->seen.nr_holds == nr[HOLD]);
	check(f->seen.nr_walks == nr[WALK]);
	check(f->seen.nr_waits == nr[WAIT] + check_inner_waits(f, h, c, seed));
	/* a retry is a moment: those that were not lost are all there */
	for (i = 0; i < h->nr; i++)
		nr_retries += h->ev[i].id == EVENT_RMAP_WALK_RETRY && !is_lost(c, i);
	check(f->seen.nr_retries == nr_retries);
}

static void check_hold_rollups(struct fixture *f, const struct cut *c, uint64_t seed)
{
	unsigned int k, i;

	for (k = 0; k < f->seen.nr_locks; k++) {
		int64_t id = f->seen.lock[k].id, nr = 0, hold_ns = 0, nr_waits = 0, wait_ns = 0;
		struct lasted held = { 0 }, waited = { 0 };

		for (i = 0; i < f->seen.nr_holds; i++) {
			const struct hold_row *h = &f->seen.hold[i];

			if (h->lock_id != id)
				continue;
			if (h->duration_ns == NO_TIME)
				add_lasted(&held, f, c, h->start_ns, h->outcome == OUTCOME_OPEN);
			if (h->outcome == OUTCOME_OPEN)
				continue;
			nr++;
			hold_ns += h->duration_ns == NO_TIME ? 0 : h->duration_ns;
		}
		for (i = 0; i < f->seen.nr_waits; i++) {
			const struct wait_row *w = &f->seen.wait[i];

			if (w->lock_id != id)
				continue;
			if (w->duration_ns == NO_TIME) {
				add_lasted(&waited, f, c, w->start_ns, w->outcome == OUTCOME_OPEN);
				continue;
			}
			nr_waits++;
			wait_ns += w->duration_ns;
		}
		for (i = 0; i < f->seen.nr_rollups; i++) {
			const struct rollup_row *r = &f->seen.rollup[i].row;

			if (r->lock_id != id)
				continue;
			nr_waits -= r->nr_waits;
			wait_ns -= r->wait_ns;
			if (r->nr_holds == NO_TIME)
				continue;
			nr -= r->nr_holds;
			hold_ns -= r->hold_ns;
		}
		check(nr == 0);
		check(is_lasted(&held, -hold_ns));
		check(nr_waits == 0);
		check(is_lasted(&waited, -wait_ns));
	}
}

static void check_walk_rollups(struct fixture *f, const struct cut *c, uint64_t seed)
{
	unsigned int i;
	int kind;

	for (kind = WALK_ANON; kind <= WALK_KSM; kind++) {
		int64_t nr = 0, walk_ns = 0, nr_vmas = 0, nr_retries = 0, nr_contended = 0;
		int64_t nr_uncertain = 0, max_ns = 0, got_max_ns = 0;
		struct lasted walked = { 0 };

		for (i = 0; i < f->seen.nr_walks; i++) {
			const struct walk_row *w = &f->seen.walk[i];

			if (w->kind != kind)
				continue;
			if (w->duration_ns == NO_TIME)
				add_lasted(&walked, f, c, w->start_ns,
					   w->outcome == WALK_OUTCOME_OPEN);
			if (w->outcome == WALK_OUTCOME_OPEN)
				continue;
			nr_retries += w->nr_retries;
			nr_uncertain += w->outcome == WALK_OUTCOME_UNCERTAIN;
			if (w->duration_ns == NO_TIME)
				continue;
			nr++;
			walk_ns += w->duration_ns;
			nr_vmas += w->nr_vmas;
			nr_contended += w->outcome == WALK_OUTCOME_CONTENDED;
			max_ns = w->duration_ns > max_ns ? w->duration_ns : max_ns;
		}
		for (i = 0; i < f->seen.nr_walk_rollups; i++) {
			const struct walk_rollup_row *r = &f->seen.walk_rollup[i];

			if (r->kind != kind)
				continue;
			nr -= r->nr_walks;
			walk_ns -= r->walk_ns;
			nr_vmas -= r->nr_vmas;
			nr_retries -= r->nr_retries;
			nr_contended -= r->nr_contended;
			nr_uncertain -= r->nr_uncertain;
			got_max_ns = r->max_walk_ns > got_max_ns ? r->max_walk_ns : got_max_ns;
		}
		check(nr == 0);
		check(is_lasted(&walked, -walk_ns));
		check(nr_vmas == 0);
		check(nr_retries == 0);
		check(nr_contended == 0);
		check(nr_uncertain == 0);
		check(got_max_ns == max_ns);
	}
}

static void without_a_loss_the_rows_are_the_truth(void **state)
{
	static struct history h;
	unsigned int nr[3] = { 0 }, nr_parts = 0, i;
	struct fixture f;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 100; seed++) {
		history_make(&h, seed, MAX_EVENTS - 3);
		play(&f, &h, NULL);
		check_spans(&f, &h, NULL, seed);
		check_hold_rollups(&f, NULL, seed);
		check_walk_rollups(&f, NULL, seed);
		check_parts(&f, &h, NULL, seed);
		nr_parts += f.seen.nr_wait_parts;
		for (i = 0; i < h.nr_spans; i++)
			nr[h.span[i].kind]++;
		played(&f);
	}
	/* the histories are worth it */
	assert_true(nr[HOLD] > 2000);
	assert_true(nr[WALK] > 1000);
	assert_true(nr[WAIT] > 1000);
	assert_true(nr_parts > 1000);
}

static bool cut_of(struct cut *c, const struct history *h, unsigned int cpu, unsigned int first,
		   unsigned int last)
{
	return cut_make(c, h->ev, h->nr, h->now_ns, cpu, first, last);
}

/* Call @fn for every cut of some histories. */
static void for_every_cut(void (*fn)(struct fixture *f, const struct history *h,
				     const struct cut *c, uint64_t seed))
{
	static struct history h;
	uint64_t seed;

	for (seed = 1; seed <= 10; seed++) {
		unsigned int cpu, first, last;
		struct fixture f;
		struct cut c;

		history_make(&h, seed, 80);
		for (cpu = 0; cpu < NR_CPUS; cpu++)
			for (first = 0; cut_of(&c, &h, cpu, first, first); first++)
				for (last = first; cut_of(&c, &h, cpu, first, last); last++) {
					play(&f, &h, &c);
					fn(&f, &h, &c, seed);
					played(&f);
				}
	}
}

static void no_cut_gives_a_span_a_duration_that_it_did_not_have(void **state)
{
	(void)state;
	for_every_cut(check_spans);
}

static void parts_add_up_and_are_no_larger_than_they_were_for_every_cut(void **state)
{
	(void)state;
	for_every_cut(check_parts);
}

static void sums(struct fixture *f, const struct history *h, const struct cut *c, uint64_t seed)
{
	(void)h;
	check_hold_rollups(f, c, seed);
	check_walk_rollups(f, c, seed);
}

static void sums_are_those_of_the_rows_for_every_cut(void **state)
{
	(void)state;
	for_every_cut(sums);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_a_loss_the_rows_are_the_truth),
		cmocka_unit_test(no_cut_gives_a_span_a_duration_that_it_did_not_have),
		cmocka_unit_test(parts_add_up_and_are_no_larger_than_they_were_for_every_cut),
		cmocka_unit_test(sums_are_those_of_the_rows_for_every_cut),
	};

	return cmocka_run_group_tests_name("series_loss", tests, NULL, NULL);
}
