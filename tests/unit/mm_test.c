// SPDX-License-Identifier: GPL-2.0-only
/* The mmap_locks of processes that come and go have one address, but are several. */
#include "lib/clock.h"
#include "tests/unit/fixture.h"

#define LOCK   0xffff888000001000ULL
#define SHELL  50
#define OWNER  100
#define THREAD 101
#define NEXT   200

#define OWN    "rwsem_down_write_slowpath down_write vm_mmap_pgoff"
#define REMOTE "rwsem_down_read_slowpath down_read m_start"

/* A whole wait of @tid at a stack; returns the id of its lock. */
static int64_t wait_at(struct fixture *f, uint64_t t, int32_t tid, const char *path)
{
	feed(f, ev_at_stack(ev_begin(t, tid, 0, LOCK, strstr(path, "write") ? F_WRITE : F_READ),
			    fixture_stack(f, path)));
	feed(f, ev_end(t + 10, tid, 0, LOCK, 0));
	flush(f, 0);
	return f->seen.wait[f->seen.nr_waits - 1].lock_id;
}

static void begins(struct fixture *f, uint64_t t, int32_t tid, uint64_t clone_flags)
{
	feed(f, ev_newtask(t, SHELL, tid, "worker", clone_flags));
}

/* The lock of OWNER, which runs since 1,000 ns and has waited for it. */
static int64_t lock_of_owner(struct fixture *f)
{
	begins(f, 1000, OWNER, 0);
	return wait_at(f, 2000, OWNER, OWN);
}

static void after_the_exit_of_its_owner_it_is_another(void **state)
{
	struct fixture *f = *state;
	int64_t first = lock_of_owner(f), second;

	feed(f, ev_exit(3000, OWNER));
	begins(f, 4000, NEXT, 0);
	second = wait_at(f, 5000, NEXT, OWN);
	assert_int_not_equal(first, second);
	assert_int_equal(seen_lock_of(&f->seen, second)->generation, 1);
	assert_int_equal(seen_lock_of(&f->seen, first)->last_ns, 2010);
	assert_int_equal(wait_at(f, 6000, NEXT, OWN), second);
}

static void while_its_owner_runs_it_is_the_same(void **state)
{
	struct fixture *f = *state;
	int64_t id = lock_of_owner(f);

	begins(f, 3000, NEXT, 0);
	assert_int_equal(wait_at(f, 4000, NEXT, REMOTE), id);
	assert_int_equal(wait_at(f, 5000, OWNER, OWN), id);
}

static void a_remote_user_is_no_owner(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	begins(f, 1000, NEXT, 0);
	begins(f, 1100, OWNER, 0);
	id = wait_at(f, 2000, NEXT, REMOTE);
	feed(f, ev_exit(3000, NEXT));
	assert_int_equal(wait_at(f, 4000, OWNER, OWN), id);
}

static void a_thread_that_exits_is_not_its_process(void **state)
{
	struct fixture *f = *state;
	int64_t id = lock_of_owner(f);

	feed(f, ev_newtask(2500, OWNER, THREAD, "worker", CLONE_VM | CLONE_THREAD));
	feed(f, ev_exit(3000, THREAD));
	begins(f, 4000, NEXT, 0);
	assert_int_equal(wait_at(f, 5000, NEXT, REMOTE), id);
	assert_int_equal(wait_at(f, 6000, OWNER, OWN), id);
}

static void its_owner_may_use_it_while_it_exits(void **state)
{
	struct fixture *f = *state;
	int64_t id = lock_of_owner(f);

	feed(f, ev_exit(3000, OWNER));
	assert_int_equal(wait_at(f, 4000, OWNER, OWN), id);
}

static void after_exec_it_is_another(void **state)
{
	struct fixture *f = *state;
	int64_t id = lock_of_owner(f);

	feed(f, ev_exec(3000, OWNER));
	assert_int_not_equal(wait_at(f, 4000, OWNER, OWN), id);
}

/* The event comes when the new mm is in use. */
static void a_wait_within_exec_proves_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	begins(f, 1000, OWNER, 0);
	id = wait_at(f, 2000, OWNER, OWN " __x64_sys_execve");
	feed(f, ev_exec(3000, OWNER));
	assert_int_equal(wait_at(f, 4000, OWNER, OWN), id);
}

static void a_child_of_vfork_uses_that_of_its_parent(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	begins(f, 1000, OWNER, 0);
	feed(f, ev_newtask(1500, OWNER, NEXT, "worker", CLONE_VM));
	id = wait_at(f, 2000, NEXT, OWN);
	feed(f, ev_exec(3000, NEXT));
	assert_int_equal(wait_at(f, 4000, OWNER, OWN), id);
	/* and a later one, which outlives its parent */
	feed(f, ev_newtask(5000, OWNER, THREAD, "worker", CLONE_VM));
	feed(f, ev_exit(6000, OWNER));
	assert_int_equal(wait_at(f, 7000, THREAD, OWN), id);
}

static void whoever_is_not_known_proves_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t id = lock_of_owner(f);

	feed(f, ev_exit(3000, OWNER));
	assert_int_equal(wait_at(f, 4000, NEXT, OWN), id);
}

/* It may share the mm of the owner since before the capture. */
static void whoever_was_there_before_proves_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t id = lock_of_owner(f);

	assert_int_equal(tasks_seed(&f->m.tasks, NEXT, NEXT), 0);
	feed(f, ev_exit(3000, OWNER));
	assert_int_equal(wait_at(f, 4000, NEXT, OWN), id);
}

/* Of a process that was there before the capture, or a gap, there may be threads that no event named. */
static void the_exit_of_one_thread_is_not_that_of_unknown_ones(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	assert_int_equal(tasks_seed(&f->m.tasks, OWNER, OWNER), 0);
	id = wait_at(f, 2000, OWNER, OWN);
	feed(f, ev_exit(3000, OWNER));
	begins(f, 4000, NEXT, 0);
	assert_int_equal(wait_at(f, 5000, NEXT, REMOTE), id);
}

static void a_thread_may_have_started_in_a_gap(void **state)
{
	struct fixture *f = *state;
	int64_t id = lock_of_owner(f);

	feed(f, ev_loss(2500, 2600, 0, 1));
	feed(f, ev_exit(3000, OWNER));
	begins(f, 4000, NEXT, 0);
	assert_int_equal(wait_at(f, 5000, NEXT, REMOTE), id);
}

static void where_all_threads_are_known_the_last_exit_is_that_of_the_process(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	f->m.tasks.all_known = true;
	assert_int_equal(tasks_seed(&f->m.tasks, OWNER, OWNER), 0);
	id = wait_at(f, 2000, OWNER, OWN);
	feed(f, ev_exit(3000, OWNER));
	begins(f, 4000, NEXT, 0);
	assert_int_not_equal(wait_at(f, 5000, NEXT, OWN), id);
}

static void long_after_its_exit_the_owner_is_over_still(void **state)
{
	struct fixture *f = *state;
	int64_t id = lock_of_owner(f);

	feed(f, ev_exit(3000, OWNER));
	flush(f, 20 * NSEC_PER_SEC);
	begins(f, 21 * NSEC_PER_SEC, NEXT, 0);
	assert_int_not_equal(wait_at(f, 22 * NSEC_PER_SEC, NEXT, OWN), id);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(after_the_exit_of_its_owner_it_is_another),
		TEST(while_its_owner_runs_it_is_the_same),
		TEST(a_remote_user_is_no_owner),
		TEST(a_thread_that_exits_is_not_its_process),
		TEST(its_owner_may_use_it_while_it_exits),
		TEST(after_exec_it_is_another),
		TEST(a_wait_within_exec_proves_nothing),
		TEST(a_child_of_vfork_uses_that_of_its_parent),
		TEST(whoever_is_not_known_proves_nothing),
		TEST(whoever_was_there_before_proves_nothing),
		TEST(the_exit_of_one_thread_is_not_that_of_unknown_ones),
		TEST(a_thread_may_have_started_in_a_gap),
		TEST(where_all_threads_are_known_the_last_exit_is_that_of_the_process),
		TEST(long_after_its_exit_the_owner_is_over_still),
	};

	return cmocka_run_group_tests_name("mm", tests, NULL, NULL);
}
