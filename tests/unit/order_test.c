// SPDX-License-Identifier: GPL-2.0-only
/* In which order classes of locks are taken. */
#include "lib/clock.h"
#include "tests/unit/fixture.h"
#include "tests/unit/random.h"

#define MM	0xffff888000abc000ULL
#define MM2	0xffff888000def000ULL
#define ROOT	0xffff888000001000ULL
#define OTHER	0xffff888000002000ULL
#define MAPPING 0xffff888000003000ULL
#define A	101
#define B	102
#define START	0x7f0000001000ULL

/* The time of the next event. */
static uint64_t tick(void)
{
	static uint64_t now_ns = 1000;

	return now_ns += 10;
}

#define op(id, tid, lock, write) feed(f, ev_lock(EVENT_##id, tick(), tid, 0, lock, write))
#define op_at(id, tid, lock, write, ip)                                                            \
	feed(f, ev_at(ev_lock(EVENT_##id, tick(), tid, 0, lock, write), ip))
#define op_at_stack(id, tid, lock, kstack)                                                         \
	feed(f, ev_at_stack(ev_lock(EVENT_##id, tick(), tid, 0, lock, true), kstack))

/* Take it, waiting if need be. */
#define take_anon(tid, lock)                                                                       \
	do {                                                                                       \
		op(ANON_VMA_LOCK_START_LOCKING, tid, lock, true);                                  \
		op(ANON_VMA_LOCK_ACQUIRE_RETURNED, tid, lock, true);                               \
	} while (0)
#define take_i_mmap(tid, lock)                                                                     \
	do {                                                                                       \
		op(I_MMAP_LOCK_START_LOCKING, tid, lock, true);                                    \
		op(I_MMAP_LOCK_ACQUIRE_RETURNED, tid, lock, true);                                 \
	} while (0)
#define take_mmap(tid, mm, write) op(MMAP_LOCK_ACQUIRE_RETURNED, tid, mm, write)
#define drop_mmap(tid, mm, write) op(MMAP_LOCK_RELEASED, tid, mm, write)
#define take_vma(tid, mm)	  feed(f, ev_vma_lock(EVENT_VMA_START_WRITE, tick(), tid, 0, mm, START))

/* The row of a pair, or NULL. */
static const struct order_edge_row *edge(struct fixture *f, int held, int taken)
{
	unsigned int i;

	flush(f, 0);
	for (i = 0; i < f->seen.nr_order_edges; i++)
		if (f->seen.order_edge[i].held_class == held &&
		    f->seen.order_edge[i].taken_class == taken)
			return &f->seen.order_edge[i];
	return NULL;
}

static void is_edge(struct fixture *f, int held, int taken, int64_t nr_taken, int64_t nr_tried)
{
	const struct order_edge_row *e = edge(f, held, taken);

	assert_non_null(e);
	assert_int_equal(e->nr_taken, nr_taken);
	assert_int_equal(e->nr_tried, nr_tried);
}

static void the_documented_order_is_that_of_rmap_c(void **state)
{
	static const int order[] = { LOCK_MMAP, LOCK_VMA, LOCK_I_MMAP, LOCK_ANON_VMA };
	unsigned int i, j;

	(void)state;
	for (i = 0; i < 4; i++) {
		for (j = 0; j < 4; j++)
			assert_int_equal(order_documented(order[i], order[j]),
					 i == j ? ENUM_NONE : i < j);
		assert_int_equal(order_documented(order[i], LOCK_OTHER_RWSEM), ENUM_NONE);
	}
}

static void all_that_is_held_makes_edges(void **state)
{
	struct fixture *f = *state;

	take_mmap(A, MM, true);
	take_vma(A, MM);
	take_i_mmap(A, MAPPING);
	take_anon(A, ROOT);
	assert_int_equal(f->seen.nr_order_edges, 0);
	is_edge(f, LOCK_MMAP, LOCK_VMA, 1, 0);
	is_edge(f, LOCK_MMAP, LOCK_I_MMAP, 1, 0);
	is_edge(f, LOCK_MMAP, LOCK_ANON_VMA, 1, 0);
	is_edge(f, LOCK_VMA, LOCK_I_MMAP, 1, 0);
	is_edge(f, LOCK_VMA, LOCK_ANON_VMA, 1, 0);
	is_edge(f, LOCK_I_MMAP, LOCK_ANON_VMA, 1, 0);
	assert_int_equal(f->seen.nr_order_edges, 6);
	assert_int_equal(edge(f, LOCK_VMA, LOCK_ANON_VMA)->documented, 1);
}

static void what_was_released_makes_none(void **state)
{
	struct fixture *f = *state;

	take_anon(A, ROOT);
	op(ANON_VMA_LOCK_RELEASED, A, ROOT, true);
	take_i_mmap(A, MAPPING);
	assert_null(edge(f, LOCK_ANON_VMA, LOCK_I_MMAP));
	/* another thread's */
	take_anon(B, ROOT);
	assert_int_equal(f->seen.nr_order_edges, 0);
	op(I_MMAP_LOCK_RELEASED, A, MAPPING, true);
	op(ANON_VMA_LOCK_RELEASED, B, ROOT, true);
	assert_null(f->m.orders.threads);
}

static void an_inversion_has_its_example(void **state)
{
	struct fixture *f = *state;
	const struct order_edge_row *e;

	op(ANON_VMA_LOCK_START_LOCKING, A, ROOT, true);
	op_at(ANON_VMA_LOCK_ACQUIRE_RETURNED, A, ROOT, true, fixture_address("move_pages"));
	op(I_MMAP_LOCK_START_LOCKING, A, MAPPING, true);
	op_at(I_MMAP_LOCK_ACQUIRE_RETURNED, A, MAPPING, true, fixture_address("dup_mmap"));
	op(I_MMAP_LOCK_RELEASED, A, MAPPING, true);
	take_i_mmap(A, MAPPING + 0x1000);
	e = edge(f, LOCK_ANON_VMA, LOCK_I_MMAP);
	assert_int_equal(e->documented, 0);
	assert_int_equal(e->nr_taken, 2);
	assert_true(seen_lock_of(&f->seen, e->held_lock_id)->address == ROOT);
	assert_true(seen_lock_of(&f->seen, e->taken_lock_id)->address == MAPPING);
	assert_string_equal(seen_site_of(&f->seen, e->held_site_id)->symbol, "move_pages");
	assert_string_equal(seen_site_of(&f->seen, e->taken_site_id)->symbol, "dup_mmap");
	assert_int_equal(seen_task_of(&f->seen, e->task_id)->tid, A);
	assert_int_equal(e->held_stack_id, 0);
}

static void i_mmap_then_the_vma_lock_is_an_inversion(void **state)
{
	struct fixture *f = *state;

	take_i_mmap(A, MAPPING);
	take_vma(A, MM);
	is_edge(f, LOCK_I_MMAP, LOCK_VMA, 1, 0);
	assert_int_equal(edge(f, LOCK_I_MMAP, LOCK_VMA)->documented, 0);
	assert_true(
		seen_lock_of(&f->seen, edge(f, LOCK_I_MMAP, LOCK_VMA)->taken_lock_id)->address ==
		MM);
}

static void a_try_lock_is_counted_apart(void **state)
{
	struct fixture *f = *state;

	take_anon(A, ROOT);
	/* no start_locking */
	op(I_MMAP_LOCK_ACQUIRE_RETURNED, A, MAPPING, false);
	is_edge(f, LOCK_ANON_VMA, LOCK_I_MMAP, 0, 1);
	op(I_MMAP_LOCK_RELEASED, A, MAPPING, false);
	feed(f, ev_failed(ev_lock(EVENT_I_MMAP_LOCK_ACQUIRE_RETURNED, tick(), A, 0, MAPPING, 0)));
	is_edge(f, LOCK_ANON_VMA, LOCK_I_MMAP, 0, 1);
}

static void one_that_may_wait_is_the_better_example(void **state)
{
	struct fixture *f = *state;

	take_anon(A, ROOT);
	op(I_MMAP_LOCK_ACQUIRE_RETURNED, A, MAPPING, false);
	op(I_MMAP_LOCK_RELEASED, A, MAPPING, false);
	take_anon(B, OTHER);
	take_i_mmap(B, MAPPING);
	is_edge(f, LOCK_ANON_VMA, LOCK_I_MMAP, 1, 1);
	assert_int_equal(seen_task_of(&f->seen, edge(f, LOCK_ANON_VMA, LOCK_I_MMAP)->task_id)->tid,
			 B);
}

static void an_mmap_lock_taken_for_reading_may_be_a_try_lock(void **state)
{
	struct fixture *f = *state;

	take_i_mmap(A, MAPPING);
	take_mmap(A, MM, false);
	is_edge(f, LOCK_I_MMAP, LOCK_MMAP, 0, 1);
	drop_mmap(A, MM, false);
	/* this one was waited for */
	feed(f, ev_begin(tick(), A, 0, MM + 0x90, F_READ));
	feed(f, ev_end(tick(), A, 0, MM + 0x90, 0));
	take_mmap(A, MM, false);
	is_edge(f, LOCK_I_MMAP, LOCK_MMAP, 1, 1);
	drop_mmap(A, MM, false);
	/* another mm's was */
	feed(f, ev_begin(tick(), A, 0, MM2 + 0x90, F_READ));
	take_mmap(A, MM, false);
	is_edge(f, LOCK_I_MMAP, LOCK_MMAP, 1, 2);
	drop_mmap(A, MM, false);
	/* there is no try-lock for writing */
	take_mmap(A, MM, true);
	is_edge(f, LOCK_I_MMAP, LOCK_MMAP, 2, 2);
	assert_int_equal(edge(f, LOCK_I_MMAP, LOCK_MMAP)->documented, 0);
	assert_int_equal(edge(f, LOCK_I_MMAP, LOCK_MMAP)->taken_lock_id, 0);
}

static void in_an_interrupt_the_thread_is_a_bystander(void **state)
{
	struct fixture *f = *state;

	take_i_mmap(A, MAPPING);
	feed(f, ev_in_irq(ev_mmap(EVENT_MMAP_LOCK_ACQUIRE_RETURNED, tick(), A, MM, false)));
	assert_null(edge(f, LOCK_I_MMAP, LOCK_MMAP));
}

static void a_vma_is_locked_as_long_as_its_mm(void **state)
{
	struct fixture *f = *state;

	take_mmap(A, MM, true);
	take_vma(A, MM);
	/* a downgrade: still held, but not the VMA */
	take_mmap(A, MM, false);
	take_i_mmap(A, MAPPING);
	is_edge(f, LOCK_MMAP, LOCK_I_MMAP, 1, 0);
	assert_null(edge(f, LOCK_VMA, LOCK_I_MMAP));
	op(I_MMAP_LOCK_RELEASED, A, MAPPING, true);
	drop_mmap(A, MM, false);
	take_mmap(A, MM, true);
	take_vma(A, MM);
	drop_mmap(A, MM, true);
	take_i_mmap(A, MAPPING);
	assert_null(edge(f, LOCK_VMA, LOCK_I_MMAP));
	is_edge(f, LOCK_MMAP, LOCK_I_MMAP, 1, 0);
}

static void nested_locks_of_one_class_have_no_order(void **state)
{
	struct fixture *f = *state;

	take_anon(A, ROOT);
	take_anon(A, OTHER);
	is_edge(f, LOCK_ANON_VMA, LOCK_ANON_VMA, 1, 0);
	assert_int_equal(edge(f, LOCK_ANON_VMA, LOCK_ANON_VMA)->documented, ENUM_NONE);
	take_mmap(B, MM, true);
	take_mmap(B, MM2, true);
	is_edge(f, LOCK_MMAP, LOCK_MMAP, 1, 0);
}

static void the_same_lock_again_is_against_any(void **state)
{
	struct fixture *f = *state;

	take_anon(A, ROOT);
	take_anon(A, ROOT);
	op(ANON_VMA_LOCK_RELEASED, A, ROOT, true);
	assert_null(edge(f, LOCK_ANON_VMA, LOCK_ANON_VMA));
	op(ANON_VMA_LOCK_RELEASED, A, ROOT, true);
	is_edge(f, LOCK_ANON_VMA, LOCK_ANON_VMA, 1, 0);
	assert_int_equal(edge(f, LOCK_ANON_VMA, LOCK_ANON_VMA)->documented, 0);
	take_i_mmap(A, MAPPING);
	assert_null(edge(f, LOCK_ANON_VMA, LOCK_I_MMAP));
}

/* Seen on kernels under load: one in a million, and no gap is told. */
static void a_release_may_be_missing_without_a_gap(void **state)
{
	struct fixture *f = *state;
	int i;

	/* its release is missing */
	take_anon(A, ROOT);
	for (i = 0; i < 5; i++) {
		take_anon(A, ROOT);
		op(ANON_VMA_LOCK_RELEASED, A, ROOT, true);
		take_i_mmap(A, MAPPING);
		op(I_MMAP_LOCK_RELEASED, A, MAPPING, true);
	}
	flush(f, 0);
	assert_int_equal(f->seen.nr_order_edges, 0);
	/* what is held is held again */
	take_anon(A, ROOT);
	take_anon(A, OTHER);
	is_edge(f, LOCK_ANON_VMA, LOCK_ANON_VMA, 1, 0);
}

static void stacks_are_those_of_the_waits(void **state)
{
	struct fixture *f = *state;
	struct kstack *first = fixture_stack(f, "down_write move_pages userfaultfd_ioctl");
	struct kstack *second = fixture_stack(f, "down_write dup_mmap copy_process");
	const struct order_edge_row *e;

	op(ANON_VMA_LOCK_START_LOCKING, A, ROOT, true);
	op_at_stack(ANON_VMA_CONTENTION_BEGIN, A, ROOT, first);
	/* the kernel's own event comes inside */
	feed(f, ev_begin(tick(), A, 0, ROOT + 8, F_WRITE));
	feed(f, ev_end(tick(), A, 0, ROOT + 8, 0));
	op(ANON_VMA_CONTENTION_END, A, ROOT, true);
	op(ANON_VMA_LOCK_ACQUIRE_RETURNED, A, ROOT, true);
	op(I_MMAP_LOCK_START_LOCKING, A, MAPPING, true);
	/* recorded with a stack for each event */
	op_at_stack(I_MMAP_LOCK_ACQUIRE_RETURNED, A, MAPPING, second);
	e = edge(f, LOCK_ANON_VMA, LOCK_I_MMAP);
	assert_int_equal(e->nr_taken, 1);
	assert_int_equal(f->seen.nr_stacks, 2);
	assert_int_equal(e->held_stack_id, f->seen.stack[0].row.id);
	assert_int_equal(e->taken_stack_id, f->seen.stack[1].row.id);
}

static void a_stack_of_another_event_is_not_theirs(void **state)
{
	struct fixture *f = *state;

	op(ANON_VMA_LOCK_START_LOCKING, A, ROOT, true);
	op(ANON_VMA_LOCK_ACQUIRE_RETURNED, A, ROOT, true);
	take_i_mmap(A, MAPPING);
	feed(f, ev_at_stack(ev_switch(tick(), A, 0, S_UNINTERRUPTIBLE, 0),
			    fixture_stack(f, "down_write dup_mmap")));
	assert_int_equal(edge(f, LOCK_ANON_VMA, LOCK_I_MMAP)->taken_stack_id, 0);
}

static void a_new_thread_holds_nothing(void **state)
{
	struct fixture *f = *state;

	take_anon(A, ROOT);
	feed(f, ev_newtask(tick(), 1, A, "new", 0));
	take_i_mmap(A, MAPPING);
	assert_null(edge(f, LOCK_ANON_VMA, LOCK_I_MMAP));
}

static void after_a_gap_nothing_is_held(void **state)
{
	struct fixture *f = *state;
	uint64_t gap_ns;

	take_anon(A, ROOT);
	gap_ns = tick();
	feed(f, ev_loss(gap_ns, gap_ns + 40, 1, 7));
	/* in the gap: its release may be missing */
	op(I_MMAP_LOCK_ACQUIRE_RETURNED, A, MAPPING, true);
	tick();
	tick();
	tick();
	tick();
	take_mmap(A, MM, true);
	assert_int_equal(f->seen.nr_order_edges, 0);
	take_anon(A, ROOT);
	is_edge(f, LOCK_MMAP, LOCK_ANON_VMA, 1, 0);
	flush(f, 0);
	assert_int_equal(f->seen.nr_order_edges, 1);
}

/*
 * Losses. Threads take the four classes in the documented order, let go of
 * them in any, and some events are cut out: no inversion comes of it, and no
 * pair is seen more often than it was.
 */
#define NR_EVENTS_OF_RUN 120
#define NR_THREADS	 3

static unsigned int make_run(struct event *ev, struct random *r)
{
	static const int class[] = { LOCK_MMAP, LOCK_I_MMAP, LOCK_ANON_VMA };
	static const enum event_id acquire[] = { EVENT_MMAP_LOCK_ACQUIRE_RETURNED,
						 EVENT_I_MMAP_LOCK_ACQUIRE_RETURNED,
						 EVENT_ANON_VMA_LOCK_ACQUIRE_RETURNED };
	static const enum event_id release[] = { EVENT_MMAP_LOCK_RELEASED,
						 EVENT_I_MMAP_LOCK_RELEASED,
						 EVENT_ANON_VMA_LOCK_RELEASED };
	bool held[NR_THREADS][3] = { 0 };
	uint64_t now_ns = 1000;
	unsigned int nr = 0;

	while (nr + 2 < NR_EVENTS_OF_RUN) {
		unsigned int t = random_below(r, NR_THREADS), c = random_below(r, 3), i;
		uint16_t cpu = random_below(r, 2);
		bool later = false;

		now_ns += 10;
		for (i = c + 1; i < 3; i++)
			later |= held[t][i];
		if (held[t][c]) {
			ev[nr++] = ev_lock(release[c], now_ns, A + t, cpu, MM + class[c] * 0x1000,
					   true);
			held[t][c] = false;
		} else if (!later) {
			if (c)
				ev[nr++] =
					ev_lock(c == 1 ? EVENT_I_MMAP_LOCK_START_LOCKING
						       : EVENT_ANON_VMA_LOCK_START_LOCKING,
						now_ns, A + t, cpu, MM + class[c] * 0x1000, true);
			ev[nr++] = ev_lock(acquire[c], now_ns + 1, A + t, cpu,
					   MM + class[c] * 0x1000, true);
			held[t][c] = true;
		}
	}
	return nr;
}

static void play(struct fixture *f, const struct event *ev, unsigned int nr, int cpu,
		 unsigned int from, unsigned int to)
{
	bool told = false;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		if (i >= from && !told && cpu >= 0) {
			/* from the last event that was seen to the next one */
			feed(f, ev_loss(from ? ev[from - 1].time_ns : 0,
					to < nr ? ev[to].time_ns : ev[nr - 1].time_ns + 1, cpu, 1));
			told = true;
		}
		if (cpu < 0 || ev[i].cpu != cpu || i < from || i >= to)
			feed(f, ev[i]);
	}
	finish(f);
}

/* A new model; symbols play no part here. */
static void restart(struct fixture *f)
{
	bool has[NR_EVENTS];

	model_free(&f->m);
	seen_free(&f->seen);
	memset(has, 1, sizeof(has));
	model_init(&f->m, &(struct model_options){ .sink = &f->sink, .has = has });
}

static void whatever_is_lost_no_edge_is_made_up(void **state)
{
	struct event ev[NR_EVENTS_OF_RUN];
	struct fixture *f = *state;
	unsigned int seed, cut, nr, i;
	int64_t sum = 0;

	for (seed = 1; seed <= 40; seed++) {
		struct random r = random_from(seed);
		int64_t want[NR_LOCK_CLASSES][NR_LOCK_CLASSES] = { 0 };

		nr = make_run(ev, &r);
		for (cut = 0; cut <= 60; cut++) {
			unsigned int from = random_below(&r, nr);
			unsigned int to = from + 1 + random_below(&r, nr - from);

			restart(f);
			/* the first is the truth */
			play(f, ev, nr, cut ? (int)cut % 2 : -1, from, to);
			for (i = 0; i < f->seen.nr_order_edges; i++) {
				const struct order_edge_row *e = &f->seen.order_edge[i];
				int64_t *n = &want[e->held_class][e->taken_class];

				assert_int_equal(e->documented, 1);
				if (!cut)
					*n = e->nr_taken;
				assert_in_range(e->nr_taken + e->nr_tried, 0, *n);
			}
			if (!cut)
				for (sum = 0, i = 0; i < f->seen.nr_order_edges; i++)
					sum += f->seen.order_edge[i].nr_taken;
			assert_true(sum > 0);
		}
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_documented_order_is_that_of_rmap_c),
		TEST(all_that_is_held_makes_edges),
		TEST(what_was_released_makes_none),
		TEST(an_inversion_has_its_example),
		TEST(i_mmap_then_the_vma_lock_is_an_inversion),
		TEST(a_try_lock_is_counted_apart),
		TEST(one_that_may_wait_is_the_better_example),
		TEST(an_mmap_lock_taken_for_reading_may_be_a_try_lock),
		TEST(in_an_interrupt_the_thread_is_a_bystander),
		TEST(a_vma_is_locked_as_long_as_its_mm),
		TEST(nested_locks_of_one_class_have_no_order),
		TEST(the_same_lock_again_is_against_any),
		TEST(a_release_may_be_missing_without_a_gap),
		TEST(stacks_are_those_of_the_waits),
		TEST(a_stack_of_another_event_is_not_theirs),
		TEST(a_new_thread_holds_nothing),
		TEST(after_a_gap_nothing_is_held),
		TEST(whatever_is_lost_no_edge_is_made_up),
	};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
