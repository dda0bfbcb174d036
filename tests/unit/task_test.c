// SPDX-License-Identifier: GPL-2.0-only
/* Threads, processes, their names and their lives. */
#include "tests/unit/fixture.h"

#define LOCK   0xffff888000001000ULL
#define LEADER 100
#define THREAD 101
#define PARENT 50

/* A wait of @tid: from then on a span refers to it. Returns its task's id. */
static int64_t wait_of(struct fixture *f, uint64_t t, int32_t tid)
{
	feed(f, ev_begin(t, tid, 0, LOCK, F_WRITE));
	feed(f, ev_end(t + 10, tid, 0, LOCK, 0));
	return f->seen.wait[f->seen.nr_waits - 1].task_id;
}

static const struct task_row *task(struct fixture *f, int64_t id)
{
	flush(f, 0);
	return seen_task_of(&f->seen, id);
}

static const struct process_row *process(struct fixture *f, int64_t task_id)
{
	return seen_process_of(&f->seen, task(f, task_id)->process_id);
}

static void a_thread_without_a_span_is_no_row(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_newtask(1000, PARENT, LEADER, "sh", 0));
	feed(f, ev_rename(1001, LEADER, "ls"));
	feed(f, ev_exit(1002, LEADER));
	finish(f);
	assert_int_equal(f->seen.nr_tasks, 0);
	assert_int_equal(f->seen.nr_processes, 0);
}

static void an_unknown_thread_has_a_row_of_its_own_in_place_of_a_process(void **state)
{
	struct fixture *f = *state;
	int64_t id = wait_of(f, 1000, LEADER);

	assert_int_equal(task(f, id)->tid, LEADER);
	assert_int_equal(task(f, id)->tgid, -1);
	assert_string_equal(task(f, id)->comm, "");
	assert_true(process(f, id)->of_thread);
	assert_int_equal(process(f, id)->tgid, LEADER);
	assert_string_equal(process(f, id)->comm, "(thread 100)");
	assert_int_not_equal(process(f, id)->id, process(f, wait_of(f, 1000, THREAD))->id);
	task_name(&f->m.tasks, LEADER, (char[COMM_LEN]){ "app" });
	assert_string_equal(process(f, id)->comm, "app (thread 100)");
}

/* Which process they are of is not known; that they are of one, is. */
static void threads_of_one_unknown_process_are_one_row(void **state)
{
	struct fixture *f = *state;
	int64_t maker, first, second, other;

	maker = wait_of(f, 1000, LEADER);
	feed(f, ev_newtask(2000, LEADER, THREAD, "app", CLONE_THREAD_FLAG));
	feed(f, ev_newtask(2001, THREAD, THREAD + 1, "app", CLONE_THREAD_FLAG));
	first = wait_of(f, 3000, THREAD);
	second = wait_of(f, 4000, THREAD + 1);
	other = wait_of(f, 5000, PARENT);
	assert_int_equal(process(f, first)->id, process(f, maker)->id);
	assert_int_equal(process(f, second)->id, process(f, maker)->id);
	assert_int_not_equal(process(f, other)->id, process(f, maker)->id);
	assert_int_equal(task(f, second)->tgid, -1);
}

/* Waits from before the proof count for the process, too. */
static void an_exec_proves_the_process_of_all_threads_known_to_be_with_it(void **state)
{
	struct fixture *f = *state;
	int64_t before = wait_of(f, 1000, LEADER), thread, after, row;
	struct event exec = ev_make(EVENT_SCHED_PROCESS_EXEC, 3000, LEADER, 0);

	row = process(f, before)->id;
	feed(f, ev_newtask(2000, LEADER, THREAD, "app", CLONE_THREAD_FLAG));
	thread = wait_of(f, 2500, THREAD);
	exec.sched_process_exec.tid = LEADER;
	feed(f, exec);
	after = wait_of(f, 4000, LEADER);
	assert_int_equal(task(f, after)->tgid, LEADER);
	assert_int_equal(task(f, thread)->tgid, LEADER);
	assert_int_equal(process(f, after)->id, row);
	assert_int_equal(process(f, thread)->id, row);
	assert_false(process(f, after)->of_thread);
	assert_int_equal(process(f, after)->tgid, LEADER);
}

/* Roll-ups of the time before stay with the first row: it becomes the process's, too. */
static void a_proof_for_two_rows_makes_both_those_of_the_process(void **state)
{
	struct fixture *f = *state;
	int64_t leader, thread, row;

	assert_int_equal(tasks_seed(&f->m.tasks, LEADER, LEADER), 0);
	leader = wait_of(f, 1000, LEADER);
	thread = wait_of(f, 1001, THREAD);
	row = process(f, thread)->id;
	assert_true(process(f, thread)->of_thread);
	assert_int_equal(tasks_seed(&f->m.tasks, THREAD, LEADER), 0);
	assert_int_equal(process(f, thread)->id, process(f, leader)->id);
	assert_false(seen_process_of(&f->seen, row)->of_thread);
	assert_int_equal(seen_process_of(&f->seen, row)->tgid, LEADER);
}

static void a_fork_without_newtask_is_a_new_life_of_an_unknown_process(void **state)
{
	struct event fork = ev_make(EVENT_SCHED_PROCESS_FORK, 2000, PARENT, 0);
	struct fixture *f = *state;
	int64_t id;

	fork.sched_process_fork.tid = THREAD;
	strcpy(fork.sched_process_fork.comm, "child");
	assert_int_equal(tasks_seed(&f->m.tasks, THREAD, LEADER), 0);
	feed(f, fork);
	id = wait_of(f, 3000, THREAD);
	assert_int_equal(task(f, id)->tgid, -1);
	assert_string_equal(process(f, id)->comm, "child (thread 101)");
	/* with it, the fork is of the same start */
	feed(f, ev_newtask(4000, PARENT, THREAD, "child", 0));
	fork.time_ns = 4001;
	feed(f, fork);
	assert_int_equal(task(f, wait_of(f, 5000, THREAD))->tgid, THREAD);
}

static void a_new_process_is_its_own_leader(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_newtask(1000, PARENT, LEADER, "sh", CLONE_VM_FLAG));
	id = wait_of(f, 2000, LEADER);
	assert_int_equal(task(f, id)->tgid, LEADER);
	assert_string_equal(task(f, id)->comm, "sh");
	assert_int_equal(process(f, id)->tgid, LEADER);
	assert_string_equal(process(f, id)->comm, "sh");
	assert_int_equal(task(f, id)->first_ns, 2000);
}

static void a_new_thread_is_of_its_parents_process(void **state)
{
	struct fixture *f = *state;
	int64_t leader, thread, second;

	feed(f, ev_newtask(1000, PARENT, LEADER, "java", 0));
	feed(f, ev_newtask(1001, LEADER, THREAD, "java", CLONE_THREAD_FLAG));
	/* a thread of a thread */
	feed(f, ev_newtask(1002, THREAD, 102, "gc", CLONE_THREAD_FLAG));
	thread = wait_of(f, 2000, THREAD);
	second = wait_of(f, 2100, 102);
	leader = wait_of(f, 2200, LEADER);
	assert_int_equal(task(f, thread)->tgid, LEADER);
	assert_int_equal(task(f, second)->tgid, LEADER);
	assert_int_equal(task(f, leader)->tgid, LEADER);
	assert_int_equal(f->seen.nr_processes, 1);
	assert_int_equal(process(f, thread)->id, process(f, leader)->id);
	assert_string_equal(process(f, thread)->comm, "java");
}

static void a_thread_of_an_unknown_parent_is_of_no_process(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_newtask(1000, PARENT, THREAD, "worker", CLONE_THREAD_FLAG));
	id = wait_of(f, 2000, THREAD);
	assert_int_equal(task(f, id)->tgid, -1);
	assert_string_equal(task(f, id)->comm, "worker");
}

static void a_rename_is_the_name_from_then_on(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_newtask(1000, PARENT, LEADER, "sh", 0));
	id = wait_of(f, 2000, LEADER);
	assert_string_equal(task(f, id)->comm, "sh");
	feed(f, ev_rename(3000, LEADER, "renamed"));
	assert_string_equal(task(f, id)->comm, "renamed");
}

/* fork, a wait for the page tables of the child, and only then exec. */
static void a_process_is_named_after_the_last_name_of_its_main_thread(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_newtask(1000, PARENT, LEADER, "sh", 0));
	id = wait_of(f, 2000, LEADER);
	assert_string_equal(process(f, id)->comm, "sh");
	feed(f, ev_rename(3000, LEADER, "firefox"));
	wait_of(f, 4000, LEADER);
	assert_string_equal(process(f, id)->comm, "firefox");
}

static void the_name_of_another_thread_does_not_name_the_process(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_newtask(1000, PARENT, LEADER, "java", 0));
	feed(f, ev_newtask(1001, LEADER, THREAD, "java", CLONE_THREAD_FLAG));
	feed(f, ev_rename(1002, THREAD, "GC Thread#0"));
	id = wait_of(f, 2000, THREAD);
	assert_string_equal(task(f, id)->comm, "GC Thread#0");
	assert_string_equal(process(f, id)->comm, "java");
}

static void scheduler_events_name_threads_that_are_known(void **state)
{
	struct fixture *f = *state;
	int64_t id = wait_of(f, 1000, LEADER), second = wait_of(f, 1100, THREAD);
	struct event ev = ev_switch(2000, LEADER, 0, 0, THREAD);

	snprintf(ev.sched_switch.prev_comm, COMM_LEN, "prev");
	snprintf(ev.sched_switch.next_comm, COMM_LEN, "next");
	feed(f, ev);
	assert_string_equal(task(f, id)->comm, "prev");
	assert_string_equal(task(f, second)->comm, "next");
	ev = ev_waking(3000, LEADER, 0, THREAD);
	snprintf(ev.sched_waking.comm, COMM_LEN, "woken");
	feed(f, ev);
	assert_string_equal(task(f, second)->comm, "woken");
	assert_int_equal(f->seen.nr_tasks, 2);
}

static void an_empty_name_does_not_replace_one(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_newtask(1000, PARENT, LEADER, "sh", 0));
	id = wait_of(f, 2000, LEADER);
	feed(f, ev_switch(3000, LEADER, 0, 0, 0));
	assert_string_equal(task(f, id)->comm, "sh");
}

static void a_reused_id_is_another_thread_and_another_process(void **state)
{
	struct fixture *f = *state;
	int64_t first, second, first_process;

	feed(f, ev_newtask(1000, PARENT, LEADER, "old", 0));
	first = wait_of(f, 2000, LEADER);
	first_process = process(f, first)->id;
	feed(f, ev_exit(3000, LEADER));
	feed(f, ev_newtask(4000, PARENT, LEADER, "new", 0));
	second = wait_of(f, 5000, LEADER);
	assert_int_not_equal(first, second);
	assert_string_equal(task(f, first)->comm, "old");
	assert_string_equal(task(f, second)->comm, "new");
	assert_int_not_equal(process(f, second)->id, first_process);
	assert_string_equal(process(f, first)->comm, "old");
	assert_string_equal(process(f, second)->comm, "new");
	assert_true(task(f, first)->last_ns <= 3000);
	assert_true(task(f, second)->first_ns >= 4000);
}

static void a_reused_id_is_noticed_although_the_exit_was_lost(void **state)
{
	struct fixture *f = *state;
	int64_t first, second;

	feed(f, ev_newtask(1000, PARENT, LEADER, "old", 0));
	first = wait_of(f, 2000, LEADER);
	feed(f, ev_newtask(4000, PARENT, LEADER, "new", 0));
	second = wait_of(f, 5000, LEADER);
	assert_int_not_equal(first, second);
	assert_string_equal(task(f, first)->comm, "old");
	assert_string_equal(task(f, second)->comm, "new");
	assert_int_not_equal(process(f, second)->id, process(f, first)->id);
	/* when it ended is not known: not after it was seen last */
	assert_in_range(task(f, first)->last_ns, 2000, 2010);
}

static void threads_outlive_their_leader(void **state)
{
	struct fixture *f = *state;
	int64_t leader, thread;

	feed(f, ev_newtask(1000, PARENT, LEADER, "java", 0));
	feed(f, ev_newtask(1001, LEADER, THREAD, "java", CLONE_THREAD_FLAG));
	leader = wait_of(f, 2000, LEADER);
	feed(f, ev_exit(3000, LEADER));
	thread = wait_of(f, 4000, THREAD);
	assert_int_equal(process(f, thread)->id, process(f, leader)->id);
	assert_int_equal(f->seen.nr_processes, 1);
}

static void an_exit_is_the_last_time_a_thread_is_seen(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_newtask(1000, PARENT, LEADER, "sh", 0));
	id = wait_of(f, 2000, LEADER);
	feed(f, ev_exit(9000, LEADER));
	assert_int_equal(task(f, id)->last_ns, 9000);
}

/* Most processes of a build live for less than the time between two flushes. */
static void a_process_is_seen_as_long_as_its_threads(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_newtask(1000, PARENT, LEADER, "cc1", 0));
	id = wait_of(f, 2000, LEADER);
	wait_of(f, 7000, LEADER);
	feed(f, ev_exit(9000, LEADER));
	assert_int_equal(process(f, id)->first_ns, 2000);
	assert_int_equal(process(f, id)->last_ns, task(f, id)->last_ns);
}

static void a_process_is_seen_until_its_threads_last_wait(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_newtask(1000, PARENT, LEADER, "cc1", 0));
	id = wait_of(f, 2000, LEADER);
	flush(f, 0);
	wait_of(f, 7000, LEADER);
	assert_in_range(process(f, id)->last_ns, 7000, 7010);
}

static void rows_come_again_only_when_they_changed(void **state)
{
	struct fixture *f = *state;
	struct task_row *row;

	feed(f, ev_newtask(1000, PARENT, LEADER, "sh", 0));
	wait_of(f, 2000, LEADER);
	flush(f, 0);
	row = &f->seen.task[0];
	row->first_ns = -7;
	flush(f, 0);
	assert_int_equal(row->first_ns, -7);
	wait_of(f, 3000, LEADER);
	flush(f, 0);
	assert_int_equal(row->first_ns, 2000);
}

/* What /proc or a file's saved command lines would say. */
static int lookup_comm(void *ctx, int32_t tid, char comm[COMM_LEN])
{
	(void)ctx;
	snprintf(comm, COMM_LEN, "proc-%d", tid);
	return 0;
}

static int32_t lookup_tgid(void *ctx, int32_t tid)
{
	(void)ctx;
	return tid == THREAD ? LEADER : -1;
}

static int lookup_process(void *ctx, int32_t tgid, struct process_row *row)
{
	int *nr = ctx;

	(*nr)++;
	if (tgid != LEADER)
		return -1;
	snprintf(row->comm, sizeof(row->comm), "leader");
	snprintf(row->exe, sizeof(row->exe), "/usr/bin/leader");
	snprintf(row->cmdline, sizeof(row->cmdline), "leader --all");
	snprintf(row->cgroup, sizeof(row->cgroup), "/system.slice");
	return 0;
}

static int setup_lookup(void **state)
{
	static int nr_lookups;
	struct fixture *f = calloc(1, sizeof(*f));

	nr_lookups = 0;
	f->lookup = (struct task_lookup){
		.ctx = &nr_lookups,
		.comm = lookup_comm,
		.tgid = lookup_tgid,
		.process = lookup_process,
	};
	fixture_start(f, true);
	*state = f;
	return 0;
}

static void the_look_up_names_thread_and_process_once(void **state)
{
	struct fixture *f = *state;
	int64_t id = wait_of(f, 1000, THREAD);

	wait_of(f, 2000, THREAD);
	assert_string_equal(task(f, id)->comm, "proc-101");
	assert_int_equal(task(f, id)->tgid, LEADER);
	assert_string_equal(process(f, id)->comm, "leader");
	assert_string_equal(process(f, id)->exe, "/usr/bin/leader");
	assert_string_equal(process(f, id)->cmdline, "leader --all");
	assert_string_equal(process(f, id)->cgroup, "/system.slice");
	assert_int_equal(*(int *)f->lookup.ctx, 1);
}

static void a_failed_process_look_up_falls_back_to_the_main_threads_name(void **state)
{
	struct fixture *f = *state;
	int64_t id, other;

	assert_int_equal(tasks_seed(&f->m.tasks, 301, 300), 0);
	id = wait_of(f, 1000, 301);
	assert_string_equal(process(f, id)->comm, "proc-300");
	feed(f, ev_newtask(2000, PARENT, 400, "forked", 0));
	other = wait_of(f, 3000, 400);
	assert_string_equal(process(f, other)->comm, "forked");
}

static void an_event_knows_better_than_the_look_up(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	feed(f, ev_newtask(1000, PARENT, THREAD, "event", 0));
	id = wait_of(f, 2000, THREAD);
	assert_string_equal(task(f, id)->comm, "event");
	assert_int_equal(task(f, id)->tgid, THREAD);
}

static void a_seed_gives_the_process_of_a_thread(void **state)
{
	struct fixture *f = *state;
	int64_t id;

	assert_int_equal(tasks_seed(&f->m.tasks, THREAD, 77), 0);
	id = wait_of(f, 2000, THREAD);
	assert_int_equal(task(f, id)->tgid, 77);
	assert_int_equal(process(f, id)->tgid, 77);
}

static void an_exit_of_an_unknown_thread_is_nothing(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_exit(1000, 4242));
	finish(f);
	assert_int_equal(f->seen.nr_tasks, 0);
}

/* Memory must not grow with the processes that have been. */
static void a_process_is_forgotten_soon_after_its_last_thread(void **state)
{
	struct fixture *f = *state;
	const uint64_t later_ns = 60ULL * 1000 * 1000 * 1000;
	int32_t i;

	feed(f, ev_newtask(1000, PARENT, LEADER, "sh", 0));
	feed(f, ev_newtask(1001, LEADER, THREAD, "sh", CLONE_THREAD_FLAG));
	wait_of(f, 2000, THREAD);
	feed(f, ev_exit(3000, LEADER));
	feed(f, ev_newtask(later_ns, PARENT, 200, "other", 0));
	feed(f, ev_exit(later_ns + 1, 200));
	flush(f, 0);
	assert_int_equal(process_id_known(&f->m.tasks, LEADER), 1);
	assert_null(task_find(&f->m.tasks, LEADER));
	feed(f, ev_exit(later_ns + 2, THREAD));
	for (i = 0; i < 1000; i++) {
		feed(f, ev_newtask(2 * later_ns + i, PARENT, 1000 + i, "worker", 0));
		wait_of(f, 2 * later_ns + i, 1000 + i);
		feed(f, ev_exit(2 * later_ns + i, 1000 + i));
	}
	flush(f, 0);
	assert_int_equal(process_id_known(&f->m.tasks, LEADER), 0);
	feed(f, ev_newtask(3 * later_ns, PARENT, 300, "last", 0));
	feed(f, ev_exit(3 * later_ns, 300));
	flush(f, 0);
	assert_int_equal(HASH_COUNT(f->m.tasks.by_tid), 1);
	assert_int_equal(HASH_COUNT(f->m.tasks.by_tgid), 1);
	assert_int_equal(f->seen.nr_processes, 1001);
}

#define TEST(name)	  cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
#define LOOKUP_TEST(name) cmocka_unit_test_setup_teardown(name, setup_lookup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_thread_without_a_span_is_no_row),
		TEST(an_unknown_thread_has_a_row_of_its_own_in_place_of_a_process),
		TEST(threads_of_one_unknown_process_are_one_row),
		TEST(an_exec_proves_the_process_of_all_threads_known_to_be_with_it),
		TEST(a_proof_for_two_rows_makes_both_those_of_the_process),
		TEST(a_fork_without_newtask_is_a_new_life_of_an_unknown_process),
		TEST(a_new_process_is_its_own_leader),
		TEST(a_new_thread_is_of_its_parents_process),
		TEST(a_thread_of_an_unknown_parent_is_of_no_process),
		TEST(a_rename_is_the_name_from_then_on),
		TEST(a_process_is_named_after_the_last_name_of_its_main_thread),
		TEST(the_name_of_another_thread_does_not_name_the_process),
		TEST(scheduler_events_name_threads_that_are_known),
		TEST(an_empty_name_does_not_replace_one),
		TEST(a_reused_id_is_another_thread_and_another_process),
		TEST(a_reused_id_is_noticed_although_the_exit_was_lost),
		TEST(threads_outlive_their_leader),
		TEST(an_exit_is_the_last_time_a_thread_is_seen),
		TEST(a_process_is_seen_as_long_as_its_threads),
		TEST(a_process_is_seen_until_its_threads_last_wait),
		TEST(rows_come_again_only_when_they_changed),
		LOOKUP_TEST(the_look_up_names_thread_and_process_once),
		LOOKUP_TEST(a_failed_process_look_up_falls_back_to_the_main_threads_name),
		LOOKUP_TEST(an_event_knows_better_than_the_look_up),
		TEST(a_seed_gives_the_process_of_a_thread),
		TEST(an_exit_of_an_unknown_thread_is_nothing),
		TEST(a_process_is_forgotten_soon_after_its_last_thread),
	};

	return cmocka_run_group_tests_name("task", tests, NULL, NULL);
}
