// SPDX-License-Identifier: GPL-2.0-only
/* Questions to /proc: answers in time, late, and never. */
#include <errno.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "collector/proc_worker.h"
#include "lib/clock.h"
#include "tests/unit/unit.h"

/* Processes from this id on hang until the test lets them go. */
#define HANGING 1000

static sem_t go, stuck;

static void answer(struct procmap *pm, struct proc_answer *a)
{
	(void)pm;
	if (a->id >= HANGING) {
		sem_post(&stuck);
		sem_wait(&go);
	}
	snprintf(a->cmdline, sizeof(a->cmdline), "process %d", a->id);
	a->ret = a->id == 1 ? -ESRCH : 0;
}

static int start(void **state, uint64_t patience_ns)
{
	const struct proc_worker_options opt = { .answer = answer, .patience_ns = patience_ns };
	struct proc_workers *w;

	sem_init(&go, 0, 0);
	sem_init(&stuck, 0, 0);
	assert_int_equal(proc_workers_start(&w, &opt, NULL), 0);
	*state = w;
	return 0;
}

/* Longer than any machine is busy: every answer comes. */
static int patient(void **state)
{
	return start(state, 600 * NSEC_PER_SEC);
}

#define SHORT_NS (50 * NSEC_PER_MSEC)

/* What hangs is given up soon, on a busy machine also other questions. */
static int impatient(void **state)
{
	return start(state, SHORT_NS);
}

static int ask(struct proc_workers *w, int32_t id)
{
	struct proc_answer a = { .question = PROC_CMDLINE, .id = id };
	int ret = proc_workers_ask(w, &a);
	char text[32];

	snprintf(text, sizeof(text), "process %d", id);
	if (!ret)
		assert_string_equal(a.cmdline, text);
	return ret;
}

static void post(struct proc_workers *w, int32_t id)
{
	const struct proc_answer a = { .question = PROC_CMDLINE, .id = id, .cookie = 10 * id };

	proc_workers_post(w, &a);
}

/* Hang @nr threads, each with a process of its own, for longer than anybody waits. */
static void hang(struct proc_workers *w, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		assert_int_equal(ask(w, HANGING + i), -ETIMEDOUT);
	for (i = 0; i < nr; i++)
		sem_wait(&stuck);
	usleep(SHORT_NS / 1000);
}

/* Ask until the answer comes in time. */
static void ask_again(struct proc_workers *w, int32_t id)
{
	while (ask(w, id))
		usleep(1000);
}

static void let_go(unsigned int nr)
{
	while (nr--)
		sem_post(&go);
}

static void an_answer_comes_back(void **state)
{
	assert_int_equal(ask(*state, 2), 0);
	assert_int_equal(ask(*state, 1), -ESRCH);
	assert_int_equal(proc_workers_settle(*state), 0);
	proc_workers_stop(*state);
}

static void a_process_that_hangs_is_asked_once(void **state)
{
	int value;

	hang(*state, 1);
	assert_int_equal(ask(*state, HANGING), -EBUSY);
	post(*state, HANGING);
	assert_int_equal(sem_getvalue(&stuck, &value), 0);
	assert_int_equal(value, 0);
	assert_int_equal(proc_workers_settle(*state), 3);
	ask_again(*state, 2);
	let_go(1);
	proc_workers_stop(*state);
}

static void when_all_threads_hang_nothing_is_asked(void **state)
{
	hang(*state, NR_PROC_WORKERS);
	assert_int_equal(ask(*state, 2), -EBUSY);
	/* the threads answer again when their processes do */
	let_go(NR_PROC_WORKERS);
	ask_again(*state, 2);
	proc_workers_stop(*state);
}

static void posted_questions_are_answered_late(void **state)
{
	struct proc_answer a;
	int64_t cookies = 0;
	int i;

	for (i = 2; i < 100; i++)
		post(*state, i);
	assert_int_equal(proc_workers_settle(*state), 0);
	for (i = 2; i < 100; i++) {
		assert_true(proc_workers_late(*state, &a));
		assert_int_equal(a.cookie, 10 * a.id);
		cookies += a.cookie;
	}
	assert_false(proc_workers_late(*state, &a));
	assert_int_equal(cookies, 10 * 99 * 100 / 2 - 10);
	proc_workers_stop(*state);
}

static void a_posted_question_without_answer_is_counted(void **state)
{
	struct proc_answer a;

	post(*state, HANGING);
	sem_wait(&stuck);
	assert_int_equal(proc_workers_settle(*state), 1);
	assert_false(proc_workers_late(*state, &a));
	let_go(1);
	proc_workers_stop(*state);
}

static void a_thread_that_hangs_at_the_end_is_left_behind(void **state)
{
	hang(*state, 2);
	proc_workers_stop(*state);
	/* they free what they use when their answers come */
	let_go(2);
}

static void the_real_proc_answers(void **state)
{
	const struct proc_worker_options opt = { .patience_ns = 600 * NSEC_PER_SEC };
	struct proc_answer a = { .question = PROC_CMDLINE, .id = getpid() };
	struct proc_workers *w;

	proc_workers_stop(*state);
	assert_int_equal(proc_workers_start(&w, &opt, NULL), 0);
	assert_int_equal(proc_workers_ask(w, &a), 0);
	assert_non_null(strstr(a.cmdline, "proc_worker_test"));
	a = (struct proc_answer){ .question = PROC_VMA, .id = getpid(), .address = (uintptr_t)&a };
	assert_int_equal(proc_workers_ask(w, &a), 0);
	assert_true(a.vma.start <= (uintptr_t)&a && (uintptr_t)&a < a.vma.end);
	proc_workers_stop(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(an_answer_comes_back, patient),
		cmocka_unit_test_setup(a_process_that_hangs_is_asked_once, impatient),
		cmocka_unit_test_setup(when_all_threads_hang_nothing_is_asked, impatient),
		cmocka_unit_test_setup(posted_questions_are_answered_late, patient),
		cmocka_unit_test_setup(a_posted_question_without_answer_is_counted, impatient),
		cmocka_unit_test_setup(a_thread_that_hangs_at_the_end_is_left_behind, impatient),
		cmocka_unit_test_setup(the_real_proc_answers, patient),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
