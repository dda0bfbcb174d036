// SPDX-License-Identifier: GPL-2.0-only
/* Which VMAs hang on which root, and the lives of a root. */
#include <errno.h>

#include "tests/unit/fixture.h"

#define ROOT	0xffff888000001000ULL /* of process P, and of all it forked */
#define CHILD	0xffff888000002000ULL /* an anon_vma below it */
#define GRANDCH 0xffff888000003000ULL
#define OTHER	0xffff888000004000ULL
#define P	100
#define Q	200
#define WALKER	50 /* of no process that is linked */
#define START	0x7f0000001000ULL
#define END	0x7f0000009000ULL

/* Two processes that are known. */
static int setup(void **state)
{
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	/* they begin during the capture: their roots are new */
	feed(f, ev_newtask(1, 1, P, "p", 0));
	feed(f, ev_newtask(2, 1, Q, "q", 0));
	return 0;
}

static void walker_holds(struct fixture *f, uint64_t t, uint64_t root)
{
	feed(f, ev_acquired(t, WALKER, 0, root, false));
	feed(f, ev_released(t + 2000000, WALKER, 0, root, false));
}

/* lock.id of a hold of @root at @t, and its row. */
static int64_t lock_at(struct fixture *f, uint64_t t, uint64_t root)
{
	walker_holds(f, t, root);
	flush(f, 0);
	assert_true(f->seen.nr_holds > 0);
	return f->seen.hold[f->seen.nr_holds - 1].lock_id;
}

static const struct lock_vma_row *only_link(struct fixture *f)
{
	assert_int_equal(f->seen.nr_lock_vmas, 1);
	return &f->seen.lock_vma[0];
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

/* Lock ids of what was given are those of rows that were given. */
static void check_references(struct fixture *f)
{
	unsigned int i;

	for (i = 0; i < f->seen.nr_lock_vmas; i++) {
		seen_lock_of(&f->seen, f->seen.lock_vma[i].lock_id);
		vma_of(f, f->seen.lock_vma[i].vma_id);
	}
	for (i = 0; i < f->seen.nr_retries; i++) {
		if (f->seen.retry[i].old_lock_id)
			seen_lock_of(&f->seen, f->seen.retry[i].old_lock_id);
		if (f->seen.retry[i].new_lock_id)
			seen_lock_of(&f->seen, f->seen.retry[i].new_lock_id);
	}
}

/* lock.id of the old anon_vma of a retry that names it, 0 unknown. */
static int64_t root_id_by_retry(struct fixture *f, uint64_t t, uint64_t anon_vma)
{
	feed(f, ev_walk_retry(t, WALKER, 0, 1, anon_vma, 0));
	return f->seen.retry[f->seen.nr_retries - 1].old_lock_id;
}

static void a_root_that_was_never_seen_as_a_lock_has_no_rows(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 20; i++)
		feed(f, ev_link(1000 + i, P + i, ROOT, ROOT, START, END));
	flush(f, 2000);
	for (i = 0; i < 10; i++)
		feed(f, ev_unlink(3000 + i, P + i, ROOT, ROOT, START, END));
	finish(f);
	assert_int_equal(f->seen.nr_lock_vmas, 0);
	assert_int_equal(f->seen.nr_vmas, 0);
	assert_int_equal(f->seen.nr_locks, 0);
	assert_int_equal(f->seen.nr_tasks, 0);
}

static void links_are_given_at_the_flush_after_the_lock_was_seen(void **state)
{
	struct fixture *f = *state;
	const struct lock_vma_row *l;
	const struct vma_row *vma;

	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	flush(f, 1500);
	assert_int_equal(f->seen.nr_lock_vmas, 0);
	walker_holds(f, 5000, ROOT);
	assert_int_equal(f->seen.nr_lock_vmas, 0);
	flush(f, 6000);
	l = only_link(f);
	assert_int_equal(l->from_ns, 1000);
	assert_int_equal(l->to_ns, NO_TIME);
	assert_int_equal(l->lock_id, f->seen.hold[0].lock_id);
	vma = vma_of(f, l->vma_id);
	assert_true(vma->start == START);
	assert_true(vma->end == END);
	assert_int_equal(vma->from_ns, 1000);
	assert_int_equal(seen_process_of(&f->seen, vma->process_id)->tgid, P);
}

static void links_of_a_known_lock_are_given_at_the_next_flush(void **state)
{
	struct fixture *f = *state;

	walker_holds(f, 100, ROOT);
	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	flush(f, 1500);
	assert_int_equal(f->seen.nr_lock_vmas, 1);
	feed(f, ev_link(2000, Q, ROOT, ROOT, START, END));
	flush(f, 2500);
	assert_int_equal(f->seen.nr_lock_vmas, 2);
	assert_int_equal(f->seen.lock_vma[0].lock_id, f->seen.lock_vma[1].lock_id);
	assert_int_not_equal(f->seen.lock_vma[0].vma_id, f->seen.lock_vma[1].vma_id);
}

/* Gone before anybody could look it up, but the event has told whose it is. */
static void the_process_of_a_link_is_known_by_its_event(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	walker_holds(f, 100, ROOT);
	for (i = 0; i < 2; i++)
		feed(f, ev_link(1000 + i, 1000 + i, ROOT, ROOT, START, END));
	finish(f);
	assert_int_equal(f->seen.nr_lock_vmas, 2);
	for (i = 0; i < 2; i++) {
		const struct lock_vma_row *l = &f->seen.lock_vma[i];
		int64_t process_id = vma_of(f, l->vma_id)->process_id;

		assert_int_not_equal(process_id, 0);
		assert_int_equal(seen_process_of(&f->seen, process_id)->tgid, l->from_ns);
	}
	assert_int_not_equal(f->seen.lock_vma[0].vma_id, f->seen.lock_vma[1].vma_id);
}

static unsigned int nr_given;

static int count_lock_vma(void *ctx, struct lock_vma_row *row)
{
	nr_given++;
	return seen_lock_vma(ctx, row);
}

static void a_link_is_given_once_and_again_at_its_end(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	nr_given = 0;
	f->m.sink.lock_vma = count_lock_vma;
	walker_holds(f, 100, ROOT);
	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	feed(f, ev_link(1001, Q, ROOT, ROOT, START, END));
	for (i = 0; i < 5; i++)
		flush(f, 2000 + i);
	assert_int_equal(nr_given, 2);
	/* another one does not bring back the others */
	feed(f, ev_link(3000, 300, ROOT, ROOT, START, END));
	flush(f, 3001);
	assert_int_equal(nr_given, 3);
	feed(f, ev_unlink(4000, Q, ROOT, ROOT, START, END));
	flush(f, 4001);
	assert_int_equal(nr_given, 4);
	assert_int_equal(f->seen.nr_lock_vmas, 3);
}

static void an_unlink_ends_the_row(void **state)
{
	struct fixture *f = *state;

	walker_holds(f, 100, ROOT);
	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	feed(f, ev_link(1001, Q, ROOT, ROOT, START, END));
	flush(f, 1500);
	feed(f, ev_unlink(5000, P, ROOT, ROOT, START, END));
	assert_int_equal(f->seen.nr_lock_vmas, 2);
	assert_int_equal(f->seen.lock_vma[0].from_ns, 1000);
	assert_int_equal(f->seen.lock_vma[0].to_ns, 5000);
	assert_int_equal(f->seen.lock_vma[1].to_ns, NO_TIME);
}

static void a_link_that_no_flush_saw_is_given_at_its_unlink(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	walker_holds(f, 2000, ROOT);
	feed(f, ev_unlink(5000000, P, ROOT, ROOT, START, END));
	assert_int_equal(only_link(f)->from_ns, 1000);
	assert_int_equal(only_link(f)->to_ns, 5000000);
	finish(f);
	assert_int_equal(only_link(f)->to_ns, 5000000);
	check_references(f);
}

/* fork links a VMA to its own anon_vma and to each of its ancestors'. */
static void a_vma_is_linked_until_the_last_of_its_ancestors_is_gone(void **state)
{
	struct fixture *f = *state;

	walker_holds(f, 100, ROOT);
	feed(f, ev_link(900, P, ROOT, ROOT, START, END));
	feed(f, ev_link(1000, Q, ROOT, ROOT, START, END));
	feed(f, ev_link(1001, Q, CHILD, ROOT, START, END));
	feed(f, ev_link(1002, Q, GRANDCH, ROOT, START, END));
	flush(f, 1500);
	assert_int_equal(f->seen.nr_lock_vmas, 2);
	feed(f, ev_unlink(2000, Q, GRANDCH, ROOT, START, END));
	feed(f, ev_unlink(2001, Q, CHILD, ROOT, START, END));
	finish(f);
	assert_int_equal(f->seen.nr_lock_vmas, 2);
	assert_int_equal(f->seen.lock_vma[0].to_ns, NO_TIME);
	assert_int_equal(f->seen.lock_vma[1].to_ns, NO_TIME);
	feed(f, ev_unlink(2002, Q, ROOT, ROOT, START, END));
	assert_int_equal(f->seen.lock_vma[0].to_ns + f->seen.lock_vma[1].to_ns, 2002 + NO_TIME);
	assert_int_equal(f->seen.nr_lock_vmas, 2);
}

static void vmas_are_apart_by_process_start_and_root(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	walker_holds(f, 100, ROOT);
	walker_holds(f, 110, OTHER);
	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	feed(f, ev_link(1001, P, ROOT, ROOT, END, END + 0x1000));
	feed(f, ev_link(1002, Q, ROOT, ROOT, START, END));
	feed(f, ev_link(1003, P, OTHER, OTHER, START, END));
	flush(f, 1500);
	assert_int_equal(f->seen.nr_lock_vmas, 4);
	/* one VMA may hang on two roots (after a move of its folios) */
	assert_int_equal(f->seen.nr_vmas, 3);
	feed(f, ev_unlink(2000, P, ROOT, ROOT, START, END));
	for (i = 0; i < 4; i++)
		assert_int_equal(f->seen.lock_vma[i].to_ns,
				 f->seen.lock_vma[i].from_ns == 1000 ? 2000 : NO_TIME);
}

static void a_vma_that_is_linked_again_is_another_row(void **state)
{
	struct fixture *f = *state;

	walker_holds(f, 100, ROOT);
	feed(f, ev_link(900, Q, ROOT, ROOT, START, END));
	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	feed(f, ev_unlink(2000, P, ROOT, ROOT, START, END));
	feed(f, ev_link(3000, P, ROOT, ROOT, START, END));
	finish(f);
	assert_int_equal(f->seen.nr_lock_vmas, 3);
}

static void an_unlink_of_what_was_linked_before_the_capture_is_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t id = lock_at(f, 100, ROOT);

	feed(f, ev_unlink(2000, P, ROOT, ROOT, START, END));
	assert_int_equal(f->seen.nr_lock_vmas, 0);
	assert_int_equal(lock_at(f, 3000, ROOT), id);
	/* nor is one of another VMA of the root */
	feed(f, ev_link(4000, P, ROOT, ROOT, START, END));
	feed(f, ev_unlink(5000, Q, ROOT, ROOT, START, END));
	finish(f);
	assert_int_equal(only_link(f)->to_ns, NO_TIME);
	assert_int_equal(lock_at(f, 6000, ROOT), id);
}

static void after_the_last_unlink_the_address_is_another_lock(void **state)
{
	struct fixture *f = *state;
	int64_t first, second;

	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	feed(f, ev_link(1100, Q, ROOT, ROOT, START, END));
	first = lock_at(f, 2000, ROOT);
	feed(f, ev_unlink(5000000, P, ROOT, ROOT, START, END));
	assert_int_equal(lock_at(f, 6000000, ROOT), first);
	feed(f, ev_unlink(10000000, Q, ROOT, ROOT, START, END));
	second = lock_at(f, 20000000, ROOT);
	finish(f);
	assert_int_not_equal(first, second);
	assert_int_equal(seen_lock_of(&f->seen, first)->generation, 0);
	assert_int_equal(seen_lock_of(&f->seen, second)->generation, 1);
	assert_true(seen_lock_of(&f->seen, second)->address == ROOT);
	assert_int_equal(seen_lock_of(&f->seen, second)->class, LOCK_ANON_VMA);
	assert_true(seen_lock_of(&f->seen, first)->last_ns <= 10000000);
	assert_true(seen_lock_of(&f->seen, second)->first_ns >= 10000000);
	assert_int_equal(f->seen.nr_locks, 2);
}

/* As __anon_vma_prepare() does it: locked, then linked. */
static void a_root_whose_first_lock_came_before_its_link_has_a_life_too(void **state)
{
	struct fixture *f = *state;
	int64_t first;

	feed(f, ev_acquired(1000, P, 0, ROOT, true));
	feed(f, ev_link(1010, P, ROOT, ROOT, START, END));
	feed(f, ev_released(1020, P, 0, ROOT, true));
	first = lock_at(f, 2000, ROOT);
	feed(f, ev_unlink(5000000, P, ROOT, ROOT, START, END));
	assert_int_not_equal(lock_at(f, 6000000, ROOT), first);
}

static void lives_go_on_and_on(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 10; i++) {
		uint64_t t = 10000000 * (uint64_t)(i + 1);
		int64_t id;

		feed(f, ev_link(t, P, ROOT, ROOT, START, END));
		id = lock_at(f, t + 10, ROOT);
		assert_int_equal(seen_lock_of(&f->seen, id)->generation, i);
		feed(f, ev_unlink(t + 5000000, P, ROOT, ROOT, START, END));
	}
	assert_int_equal(f->seen.nr_locks, 10);
	assert_int_equal(f->seen.nr_lock_vmas, 10);
	check_references(f);
}

static void the_class_of_the_former_life_is_not_inherited(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	lock_at(f, 2000, ROOT);
	feed(f, ev_unlink(5000000, P, ROOT, ROOT, START, END));
	/* freed, and now something else altogether */
	feed(f, ev_begin(6000000, P, 0, ROOT, F_READ));
	feed(f, ev_end(6000100, P, 0, ROOT, 0));
	flush(f, 0);
	assert_int_equal(seen_lock_of(&f->seen, only_wait(f)->lock_id)->class, ENUM_NONE);
	assert_int_equal(seen_lock_of(&f->seen, only_wait(f)->lock_id)->generation, 1);
}

/* The lock is dropped after the unlink; a walker may still have it. */
static void what_is_open_at_the_last_unlink_ends_as_any_other(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;
	int64_t id;

	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	feed(f, ev_acquired(2000, WALKER, 0, ROOT, false));
	feed(f, ev_anon_begin(3000, P, 1, ROOT, true));
	feed(f, ev_unlink(4000, P, ROOT, ROOT, START, END));
	flush(f, 4001);
	feed(f, ev_released(9000, WALKER, 0, ROOT, false));
	feed(f, ev_anon_end(9500, P, 1, ROOT, true));
	finish(f);
	w = only_wait(f);
	assert_int_equal(w->outcome, OUTCOME_ACQUIRED);
	assert_int_equal(w->duration_ns, 6500);
	assert_int_equal(w->holder_source, HOLDER_EXACT);
	assert_int_equal(seen_task_of(&f->seen, w->holder_task_id)->tid, WALKER);
	assert_int_equal(f->seen.nr_holds, 1);
	assert_int_equal(f->seen.hold[0].duration_ns, 7000);
	assert_int_equal(f->seen.hold[0].nr_waiters, 1);
	/* both belong to the life in which they began */
	id = w->lock_id;
	assert_int_equal(f->seen.hold[0].lock_id, id);
	assert_int_equal(seen_lock_of(&f->seen, id)->generation, 0);
	assert_int_not_equal(lock_at(f, 20000, ROOT), id);
	/* whose wait is over */
	assert_int_equal(f->seen.hold[1].nr_waiters, 0);
}

static void the_last_use_of_a_life_is_not_before_it(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_link(500, P, ROOT, ROOT, START, END));
	feed(f, ev_acquired(1000, P, 0, ROOT, true));
	feed(f, ev_released(1500, P, 0, ROOT, true));
	feed(f, ev_anon_begin(2000, WALKER, 1, ROOT, true));
	feed(f, ev_unlink(2000, P, ROOT, ROOT, START, END));
	feed(f, ev_anon_end(2500, WALKER, 1, ROOT, true));
	finish(f);
	id = only_wait(f)->lock_id;
	assert_int_equal(seen_lock_of(&f->seen, id)->first_ns, 1000);
	assert_true(seen_lock_of(&f->seen, id)->last_ns >= 2000);
}

/*
 * A root lives as long as any anon_vma below it. VMAs that were linked before
 * the capture are not known, so the last that is known need not be the last.
 */
static void a_root_from_before_the_capture_is_not_freed_with_the_vmas_linked_since(void **state)
{
	struct fixture *f = *state;
	int64_t id = lock_at(f, 100, ROOT);
	unsigned int i;

	/* P, which has the root, forks and forks */
	for (i = 0; i < 5; i++) {
		uint64_t t = 10000000 * (uint64_t)(i + 1);

		feed(f, ev_link(t, Q + i, ROOT, ROOT, START, END));
		feed(f, ev_link(t + 1, Q + i, CHILD, ROOT, START, END));
		feed(f, ev_unlink(t + 1000, Q + i, CHILD, ROOT, START, END));
		feed(f, ev_unlink(t + 1001, Q + i, ROOT, ROOT, START, END));
		assert_int_equal(lock_at(f, t + 2000, ROOT), id);
	}
	assert_int_equal(f->seen.nr_locks, 1);
}

/* The same, where the beginning of the root is in a gap or before it. */
static void a_root_from_before_a_gap_is_not_freed_with_the_vmas_linked_since(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_link(500, P, ROOT, ROOT, START, END));
	id = lock_at(f, 1000, ROOT);
	feed(f, ev_loss(5000000, 5000100, 1, 3));
	feed(f, ev_link(6000000, Q, ROOT, ROOT, START, END));
	feed(f, ev_unlink(7000000, Q, ROOT, ROOT, START, END));
	assert_int_equal(lock_at(f, 8000000, ROOT), id);
}

/*
 * The start of a VMA changes while it is linked: a stack grows, exec moves it
 * (shift_arg_pages()), a split or an munmap() takes the front away.
 */
static void a_vma_whose_start_has_moved_is_unlinked_all_the_same(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	id = lock_at(f, 2000, ROOT);
	flush(f, 3000);
	feed(f, ev_unlink(5000000, P, ROOT, ROOT, START - 0x4000, END));
	finish(f);
	assert_int_equal(only_link(f)->to_ns, 5000000);
	assert_int_not_equal(lock_at(f, 6000000, ROOT), id);
}

/* exec shifts its new stack as a whole, and then it grows: setup_arg_pages(). */
static void a_vma_that_has_moved_as_a_whole_is_unlinked_all_the_same(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_link(1000, P, ROOT, ROOT, END - 0x1000, END));
	id = lock_at(f, 2000, ROOT);
	flush(f, 3000);
	feed(f, ev_unlink(5000000, P, ROOT, ROOT, START - 0x21000, START));
	finish(f);
	assert_int_equal(only_link(f)->to_ns, 5000000);
	assert_int_not_equal(lock_at(f, 6000000, ROOT), id);
}

/* What a process from before the capture forks hangs on roots from before. */
static void a_root_of_an_older_process_is_not_freed_with_its_children(void **state)
{
	struct fixture *f = *state;
	const int32_t old = 300;
	int64_t id;

	assert_int_equal(tasks_seed(&f->m.tasks, old, old), 0);
	feed(f, ev_link(1000, old, ROOT, ROOT, START, END));
	id = lock_at(f, 2000, ROOT);
	feed(f, ev_unlink(5000000, old, ROOT, ROOT, START, END));
	assert_int_equal(lock_at(f, 6000000, ROOT), id);
}

/* Its lock is not a row: the next life may never be seen as a lock. */
static void links_of_a_life_that_was_never_seen_as_a_lock_have_no_rows(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	lock_at(f, 2000, ROOT);
	feed(f, ev_unlink(5000000, P, ROOT, ROOT, START, END));
	feed(f, ev_link(6000000, Q, ROOT, ROOT, START, END));
	flush(f, 7000000);
	assert_int_equal(f->seen.nr_lock_vmas, 1);
	feed(f, ev_unlink(8000000, Q, ROOT, ROOT, START, END));
	finish(f);
	check_references(f);
	assert_int_equal(f->seen.nr_lock_vmas, 1);
}

static void links_of_the_next_life_are_given_when_it_is_seen(void **state)
{
	struct fixture *f = *state;
	int64_t second;

	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	lock_at(f, 2000, ROOT);
	feed(f, ev_unlink(5000000, P, ROOT, ROOT, START, END));
	feed(f, ev_link(6000000, Q, ROOT, ROOT, START, END));
	second = lock_at(f, 7000000, ROOT);
	finish(f);
	check_references(f);
	assert_int_equal(f->seen.nr_lock_vmas, 2);
	assert_int_equal(f->seen.lock_vma[1].lock_id, second);
	assert_int_equal(f->seen.lock_vma[1].from_ns, 6000000);
}

static void an_anon_vma_leads_to_its_root(void **state)
{
	struct fixture *f = *state;
	int64_t id = lock_at(f, 100, ROOT);

	assert_int_equal(root_id_by_retry(f, 900, CHILD), 0);
	feed(f, ev_link(1000, P, CHILD, ROOT, START, END));
	feed(f, ev_link(1001, Q, CHILD, ROOT, START, END));
	assert_int_equal(root_id_by_retry(f, 1100, CHILD), id);
	assert_int_equal(root_id_by_retry(f, 1101, ROOT), id);
	assert_int_equal(root_id_by_retry(f, 1102, GRANDCH), 0);
	assert_int_equal(root_id_by_retry(f, 1103, 0), 0);
	/* until it is freed */
	feed(f, ev_unlink(2000, Q, CHILD, ROOT, START, END));
	assert_int_equal(root_id_by_retry(f, 2100, CHILD), id);
	feed(f, ev_unlink(2200, P, CHILD, ROOT, START, END));
	assert_int_equal(root_id_by_retry(f, 2300, CHILD), 0);
}

static void an_anon_vma_at_a_new_place_leads_to_its_new_root(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_link(1000, P, CHILD, ROOT, START, END));
	feed(f, ev_unlink(2000, P, CHILD, ROOT, START, END));
	feed(f, ev_link(3000, P, CHILD, OTHER, START, END));
	root_id_by_retry(f, 4000, CHILD);
	finish(f);
	assert_true(seen_lock_of(&f->seen, f->seen.retry[0].old_lock_id)->address == OTHER);
}

/* The retry is the first that is seen of it: then it is a row, and its links. */
static void a_root_that_a_retry_leads_to_is_a_lock(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_link(1000, P, CHILD, ROOT, START, END));
	id = root_id_by_retry(f, 2000, CHILD);
	assert_int_not_equal(id, 0);
	finish(f);
	assert_true(seen_lock_of(&f->seen, id)->address == ROOT);
	assert_int_equal(only_link(f)->lock_id, id);
}

/* The root was freed; nothing but links is known of the next at its address. */
static void a_retry_refers_to_a_lock_that_is_a_row(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	lock_at(f, 2000, ROOT);
	feed(f, ev_unlink(5000000, P, ROOT, ROOT, START, END));
	feed(f, ev_link(6000000, Q, CHILD, ROOT, START, END));
	root_id_by_retry(f, 7000000, CHILD);
	root_id_by_retry(f, 7000001, ROOT);
	finish(f);
	check_references(f);
}

static void a_gap_makes_all_links_unknown(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	feed(f, ev_link(1001, Q, CHILD, ROOT, START, END));
	id = lock_at(f, 2000, ROOT);
	assert_int_equal(f->seen.nr_lock_vmas, 2);
	feed(f, ev_loss(5000000, 5000100, 1, 3));
	/* CHILD may have been freed and be of another root now */
	assert_int_equal(root_id_by_retry(f, 6000000, CHILD), 0);
	/* ROOT may have got other VMAs in the gap: these are not the last */
	feed(f, ev_unlink(6000001, Q, CHILD, ROOT, START, END));
	feed(f, ev_unlink(6000002, P, ROOT, ROOT, START, END));
	assert_int_equal(lock_at(f, 7000000, ROOT), id);
	/* and nobody knows when these ended */
	assert_int_equal(f->seen.lock_vma[0].to_ns, NO_TIME);
	assert_int_equal(f->seen.lock_vma[1].to_ns, NO_TIME);
}

static void links_after_a_gap_are_known_again(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_loss(1000, 1100, 1, 3));
	feed(f, ev_link(2000, P, CHILD, ROOT, START, END));
	id = lock_at(f, 3000, ROOT);
	assert_int_equal(only_link(f)->from_ns, 2000);
	assert_int_equal(root_id_by_retry(f, 4000, CHILD), id);
}

/* The process is new and so was its root, but only a part of its links is known. */
static void a_root_first_seen_as_a_lock_after_a_gap_is_not_freed_with_the_vmas_linked_since(
	void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_link(500, P, ROOT, ROOT, START, END));
	feed(f, ev_loss(1000, 1100, 1, 3));
	/* its VMA is split, and a part is unmapped */
	feed(f, ev_link(2000, P, ROOT, ROOT, START + 0x1000, END));
	id = lock_at(f, 3000, ROOT);
	feed(f, ev_unlink(5000000, P, ROOT, ROOT, START + 0x1000, END));
	assert_int_equal(lock_at(f, 6000000, ROOT), id);
}

/*
 * fork links the VMAs of the child while the parent is running, whose tgid is
 * in the event; the mm is the child's. The child unlinks them itself.
 */
static void a_vma_that_fork_made_is_not_the_parents(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_link(1000, Q, CHILD, ROOT, START, END);
	unsigned int i;

	feed(f, ev_link(500, P, ROOT, ROOT, START, END));
	ev.tid = ev.anon_vma_chain.tgid = P;
	feed(f, ev);
	feed(f, ev_newtask(1100, P, Q, "child", 0));
	lock_at(f, 2000, ROOT);
	feed(f, ev_unlink(5000000, Q, CHILD, ROOT, START, END));
	finish(f);
	assert_int_equal(f->seen.nr_lock_vmas, 2);
	assert_int_not_equal(f->seen.lock_vma[0].vma_id, f->seen.lock_vma[1].vma_id);
	for (i = 0; i < 2; i++) {
		const struct lock_vma_row *l = &f->seen.lock_vma[i];
		const struct vma_row *vma = vma_of(f, l->vma_id);

		assert_int_equal(seen_process_of(&f->seen, vma->process_id)->tgid,
				 l->from_ns == 500 ? P : Q);
	}
}

/* Links are given late: a thread is not seen earlier than it was because of it. */
static void a_link_given_late_does_not_turn_back_the_last_time_its_process_was_seen(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	feed(f, ev_anon_begin(500000, P, 0, ROOT, true));
	feed(f, ev_anon_end(600000, P, 0, ROOT, true));
	finish(f);
	assert_int_equal(f->seen.nr_lock_vmas, 1);
	for (i = 0; i < f->seen.nr_tasks; i++) {
		assert_true(f->seen.task[i].last_ns >= f->seen.task[i].first_ns);
		assert_true(f->seen.task[i].tid != P || f->seen.task[i].last_ns >= 500000);
	}
}

static void an_error_of_the_sink_stops_the_model(void **state)
{
	struct fixture *f = *state;
	struct event ev = ev_unlink(9000, P, ROOT, ROOT, START, END);

	walker_holds(f, 100, ROOT);
	feed(f, ev_link(1000, P, ROOT, ROOT, START, END));
	f->seen.fail = -ENOSPC;
	assert_int_equal(linkage_machine.flush(&f->m.linkage, 0), -ENOSPC);
	assert_int_equal(model_event(&f->m, &ev), -ENOSPC);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_root_that_was_never_seen_as_a_lock_has_no_rows),
		TEST(links_are_given_at_the_flush_after_the_lock_was_seen),
		TEST(links_of_a_known_lock_are_given_at_the_next_flush),
		cmocka_unit_test_setup_teardown(the_process_of_a_link_is_known_by_its_event,
						fixture_setup, fixture_teardown),
		TEST(a_link_is_given_once_and_again_at_its_end),
		TEST(an_unlink_ends_the_row),
		TEST(a_link_that_no_flush_saw_is_given_at_its_unlink),
		TEST(a_vma_is_linked_until_the_last_of_its_ancestors_is_gone),
		TEST(vmas_are_apart_by_process_start_and_root),
		TEST(a_vma_that_is_linked_again_is_another_row),
		TEST(an_unlink_of_what_was_linked_before_the_capture_is_nothing),
		TEST(after_the_last_unlink_the_address_is_another_lock),
		TEST(a_root_whose_first_lock_came_before_its_link_has_a_life_too),
		TEST(lives_go_on_and_on),
		TEST(the_class_of_the_former_life_is_not_inherited),
		TEST(what_is_open_at_the_last_unlink_ends_as_any_other),
		TEST(the_last_use_of_a_life_is_not_before_it),
		TEST(a_root_from_before_the_capture_is_not_freed_with_the_vmas_linked_since),
		TEST(a_root_from_before_a_gap_is_not_freed_with_the_vmas_linked_since),
		TEST(a_vma_whose_start_has_moved_is_unlinked_all_the_same),
		TEST(a_vma_that_has_moved_as_a_whole_is_unlinked_all_the_same),
		TEST(a_root_of_an_older_process_is_not_freed_with_its_children),
		TEST(links_of_a_life_that_was_never_seen_as_a_lock_have_no_rows),
		TEST(links_of_the_next_life_are_given_when_it_is_seen),
		TEST(an_anon_vma_leads_to_its_root),
		TEST(an_anon_vma_at_a_new_place_leads_to_its_new_root),
		TEST(a_root_that_a_retry_leads_to_is_a_lock),
		TEST(a_retry_refers_to_a_lock_that_is_a_row),
		TEST(a_gap_makes_all_links_unknown),
		TEST(links_after_a_gap_are_known_again),
		TEST(a_root_first_seen_as_a_lock_after_a_gap_is_not_freed_with_the_vmas_linked_since),
		TEST(a_vma_that_fork_made_is_not_the_parents),
		TEST(a_link_given_late_does_not_turn_back_the_last_time_its_process_was_seen),
		TEST(an_error_of_the_sink_stops_the_model),
	};

	return cmocka_run_group_tests_name("linkage", tests, NULL, NULL);
}
