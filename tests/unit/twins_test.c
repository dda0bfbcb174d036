// SPDX-License-Identifier: GPL-2.0-only
/* The same event in several buffers comes out of the merge once. */
#include <stdlib.h>
#include <string.h>

#include "collector/kstack.h"
#include "collector/merge.h"
#include "tests/unit/events.h"
#include "tests/unit/random.h"
#include "tests/unit/unit.h"

#define LOCK	   0xffff888000001000ULL
#define NR_SLOTS   1024
#define MAX_EVENTS 900

/* Two lanes of CPU 0, of two buffers. */
struct pair {
	struct lane lane[2];
	struct merge m;
	struct event out[2 * MAX_EVENTS];
	unsigned int nr;
};

static const uint16_t buffers[] = { 0, 1 };

static int take(void *ctx, const struct event *ev)
{
	struct pair *p = ctx;

	p->out[p->nr++] = *ev;
	return 0;
}

static void pair_init(struct pair *p)
{
	p->nr = 0;
	assert_int_equal(lane_init(&p->lane[0], NR_SLOTS), 0);
	assert_int_equal(lane_init(&p->lane[1], NR_SLOTS), 0);
	assert_int_equal(merge_init(&p->m, p->lane, 2), 0);
	p->m.lane_buffer = buffers;
}

static void put(struct pair *p, unsigned int buffer, struct event ev)
{
	lane_put(&p->lane[buffer], &ev, 1);
}

/* All that was put, merged into p->out. */
static void pair_run(struct pair *p)
{
	bool ended = false;

	atomic_store(&p->lane[0].complete_ns, LANE_ENDED);
	atomic_store(&p->lane[1].complete_ns, LANE_ENDED);
	while (!ended)
		assert_true(merge_run(&p->m, 7, take, p, &ended) >= 0);
	lane_free(&p->lane[0]);
	lane_free(&p->lane[1]);
	merge_free(&p->m);
}

static void an_event_of_both_buffers_comes_once_with_the_time_of_the_first(void **state)
{
	static struct pair p;

	(void)state;
	pair_init(&p);
	put(&p, 0, ev_begin(1000, 100, 0, LOCK, F_WRITE));
	put(&p, 1, ev_begin(1150, 100, 0, LOCK, F_WRITE));
	put(&p, 0, ev_end(2000, 100, 0, LOCK, 0));
	put(&p, 1, ev_end(1990, 100, 0, LOCK, 0));
	pair_run(&p);
	assert_int_equal(p.nr, 2);
	assert_int_equal(p.out[0].time_ns, 1000);
	assert_int_equal(p.out[1].time_ns, 1990);
}

static void what_one_buffer_alone_has_comes_too(void **state)
{
	static struct pair p;

	(void)state;
	pair_init(&p);
	put(&p, 0, ev_begin(1000, 100, 0, LOCK, F_WRITE));
	put(&p, 1, ev_begin(1001, 101, 0, LOCK, F_WRITE));
	put(&p, 1, ev_begin(1002, 100, 0, LOCK, F_READ));
	put(&p, 1, ev_begin(1003, 100, 0, LOCK + 8, F_WRITE));
	pair_run(&p);
	assert_int_equal(p.nr, 4);
}

static void what_happened_twice_comes_twice(void **state)
{
	static struct pair p;
	unsigned int i;

	(void)state;
	pair_init(&p);
	for (i = 0; i < 2; i++) {
		put(&p, 0, ev_begin(1000 + 500 * i, 100, 0, LOCK, F_WRITE));
		put(&p, 1, ev_begin(1100 + 500 * i, 100, 0, LOCK, F_WRITE));
	}
	/* much later, by one buffer alone */
	put(&p, 1, ev_begin(1100 + 2 * TWINS_WITHIN_NS, 100, 0, LOCK, F_WRITE));
	pair_run(&p);
	assert_int_equal(p.nr, 3);
}

static void the_stack_of_the_second_is_not_lost(void **state)
{
	static const uint64_t frame[] = { 0xffffffff81000010, 0xffffffff81001010 };
	struct kstack_table stacks = { 0 };
	static struct pair p;
	struct kstack *stack = kstack_intern(&stacks, frame, 2);
	struct event with = ev_begin(1100, 100, 0, LOCK, F_WRITE);

	(void)state;
	with.stack = stack;
	pair_init(&p);
	put(&p, 0, ev_begin(1000, 100, 0, LOCK, F_WRITE));
	put(&p, 1, with);
	pair_run(&p);
	assert_int_equal(p.nr, 1);
	assert_ptr_equal(p.out[0].stack, stack);
	kstack_table_free(&stacks);
}

static void a_gap_in_one_buffer_is_told(void **state)
{
	struct event loss = ev_make(EVENT_LOSS, 1000, 0, 0);
	static struct pair p;

	(void)state;
	loss.loss.end_ns = 2000;
	loss.loss.nr_lost = 3;
	pair_init(&p);
	put(&p, 0, loss);
	put(&p, 1, loss);
	pair_run(&p);
	assert_int_equal(p.nr, 2);
}

/*
 * A CPU that does a few things again and again, each recorded by one buffer or
 * by both, in any order, with other times.
 */
static void random_buffers_give_what_happened(void **state)
{
	static struct pair p;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 300; seed++) {
		struct random r = random_from(seed);
		/* for each of four kinds of event, the buffers that it is on in */
		unsigned int on[4], i, nr = 0;
		uint64_t t = 1000;

		for (i = 0; i < 4; i++)
			on[i] = random_below(&r, 4);
		pair_init(&p);
		for (i = 0; i < MAX_EVENTS; i++) {
			unsigned int kind = random_below(&r, 4), first = random_below(&r, 2);
			struct event ev = kind & 1 ? ev_begin(0, 100 + kind, 0, LOCK, F_WRITE)
						   : ev_end(0, 100 + kind, 0, LOCK, 0);

			t += 10 + random_below(&r, 2000);
			ev.time_ns = t;
			if (on[kind] & 1 << first)
				put(&p, first, ev);
			ev.time_ns = t += random_below(&r, 300);
			if (on[kind] & 1 << !first)
				put(&p, !first, ev);
			nr += on[kind] != 0;
		}
		pair_run(&p);
		assert_seed(seed, p.nr == nr);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_event_of_both_buffers_comes_once_with_the_time_of_the_first),
		cmocka_unit_test(what_one_buffer_alone_has_comes_too),
		cmocka_unit_test(what_happened_twice_comes_twice),
		cmocka_unit_test(the_stack_of_the_second_is_not_lost),
		cmocka_unit_test(a_gap_in_one_buffer_is_told),
		cmocka_unit_test(random_buffers_give_what_happened),
	};

	return cmocka_run_group_tests_name("twins", tests, NULL, NULL);
}
