// SPDX-License-Identifier: GPL-2.0-only
/* Which event a recorded kernel stack belongs to. */
#include <stdlib.h>
#include <string.h>

#include "collector/kstack.h"
#include "collector/stack_pair.h"
#include "tests/unit/events.h"
#include "tests/unit/random.h"
#include "tests/unit/unit.h"

#define LOCK 0xffff888000001000ULL
#define A    100
#define B    200

#define MAX_BATCH 64

/* A lane of one CPU: batches go in, events come out. */
struct pairing {
	struct stack_pair pair;
	struct event out[1024];
	unsigned int nr;
	uint64_t complete_ns;
};

static struct kstack first = { .nr_frames = 1 }, second = { .nr_frames = 2 };

static int setup(void **state)
{
	*state = calloc(1, sizeof(struct pairing));
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	free(*state);
	return 0;
}

/* One batch, as the pipeline does it. @complete_ns: 0: up to its last record */
static void batch(struct pairing *p, const struct event *ev, unsigned int nr, uint64_t complete_ns)
{
	struct event buf[STACK_PAIR_HELD + MAX_BATCH];
	unsigned int held = stack_pair_begin(&p->pair, buf);

	assert_true(nr <= MAX_BATCH);
	if (nr)
		memcpy(buf + held, ev, nr * sizeof(*ev));
	if (!complete_ns)
		complete_ns = ev[nr - 1].time_ns;
	nr = stack_pair_end(&p->pair, buf, held + nr, complete_ns);
	memcpy(p->out + p->nr, buf, nr * sizeof(*buf));
	p->nr += nr;
	p->complete_ns = stack_pair_complete_ns(&p->pair, complete_ns);
}

#define put(p, complete_ns, ...)                                                                   \
	batch(p, (struct event[]){ __VA_ARGS__ },                                                  \
	      sizeof((struct event[]){ __VA_ARGS__ }) / sizeof(struct event), complete_ns)

static void the_stack_is_of_the_event_before_it(void **state)
{
	struct pairing *p = *state;

	put(p, UINT64_MAX, ev_begin(1000, A, 0, LOCK, F_WRITE), ev_stack(1001, A, 0, &first),
	    ev_end(1002, A, 0, LOCK, 0));
	assert_int_equal(p->nr, 2);
	assert_ptr_equal(p->out[0].stack, &first);
	assert_null(p->out[1].stack);
	assert_int_equal(p->out[1].id, EVENT_CONTENTION_END);
}

static void an_event_waits_for_the_next_batch(void **state)
{
	struct pairing *p = *state;

	put(p, 0, ev_begin(1000, A, 0, LOCK, F_WRITE));
	assert_int_equal(p->nr, 0);
	assert_true(p->complete_ns <= 1000);
	put(p, 0, ev_stack(1001, A, 0, &first));
	assert_int_equal(p->nr, 1);
	assert_ptr_equal(p->out[0].stack, &first);
	assert_int_equal(p->complete_ns, 1001);
}

/* An idle CPU records nothing for long: its last event is not kept back. */
static void an_event_waits_no_longer_than_its_stack_can_come(void **state)
{
	struct pairing *p = *state;

	put(p, 0, ev_begin(1000, A, 0, LOCK, F_WRITE));
	batch(p, NULL, 0, 900);
	assert_int_equal(p->nr, 0);
	assert_int_equal(p->complete_ns, 900);
	batch(p, NULL, 0, 2000);
	assert_int_equal(p->nr, 1);
	assert_null(p->out[0].stack);
	assert_int_equal(p->complete_ns, 2000);
}

static void an_interrupt_between_event_and_stack_does_not_part_them(void **state)
{
	struct pairing *p = *state;

	put(p, 0, ev_begin(1000, A, 0, LOCK, F_WRITE), ev_in_irq(ev_waking(1001, A, 0, 300)));
	assert_int_equal(p->nr, 0);
	assert_int_equal(p->complete_ns, 1000);
	put(p, 0, ev_in_irq(ev_stack(1002, A, 0, &second)), ev_stack(1003, A, 0, &first));
	assert_int_equal(p->nr, 2);
	assert_ptr_equal(p->out[0].stack, &first);
	assert_int_equal(p->out[1].id, EVENT_SCHED_WAKING);
	assert_null(p->out[1].stack);
}

static void more_interrupts_than_are_kept_part_them(void **state)
{
	struct pairing *p = *state;
	unsigned int i;

	put(p, 0, ev_begin(1000, A, 0, LOCK, F_WRITE));
	for (i = 0; i < 2 * STACK_PAIR_HELD; i++)
		put(p, 0, ev_in_irq(ev_waking(1001 + i, A, 0, 300)));
	put(p, 0, ev_stack(1100, A, 0, &first));
	assert_int_equal(p->nr, 1 + 2 * STACK_PAIR_HELD);
	assert_null(p->out[0].stack);
	for (i = 0; i < 2 * STACK_PAIR_HELD; i++)
		assert_int_equal(p->out[1 + i].time_ns, 1001 + i);
}

static void a_stack_of_another_thread_is_nobodys(void **state)
{
	struct pairing *p = *state;

	put(p, UINT64_MAX, ev_begin(1000, A, 0, LOCK, F_WRITE), ev_stack(1001, B, 0, &first));
	assert_int_equal(p->nr, 1);
	assert_null(p->out[0].stack);
}

static void a_second_stack_is_nobodys(void **state)
{
	struct pairing *p = *state;

	put(p, 0, ev_begin(1000, A, 0, LOCK, F_WRITE), ev_stack(1001, A, 0, &first));
	put(p, 0, ev_stack(1002, A, 0, &second));
	assert_int_equal(p->nr, 1);
	assert_ptr_equal(p->out[0].stack, &first);
}

static void a_stack_behind_a_gap_is_nobodys(void **state)
{
	struct pairing *p = *state;

	put(p, 0, ev_begin(1000, 0, 0, LOCK, F_WRITE));
	put(p, UINT64_MAX, ev_loss(1000, 2000, 0, 3), ev_stack(2000, 0, 0, &first));
	assert_int_equal(p->nr, 2);
	assert_null(p->out[0].stack);
	assert_null(p->out[1].stack);
}

/* However the records are cut into batches, the same comes out. */
static void batches_change_nothing(void **state)
{
	struct pairing *p = *state, whole = { 0 };
	struct random r = random_from(7);
	unsigned int round;

	for (round = 0; round < 2000; round++) {
		struct event ev[MAX_BATCH];
		unsigned int i, at, n, nr = 1 + random_below(&r, MAX_BATCH);

		for (i = 0; i < nr; i++) {
			uint64_t t = 1000 + i;
			int32_t tid = random_below(&r, 3) ? A : B;

			ev[i] = random_below(&r, 2) ? ev_stack(t, tid, 0, i % 2 ? &first : &second)
						    : ev_begin(t, tid, 0, LOCK, F_WRITE);
			ev[i].in_irq = !random_below(&r, 4);
			if (!random_below(&r, 16))
				ev[i] = ev_loss(t, t, 0, 1);
		}
		memset(p, 0, sizeof(*p));
		memset(&whole, 0, sizeof(whole));
		batch(&whole, ev, nr, UINT64_MAX);
		for (at = 0; at < nr; at += n) {
			n = 1 + random_below(&r, nr - at);
			batch(p, ev + at, n, 0);
		}
		batch(p, NULL, 0, UINT64_MAX);
		assert_int_equal(p->nr, whole.nr);
		assert_memory_equal(p->out, whole.out, whole.nr * sizeof(*whole.out));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_stack_is_of_the_event_before_it),
		TEST(an_event_waits_for_the_next_batch),
		TEST(an_event_waits_no_longer_than_its_stack_can_come),
		TEST(an_interrupt_between_event_and_stack_does_not_part_them),
		TEST(more_interrupts_than_are_kept_part_them),
		TEST(a_stack_of_another_thread_is_nobodys),
		TEST(a_second_stack_is_nobodys),
		TEST(a_stack_behind_a_gap_is_nobodys),
		TEST(batches_change_nothing),
	};

	return cmocka_run_group_tests_name("stack_pair", tests, NULL, NULL);
}
