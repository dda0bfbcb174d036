// SPDX-License-Identifier: GPL-2.0-only
/* Bursts of retries and skips. */
#include "lib/clock.h"
#include "tests/unit/fixture.h"
#include "tests/unit/random.h"

#define ROOT   0xffff888000001000ULL
#define OTHER  0xffff888000002000ULL
#define MM     0xffff888000abc000ULL
#define W      101 /* walks */
#define V      102 /* likewise */
#define M      201 /* moves */
#define N      202 /* likewise */
#define WALKER 100 /* process of W and V */
#define MOVER  200 /* process of M and N */
#define PFN    0x12345
#define MS     NSEC_PER_MSEC
#define T0     (10 * NSEC_PER_SEC)
#define PAUSE  STORM_PAUSE_NS
#define START  0x7f0000001000ULL
#define END    0x7f0000009000ULL
#define START2 0x7f0000101000ULL
#define END2   0x7f0000109000ULL

static int setup(void **state)
{
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	assert_int_equal(tasks_seed(&f->m.tasks, W, WALKER), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, V, WALKER), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, M, MOVER), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, N, MOVER), 0);
	/* both roots are locks that were seen */
	feed(f, ev_acquired(1, M, 0, ROOT, true));
	feed(f, ev_released(2, M, 0, ROOT, true));
	feed(f, ev_acquired(3, M, 0, OTHER, true));
	feed(f, ev_released(4, M, 0, OTHER, true));
	return 0;
}

static void retries(struct fixture *f, int32_t tid, uint64_t root, uint64_t from_ns,
		    uint64_t step_ns, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		feed(f, ev_walk_retry(from_ns + i * step_ns, tid, 0, PFN, root, OTHER));
}

static const struct storm_row *only_storm(struct fixture *f)
{
	assert_int_equal(f->seen.nr_storms, 1);
	return &f->seen.storm[0];
}

static void ten_retries_close_together_are_a_storm(void **state)
{
	struct fixture *f = *state;
	const struct storm_row *s;

	retries(f, W, ROOT, T0, PAUSE, STORM_NR_EVENTS);
	s = only_storm(f);
	assert_int_equal(s->kind, STORM_RETRY);
	assert_int_equal(s->outcome, OUTCOME_OPEN);
	flush(f, T0 + STORM_NR_EVENTS * PAUSE + 1);
	s = only_storm(f);
	assert_int_equal(s->outcome, OUTCOME_ACQUIRED);
	assert_int_equal(s->start_ns, T0);
	assert_int_equal(s->duration_ns, (STORM_NR_EVENTS - 1) * PAUSE);
	assert_int_equal(s->nr_events, STORM_NR_EVENTS);
	assert_int_equal(s->nr_walkers, 1);
	assert_int_equal(seen_task_of(&f->seen, s->walker_task_id)->tid, W);
	assert_true(seen_lock_of(&f->seen, s->lock_id)->address == ROOT);
	/* four pauses of 250 ms: the fifth is in the next second */
	assert_int_equal(s->peak_per_s, 4);
}

static void nine_are_none(void **state)
{
	struct fixture *f = *state;

	retries(f, W, ROOT, T0, MS, STORM_NR_EVENTS - 1);
	finish(f);
	assert_int_equal(f->seen.nr_storms, 0);
}

static void a_longer_pause_parts_them(void **state)
{
	struct fixture *f = *state;

	retries(f, W, ROOT, T0, MS, STORM_NR_EVENTS - 1);
	retries(f, W, ROOT, T0 + (STORM_NR_EVENTS - 2) * MS + PAUSE + 1, MS, STORM_NR_EVENTS - 1);
	finish(f);
	assert_int_equal(f->seen.nr_storms, 0);
}

static void each_lock_has_its_own(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < STORM_NR_EVENTS; i++) {
		feed(f, ev_walk_retry(T0 + i * MS, W, 0, PFN, ROOT, OTHER));
		if (i)
			feed(f, ev_walk_retry(T0 + i * MS, W, 0, PFN, OTHER, ROOT));
	}
	finish(f);
	assert_int_equal(only_storm(f)->nr_events, STORM_NR_EVENTS);
	assert_true(seen_lock_of(&f->seen, only_storm(f)->lock_id)->address == ROOT);
}

static void it_comes_again_while_it_lasts(void **state)
{
	struct fixture *f = *state;

	retries(f, W, ROOT, T0, MS, 15);
	assert_int_equal(only_storm(f)->nr_events, STORM_NR_EVENTS);
	flush(f, T0 + 15 * MS);
	assert_int_equal(only_storm(f)->nr_events, 15);
	assert_int_equal(only_storm(f)->outcome, OUTCOME_OPEN);
	retries(f, V, ROOT, T0 + 20 * MS, MS, 5);
	finish(f);
	/* it had not ended with the capture */
	assert_int_equal(only_storm(f)->outcome, OUTCOME_OPEN);
	assert_int_equal(only_storm(f)->nr_events, 20);
	assert_int_equal(only_storm(f)->nr_walkers, 2);
	assert_int_equal(seen_task_of(&f->seen, only_storm(f)->walker_task_id)->tid, W);
}

static void the_walker_has_the_site_of_its_walk(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_walk_begin(T0, W, 0, PFN, WALK_ANON, fixture_address("folio_referenced")));
	retries(f, W, ROOT, T0, MS, STORM_NR_EVENTS);
	finish(f);
	assert_string_equal(seen_site_of(&f->seen, only_storm(f)->walker_site_id)->symbol,
			    "folio_referenced");
}

static void movers_are_those_that_move_off_or_onto_the_lock_meanwhile(void **state)
{
	struct fixture *f = *state;
	const struct storm_row *s;

	/* before it, of another folio */
	feed(f, ev_folio_move(T0 - 1, N, PFN + 1, ROOT, OTHER, START2, END2));
	retries(f, W, ROOT, T0, MS, 5);
	feed(f, ev_folio_move(T0 + 5 * MS, M, PFN, ROOT, OTHER, START2, END2));
	feed(f, ev_folio_move(T0 + 5 * MS, M, PFN, ROOT, OTHER, START2, END2));
	feed(f, ev_folio_move(T0 + 5 * MS, N, PFN, OTHER, ROOT, START, END));
	/* stays on the lock, or has nothing to do with it */
	feed(f, ev_folio_move(T0 + 5 * MS, V, PFN, ROOT, ROOT, START, END));
	feed(f, ev_folio_move(T0 + 5 * MS, V, PFN, OTHER, OTHER + 0x1000, START, END));
	retries(f, W, ROOT, T0 + 6 * MS, MS, 5);
	flush(f, T0 + NSEC_PER_SEC);
	/* after it */
	feed(f, ev_folio_move(T0 + NSEC_PER_SEC, N, PFN, ROOT, OTHER, START2, END2));
	finish(f);
	s = only_storm(f);
	assert_int_equal(s->nr_moves, 3);
	assert_int_equal(s->nr_movers, 2);
	assert_int_equal(seen_task_of(&f->seen, s->mover_task_id)->tid, M);
}

static void the_move_that_it_begins_with_is_its_own(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_folio_move(T0 - 2, M, PFN, OTHER, ROOT, START, END));
	feed(f, ev_folio_move(T0 - 1, N, PFN, ROOT, OTHER, START2, END2));
	retries(f, W, ROOT, T0, MS, STORM_NR_EVENTS);
	finish(f);
	assert_int_equal(only_storm(f)->nr_moves, 1);
	assert_int_equal(only_storm(f)->nr_movers, 1);
	assert_int_equal(seen_task_of(&f->seen, only_storm(f)->mover_task_id)->tid, N);
}

static void a_move_of_long_ago_is_not(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_folio_move(T0, N, PFN, ROOT, OTHER, START2, END2));
	retries(f, W, ROOT, T0 + NSEC_PER_SEC + 1, MS, STORM_NR_EVENTS);
	finish(f);
	assert_int_equal(only_storm(f)->nr_moves, 0);
	assert_int_equal(only_storm(f)->mover_task_id, 0);
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

static struct event of_mm(struct event ev)
{
	ev.anon_vma_chain.mm = MM;
	return ev;
}

/* A process that begins now: all links of its roots are known. */
static void new_roots(struct fixture *f)
{
	feed(f, ev_newtask(5, 1, MOVER, "mover", 0));
	feed(f, ev_newtask(6, MOVER, M, "mover/1", CLONE_VM_FLAG | CLONE_THREAD_FLAG));
	feed(f, of_mm(ev_link(7, MOVER, 0xa000, 0xa000, START, END)));
	feed(f, of_mm(ev_link(8, MOVER, 0xb000, 0xb000, START2, END2)));
}

static void a_storm_of_moves(struct fixture *f)
{
	retries(f, W, 0xa000, T0, MS, 5);
	feed(f, ev_folio_move(T0 + 5 * MS, M, PFN, 0xa000, 0xb000, START2, END2));
	feed(f, ev_folio_move(T0 + 5 * MS, M, PFN, 0xa000, 0xb000, START2, END2));
	feed(f, ev_folio_move(T0 + 5 * MS, M, PFN, 0xb000, 0xa000, START, END));
	retries(f, W, 0xa000, T0 + 6 * MS, MS, 5);
	finish(f);
}

static void its_vmas_are_those_of_most_moves(void **state)
{
	struct fixture *f = *state;

	new_roots(f);
	a_storm_of_moves(f);
	assert_int_equal(vma_of(f, only_storm(f)->from_vma_id)->start, START);
	assert_int_equal(vma_of(f, only_storm(f)->from_vma_id)->end, END);
	assert_int_equal(vma_of(f, only_storm(f)->to_vma_id)->start, START2);
}

/* The links are from before the capture. */
static void the_source_is_where_the_folio_was_moved_to_before(void **state)
{
	struct fixture *f = *state;

	retries(f, W, ROOT, T0, MS, 5);
	feed(f, ev_folio_move(T0 + 5 * MS, M, PFN, OTHER, ROOT, START, END));
	feed(f, ev_folio_move(T0 + 5 * MS + 1, M, PFN, ROOT, OTHER, START2, END2));
	/* another folio takes that way first: where from is not known */
	feed(f, ev_folio_move(T0 + 5 * MS + 2, M, PFN + 1, ROOT, OTHER, START2, END2));
	feed(f, ev_folio_move(T0 + 5 * MS + 3, M, PFN, OTHER, ROOT, START, END));
	feed(f, ev_folio_move(T0 + 5 * MS + 4, M, PFN, ROOT, OTHER, START2, END2));
	retries(f, W, ROOT, T0 + 6 * MS, MS, 5);
	finish(f);
	assert_int_equal(vma_of(f, only_storm(f)->from_vma_id)->start, START);
	assert_int_equal(vma_of(f, only_storm(f)->to_vma_id)->start, START2);
}

static void with_two_vmas_on_the_root_the_source_is_not_known(void **state)
{
	struct fixture *f = *state;

	new_roots(f);
	feed(f, of_mm(ev_link(9, MOVER, 0xa000, 0xa000, 0x1000, 0x2000)));
	a_storm_of_moves(f);
	assert_int_equal(only_storm(f)->from_vma_id, 0);
	assert_int_equal(vma_of(f, only_storm(f)->to_vma_id)->start, START2);
}

static void skips(struct fixture *f, uint64_t from_ns, uint32_t reason, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		feed(f, ev_walk_skip(from_ns + i * MS, W, 0, PFN, reason,
				     fixture_address("folio_referenced")));
}

static void skips_are_on_the_lock_that_the_folio_moved_to(void **state)
{
	struct fixture *f = *state;
	const struct storm_row *s;

	feed(f, ev_folio_move(T0 - MS, M, PFN, ROOT, OTHER, START2, END2));
	skips(f, T0, SKIP_FOLIO, STORM_NR_EVENTS);
	finish(f);
	s = only_storm(f);
	assert_int_equal(s->kind, STORM_SKIP);
	assert_true(seen_lock_of(&f->seen, s->lock_id)->address == OTHER);
	assert_int_equal(s->nr_movers, 0);
	assert_string_equal(seen_site_of(&f->seen, s->walker_site_id)->symbol, "folio_referenced");
}

static void a_skip_within_a_walk_is_on_its_behalf(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_walk_begin(T0, W, 0, PFN, WALK_ANON, fixture_address("rmap_walk_anon")));
	skips(f, T0, SKIP_ANON_VMA, STORM_NR_EVENTS);
	finish(f);
	assert_string_equal(seen_site_of(&f->seen, only_storm(f)->walker_site_id)->symbol,
			    "rmap_walk_anon");
}

static void skips_of_unknown_locks_are_of_the_walkers_process(void **state)
{
	struct fixture *f = *state;

	/* too long ago */
	feed(f, ev_folio_move(T0 - NSEC_PER_SEC - 1, M, PFN, ROOT, OTHER, START2, END2));
	skips(f, T0, SKIP_ANON_VMA, STORM_NR_EVENTS);
	finish(f);
	assert_int_equal(only_storm(f)->lock_id, 0);
	assert_int_equal(only_storm(f)->nr_events, STORM_NR_EVENTS);
	/* whose moves? */
	assert_int_equal(only_storm(f)->nr_movers, NO_TIME);
	assert_int_equal(only_storm(f)->nr_moves, NO_TIME);
}

static void after_a_gap_a_folio_may_be_anywhere(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_folio_move(T0 - 3 * MS, M, PFN, ROOT, OTHER, START2, END2));
	feed(f, ev_loss(T0 - 2 * MS, T0 - MS, 1, 5));
	skips(f, T0, SKIP_FOLIO, STORM_NR_EVENTS);
	finish(f);
	assert_int_equal(only_storm(f)->lock_id, 0);
}

static void a_gap_does_not_end_a_storm(void **state)
{
	struct fixture *f = *state;

	retries(f, W, ROOT, T0, MS, 10);
	feed(f, ev_loss(T0 + 10 * MS, T0 + 100 * MS, 1, 5));
	retries(f, W, ROOT, T0 + 100 * MS, MS, 5);
	flush(f, T0 + NSEC_PER_SEC);
	assert_int_equal(only_storm(f)->nr_events, 15);
	assert_int_equal(only_storm(f)->duration_ns, 104 * MS);
}

static void without_traced_moves_there_is_no_number_of_them(void **state)
{
	bool has[NR_EVENTS];
	struct fixture *f = *state;

	memset(has, 1, sizeof(has));
	has[EVENT_FOLIO_MOVE_ANON_RMAP] = false;
	model_free(&f->m);
	model_init(&f->m, &(struct model_options){
				  .sink = &f->sink,
				  .symbols = &(struct symbols){ .tep = f->tep },
				  .has = has,
			  });
	feed(f, ev_acquired(1, W, 0, ROOT, true));
	retries(f, W, ROOT, T0, MS, STORM_NR_EVENTS);
	finish(f);
	assert_int_equal(only_storm(f)->nr_movers, NO_TIME);
	assert_int_equal(only_storm(f)->nr_moves, NO_TIME);
}

static void nothing_is_kept_of_what_is_over(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 100; i++)
		retries(f, W, ROOT, T0 + i * NSEC_PER_SEC, MS, 3);
	flush(f, T0 + 200 * NSEC_PER_SEC);
	assert_null(f->m.storms.by_key);
	assert_int_equal(f->seen.nr_storms, 0);
}

/*
 * Losses. Retries on two locks, dense and sparse, by two threads; then any part
 * of one CPU's is cut out. What is left of a storm is within it.
 */
#define NR_RETRIES 80

static void play(struct fixture *f, const struct event *ev, int cpu, unsigned int from,
		 unsigned int to)
{
	bool has[NR_EVENTS];
	unsigned int i;

	model_free(&f->m);
	seen_free(&f->seen);
	memset(has, 1, sizeof(has));
	model_init(&f->m, &(struct model_options){ .sink = &f->sink, .has = has });
	feed(f, ev_acquired(1, M, 0, ROOT, true));
	feed(f, ev_acquired(2, M, 0, OTHER, true));
	for (i = 0; i < NR_RETRIES; i++) {
		if (i == from && cpu >= 0)
			feed(f,
			     ev_loss(i ? ev[i - 1].time_ns : 3,
				     to < NR_RETRIES ? ev[to].time_ns : ev[i].time_ns + 1, cpu, 1));
		if (cpu < 0 || ev[i].cpu != cpu || i < from || i >= to)
			feed(f, ev[i]);
		if (i % 9 == 0)
			flush(f, ev[i].time_ns);
	}
	finish(f);
}

/* Whether @s is a part of one of @whole. The first two locks have the same ids in each run. */
static bool is_part(const struct storm_row *s, const struct storm_row *whole, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (s->lock_id == whole[i].lock_id && s->start_ns >= whole[i].start_ns &&
		    s->start_ns + s->duration_ns <= whole[i].start_ns + whole[i].duration_ns &&
		    s->nr_events <= whole[i].nr_events && s->peak_per_s <= whole[i].peak_per_s &&
		    s->nr_walkers <= whole[i].nr_walkers)
			return true;
	return false;
}

static void whatever_is_lost_a_storm_is_part_of_a_true_one(void **state)
{
	struct event ev[NR_RETRIES];
	struct fixture *f = *state;
	unsigned int seed, cut, i, nr_true, nr_whole = 0, nr_parts = 0;

	for (seed = 1; seed <= 40; seed++) {
		struct random r = random_from(seed);
		struct storm_row whole[NR_RETRIES];
		uint64_t now_ns = T0;

		for (i = 0; i < NR_RETRIES; i++) {
			now_ns += random_below(&r, random_below(&r, 8) ? 100 * MS : 600 * MS);
			ev[i] = ev_walk_retry(now_ns, random_below(&r, 2) ? W : V,
					      random_below(&r, 2), PFN,
					      random_below(&r, 4) ? ROOT : OTHER, OTHER);
		}
		play(f, ev, -1, 0, 0);
		nr_true = f->seen.nr_storms;
		for (i = 0; i < nr_true; i++)
			whole[i] = f->seen.storm[i];
		nr_whole += nr_true;
		for (cut = 0; cut < 100; cut++) {
			unsigned int from = random_below(&r, NR_RETRIES);

			play(f, ev, cut % 2, from, from + 1 + random_below(&r, NR_RETRIES - from));
			for (i = 0; i < f->seen.nr_storms; i++)
				if (!is_part(&f->seen.storm[i], whole, nr_true))
					fail_msg("seed %u, cut %u: storm %u", seed, cut, i);
			nr_parts += f->seen.nr_storms;
		}
	}
	assert_true(nr_whole > 20 && nr_parts > 20);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(ten_retries_close_together_are_a_storm),
		TEST(nine_are_none),
		TEST(a_longer_pause_parts_them),
		TEST(each_lock_has_its_own),
		TEST(it_comes_again_while_it_lasts),
		TEST(the_walker_has_the_site_of_its_walk),
		TEST(movers_are_those_that_move_off_or_onto_the_lock_meanwhile),
		TEST(the_move_that_it_begins_with_is_its_own),
		TEST(a_move_of_long_ago_is_not),
		TEST(its_vmas_are_those_of_most_moves),
		TEST(the_source_is_where_the_folio_was_moved_to_before),
		TEST(with_two_vmas_on_the_root_the_source_is_not_known),
		TEST(skips_are_on_the_lock_that_the_folio_moved_to),
		TEST(a_skip_within_a_walk_is_on_its_behalf),
		TEST(skips_of_unknown_locks_are_of_the_walkers_process),
		TEST(after_a_gap_a_folio_may_be_anywhere),
		TEST(a_gap_does_not_end_a_storm),
		TEST(without_traced_moves_there_is_no_number_of_them),
		TEST(nothing_is_kept_of_what_is_over),
		TEST(whatever_is_lost_a_storm_is_part_of_a_true_one),
	};

	return cmocka_run_group_tests_name("storm", tests, NULL, NULL);
}
