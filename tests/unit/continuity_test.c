// SPDX-License-Identifier: GPL-2.0-only
/* Gaps that nothing marks: by what runs on a CPU, and by silence. */
#include "collector/continuity.h"
#include "lib/clock.h"
#include "tests/unit/events.h"
#include "tests/unit/unit.h"

#define SEC (int64_t) NSEC_PER_SEC

static struct event switch_at(uint64_t time_ns, int32_t prev, int64_t state, int32_t next)
{
	struct event ev = { .id = EVENT_SCHED_SWITCH, .time_ns = time_ns, .tid = prev };

	ev.sched_switch.prev_state = state;
	ev.sched_switch.next_tid = next;
	return ev;
}

static struct event other_at(uint64_t time_ns, int32_t tid)
{
	return (struct event){ .id = EVENT_CONTENTION_END, .time_ns = time_ns, .tid = tid };
}

/* How many of the events show that some are missing before them. */
static unsigned int breaks(const struct event *ev, unsigned int nr, uint64_t *gap_ns)
{
	struct chain c = { 0 };
	struct tids seen = { 0 };
	unsigned int i, n = 0;
	uint64_t at_ns;

	for (i = 0; i < nr; i++)
		if (chain_event(&c, &seen, &ev[i], &at_ns)) {
			n++;
			*gap_ns = at_ns;
		}
	tids_free(&seen);
	return n;
}

static void one_thread_after_the_other_is_whole(void **state)
{
	const struct event ev[] = {
		/* the scheduler's last words of 5 come after its switch */
		other_at(5, 7),		switch_at(10, 5, 2, 0), other_at(11, 5),
		switch_at(20, 0, 0, 6), other_at(30, 6),	switch_at(40, 6, 1, 5),
		other_at(41, 5),	other_at(42, 5),	switch_at(50, 5, 2, 0),
	};
	uint64_t gap_ns = 0;

	(void)state;
	assert_int_equal(breaks(ev, ARRAY_SIZE(ev), &gap_ns), 0);
}

static void last_words_do_not_come_a_second_later(void **state)
{
	const struct event ev[] = {
		other_at(5, 6),
		switch_at(10, 5, 2, 6),
		other_at(SEC, 5),
	};
	uint64_t gap_ns = 0;

	(void)state;
	assert_int_equal(breaks(ev, ARRAY_SIZE(ev), &gap_ns), 1);
	assert_int_equal(gap_ns, 10);
}

static void another_thread_than_the_one_that_was_switched_in_is_a_gap(void **state)
{
	const struct event by_switch[] = {
		other_at(5, 6),		switch_at(10, 5, 2, 6), other_at(15, 6),
		switch_at(20, 7, 2, 0), switch_at(30, 0, 0, 7),
	};
	/* it cannot be switched out twice */
	const struct event twice[] = {
		other_at(5, 6),
		switch_at(10, 5, 2, 6),
		switch_at(20, 5, 2, 0),
	};
	const struct event by_other[] = {
		switch_at(10, 5, 2, 6),
		other_at(15, 6),
		other_at(20, 5), /* it was switched out, and 6 has been seen since */
		switch_at(30, 5, 0, 7),
	};
	uint64_t gap_ns = 0;

	(void)state;
	assert_int_equal(breaks(by_switch, ARRAY_SIZE(by_switch), &gap_ns), 1);
	assert_int_equal(gap_ns, 15);
	assert_int_equal(breaks(twice, ARRAY_SIZE(twice), &gap_ns), 1);
	assert_int_equal(gap_ns, 10);
	assert_int_equal(breaks(by_other, ARRAY_SIZE(by_other), &gap_ns), 1);
	assert_int_equal(gap_ns, 15);
}

/* trace-cmd record leaves out the events of its own threads: 6 never says anything. */
static void a_thread_that_is_left_out_is_no_gap(void **state)
{
	const struct event ev[] = {
		switch_at(10, 5, 2, 6), switch_at(20, 7, 2, 0), switch_at(30, 0, 0, 6),
		switch_at(40, 0, 0, 5), switch_at(50, 5, 2, 6), other_at(60, 7),
	};
	uint64_t gap_ns = 0;

	(void)state;
	assert_int_equal(breaks(ev, ARRAY_SIZE(ev), &gap_ns), 0);
}

/* Linux 6.18 on a virtual machine: from idle on, threads just go on. */
static void an_idle_cpu_goes_on_with_any_thread(void **state)
{
	const struct event ev[] = {
		other_at(4, 0),		switch_at(10, 5, 2, 0), other_at(20, 5),
		switch_at(30, 5, 2, 0), switch_at(40, 6, 2, 5), other_at(50, 5),
	};
	uint64_t gap_ns = 0;

	(void)state;
	assert_int_equal(breaks(ev, ARRAY_SIZE(ev), &gap_ns), 0);
}

static void a_marked_gap_is_not_told_twice(void **state)
{
	const struct event ev[] = {
		switch_at(10, 5, 2, 6),
		ev_loss(10, 20, 0, 3),
		other_at(25, 9),
		switch_at(30, 9, 2, 0),
	};
	uint64_t gap_ns = 0;

	(void)state;
	assert_int_equal(breaks(ev, ARRAY_SIZE(ev), &gap_ns), 0);
}

static struct survey survey_of(const struct event *ev, unsigned int nr)
{
	struct survey sv = { 0 };
	struct tids seen = { 0 };
	struct chain c = { 0 };
	unsigned int i;

	for (i = 0; i < nr; i++)
		assert_int_equal(survey_event(&sv, &c, &seen, &ev[i]), 0);
	tids_free(&seen);
	return sv;
}

/* Our own profile keeps uninterruptible sleeps only: what is silent may be idle. */
static void a_filtered_file_proves_nothing(void **state)
{
	const struct event by_state[] = { switch_at(10, 5, 2, 0), switch_at(20, 6, 2, 0),
					  switch_at(30, 0, 2, 7) };
	const struct event by_process[] = { switch_at(10, 5, 2, 6), switch_at(20, 9, 0, 5),
					    switch_at(30, 5, 1, 8), switch_at(40, 8, 0, 5) };
	const struct event none[] = { other_at(10, 5), other_at(20, 6) };
	struct survey sv = survey_of(by_state, ARRAY_SIZE(by_state));

	(void)state;
	assert_int_equal(survey_silence_ns(&sv), 0);
	sv = survey_of(by_process, ARRAY_SIZE(by_process));
	assert_int_equal(survey_silence_ns(&sv), 0);
	sv = survey_of(none, ARRAY_SIZE(none));
	assert_int_equal(survey_silence_ns(&sv), 0);
}

static void silence_is_measured_by_what_must_come(void **state)
{
	struct event ev[] = { switch_at(10, 5, 2, 0), switch_at(20, 0, 0, 6),
			      switch_at(30, 6, 1, 5), switch_at(40, 5, 1, 6) };
	struct survey sv = survey_of(ev, ARRAY_SIZE(ev));

	(void)state;
	assert_true(survey_is_whole(&sv));
	assert_int_equal(survey_silence_ns(&sv), 25 * SEC);
	snprintf(ev[1].sched_switch.next_comm, COMM_LEN, "kcompactd0");
	snprintf(ev[3].sched_switch.next_comm, COMM_LEN, "kcompactd0");
	sv = survey_of(ev, ARRAY_SIZE(ev));
	assert_int_equal(survey_silence_ns(&sv), 2 * SEC);
}

static void silence_of_all_cpus_is_a_gap(void **state)
{
	struct silence s = { 0 };
	struct event ev = other_at(100 * SEC, 5), loss;

	(void)state;
	assert_false(silence_event(&s, 2 * SEC, &ev, &loss));
	ev.time_ns = 102 * SEC - 1;
	assert_false(silence_event(&s, 2 * SEC, &ev, &loss));
	ev.time_ns = 105 * SEC;
	assert_true(silence_event(&s, 2 * SEC, &ev, &loss));
	assert_int_equal(loss.id, EVENT_LOSS);
	assert_int_equal(loss.cpu, ALL_CPUS);
	assert_int_equal(loss.time_ns, 102 * SEC - 1);
	assert_int_equal(loss.loss.end_ns, 105 * SEC);
	assert_int_equal(loss.loss.reason, LOSS_UNMARKED);
	/* a file of which it is not known what must come */
	ev.time_ns = 1000 * SEC;
	assert_false(silence_event(&s, 0, &ev, &loss));
	/* a marked gap says it */
	ev = ev_loss(1001 * SEC, 1020 * SEC, 0, 3);
	assert_false(silence_event(&s, 2 * SEC, &ev, &loss));
	ev = other_at(1021 * SEC, 5);
	assert_false(silence_event(&s, 2 * SEC, &ev, &loss));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_thread_after_the_other_is_whole),
		cmocka_unit_test(last_words_do_not_come_a_second_later),
		cmocka_unit_test(another_thread_than_the_one_that_was_switched_in_is_a_gap),
		cmocka_unit_test(a_thread_that_is_left_out_is_no_gap),
		cmocka_unit_test(an_idle_cpu_goes_on_with_any_thread),
		cmocka_unit_test(a_marked_gap_is_not_told_twice),
		cmocka_unit_test(a_filtered_file_proves_nothing),
		cmocka_unit_test(silence_is_measured_by_what_must_come),
		cmocka_unit_test(silence_of_all_cpus_is_a_gap),
	};

	return cmocka_run_group_tests_name("continuity", tests, NULL, NULL);
}
