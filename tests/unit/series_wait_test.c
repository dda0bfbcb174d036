// SPDX-License-Identifier: GPL-2.0-only
/*
 * Waits by the events of the kernel series, which begin before the spin, and
 * the kernel's own lock:contention_begin inside them, which follows it.
 */
#include "lib/clock.h"
#include "tests/unit/fixture.h"

#define ROOT	0xffff888000001000ULL
#define OTHER	0xffff888000002000ULL
#define RWSEM	(ROOT + 8) /* anon_vma->rwsem; address_space->i_mmap_rwsem is further in */
#define MM	0xffff888000005000ULL
#define ELSE	0xffff888000a00040ULL /* memory of none of these */
#define A	100
#define B	200
#define C	300
#define IDLE	0
#define MS	NSEC_PER_MSEC
#define READ	false
#define WRITE	true
#define VMA_1	0x7f0000001000ULL
#define VMA_2	0x7f0000009000ULL
#define BEGIN_V EVENT_VMA_LOCK_CONTENTION_BEGIN
#define END_V	EVENT_VMA_LOCK_CONTENTION_END

#define MOVE_STACK "rwsem_down_write_slowpath down_write move_pages userfaultfd_ioctl"
#define FORK_STACK "rwsem_down_write_slowpath down_write anon_vma_clone anon_vma_fork dup_mmap"

static int setup_without(void **state, enum event_id missing)
{
	bool has[NR_EVENTS];
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	memset(has, 1, sizeof(has));
	has[missing] = false;
	model_free(&f->m);
	model_init(&f->m, &(struct model_options){
				  .sink = &f->sink,
				  .symbols = &(struct symbols){ .tep = f->tep },
				  .has = has,
			  });
	return 0;
}

/* As captured without the events of lock:. */
static int setup_no_lock_events(void **state)
{
	return setup_without(state, EVENT_CONTENTION_BEGIN);
}

/* As on a stock kernel. */
static int setup_no_series(void **state)
{
	return setup_without(state, EVENT_ANON_VMA_CONTENTION_BEGIN);
}

static int32_t holder_tid(struct fixture *f, const struct wait_row *w)
{
	flush(f, 0);
	return w->holder_task_id ? seen_task_of(&f->seen, w->holder_task_id)->tid : -1;
}

static int class_of(struct fixture *f, const struct wait_row *w)
{
	flush(f, 0);
	return seen_lock_of(&f->seen, w->lock_id)->class;
}

static const char *site_of(struct fixture *f, const struct wait_row *w)
{
	return w->site_id ? seen_site_of(&f->seen, w->site_id)->symbol : "";
}

static void a_wait_lasts_from_begin_to_end(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	feed(f, ev_at(ev_anon_begin(1000, A, 0, ROOT, WRITE), fixture_address("move_pages")));
	feed(f, ev_anon_end(1700, A, 1, ROOT, WRITE));
	w = only_wait(f);
	assert_int_equal(w->start_ns, 1000);
	assert_int_equal(w->duration_ns, 700);
	assert_int_equal(w->mode, MODE_WRITE);
	assert_int_equal(w->outcome, OUTCOME_ACQUIRED);
	assert_int_equal(w->holder_source, HOLDER_UNKNOWN);
	assert_string_equal(site_of(f, w), "move_pages");
	assert_int_equal(seen_site_of(&f->seen, w->site_id)->row.role, ROLE_UFFD_MOVE);
	assert_int_equal(w->stack_id, 0);
	assert_int_equal(class_of(f, w), LOCK_ANON_VMA);
	assert_true(seen_lock_of(&f->seen, w->lock_id)->address == ROOT);
	assert_int_equal(seen_task_of(&f->seen, w->task_id)->tid, A);
	/* it is summed when its thread can no longer say for which VMA it was */
	assert_int_equal(f->seen.nr_rollups, 0);
	finish(f);
	assert_int_equal(f->seen.nr_rollups, 1);
	assert_int_equal(f->seen.rollup[0].row.nr_waits, 1);
	assert_int_equal(f->seen.rollup[0].row.wait_ns, 700);
}

static void a_reader_waits_in_mode_read(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1000, A, 0, ROOT, READ));
	feed(f, ev_anon_end(1700, A, 0, ROOT, READ));
	assert_int_equal(only_wait(f)->mode, MODE_READ);
	assert_string_equal(site_of(f, only_wait(f)), "");
}

static void the_owner_of_the_lock_word_is_the_holder(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_owned_by(ev_anon_begin(1000, A, 0, ROOT, WRITE), B));
	feed(f, ev_anon_end(1700, A, 0, ROOT, WRITE));
	assert_int_equal(only_wait(f)->holder_source, HOLDER_OWNER);
	assert_int_equal(holder_tid(f, only_wait(f)), B);
	assert_int_equal(only_wait(f)->holder_site_id, 0);
}

static void nobody_and_oneself_are_not_owners(void **state)
{
	static const int32_t owners[] = { 0, -1, A };
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 3; i++) {
		feed(f, ev_owned_by(ev_anon_begin(1000 + 100 * i, A, 0, ROOT, WRITE), owners[i]));
		feed(f, ev_anon_end(1050 + 100 * i, A, 0, ROOT, WRITE));
		assert_int_equal(f->seen.wait[i].holder_source, HOLDER_UNKNOWN);
		assert_int_equal(f->seen.wait[i].holder_task_id, 0);
	}
}

static void the_kernels_own_event_inside_is_the_end_of_the_spin(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	feed(f, ev_anon_begin(1000, A, 0, ROOT, WRITE));
	feed(f, ev_begin(1300, A, 0, RWSEM, F_WRITE));
	feed(f, ev_switch(1400, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1600, B, 1, A));
	feed(f, ev_end(1900, A, 0, RWSEM, 0));
	assert_int_equal(f->seen.nr_waits, 0);
	feed(f, ev_anon_end(2000, A, 0, ROOT, WRITE));
	w = only_wait(f);
	assert_int_equal(w->start_ns, 1000);
	assert_int_equal(w->duration_ns, 1000);
	assert_int_equal(w->spun_ns, 300);
	assert_int_equal(w->slept_ns, 200);
	assert_int_equal(w->outcome, OUTCOME_ACQUIRED);
	finish(f);
	/* it is not a second wait, nor a second lock */
	assert_int_equal(f->seen.nr_waits, 1);
	assert_int_equal(f->seen.nr_locks, 1);
	assert_int_equal(f->seen.rollup[0].row.nr_waits, 1);
}

static void only_the_first_of_them_ends_the_spin(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1000, A, 0, ROOT, WRITE));
	feed(f, ev_begin(1300, A, 0, RWSEM, F_WRITE));
	feed(f, ev_begin(1500, A, 0, RWSEM, F_WRITE));
	feed(f, ev_anon_end(2000, A, 0, ROOT, WRITE));
	assert_int_equal(only_wait(f)->spun_ns, 300);
	assert_int_equal(only_wait(f)->duration_ns, 1000);
}

static void an_interrupted_end_inside_does_not_end_the_wait(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1000, A, 0, ROOT, WRITE));
	feed(f, ev_begin(1300, A, 0, ROOT, F_WRITE));
	feed(f, ev_end(1400, A, 0, ROOT, -4));
	assert_int_equal(f->seen.nr_waits, 0);
	feed(f, ev_anon_end(2000, A, 0, ROOT, WRITE));
	assert_int_equal(only_wait(f)->outcome, OUTCOME_ACQUIRED);
	assert_int_equal(only_wait(f)->duration_ns, 1000);
}

static void its_stack_serves_the_outer_wait(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	feed(f, ev_at(ev_anon_begin(1000, A, 0, ROOT, WRITE), fixture_address("down_write")));
	feed(f, ev_at_stack(ev_begin(1300, A, 0, RWSEM, F_WRITE), fixture_stack(f, FORK_STACK)));
	feed(f, ev_anon_end(2000, A, 0, ROOT, WRITE));
	w = only_wait(f);
	assert_int_equal(f->seen.nr_stacks, 1);
	assert_int_equal(w->stack_id, f->seen.stack[0].row.id);
	assert_string_equal(site_of(f, w), "anon_vma_clone");
	assert_int_equal(seen_site_of(&f->seen, w->site_id)->row.role, ROLE_FORK);
	assert_int_equal(w->spun_ns, 300);
	assert_int_equal(class_of(f, w), LOCK_ANON_VMA);
}

static void the_stack_of_the_outer_event_comes_first(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_at_stack(ev_anon_begin(1000, A, 0, ROOT, WRITE), fixture_stack(f, MOVE_STACK)));
	feed(f, ev_at_stack(ev_begin(1300, A, 0, RWSEM, F_WRITE), fixture_stack(f, FORK_STACK)));
	feed(f, ev_anon_end(2000, A, 0, ROOT, WRITE));
	assert_string_equal(site_of(f, only_wait(f)), "move_pages");
	assert_int_equal(only_wait(f)->spun_ns, 300);
}

/* A stack of unnamed frames: the event's own ip is better than nothing. */
static void a_stack_that_names_nothing_leaves_the_site_of_the_event(void **state)
{
	struct fixture *f = *state;
	const uint64_t unknown[] = { 1, 2, 3 };

	feed(f, ev_at_stack(ev_at(ev_anon_begin(1000, A, 0, ROOT, WRITE),
				  fixture_address("move_pages")),
			    kstack_intern(&f->stacks, unknown, 3)));
	feed(f, ev_anon_end(2000, A, 0, ROOT, WRITE));
	assert_string_equal(site_of(f, only_wait(f)), "move_pages");
}

/* exit_mmap() takes locks of many classes, but the event has named this one. */
static void a_stack_does_not_change_the_class_of_a_traced_lock(void **state)
{
	struct fixture *f = *state;
	struct kstack *stack;

	stack = fixture_stack(f, "down_write unmap_mapping_range");
	feed(f, ev_at_stack(ev_anon_begin(1000, A, 0, ROOT, WRITE), stack));
	feed(f, ev_anon_end(2000, A, 0, ROOT, WRITE));
	assert_int_equal(class_of(f, only_wait(f)), LOCK_ANON_VMA);
	assert_int_equal(f->seen.nr_locks, 1);
}

/* A thread waits for one rwsem at a time: the end of the former is missing. */
static void a_lock_outside_the_structure_is_another_wait(void **state)
{
	static const uint64_t rwsems[] = { ROOT - 8, OTHER };
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 2; i++) {
		uint64_t t = 10000 * (i + 1);

		feed(f, ev_anon_begin(t, A, 0, ROOT, WRITE));
		feed(f, ev_begin(t + 100, A, 0, rwsems[i], F_WRITE));
		feed(f, ev_end(t + 300, A, 0, rwsems[i], 0));
		assert_int_equal(f->seen.nr_waits, 2 * i + 2);
		assert_int_equal(f->seen.wait[2 * i].outcome, OUTCOME_UNCERTAIN);
		assert_int_equal(f->seen.wait[2 * i].spun_ns, NO_TIME);
		assert_int_equal(f->seen.wait[2 * i + 1].outcome, OUTCOME_ACQUIRED);
		assert_int_equal(f->seen.wait[2 * i + 1].duration_ns, 200);
	}
}

static void other_kinds_of_locks_inside_are_nothing(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1000, A, 0, ROOT, WRITE));
	feed(f, ev_begin(1100, A, 0, RWSEM, F_SPIN));
	feed(f, ev_end(1200, A, 0, RWSEM, 0));
	feed(f, ev_begin(1300, A, 0, OTHER, F_MUTEX));
	feed(f, ev_end(1400, A, 0, OTHER, 0));
	feed(f, ev_anon_end(2000, A, 0, ROOT, WRITE));
	assert_int_equal(only_wait(f)->duration_ns, 1000);
	assert_int_equal(only_wait(f)->spun_ns, 1000);
}

static void events_of_other_threads_are_not_inside(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1000, A, 0, ROOT, WRITE));
	feed(f, ev_anon_begin(1050, B, 1, ROOT, WRITE));
	feed(f, ev_begin(1300, B, 1, RWSEM, F_WRITE));
	feed(f, ev_anon_end(2000, A, 0, ROOT, WRITE));
	feed(f, ev_anon_end(2100, B, 1, ROOT, WRITE));
	assert_int_equal(f->seen.nr_waits, 2);
	assert_int_equal(f->seen.wait[0].spun_ns, 1000);
	assert_int_equal(f->seen.wait[1].spun_ns, 250);
}

static void without_an_event_inside_all_of_it_was_spinning(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1000, A, 0, ROOT, WRITE));
	feed(f, ev_anon_end(1700, A, 0, ROOT, WRITE));
	assert_int_equal(only_wait(f)->spun_ns, 700);
	/* and the next wait of the thread begins anew */
	feed(f, ev_anon_begin(2000, A, 0, ROOT, WRITE));
	feed(f, ev_begin(2010, A, 0, RWSEM, F_WRITE));
	feed(f, ev_anon_end(2100, A, 0, ROOT, WRITE));
	assert_int_equal(f->seen.wait[1].spun_ns, 10);
}

static void without_lock_events_in_the_input_spinning_is_unknown(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1000, A, 0, ROOT, WRITE));
	feed(f, ev_anon_end(1700, A, 0, ROOT, WRITE));
	assert_int_equal(only_wait(f)->spun_ns, NO_TIME);
	assert_int_equal(only_wait(f)->duration_ns, 700);
}

/* A stock kernel tells of a wait when the spin is over. */
static void the_spin_of_a_stock_wait_is_unknown(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_begin(1000, A, 0, RWSEM, F_WRITE));
	feed(f, ev_end(1700, A, 0, RWSEM, 0));
	assert_int_equal(only_wait(f)->spun_ns, NO_TIME);
	assert_int_equal(only_wait(f)->duration_ns, 700);
}

static void only_the_end_of_the_same_kind_ends_a_wait(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1000, A, 0, ROOT, WRITE));
	feed(f, ev_end(1100, A, 0, ROOT, 0));
	feed(f, ev_anon_end(1200, A, 0, OTHER, WRITE));
	feed(f, ev_anon_end(1300, B, 0, ROOT, WRITE));
	assert_int_equal(f->seen.nr_waits, 0);
	feed(f, ev_anon_end(1400, A, 0, ROOT, WRITE));
	assert_int_equal(only_wait(f)->duration_ns, 400);
	/* the other way round */
	feed(f, ev_begin(2000, A, 0, OTHER, F_WRITE));
	feed(f, ev_anon_end(2100, A, 0, OTHER, WRITE));
	assert_int_equal(f->seen.nr_waits, 1);
	feed(f, ev_end(2200, A, 0, OTHER, 0));
	assert_int_equal(f->seen.wait[1].duration_ns, 200);
}

static void an_end_without_begin_is_nothing(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_end(1000, A, 0, ROOT, WRITE));
	feed(f, ev_lock(EVENT_I_MMAP_CONTENTION_END, 1100, A, 0, ROOT, WRITE));
	feed(f, ev_vma_lock(END_V, 1200, A, 0, MM, VMA_1));
	finish(f);
	assert_int_equal(f->seen.nr_waits, 0);
	assert_int_equal(f->seen.nr_locks, 0);
}

static void the_lock_of_a_file_is_waited_for_likewise(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	feed(f, ev_at(ev_lock(EVENT_I_MMAP_CONTENTION_BEGIN, 1000, A, 0, OTHER, READ),
		      fixture_address("unmap_mapping_range")));
	/* i_mmap_rwsem, some way into struct address_space */
	feed(f, ev_begin(1200, A, 0, OTHER + 0x80, F_READ));
	feed(f, ev_lock(EVENT_I_MMAP_CONTENTION_END, 1700, A, 0, OTHER, READ));
	w = only_wait(f);
	assert_int_equal(w->duration_ns, 700);
	assert_int_equal(w->spun_ns, 200);
	assert_int_equal(w->mode, MODE_READ);
	assert_string_equal(site_of(f, w), "unmap_mapping_range");
	assert_int_equal(class_of(f, w), LOCK_I_MMAP);
	assert_true(seen_lock_of(&f->seen, w->lock_id)->address == OTHER);
	feed(f, ev_lock(EVENT_I_MMAP_CONTENTION_BEGIN, 2000, A, 0, OTHER, WRITE));
	feed(f, ev_lock(EVENT_I_MMAP_CONTENTION_END, 2001, A, 0, OTHER, WRITE));
	assert_int_equal(f->seen.wait[1].mode, MODE_WRITE);
	assert_int_equal(f->seen.wait[1].lock_id, f->seen.wait[0].lock_id);
}

static void an_address_that_changes_its_class_is_another_lock(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1000, A, 0, ROOT, WRITE));
	feed(f, ev_anon_end(1100, A, 0, ROOT, WRITE));
	feed(f, ev_lock(EVENT_I_MMAP_CONTENTION_BEGIN, 2000, A, 0, ROOT, READ));
	feed(f, ev_lock(EVENT_I_MMAP_CONTENTION_END, 2100, A, 0, ROOT, READ));
	assert_int_equal(class_of(f, &f->seen.wait[0]), LOCK_ANON_VMA);
	assert_int_equal(class_of(f, &f->seen.wait[1]), LOCK_I_MMAP);
	assert_int_equal(seen_lock_of(&f->seen, f->seen.wait[1].lock_id)->generation, 1);
}

static void a_vma_lock_is_known_by_its_mm_and_start(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	feed(f, ev_vma_lock(BEGIN_V, 1000, A, 0, MM, VMA_1));
	feed(f, ev_vma_lock(BEGIN_V, 1010, B, 1, MM, VMA_2));
	/* neither another VMA of the mm, nor the same place in another */
	feed(f, ev_vma_lock(END_V, 1100, A, 0, MM, VMA_2));
	feed(f, ev_vma_lock(END_V, 1110, A, 0, OTHER, VMA_1));
	assert_int_equal(f->seen.nr_waits, 0);
	feed(f, ev_vma_lock(END_V, 1200, A, 0, MM, VMA_1));
	feed(f, ev_vma_lock(END_V, 1300, B, 1, MM, VMA_2));
	feed(f, ev_vma_lock(BEGIN_V, 2000, C, 0, MM, VMA_1));
	feed(f, ev_vma_lock(END_V, 2050, C, 0, MM, VMA_1));
	assert_int_equal(f->seen.nr_waits, 3);
	assert_int_equal(f->seen.wait[0].duration_ns, 200);
	assert_int_equal(f->seen.wait[1].duration_ns, 290);
	assert_int_not_equal(f->seen.wait[0].lock_id, f->seen.wait[1].lock_id);
	assert_int_equal(f->seen.wait[0].lock_id, f->seen.wait[2].lock_id);
	for (i = 0; i < 3; i++) {
		/* who waits for a VMA wants to change it */
		assert_int_equal(f->seen.wait[i].mode, MODE_WRITE);
		assert_int_equal(class_of(f, &f->seen.wait[i]), LOCK_VMA);
		assert_true(seen_lock_of(&f->seen, f->seen.wait[i].lock_id)->address == MM);
	}
	assert_int_equal(f->seen.nr_locks, 2);
}

/* Waits for a VMA at 0 or for the mmap_lock at the same address are apart. */
static void a_vma_lock_is_not_the_lock_of_the_whole_mm(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_vma_lock(BEGIN_V, 1000, A, 0, MM, VMA_1));
	feed(f, ev_vma_lock(END_V, 1100, A, 0, MM, VMA_1));
	feed(f, ev_begin(2000, B, 0, MM, F_READ));
	feed(f, ev_end(2100, B, 0, MM, 0));
	flush(f, 0);
	assert_int_not_equal(f->seen.wait[0].lock_id, f->seen.wait[1].lock_id);
	assert_int_equal(seen_lock_of(&f->seen, f->seen.wait[1].lock_id)->generation, 0);
}

/*
 * Since Linux 6.15 a VMA lock is a count of readers, not an rwsem: who waits
 * for it sleeps, and the kernel has no event of its own.
 */
static void a_vma_lock_without_an_rwsem_is_not_spun_on_while_asleep(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	feed(f, ev_vma_lock(BEGIN_V, 1000, A, 0, MM, VMA_1));
	feed(f, ev_switch(1100, A, 0, S_UNINTERRUPTIBLE, IDLE));
	feed(f, ev_waking(1900, B, 1, A));
	feed(f, ev_vma_lock(END_V, 2000, A, 0, MM, VMA_1));
	w = only_wait(f);
	assert_int_equal(w->slept_ns, 800);
	assert_true(w->spun_ns == NO_TIME || w->spun_ns + w->slept_ns <= w->duration_ns);
}

/* Until Linux 6.14 it is the rwsem of a structure of its own: vma->vm_lock. */
static void the_rwsem_of_a_vma_lock_is_not_another_wait(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_vma_lock(BEGIN_V, 1000, A, 0, MM, VMA_1));
	feed(f, ev_begin(1300, A, 0, ELSE, F_WRITE));
	feed(f, ev_end(1900, A, 0, ELSE, 0));
	feed(f, ev_vma_lock(END_V, 2000, A, 0, MM, VMA_1));
	finish(f);
	assert_int_equal(only_wait(f)->outcome, OUTCOME_ACQUIRED);
	assert_int_equal(only_wait(f)->duration_ns, 1000);
	assert_int_equal(class_of(f, only_wait(f)), LOCK_VMA);
}

static void a_begin_while_open_closes_the_former_as_uncertain(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	feed(f, ev_owned_by(ev_anon_begin(1000, A, 0, ROOT, WRITE), B));
	feed(f, ev_begin(1200, A, 0, RWSEM, F_WRITE));
	feed(f, ev_anon_begin(5000, A, 0, ROOT, WRITE));
	feed(f, ev_anon_end(5100, A, 0, ROOT, WRITE));
	assert_int_equal(f->seen.nr_waits, 2);
	w = &f->seen.wait[0];
	assert_int_equal(w->outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(w->duration_ns, NO_TIME);
	assert_int_equal(w->spun_ns, NO_TIME);
	assert_int_equal(w->slept_ns, NO_TIME);
	assert_int_equal(w->holder_source, HOLDER_UNKNOWN);
	assert_int_equal(w->holder_task_id, 0);
	assert_int_equal(f->seen.wait[1].duration_ns, 100);
	assert_int_equal(f->seen.wait[1].spun_ns, 100);
}

static void a_wait_across_a_gap_is_uncertain(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_owned_by(ev_anon_begin(1000, A, 0, ROOT, WRITE), B));
	feed(f, ev_begin(1200, A, 0, RWSEM, F_WRITE));
	feed(f, ev_loss(1300, 1400, 1, 3));
	feed(f, ev_anon_end(2000, A, 0, ROOT, WRITE));
	assert_int_equal(only_wait(f)->outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(only_wait(f)->duration_ns, NO_TIME);
	assert_int_equal(only_wait(f)->spun_ns, NO_TIME);
	assert_int_equal(only_wait(f)->holder_task_id, 0);
}

/* The event inside may be among the lost ones: nothing is known of the spin. */
static void a_wait_that_began_inside_a_gap_has_no_spin(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_loss(1000, 2000, 1, 3));
	feed(f, ev_vma_lock(BEGIN_V, 1500, A, 0, MM, VMA_1));
	feed(f, ev_vma_lock(END_V, 2500, A, 0, MM, VMA_1));
	assert_int_equal(only_wait(f)->outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(only_wait(f)->duration_ns, NO_TIME);
	assert_int_equal(only_wait(f)->spun_ns, NO_TIME);
}

static void an_open_wait_has_no_spin_yet(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(1000, A, 0, ROOT, WRITE));
	feed(f, ev_anon_begin(1001, B, 1, ROOT, WRITE));
	feed(f, ev_begin(1300, A, 0, RWSEM, F_WRITE));
	finish(f);
	assert_int_equal(f->seen.nr_waits, 2);
	assert_int_equal(f->seen.wait[0].outcome, OUTCOME_OPEN);
	assert_int_equal(f->seen.wait[1].outcome, OUTCOME_OPEN);
	assert_int_equal(f->seen.wait[0].duration_ns, NO_TIME);
	assert_int_equal(f->seen.wait[0].spun_ns, NO_TIME);
	assert_int_equal(f->seen.wait[1].spun_ns, NO_TIME);
}

static void a_wait_that_was_shown_open_has_its_spin_at_the_end(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(100 * MS, A, 0, ROOT, WRITE));
	feed(f, ev_begin(101 * MS, A, 0, RWSEM, F_WRITE));
	flush(f, 130 * MS);
	assert_int_equal(only_wait(f)->outcome, OUTCOME_OPEN);
	feed(f, ev_anon_end(140 * MS, A, 0, ROOT, WRITE));
	assert_int_equal(only_wait(f)->duration_ns, 40 * MS);
	assert_int_equal(only_wait(f)->spun_ns, 1 * MS);
}

static void a_clock_that_steps_back_gives_no_negative_spin(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	feed(f, ev_anon_begin(1000, A, 0, ROOT, WRITE));
	feed(f, ev_begin(990, A, 1, RWSEM, F_WRITE));
	feed(f, ev_anon_end(1100, A, 1, ROOT, WRITE));
	feed(f, ev_anon_begin(3000, A, 0, ROOT, WRITE));
	feed(f, ev_anon_end(2999, A, 1, ROOT, WRITE));
	assert_int_equal(f->seen.nr_waits, 2);
	for (i = 0; i < 2; i++) {
		const struct wait_row *w = &f->seen.wait[i];

		if (w->outcome == OUTCOME_UNCERTAIN)
			assert_int_equal(w->spun_ns, NO_TIME);
		assert_true(w->spun_ns >= NO_TIME);
		assert_true(w->spun_ns <= w->duration_ns || w->duration_ns == NO_TIME);
	}
	assert_int_equal(f->seen.wait[1].outcome, OUTCOME_UNCERTAIN);
}

/* Clocks out of step, the other way: within the wait at the latest. */
static void the_spin_is_never_longer_than_the_wait(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_anon_begin(2000, A, 0, ROOT, WRITE));
	feed(f, ev_begin(2100, A, 1, RWSEM, F_WRITE));
	feed(f, ev_anon_end(2050, A, 0, ROOT, WRITE));
	assert_int_equal(only_wait(f)->duration_ns, 50);
	assert_true(only_wait(f)->spun_ns <= 50);
}

static void waits_of_many_threads_do_not_mix(void **state)
{
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < 50; i++) {
		feed(f, ev_anon_begin(1000 + i, 1000 + i, i % 4, ROOT, WRITE));
		if (i % 2)
			feed(f, ev_begin(1500 + i, 1000 + i, i % 4, RWSEM, F_WRITE));
	}
	for (i = 0; i < 50; i++)
		feed(f, ev_anon_end(2000 + 10 * i, 1000 + i, i % 4, ROOT, WRITE));
	assert_int_equal(f->seen.nr_waits, 50);
	for (i = 0; i < 50; i++) {
		assert_int_equal(f->seen.wait[i].duration_ns, 1000 + 9 * i);
		assert_int_equal(f->seen.wait[i].spun_ns, i % 2 ? 500 : 1000 + 9 * i);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wait_lasts_from_begin_to_end),
		TEST(a_reader_waits_in_mode_read),
		TEST(the_owner_of_the_lock_word_is_the_holder),
		TEST(nobody_and_oneself_are_not_owners),
		TEST(the_kernels_own_event_inside_is_the_end_of_the_spin),
		TEST(only_the_first_of_them_ends_the_spin),
		TEST(an_interrupted_end_inside_does_not_end_the_wait),
		TEST(its_stack_serves_the_outer_wait),
		TEST(the_stack_of_the_outer_event_comes_first),
		TEST(a_stack_that_names_nothing_leaves_the_site_of_the_event),
		TEST(a_stack_does_not_change_the_class_of_a_traced_lock),
		TEST(a_lock_outside_the_structure_is_another_wait),
		TEST(other_kinds_of_locks_inside_are_nothing),
		TEST(events_of_other_threads_are_not_inside),
		TEST(without_an_event_inside_all_of_it_was_spinning),
		cmocka_unit_test_setup_teardown(without_lock_events_in_the_input_spinning_is_unknown,
						setup_no_lock_events, fixture_teardown),
		TEST(the_spin_of_a_stock_wait_is_unknown),
		cmocka_unit_test_setup_teardown(the_spin_of_a_stock_wait_is_unknown,
						setup_no_series, fixture_teardown),
		TEST(only_the_end_of_the_same_kind_ends_a_wait),
		TEST(an_end_without_begin_is_nothing),
		TEST(the_lock_of_a_file_is_waited_for_likewise),
		TEST(an_address_that_changes_its_class_is_another_lock),
		TEST(a_vma_lock_is_known_by_its_mm_and_start),
		TEST(a_vma_lock_is_not_the_lock_of_the_whole_mm),
		TEST(a_vma_lock_without_an_rwsem_is_not_spun_on_while_asleep),
		TEST(the_rwsem_of_a_vma_lock_is_not_another_wait),
		TEST(a_begin_while_open_closes_the_former_as_uncertain),
		TEST(a_wait_across_a_gap_is_uncertain),
		TEST(a_wait_that_began_inside_a_gap_has_no_spin),
		TEST(an_open_wait_has_no_spin_yet),
		TEST(a_wait_that_was_shown_open_has_its_spin_at_the_end),
		TEST(a_clock_that_steps_back_gives_no_negative_spin),
		TEST(the_spin_is_never_longer_than_the_wait),
		TEST(waits_of_many_threads_do_not_mix),
	};

	return cmocka_run_group_tests_name("series_wait", tests, NULL, NULL);
}
