// SPDX-License-Identifier: GPL-2.0-only
/*
 * For which VMA a wait was: by the VMA lock itself, by what a writer does with
 * an anon_vma lock, by the only VMA on it, by the page fault that it is in.
 */
#include <errno.h>

#include "lib/clock.h"
#include "tests/unit/fixture.h"

#define ROOT	 0xffff888000001000ULL
#define OTHER	 0xffff888000002000ULL
#define CHILD	 0xffff888000003000ULL
#define RWSEM	 0xffff888000a00040ULL
#define P	 100 /* a process and its main thread; A is a thread of it */
#define A	 101
#define Q	 200
#define KSWAPD	 50
#define PFN	 0x12345
#define START	 0x7f0000001000ULL
#define END	 0x7f0000009000ULL
#define START_2	 0x7f0000010000ULL
#define END_2	 0x7f0000020000ULL
#define MM(tgid) (0xffff888100000000ULL + 0x1000 * (uint64_t)(tgid))
#define MS	 NSEC_PER_MSEC
#define READ	 false
#define WRITE	 true
#define NOT_YET	 0

#define FAULT_STACK   "rwsem_down_write_slowpath down_write __anon_vma_prepare asm_exc_page_fault"
#define MMAP_STACK    "rwsem_down_read_slowpath lock_mm_and_find_vma asm_exc_page_fault"
#define COPY_STACK    "rwsem_down_read_slowpath lock_mm_and_find_vma asm_exc_page_fault dup_mmap"
#define RECLAIM_STACK "rwsem_down_read_slowpath rmap_walk_anon folio_referenced asm_exc_page_fault"

/* /proc of a test: one VMA of one process. */
struct table {
	struct vma_row vma;
	int32_t tgid;
	unsigned int nr_asked;
};

static int look_up(void *ctx, int32_t tgid, uint64_t address, struct vma_row *row)
{
	struct table *t = ctx;

	t->nr_asked++;
	if (tgid != t->tgid || address < t->vma.start || address >= t->vma.end)
		return -ENOENT;
	*row = t->vma;
	return 0;
}

static struct table *know(struct fixture *f, struct table *t, int32_t tgid, uint64_t start,
			  uint64_t end, const char *name)
{
	*t = (struct table){ .tgid = tgid, .vma = { .start = start, .end = end, .perms = "rw-p" } };
	snprintf(t->vma.name, sizeof(t->vma.name), "%s", name);
	f->m.tasks.lookup.ctx = t;
	f->m.tasks.lookup.vma = look_up;
	return t;
}

static int setup(void **state)
{
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	assert_int_equal(tasks_seed(&f->m.tasks, P, P), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, A, P), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, Q, Q), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, KSWAPD, KSWAPD), 0);
	return 0;
}

static const struct vma_row *vma_of(struct fixture *f, int64_t id)
{
	unsigned int i;

	for (i = 0; i < f->seen.nr_vmas; i++)
		if (f->seen.vma[i].id == id)
			return &f->seen.vma[i];
	fail_msg("no VMA of id %lld", (long long)id);
	return NULL;
}

/* The VMA of the @nr-th wait as it is at the end. */
static const struct vma_row *vma_of_wait(struct fixture *f, unsigned int nr)
{
	assert_true(nr < f->seen.nr_waits);
	assert_int_not_equal(f->seen.wait[nr].vma_id, 0);
	return vma_of(f, f->seen.wait[nr].vma_id);
}

static int32_t tgid_of(struct fixture *f, const struct vma_row *vma)
{
	/* @vma may move in memory */
	int64_t process_id = vma->process_id;

	flush(f, 0);
	return process_id ? seen_process_of(&f->seen, process_id)->tgid : -1;
}

/* Every wait is summed once, for the VMA that its row has in the end. */
static void assert_summed(struct fixture *f)
{
	unsigned int i, k;

	for (i = 0; i < f->seen.nr_waits; i++) {
		const struct wait_row *w = &f->seen.wait[i];
		int64_t waits = 0, sums = 0;

		if (w->outcome == OUTCOME_OPEN)
			continue;
		for (k = 0; k < f->seen.nr_waits; k++)
			waits += f->seen.wait[k].vma_id == w->vma_id &&
				 f->seen.wait[k].lock_id == w->lock_id &&
				 f->seen.wait[k].outcome != OUTCOME_OPEN;
		for (k = 0; k < f->seen.nr_rollups; k++)
			if (f->seen.rollup[k].row.vma_id == w->vma_id &&
			    f->seen.rollup[k].row.lock_id == w->lock_id)
				sums += f->seen.rollup[k].row.nr_waits +
					f->seen.rollup[k].row.nr_uncertain;
		assert_int_equal(waits, sums);
	}
}

static void anon_wait(struct fixture *f, uint64_t begin_ns, uint64_t end_ns, int32_t tid,
		      bool write)
{
	feed(f, ev_anon_begin(begin_ns, tid, 0, ROOT, write));
	feed(f, ev_anon_end(end_ns, tid, 0, ROOT, write));
}

/* --- an anon_vma lock that serves several VMAs */

/* Two VMAs of P, and one that only the test knows of, hang on the root. */
static void crowd(struct fixture *f)
{
	feed(f, ev_link(10, P, ROOT, ROOT, START, END));
	feed(f, ev_link(20, P, ROOT, ROOT, START_2, END_2));
}

static void a_move_tells_the_vma_that_the_lock_was_for(void **state)
{
	struct fixture *f = *state;

	crowd(f);
	anon_wait(f, 1000, 2000, A, WRITE);
	/* the row is there; its VMA is not known yet */
	assert_int_equal(only_wait(f)->vma_id, NOT_YET);
	feed(f, ev_folio_move(2100, A, PFN, ROOT, OTHER, START_2, END_2));
	assert_true(vma_of_wait(f, 0)->start == START_2);
	assert_true(vma_of_wait(f, 0)->end == END_2);
	assert_int_equal(tgid_of(f, vma_of_wait(f, 0)), P);
	assert_int_equal(f->seen.wait[0].vma_id, f->seen.move[0].vma_id);
	feed(f, ev_released(2200, A, 0, ROOT, WRITE));
	finish(f);
	assert_summed(f);
}

static void a_link_and_an_unlink_tell_it(void **state)
{
	struct fixture *f = *state;

	crowd(f);
	anon_wait(f, 1000, 2000, P, WRITE);
	feed(f, ev_link(2100, P, CHILD, ROOT, 0x1000, 0x3000));
	anon_wait(f, 3000, 4000, P, WRITE);
	feed(f, ev_unlink(4100, P, ROOT, ROOT, START, END));
	finish(f);
	assert_true(vma_of_wait(f, 0)->start == 0x1000);
	assert_int_equal(vma_of_wait(f, 0)->from_ns, 2100);
	assert_true(vma_of_wait(f, 1)->start == START);
	/* that was the end of it */
	assert_int_equal(vma_of_wait(f, 1)->to_ns, 4100);
	assert_int_equal(tgid_of(f, vma_of_wait(f, 1)), P);
	assert_summed(f);
}

/* Unlinked from each of its anon_vmas in turn: one VMA, whose end is the first. */
static void an_exit_unlinks_one_vma_many_times(void **state)
{
	struct fixture *f = *state;
	struct event ev;

	crowd(f);
	anon_wait(f, 1000, 2000, P, WRITE);
	feed(f, ev_unlink(2100, P, ROOT, ROOT, START, END));
	feed(f, ev_released(2200, P, 0, ROOT, WRITE));
	feed(f, ev_anon_begin(3000, P, 0, OTHER, WRITE));
	feed(f, ev_anon_end(4000, P, 0, OTHER, WRITE));
	ev = ev_unlink(4100, P, OTHER, OTHER, START, END);
	feed(f, ev);
	finish(f);
	assert_int_equal(f->seen.wait[0].vma_id, f->seen.wait[1].vma_id);
	assert_int_equal(vma_of_wait(f, 0)->to_ns, 2100);
}

/* Mapped again at the same place: another one. */
static void a_vma_that_is_linked_again_is_another(void **state)
{
	struct fixture *f = *state;

	crowd(f);
	anon_wait(f, 1000, 2000, P, WRITE);
	feed(f, ev_unlink(2100, P, ROOT, ROOT, START, END));
	feed(f, ev_link(2200, P, ROOT, ROOT, START, END));
	anon_wait(f, 3000, 4000, P, WRITE);
	feed(f, ev_unlink(4100, P, ROOT, ROOT, START, END));
	finish(f);
	assert_int_not_equal(f->seen.wait[0].vma_id, f->seen.wait[1].vma_id);
	assert_int_equal(vma_of_wait(f, 0)->to_ns, 2100);
	assert_int_equal(vma_of_wait(f, 1)->to_ns, 4100);
}

/* The parent links the child's VMAs, whose process is not known yet. */
static void a_fork_waits_for_the_vma_that_it_copies(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_link(2100, P, CHILD, ROOT, START, END);

	crowd(f);
	ev.anon_vma_chain.mm = MM(300);
	anon_wait(f, 1000, 2000, P, WRITE);
	feed(f, ev);
	feed(f, ev_newtask(2200, P, 300, "child", 0));
	finish(f);
	assert_int_equal(tgid_of(f, vma_of_wait(f, 0)), P);
	assert_true(vma_of_wait(f, 0)->start == START);
	/* the same row that lock_vma has for the parent */
	assert_int_equal(f->seen.wait[0].vma_id, f->seen.lock_vma[0].vma_id);
	assert_summed(f);
}

/* The memory of an mm is used again: the new one is not that of who had it before. */
static void an_mm_is_of_its_process_until_that_exits(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_link(2100, P, CHILD, ROOT, START, END);

	crowd(f);
	feed(f, ev_newtask(100, Q, 300, "before", 0));
	feed(f, ev_link(110, 300, OTHER, OTHER, START, END));
	feed(f, ev_exit(200, 300));
	/* Linux 6.16 and later unlink after the event */
	feed(f, ev_unlink(210, 300, OTHER, OTHER, START, END));
	ev.anon_vma_chain.mm = MM(300);
	anon_wait(f, 1000, 2000, P, WRITE);
	feed(f, ev);
	feed(f, ev_newtask(2200, P, 400, "child", 0));
	/* and a lock of the child's VMA is the child's */
	feed(f, ev_vma_lock(EVENT_VMA_LOCK_CONTENTION_BEGIN, 3000, KSWAPD, 0, MM(300), START_2));
	feed(f, ev_vma_lock(EVENT_VMA_LOCK_CONTENTION_END, 3100, KSWAPD, 0, MM(300), START_2));
	finish(f);
	assert_int_equal(tgid_of(f, vma_of_wait(f, 0)), P);
	assert_int_equal(tgid_of(f, vma_of_wait(f, 1)), 400);
}

/* A process id is used again: its mm is another. */
static void a_process_begins_without_the_mm_of_a_former_one(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_link(10, Q, OTHER, OTHER, START, END));
	feed(f, ev_exit(100, Q));
	feed(f, ev_newtask(200, P, Q, "again", CLONE_VM_FLAG));
	feed(f, ev_vma_lock(EVENT_VMA_LOCK_CONTENTION_BEGIN, 3000, KSWAPD, 0, MM(Q), START));
	feed(f, ev_vma_lock(EVENT_VMA_LOCK_CONTENTION_END, 3100, KSWAPD, 0, MM(Q), START));
	assert_int_equal(tgid_of(f, vma_of_wait(f, 0)), -1);
}

/* Of each silence: no VMA, summed at once. */
static void who_lets_go_without_a_word_waited_for_none(void **state)
{
	const struct event silent[] = {
		ev_released(2100, A, 0, ROOT, WRITE),
		ev_anon_begin(2100, A, 0, OTHER, WRITE),
		ev_begin(2100, A, 0, RWSEM, F_READ),
		ev_vma_lock(EVENT_VMA_LOCK_CONTENTION_BEGIN, 2100, A, 0, MM(P), START),
		ev_exit(2100, A),
		ev_loss(2100, 2150, 0, 3),
		/* an event of another thread, much later */
		ev_waking(2000 + 10 * MS + 1, Q, 0, KSWAPD),
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(silent); i++) {
		struct fixture *f;

		f = *state;
		crowd(f);
		anon_wait(f, 1000, 2000, A, WRITE);
		flush(f, 2050);
		assert_int_equal(f->seen.nr_rollups, 0);
		assert_int_equal(model_event(&f->m, &silent[i]), 0);
		flush(f, 0);
		assert_int_equal(f->seen.nr_rollups, 1);
		assert_int_equal(f->seen.rollup[0].row.vma_id, 0);
		/* what it does later is something else */
		feed(f, ev_folio_move(2000 + 11 * MS, A, PFN, ROOT, OTHER, START_2, END_2));
		finish(f);
		assert_int_equal(f->seen.wait[0].vma_id, 0);
		assert_summed(f);
		fixture_teardown(state);
		setup(state);
	}
}

static void what_others_and_other_locks_tell_is_not_taken(void **state)
{
	struct fixture *f = *state;

	crowd(f);
	anon_wait(f, 1000, 2000, A, WRITE);
	feed(f, ev_folio_move(2100, P, PFN, ROOT, OTHER, START_2, END_2));
	feed(f, ev_folio_move(2200, A, PFN, OTHER, CHILD, START_2, END_2));
	feed(f, ev_released(2250, P, 0, ROOT, WRITE));
	feed(f, ev_released(2260, A, 0, OTHER, WRITE));
	/* a capability that is missing */
	feed(f, ev_folio_move(2300, A, PFN, ROOT, OTHER, 0, 0));
	assert_int_equal(f->seen.wait[0].vma_id, NOT_YET);
	feed(f, ev_folio_move(2400, A, PFN, OTHER, ROOT, START, END));
	assert_true(vma_of_wait(f, 0)->start == START);
}

static void a_flush_sums_only_what_has_had_its_time(void **state)
{
	struct fixture *f = *state;

	crowd(f);
	anon_wait(f, 1000, 2000, A, WRITE);
	flush(f, 2000 + 10 * MS - 1);
	assert_int_equal(f->seen.nr_rollups, 0);
	flush(f, 2000 + 10 * MS);
	assert_int_equal(f->seen.nr_rollups, 1);
}

/* Preempted with the lock in its hands: it has not let go. */
static void where_releases_are_traced_a_holder_has_more_time(void **state)
{
	struct fixture *f = *state;

	crowd(f);
	feed(f, ev_released(100, Q, 0, OTHER, WRITE));
	anon_wait(f, 1000, 2000, A, WRITE);
	feed(f, ev_waking(900 * MS, Q, 0, KSWAPD));
	feed(f, ev_folio_move(901 * MS, A, PFN, ROOT, OTHER, START_2, END_2));
	assert_true(vma_of_wait(f, 0)->start == START_2);
	anon_wait(f, 1000 * MS, 1001 * MS, A, WRITE);
	feed(f, ev_waking(2001 * MS, Q, 0, KSWAPD));
	feed(f, ev_folio_move(2001 * MS + 1, A, PFN, ROOT, OTHER, START_2, END_2));
	finish(f);
	assert_int_equal(f->seen.wait[1].vma_id, 0);
	assert_summed(f);
}

static void the_end_of_the_capture_sums_the_rest(void **state)
{
	struct fixture *f = *state;

	crowd(f);
	anon_wait(f, 1000, 2000, A, WRITE);
	anon_wait(f, 2000, 2500, P, WRITE);
	finish(f);
	assert_int_equal(f->seen.nr_rollups, 1);
	assert_int_equal(f->seen.rollup[0].row.nr_waits, 2);
	assert_summed(f);
}

static void a_walk_is_for_none_of_many(void **state)
{
	struct fixture *f = *state;

	crowd(f);
	anon_wait(f, 1000, 2000, KSWAPD, READ);
	flush(f, 0);
	assert_int_equal(f->seen.nr_rollups, 1);
	/* a link by the same thread has nothing to do with it */
	feed(f, ev_folio_move(2100, KSWAPD, PFN, ROOT, OTHER, START, END));
	finish(f);
	assert_int_equal(f->seen.wait[0].vma_id, 0);
	assert_summed(f);
}

/* Without events that tell, nothing is waited for. */
static void without_links_and_moves_waits_are_summed_at_once(void **state)
{
	struct fixture *f = *state;

	f->m.attribution.watch = false;
	anon_wait(f, 1000, 2000, A, WRITE);
	flush(f, 0);
	assert_int_equal(f->seen.nr_rollups, 1);
}

/* Time and order are those of the ends, whatever is learnt later. */
static void ids_rise_with_the_ends_of_waits(void **state)
{
	struct fixture *f = *state;

	crowd(f);
	anon_wait(f, 1000, 2000, A, WRITE);
	anon_wait(f, 1500, 2010, P, WRITE);
	feed(f, ev_folio_move(2100, P, PFN, ROOT, OTHER, START, END));
	feed(f, ev_folio_move(2200, A, PFN, ROOT, OTHER, START_2, END_2));
	finish(f);
	assert_int_equal(f->seen.nr_waits, 2);
	assert_int_equal(f->seen.wait[0].id, 1);
	assert_int_equal(f->seen.wait[0].start_ns, 1000);
	assert_int_equal(f->seen.wait[1].id, 2);
	assert_true(vma_of_wait(f, 0)->start == START_2);
	assert_true(vma_of_wait(f, 1)->start == START);
	assert_summed(f);
}

/* --- an anon_vma lock that serves one VMA */

/* Process 300 began during the capture: all links of its roots are known. */
static void alone(struct fixture *f)
{
	feed(f, ev_newtask(5, P, 300, "young", 0));
	feed(f, ev_link(10, 300, ROOT, ROOT, START, END));
}

static void the_only_vma_is_what_a_walk_waits_for(void **state)
{
	struct fixture *f = *state;

	alone(f);
	anon_wait(f, 1000, 2000, KSWAPD, READ);
	assert_true(vma_of_wait(f, 0)->start == START);
	assert_int_equal(tgid_of(f, vma_of_wait(f, 0)), 300);
	finish(f);
	assert_summed(f);
}

static void and_what_a_silent_writer_waits_for(void **state)
{
	struct fixture *f = *state;

	alone(f);
	anon_wait(f, 1000, 2000, KSWAPD, WRITE);
	assert_int_equal(only_wait(f)->vma_id, NOT_YET);
	feed(f, ev_released(2100, KSWAPD, 0, ROOT, WRITE));
	assert_true(vma_of_wait(f, 0)->start == START);
	finish(f);
	assert_summed(f);
}

/* A second VMA is being linked: the operation's own one is meant. */
static void the_operations_own_vma_comes_first(void **state)
{
	struct fixture *f = *state;

	alone(f);
	anon_wait(f, 1000, 2000, 300, WRITE);
	feed(f, ev_link(2100, 300, ROOT, ROOT, START_2, END_2));
	assert_true(vma_of_wait(f, 0)->start == START_2);
}

static void a_root_from_before_may_have_more_than_is_known(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_link(10, P, ROOT, ROOT, START, END));
	anon_wait(f, 1000, 2000, KSWAPD, READ);
	assert_int_equal(only_wait(f)->vma_id, 0);
}

/* What was known at the end of the wait stays true; what comes later is not. */
static void a_loss_leaves_only_what_was_proven_before(void **state)
{
	struct fixture *f = *state;

	alone(f);
	anon_wait(f, 1000, 2000, KSWAPD, WRITE);
	feed(f, ev_loss(2050, 2060, 0, 1));
	assert_true(vma_of_wait(f, 0)->start == START);
	anon_wait(f, 3000, 4000, KSWAPD, READ);
	assert_int_equal(f->seen.wait[1].vma_id, 0);
	finish(f);
	assert_summed(f);
}

/* Cut a whole story anywhere: no VMA that was not proven, every wait summed once. */
static void losses_at_every_position_prove_nothing(void **state)
{
	const struct event story[] = {
		ev_link(10, P, ROOT, ROOT, START, END),
		ev_link(20, P, ROOT, ROOT, START_2, END_2),
		ev_anon_begin(1000, A, 0, ROOT, WRITE),
		ev_anon_end(2000, A, 0, ROOT, WRITE),
		ev_folio_move(2100, A, PFN, ROOT, OTHER, START, END),
		ev_released(2200, A, 0, ROOT, WRITE),
		ev_anon_begin(3000, A, 0, ROOT, WRITE),
		ev_anon_end(4000, A, 0, ROOT, WRITE),
		ev_released(4100, A, 0, ROOT, WRITE),
		ev_folio_move(4200, A, PFN, ROOT, OTHER, START_2, END_2),
	};
	unsigned int cut, lost, i;

	for (cut = 0; cut <= ARRAY_SIZE(story); cut++)
		for (lost = 0; lost < 3 && cut + lost <= ARRAY_SIZE(story); lost++) {
			uint64_t from_ns = cut ? story[cut - 1].time_ns + 1 : 1;
			uint64_t to_ns = cut + lost < ARRAY_SIZE(story)
						 ? story[cut + lost].time_ns - 1
						 : 9000;
			struct fixture *f;

			f = *state;
			for (i = 0; i < cut; i++)
				assert_int_equal(model_event(&f->m, &story[i]), 0);
			feed(f, ev_loss(from_ns, to_ns, 0, lost ?: 1));
			for (i = cut + lost; i < ARRAY_SIZE(story); i++)
				assert_int_equal(model_event(&f->m, &story[i]), 0);
			finish(f);
			for (i = 0; i < f->seen.nr_waits; i++) {
				const struct wait_row *w = &f->seen.wait[i];

				if (w->start_ns == 3000 || w->outcome != OUTCOME_ACQUIRED)
					assert_int_equal(w->vma_id, 0);
				else if (w->vma_id)
					assert_true(vma_of(f, w->vma_id)->start == START);
				/* the move was seen, and no gap before it */
				if (w->start_ns == 1000 && (cut >= 5 || cut + lost <= 2))
					assert_int_not_equal(w->vma_id, 0);
			}
			assert_summed(f);
			fixture_teardown(state);
			setup(state);
		}
}

/* --- VMA locks */

static struct event vma_lock(enum event_id id, uint64_t time_ns, int32_t tid)
{
	return ev_vma_lock(id, time_ns, tid, 0, MM(P), START);
}

static void a_vma_lock_is_of_its_vma(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_link(10, P, ROOT, ROOT, START_2, END_2));
	feed(f, vma_lock(EVENT_VMA_LOCK_CONTENTION_BEGIN, 1000, KSWAPD));
	feed(f, vma_lock(EVENT_VMA_LOCK_CONTENTION_END, 2000, KSWAPD));
	finish(f);
	assert_true(vma_of_wait(f, 0)->start == START);
	assert_true(vma_of_wait(f, 0)->end == START + 0x1000);
	/* the mm is known by what P has linked, whoever waits */
	assert_int_equal(tgid_of(f, vma_of_wait(f, 0)), P);
	assert_int_equal(seen_lock_of(&f->seen, only_wait(f)->lock_id)->vma_id,
			 only_wait(f)->vma_id);
	assert_summed(f);
}

/* mprotect, fork and the like are done to one's own memory; collapse is not. */
static void its_process_is_the_waiters_only_where_that_must_be(void **state)
{
	static const struct {
		const char *symbol;
		int32_t tgid;
	} cases[] = { { "dup_mmap", P }, { "collapse_huge_page", -1 } };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fixture *f;

		f = *state;
		feed(f, ev_at(vma_lock(EVENT_VMA_LOCK_CONTENTION_BEGIN, 1000, A),
			      fixture_address(cases[i].symbol)));
		feed(f, vma_lock(EVENT_VMA_LOCK_CONTENTION_END, 2000, A));
		assert_int_equal(tgid_of(f, vma_of_wait(f, 0)), cases[i].tgid);
		fixture_teardown(state);
		setup(state);
	}
}

static void a_gap_does_not_take_the_vma_from_a_vma_lock(void **state)
{
	struct fixture *f = *state;

	feed(f, vma_lock(EVENT_VMA_LOCK_CONTENTION_BEGIN, 1000, A));
	feed(f, ev_loss(1500, 1600, 0, 1));
	assert_int_equal(only_wait(f)->outcome, OUTCOME_UNCERTAIN);
	assert_true(vma_of_wait(f, 0)->start == START);
	finish(f);
	assert_summed(f);
}

/* --- page faults */

static void fault_wait(struct fixture *f, uint64_t begin_ns, uint64_t end_ns, const char *stack)
{
	feed(f, ev_at_stack(ev_begin(begin_ns, A, 0, RWSEM, F_READ), fixture_stack(f, stack)));
	feed(f, ev_end(end_ns, A, 0, RWSEM, 0));
}

static void a_wait_in_a_page_fault_is_for_the_vma_of_its_address(void **state)
{
	struct fixture *f = *state;
	struct table t;

	know(f, &t, P, START, END, "/memfd:arena (deleted)");
	feed(f, ev_page_fault(900, A, START + 0x123));
	fault_wait(f, 1000, 2000, MMAP_STACK);
	finish(f);
	assert_true(vma_of_wait(f, 0)->start == START);
	assert_true(vma_of_wait(f, 0)->end == END);
	assert_string_equal(vma_of_wait(f, 0)->name, "/memfd:arena (deleted)");
	assert_string_equal(vma_of_wait(f, 0)->perms, "rw-p");
	assert_int_equal(tgid_of(f, vma_of_wait(f, 0)), P);
	assert_summed(f);
}

static void every_doubt_leaves_it_unknown(void **state)
{
	static const struct {
		const char *name, *stack;
		uint64_t fault_ns, loss_ns;
		int32_t tid;
		uint64_t address;
	} cases[] = {
		{ "no event of a fault", MMAP_STACK, 0, 0, A, START },
		{ "that of another thread", MMAP_STACK, 900, 0, P, START },
		{ "one that comes later", MMAP_STACK, 1500, 0, A, START },
		{ "a gap in between", MMAP_STACK, 900, 950, A, START },
		{ "no mapping there", MMAP_STACK, 900, 0, A, END },
		{ "a fault of a system call", COPY_STACK, 900, 0, A, START },
		{ "reclaim for the fault", RECLAIM_STACK, 900, 0, A, START },
		{ "no fault at all", "rwsem_down_read_slowpath dup_mmap", 900, 0, A, START },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fixture *f;
		struct table t;

		f = *state;
		know(f, &t, P, START, END, "[heap]");
		if (cases[i].fault_ns && cases[i].fault_ns < 1000)
			feed(f, ev_page_fault(cases[i].fault_ns, cases[i].tid, cases[i].address));
		if (cases[i].loss_ns)
			feed(f, ev_loss(cases[i].loss_ns, cases[i].loss_ns + 10, 0, 1));
		fault_wait(f, 1000, 2000, cases[i].stack);
		if (cases[i].fault_ns > 1000)
			feed(f, ev_page_fault(cases[i].fault_ns, cases[i].tid, cases[i].address));
		finish(f);
		if (f->seen.wait[0].vma_id)
			fail_msg("%s: a VMA all the same", cases[i].name);
		assert_int_equal(f->seen.nr_vmas, 0);
		assert_summed(f);
		fixture_teardown(state);
		setup(state);
	}
}

static void the_last_fault_is_the_one_that_it_is_in(void **state)
{
	struct fixture *f = *state;
	struct table t;

	know(f, &t, P, START, END, "[heap]");
	feed(f, ev_page_fault(800, A, START_2));
	feed(f, ev_loss(850, 860, 0, 1));
	feed(f, ev_page_fault(900, A, START));
	fault_wait(f, 1000, 2000, MMAP_STACK);
	assert_true(vma_of_wait(f, 0)->start == START);
}

/* A file has no /proc: nothing is known of what was mapped. */
static void a_fault_without_a_look_up_has_no_vma(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_page_fault(900, A, START));
	fault_wait(f, 1000, 2000, MMAP_STACK);
	finish(f);
	assert_int_equal(only_wait(f)->vma_id, 0);
	assert_int_equal(f->seen.nr_vmas, 0);
}

static void an_answer_serves_for_a_moment(void **state)
{
	struct fixture *f = *state;
	struct table t;
	unsigned int i;

	know(f, &t, P, START, END, "[heap]");
	for (i = 0; i < 10; i++) {
		feed(f, ev_page_fault(10000 * i + 900, A, START + 0x1000 * (i % 4)));
		fault_wait(f, 10000 * i + 1000, 10000 * i + 2000, MMAP_STACK);
	}
	assert_int_equal(t.nr_asked, 1);
	feed(f, ev_page_fault(NSEC_PER_SEC + 5000, A, START));
	fault_wait(f, NSEC_PER_SEC + 6000, NSEC_PER_SEC + 7000, MMAP_STACK);
	assert_int_equal(t.nr_asked, 2);
	/* and it is the same as before */
	assert_int_equal(f->seen.nr_vmas, 1);
	for (i = 0; i < 11; i++)
		assert_int_equal(f->seen.wait[i].vma_id, f->seen.wait[0].vma_id);
}

static void another_mapping_at_the_place_is_another_vma(void **state)
{
	struct fixture *f = *state;
	struct table t;

	know(f, &t, P, START, END, "one");
	feed(f, ev_page_fault(900, A, START));
	fault_wait(f, 1000, 2000, MMAP_STACK);
	know(f, &t, P, START, END, "two");
	feed(f, ev_page_fault(2 * NSEC_PER_SEC, A, START));
	fault_wait(f, 2 * NSEC_PER_SEC + 10, 2 * NSEC_PER_SEC + 20, MMAP_STACK);
	finish(f);
	assert_int_equal(f->seen.nr_vmas, 2);
	assert_string_equal(vma_of_wait(f, 0)->name, "one");
	assert_int_equal(vma_of_wait(f, 0)->to_ns, 2 * NSEC_PER_SEC + 20);
	assert_string_equal(vma_of_wait(f, 1)->name, "two");
	assert_int_equal(vma_of_wait(f, 1)->to_ns, NO_TIME);
}

/* A writer in a fault tells by its link; when it links nothing, by the fault. */
static void a_link_in_a_fault_is_better_than_its_address(void **state)
{
	struct fixture *f = *state;
	struct table t;
	unsigned int i;

	know(f, &t, P, START, END, "[heap]");
	for (i = 0; i < 2; i++) {
		uint64_t at = 10000 * (i + 1);

		feed(f, ev_page_fault(at, A, START));
		feed(f, ev_at_stack(ev_anon_begin(at + 100, A, 0, ROOT, WRITE),
				    fixture_stack(f, FAULT_STACK)));
		feed(f, ev_anon_end(at + 200, A, 0, ROOT, WRITE));
		if (i) {
			struct event ev = ev_link(at + 250, P, ROOT, ROOT, START_2, END_2);

			ev.tid = A;
			feed(f, ev);
		}
		feed(f, ev_released(at + 300, A, 0, ROOT, WRITE));
	}
	finish(f);
	assert_true(vma_of_wait(f, 0)->start == START);
	assert_true(vma_of_wait(f, 1)->start == START_2);
	assert_summed(f);
}

static void an_error_of_the_sink_stops_the_model(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_released(2100, 300, 0, ROOT, WRITE);

	alone(f);
	anon_wait(f, 1000, 2000, 300, WRITE);
	f->seen.fail = -ENOSPC;
	assert_int_equal(model_event(&f->m, &ev), -ENOSPC);
	f->seen.fail = 0;
}

/* As rung 2 does: whatever the lock, also where the stack says nothing. */
static void the_event_that_ends_a_wait_may_name_the_vma(void **state)
{
	struct fixture *f = *state;
	struct event end = ev_end(2000, P, 0, RWSEM, 0);
	const struct vma_row *vma;

	end.contention_end.tgid = Q;
	end.contention_end.mm = MM(Q);
	end.contention_end.vm_start = START;
	end.contention_end.vm_end = END;
	feed(f, ev_begin(1000, P, 0, RWSEM, F_READ));
	feed(f, end);
	feed(f, ev_begin(3000, P, 0, RWSEM, F_READ));
	feed(f, ev_end(4000, P, 0, RWSEM, 0));
	finish(f);
	vma = vma_of_wait(f, 0);
	assert_true(vma->start == START);
	assert_true(vma->end == END);
	assert_int_equal(tgid_of(f, vma), Q);
	assert_int_equal(f->seen.wait[1].vma_id, 0);
	assert_summed(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_move_tells_the_vma_that_the_lock_was_for),
		TEST(a_link_and_an_unlink_tell_it),
		TEST(an_exit_unlinks_one_vma_many_times),
		TEST(a_vma_that_is_linked_again_is_another),
		TEST(a_fork_waits_for_the_vma_that_it_copies),
		TEST(an_mm_is_of_its_process_until_that_exits),
		TEST(a_process_begins_without_the_mm_of_a_former_one),
		TEST(who_lets_go_without_a_word_waited_for_none),
		TEST(what_others_and_other_locks_tell_is_not_taken),
		TEST(a_flush_sums_only_what_has_had_its_time),
		TEST(where_releases_are_traced_a_holder_has_more_time),
		TEST(the_end_of_the_capture_sums_the_rest),
		TEST(a_walk_is_for_none_of_many),
		TEST(without_links_and_moves_waits_are_summed_at_once),
		TEST(ids_rise_with_the_ends_of_waits),
		TEST(the_only_vma_is_what_a_walk_waits_for),
		TEST(and_what_a_silent_writer_waits_for),
		TEST(the_operations_own_vma_comes_first),
		TEST(a_root_from_before_may_have_more_than_is_known),
		TEST(a_loss_leaves_only_what_was_proven_before),
		TEST(losses_at_every_position_prove_nothing),
		TEST(a_vma_lock_is_of_its_vma),
		TEST(its_process_is_the_waiters_only_where_that_must_be),
		TEST(a_gap_does_not_take_the_vma_from_a_vma_lock),
		TEST(the_event_that_ends_a_wait_may_name_the_vma),
		TEST(a_wait_in_a_page_fault_is_for_the_vma_of_its_address),
		TEST(every_doubt_leaves_it_unknown),
		TEST(the_last_fault_is_the_one_that_it_is_in),
		TEST(a_fault_without_a_look_up_has_no_vma),
		TEST(an_answer_serves_for_a_moment),
		TEST(another_mapping_at_the_place_is_another_vma),
		TEST(a_link_in_a_fault_is_better_than_its_address),
		TEST(an_error_of_the_sink_stops_the_model),
	};

	return cmocka_run_group_tests_name("attribute", tests, NULL, NULL);
}
