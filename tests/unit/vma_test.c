// SPDX-License-Identifier: GPL-2.0-only
/* VMAs: names from outside the events, and lives. */
#include <errno.h>
#include <malloc.h>

#include "lib/clock.h"
#include "tests/unit/fixture.h"

#define ROOT  0xffff888000001000ULL
#define OTHER 0xffff888000002000ULL
#define P     100
#define CHILD 300
#define PFN   0x12345
#define START 0x7f0000001000ULL
#define END   0x7f0000009000ULL
#define MM(n) (0xffff888100000000ULL + 0x1000 * (uint64_t)(n))

/* /proc of a test: the same VMA in some processes. */
struct table {
	struct vma_row vma;
	int32_t tgid[2];
	unsigned int nr_asked;
};

static int look_up(void *ctx, int32_t tgid, uint64_t address, struct vma_row *row)
{
	struct table *t = ctx;

	t->nr_asked++;
	if ((tgid != t->tgid[0] && tgid != t->tgid[1]) || address < t->vma.start ||
	    address >= t->vma.end)
		return -ENOENT;
	*row = t->vma;
	return 0;
}

static void know(struct fixture *f, struct table *t, uint64_t start, uint64_t end)
{
	*t = (struct table){
		.tgid = { P },
		.vma = { .start = start, .end = end, .perms = "rw-p", .name = "[heap]" },
	};
	f->m.tasks.lookup.ctx = t;
	f->m.tasks.lookup.vma = look_up;
}

static int setup(void **state)
{
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	assert_int_equal(tasks_seed(&f->m.tasks, P, P), 0);
	return 0;
}

/* A reference to the VMA of process @tgid. */
static int64_t refer(struct fixture *f, uint64_t time_ns, int32_t tgid, uint64_t start,
		     uint64_t end)
{
	struct event ev = ev_folio_move(time_ns, tgid, PFN, ROOT, OTHER, start, end);

	ev.folio_move.mm = MM(tgid);
	feed(f, ev);
	return f->seen.move[f->seen.nr_moves - 1].vma_id;
}

static struct vma_row *row(struct fixture *f, int64_t id)
{
	unsigned int i;

	for (i = 0; i < f->seen.nr_vmas; i++)
		if (f->seen.vma[i].id == id)
			return &f->seen.vma[i];
	fail_msg("no VMA of id %lld", (long long)id);
	return NULL;
}

static void a_name_is_looked_up_once(void **state)
{
	struct fixture *f = *state;
	struct table t;
	int64_t id;

	know(f, &t, START, END);
	id = refer(f, 1000, P, START, END);
	assert_string_equal(row(f, id)->name, "[heap]");
	assert_string_equal(row(f, id)->perms, "rw-p");
	assert_int_equal(refer(f, 2000, P, START, END), id);
	assert_int_equal(t.nr_asked, 1);
}

/* The event's range is exact for its time: /proc was read later. */
static void the_range_of_the_event_stays(void **state)
{
	struct fixture *f = *state;
	struct table t;
	int64_t id;

	/* merged since, or not split yet: its name, but maybe not its permissions */
	know(f, &t, START - 0x1000, END);
	id = refer(f, 1000, P, START, END);
	assert_true(row(f, id)->start == START);
	assert_string_equal(row(f, id)->name, "[heap]");
	assert_string_equal(row(f, id)->perms, "");
	/* a part of it is there: something else may have been elsewhere */
	id = refer(f, 2000, P, START, END + 0x1000);
	assert_true(row(f, id)->end == END + 0x1000);
	assert_string_equal(row(f, id)->name, "");
	/* nothing is */
	id = refer(f, 3000, P, END, END + 0x1000);
	assert_string_equal(row(f, id)->name, "");
}

static void a_process_that_is_not_known_is_not_asked(void **state)
{
	struct fixture *f = *state;
	struct table t;

	know(f, &t, START, END);
	t.tgid[0] = -1;
	refer(f, 1000, 999, START, END);
	assert_int_equal(t.nr_asked, 0);
}

/* Two of them do not share a VMA because they map the same place. */
static void unknown_processes_are_told_apart_by_their_mm(void **state)
{
	struct fixture *f = *state;

	assert_int_not_equal(refer(f, 1000, 998, START, END), refer(f, 1100, 999, START, END));
	assert_int_equal(refer(f, 1200, 998, START, END), refer(f, 1300, 998, START, END));
}

static void a_child_that_is_gone_has_the_names_of_its_parent(void **state)
{
	struct fixture *f = *state;
	struct table t;
	int64_t id;

	know(f, &t, START, END);
	refer(f, 1000, P, START, END);
	feed(f, ev_newtask(2000, P, CHILD, "child", 0));
	id = refer(f, 3000, CHILD, START, END);
	assert_string_equal(row(f, id)->name, "[heap]");
	assert_string_equal(row(f, id)->perms, "rw-p");
	assert_int_not_equal(row(f, id)->process_id, f->seen.vma[0].process_id);
	/* also one that nothing has referred to in the parent */
	t.vma.start = END;
	t.vma.end = END + 0x2000;
	id = refer(f, 4000, CHILD, END, END + 0x2000);
	assert_string_equal(row(f, id)->name, "[heap]");
}

static void one_that_is_there_has_its_own(void **state)
{
	struct fixture *f = *state;
	struct table t;
	int64_t id;

	know(f, &t, START, END);
	refer(f, 1000, P, START, END);
	feed(f, ev_newtask(2000, P, CHILD, "child", 0));
	t.tgid[1] = CHILD;
	strcpy(t.vma.name, "[anon:renamed]");
	id = refer(f, 3000, CHILD, START, END);
	assert_string_equal(row(f, id)->name, "[anon:renamed]");
}

static void after_exec_nothing_is_inherited(void **state)
{
	struct fixture *f = *state;
	struct table t;
	int64_t id;

	know(f, &t, START, END);
	refer(f, 1000, P, START, END);
	feed(f, ev_newtask(2000, P, CHILD, "child", 0));
	feed(f, ev_exec(2500, CHILD));
	id = refer(f, 3000, CHILD, START, END);
	assert_string_equal(row(f, id)->name, "");
}

/* --- lives */

static void an_unlink_ends_it(void **state)
{
	struct fixture *f = *state;
	int64_t id = refer(f, 1000, P, START, END), next;

	assert_int_equal(row(f, id)->to_ns, NO_TIME);
	feed(f, ev_unlink(2000, P, ROOT, ROOT, START, END));
	assert_int_equal(row(f, id)->to_ns, 2000);
	next = refer(f, 3000, P, START, END);
	assert_int_not_equal(next, id);
	assert_int_equal(row(f, next)->from_ns, 3000);
	assert_int_equal(row(f, id)->to_ns, 2000);
}

static void an_unlink_of_another_range_does_not(void **state)
{
	struct fixture *f = *state;
	int64_t id = refer(f, 1000, P, START, END);

	feed(f, ev_unlink(2000, P, ROOT, ROOT, START, END - 0x1000));
	feed(f, ev_unlink(2100, P, ROOT, ROOT, START + 0x1000, END));
	feed(f, ev_unlink(2200, P + 1, ROOT, ROOT, START, END));
	assert_int_equal(row(f, id)->to_ns, NO_TIME);
	assert_int_equal(refer(f, 3000, P, START, END), id);
}

static void one_that_is_seen_in_its_place_ends_it(void **state)
{
	struct fixture *f = *state;
	int64_t id = refer(f, 1000, P, START, END);

	refer(f, 2000, P, START, END + 0x1000);
	assert_int_equal(row(f, id)->to_ns, 2000);
}

static void the_exit_of_the_last_thread_ends_all(void **state)
{
	struct fixture *f = *state;
	struct event last = ev_exit(4000, P);
	int64_t a, b, other;

	f->m.tasks.all_known = true;
	assert_int_equal(tasks_seed(&f->m.tasks, P + 1, P), 0);
	assert_int_equal(tasks_seed(&f->m.tasks, 500, 500), 0);
	a = refer(f, 1000, P, START, END);
	b = refer(f, 1100, P, END, END + 0x1000);
	other = refer(f, 1200, 500, START, END);
	/* kernels before 6.16 do not say which thread is the last */
	feed(f, ev_exit(2000, P + 1));
	assert_int_equal(row(f, a)->to_ns, NO_TIME);
	feed(f, last);
	assert_int_equal(row(f, a)->to_ns, 4000);
	assert_int_equal(row(f, b)->to_ns, 4000);
	assert_int_equal(row(f, other)->to_ns, NO_TIME);
}

static void the_kernel_may_say_which_thread_is_the_last(void **state)
{
	struct fixture *f = *state;
	struct event last = ev_exit(4000, P);
	int64_t id;

	/* one whose exit was not seen */
	assert_int_equal(tasks_seed(&f->m.tasks, P + 1, P), 0);
	last.sched_process_exit.group_dead = 1;
	id = refer(f, 1000, P, START, END);
	feed(f, last);
	assert_int_equal(row(f, id)->to_ns, 4000);
}

static void the_leader_is_not_the_process(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	f->m.tasks.all_known = true;
	assert_int_equal(tasks_seed(&f->m.tasks, P + 1, P), 0);
	id = refer(f, 1000, P, START, END);
	feed(f, ev_exit(2000, P));
	assert_int_equal(row(f, id)->to_ns, NO_TIME);
	feed(f, ev_exit(3000, P + 1));
	assert_int_equal(row(f, id)->to_ns, 3000);
}

/* A file does not list the threads that were there before it: another may use the VMAs still. */
static void the_exit_of_a_known_thread_is_not_that_of_unknown_ones(void **state)
{
	struct fixture *f = *state;
	int64_t id = refer(f, 1000, P, START, END);

	feed(f, ev_exit(2000, P));
	assert_int_equal(row(f, id)->to_ns, NO_TIME);
}

static void exec_ends_all_but_the_new_stack(void **state)
{
	struct fixture *f = *state;
	struct event stack = ev_link(2000, P, OTHER, OTHER, 0x7ffff000, 0x80001000);
	int64_t before, after;

	feed(f, ev_link(500, P, ROOT, ROOT, START, END));
	before = refer(f, 1000, P, START, END);
	stack.anon_vma_chain.mm = MM(7);
	feed(f, stack);
	feed(f, ev_exec(3000, P));
	assert_int_equal(row(f, before)->to_ns, 3000);
	/* what is in the new mm is the process's */
	stack = ev_folio_move(4000, P, PFN, ROOT, OTHER, 0x7ffff000, 0x80001000);
	stack.folio_move.mm = MM(7);
	feed(f, stack);
	after = f->seen.move[f->seen.nr_moves - 1].vma_id;
	assert_int_equal(row(f, after)->process_id, row(f, before)->process_id);
	assert_int_equal(row(f, after)->to_ns, NO_TIME);
	/* the same place in it is another VMA */
	stack = ev_folio_move(5000, P, PFN, ROOT, OTHER, START, END);
	stack.folio_move.mm = MM(7);
	feed(f, stack);
	assert_int_not_equal(f->seen.move[f->seen.nr_moves - 1].vma_id, before);
}

static void a_new_process_of_the_same_id_has_none_of_them(void **state)
{
	struct fixture *f = *state;
	int64_t id = refer(f, 1000, P, START, END);

	/* its exit was lost */
	feed(f, ev_newtask(2000, 1, P, "again", 0));
	assert_int_equal(row(f, id)->to_ns, 2000);
	assert_int_not_equal(refer(f, 3000, P, START, END), id);
}

static void what_is_over_does_not_stay_in_memory(void **state)
{
	struct fixture *f = *state;
	size_t after_1000 = 0;
	unsigned int i;

	for (i = 0; i < 20000; i++) {
		uint64_t t = (i + 1) * (NSEC_PER_SEC / 10);

		refer(f, t, P, START, END);
		feed(f, ev_unlink(t + 1000, P, ROOT, ROOT, START, END));
		flush(f, t + 2000);
		if (i == 1000)
			after_1000 = mallinfo2().uordblks;
		/* the sink keeps them all; it is not what is measured */
		f->seen.nr_vmas = f->seen.nr_moves = f->seen.nr_rollups = 0;
	}
	assert_true(mallinfo2().uordblks <= after_1000 + 16384);
}

/* --- what describes a lock, what is counted beside waits */

static void a_lock_is_described_by_the_first_vma_on_it(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_link(500, P, ROOT, ROOT, START, END));
	feed(f, ev_link(600, P, ROOT, ROOT, END, END + 0x1000));
	/* a folio comes to a VMA on OTHER */
	refer(f, 1000, P, 0x1000, 0x2000);
	refer(f, 1100, P, 0x3000, 0x4000);
	finish(f);
	assert_true(row(f, seen_lock_of(&f->seen, f->seen.move[0].old_lock_id)->vma_id)->start ==
		    START);
	assert_int_equal(seen_lock_of(&f->seen, f->seen.move[0].new_lock_id)->vma_id,
			 f->seen.move[0].vma_id);
}

static const struct rollup_row *sum_of(struct fixture *f, int64_t lock_id, int64_t vma_id)
{
	unsigned int i;

	for (i = 0; i < f->seen.nr_rollups; i++)
		if (f->seen.rollup[i].row.lock_id == lock_id &&
		    f->seen.rollup[i].row.vma_id == vma_id)
			return &f->seen.rollup[i].row;
	fail_msg("no roll-up");
	return NULL;
}

static void moves_count_where_they_go_and_retries_where_they_were(void **state)
{
	struct fixture *f = *state;
	const struct rollup_row *r;
	unsigned int i;

	for (i = 0; i < 3; i++)
		refer(f, 1000 + i, P, START, END);
	feed(f, ev_folio_move(1100, P, PFN, ROOT, ROOT, START, END));
	feed(f, ev_walk_retry(1200, P, 0, PFN, ROOT, OTHER));
	feed(f, ev_walk_retry(1300, P, 0, PFN, ROOT, OTHER));
	finish(f);
	assert_int_equal(f->seen.nr_rollups, 2);
	r = sum_of(f, f->seen.move[0].new_lock_id, f->seen.move[0].vma_id);
	assert_int_equal(r->nr_moves, 3);
	assert_int_equal(r->nr_retries, NO_TIME);
	assert_int_equal(r->nr_waits, 0);
	assert_int_equal(seen_process_of(&f->seen, r->process_id)->tgid, P);
	r = sum_of(f, f->seen.move[0].old_lock_id, 0);
	assert_int_equal(r->nr_retries, 2);
	assert_int_equal(r->nr_moves, NO_TIME);
}

/* Nothing was seen because nothing was: 0, not unknown. */
static void what_is_traced_is_zero_where_there_is_none(void **state)
{
	struct fixture *f = *state;

	f->m.rollups.watch_moves = true;
	f->m.attribution.watch = false;
	feed(f, ev_anon_begin(1000, P, 0, ROOT, true));
	feed(f, ev_anon_end(2000, P, 0, ROOT, true));
	finish(f);
	assert_int_equal(f->seen.rollup[0].row.nr_moves, 0);
	assert_int_equal(f->seen.rollup[0].row.nr_retries, NO_TIME);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_name_is_looked_up_once),
		TEST(the_range_of_the_event_stays),
		TEST(a_process_that_is_not_known_is_not_asked),
		TEST(unknown_processes_are_told_apart_by_their_mm),
		TEST(a_child_that_is_gone_has_the_names_of_its_parent),
		TEST(one_that_is_there_has_its_own),
		TEST(after_exec_nothing_is_inherited),
		TEST(an_unlink_ends_it),
		TEST(an_unlink_of_another_range_does_not),
		TEST(one_that_is_seen_in_its_place_ends_it),
		TEST(the_exit_of_the_last_thread_ends_all),
		TEST(the_kernel_may_say_which_thread_is_the_last),
		TEST(the_leader_is_not_the_process),
		TEST(the_exit_of_a_known_thread_is_not_that_of_unknown_ones),
		TEST(exec_ends_all_but_the_new_stack),
		TEST(a_new_process_of_the_same_id_has_none_of_them),
		TEST(what_is_over_does_not_stay_in_memory),
		TEST(a_lock_is_described_by_the_first_vma_on_it),
		TEST(moves_count_where_they_go_and_retries_where_they_were),
		TEST(what_is_traced_is_zero_where_there_is_none),
	};

	return cmocka_run_group_tests_name("vma", tests, NULL, NULL);
}
