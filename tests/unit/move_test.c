// SPDX-License-Identifier: GPL-2.0-only
/* Folios that move to another anon_vma. */
#include <errno.h>

#include "tests/unit/fixture.h"

#define ROOT	0xffff888000001000ULL
#define OTHER	0xffff888000002000ULL
#define CHILD	0xffff888000003000ULL
#define A	101 /* a thread of PROCESS */
#define PROCESS 100
#define PFN	0x12345
#define START	0x7f0000001000ULL
#define END	0x7f0000009000ULL

static int setup_keep_all(void **state)
{
	bool has[NR_EVENTS];
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	memset(has, 1, sizeof(has));
	model_free(&f->m);
	model_init(&f->m, &(struct model_options){
				  .sink = &f->sink,
				  .symbols = &(struct symbols){ .tep = f->tep },
				  .has = has,
				  .keep_all = true,
			  });
	return 0;
}

static const struct move_row *only_move(struct fixture *f)
{
	assert_int_equal(f->seen.nr_moves, 1);
	return &f->seen.move[0];
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

static void a_move_to_another_root_is_a_row(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_folio_move(1000, A, PFN, ROOT, OTHER, START, END);
	const struct move_row *m;

	ev.folio_move.nr_pages = 512;
	feed(f, ev);
	m = only_move(f);
	assert_int_equal(m->time_ns, 1000);
	assert_true(m->pfn == PFN);
	assert_int_equal(m->nr_pages, 512);
	assert_int_equal(m->root_changed, 1);
	flush(f, 0);
	assert_int_equal(seen_task_of(&f->seen, m->task_id)->tid, A);
}

static void both_roots_are_locks_of_their_own(void **state)
{
	struct fixture *f = *state;
	const struct move_row *m;

	feed(f, ev_folio_move(1000, A, PFN, ROOT, OTHER, START, END));
	finish(f);
	m = only_move(f);
	assert_int_not_equal(m->old_lock_id, m->new_lock_id);
	assert_true(seen_lock_of(&f->seen, m->old_lock_id)->address == ROOT);
	assert_true(seen_lock_of(&f->seen, m->new_lock_id)->address == OTHER);
	assert_int_equal(seen_lock_of(&f->seen, m->old_lock_id)->class, LOCK_ANON_VMA);
	assert_int_equal(seen_lock_of(&f->seen, m->new_lock_id)->class, LOCK_ANON_VMA);
	assert_int_equal(seen_lock_of(&f->seen, m->new_lock_id)->first_ns, 1000);
	assert_int_equal(f->seen.nr_locks, 2);
}

static void locks_that_were_known_are_the_same(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(100, A, 0, ROOT, true));
	feed(f, ev_anon_end(200, A, 0, ROOT, true));
	feed(f, ev_folio_move(1000, A, PFN, ROOT, OTHER, START, END));
	feed(f, ev_folio_move(2000, A, PFN, OTHER, ROOT, START, END));
	finish(f);
	assert_int_equal(f->seen.nr_moves, 2);
	assert_int_equal(f->seen.move[0].old_lock_id, only_wait(f)->lock_id);
	assert_int_equal(f->seen.move[1].new_lock_id, only_wait(f)->lock_id);
	assert_int_equal(f->seen.move[0].new_lock_id, f->seen.move[1].old_lock_id);
	assert_int_equal(f->seen.nr_locks, 2);
}

/* From a child's anon_vma to its own parent's, say. */
static void a_move_below_one_root_is_no_row(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_folio_move(1000, A, PFN, ROOT, ROOT, START, END);

	ev.folio_move.old_anon_vma = CHILD;
	feed(f, ev);
	finish(f);
	assert_int_equal(f->seen.nr_moves, 0);
	/* and makes nothing else one */
	assert_int_equal(f->seen.nr_locks, 0);
	assert_int_equal(f->seen.nr_vmas, 0);
	assert_int_equal(f->seen.nr_tasks, 0);
}

static void it_is_one_when_all_are_kept(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_folio_move(1000, A, PFN, ROOT, ROOT, START, END));
	feed(f, ev_folio_move(2000, A, PFN, ROOT, OTHER, START, END));
	finish(f);
	assert_int_equal(f->seen.nr_moves, 2);
	assert_int_equal(f->seen.move[0].root_changed, 0);
	assert_int_equal(f->seen.move[0].old_lock_id, f->seen.move[0].new_lock_id);
	assert_int_equal(f->seen.move[1].root_changed, 1);
	assert_int_equal(f->seen.nr_locks, 2);
}

static void a_folio_that_had_no_root_has_no_old_lock(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_folio_move(1000, A, PFN, 0, OTHER, START, END));
	finish(f);
	assert_int_equal(only_move(f)->old_lock_id, 0);
	assert_true(seen_lock_of(&f->seen, only_move(f)->new_lock_id)->address == OTHER);
	assert_int_equal(only_move(f)->root_changed, 1);
	assert_int_equal(f->seen.nr_locks, 1);
}

static void the_vma_is_one_of_the_movers_process(void **state)
{
	struct fixture *f = *state;
	const struct vma_row *vma;

	assert_int_equal(tasks_seed(&f->m.tasks, A, PROCESS), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, PROCESS, PROCESS), 0);
	feed(f, ev_folio_move(1000, A, PFN, ROOT, OTHER, START, END));
	finish(f);
	vma = vma_of(f, only_move(f)->vma_id);
	assert_true(vma->start == START);
	assert_true(vma->end == END);
	assert_int_equal(vma->from_ns, 1000);
	assert_int_equal(vma->to_ns, NO_TIME);
	assert_int_equal(seen_process_of(&f->seen, vma->process_id)->tgid, PROCESS);
	assert_int_equal(seen_task_of(&f->seen, only_move(f)->task_id)->process_id,
			 vma->process_id);
}

static void a_mover_of_an_unknown_process_has_a_vma_of_none(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_folio_move(1000, A, PFN, ROOT, OTHER, START, END));
	assert_int_equal(vma_of(f, only_move(f)->vma_id)->process_id, 0);
	assert_true(vma_of(f, only_move(f)->vma_id)->start == START);
}

static void a_vma_is_given_once_while_it_stays_as_it_is(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	assert_int_equal(tasks_seed(&f->m.tasks, A, PROCESS), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, 500, 500), 0);
	for (i = 0; i < 10; i++)
		feed(f, ev_folio_move(1000 + i, A, PFN + i, ROOT, OTHER, START, END));
	assert_int_equal(f->seen.nr_vmas, 1);
	/* it has grown; another start; another process */
	feed(f, ev_folio_move(2000, A, PFN, ROOT, OTHER, START, END + 0x1000));
	feed(f, ev_folio_move(2001, A, PFN, ROOT, OTHER, START + 0x1000, END + 0x1000));
	feed(f, ev_folio_move(2002, 500, PFN, ROOT, OTHER, START + 0x1000, END + 0x1000));
	assert_int_equal(f->seen.nr_vmas, 4);
	for (i = 1; i < 10; i++)
		assert_int_equal(f->seen.move[i].vma_id, f->seen.move[0].vma_id);
	assert_int_not_equal(f->seen.move[10].vma_id, f->seen.move[0].vma_id);
	assert_true(vma_of(f, f->seen.move[10].vma_id)->end == END + 0x1000);
	assert_int_not_equal(f->seen.move[11].vma_id, f->seen.move[12].vma_id);
}

/* These fields may be missing: a capability. A VMA at 0 would be made up. */
static void a_move_that_does_not_tell_the_vma_has_none(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_folio_move(1000, A, PFN, ROOT, OTHER, 0, 0));
	assert_int_equal(only_move(f)->vma_id, 0);
	assert_int_equal(f->seen.nr_vmas, 0);
}

static void a_gap_takes_no_move_back(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_folio_move(1000, A, PFN, ROOT, OTHER, START, END));
	feed(f, ev_loss(1100, 2000, 1, 5));
	feed(f, ev_folio_move(1500, A, PFN, OTHER, ROOT, START, END));
	finish(f);
	assert_int_equal(f->seen.nr_moves, 2);
	assert_int_equal(f->seen.move[0].old_lock_id, f->seen.move[1].new_lock_id);
}

static void an_error_of_the_sink_stops_the_model(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_folio_move(1000, A, PFN, ROOT, OTHER, START, END);

	f->seen.fail = -ENOSPC;
	assert_int_equal(model_event(&f->m, &ev), -ENOSPC);
	/* the VMA is known now: the move itself */
	assert_int_equal(model_event(&f->m, &ev), -ENOSPC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define KEEP(name) cmocka_unit_test_setup_teardown(name, setup_keep_all, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_move_to_another_root_is_a_row),
		TEST(both_roots_are_locks_of_their_own),
		TEST(locks_that_were_known_are_the_same),
		TEST(a_move_below_one_root_is_no_row),
		KEEP(it_is_one_when_all_are_kept),
		TEST(a_folio_that_had_no_root_has_no_old_lock),
		TEST(the_vma_is_one_of_the_movers_process),
		TEST(a_mover_of_an_unknown_process_has_a_vma_of_none),
		TEST(a_vma_is_given_once_while_it_stays_as_it_is),
		TEST(a_move_that_does_not_tell_the_vma_has_none),
		TEST(a_gap_takes_no_move_back),
		TEST(an_error_of_the_sink_stops_the_model),
	};

	return cmocka_run_group_tests_name("move", tests, NULL, NULL);
}
