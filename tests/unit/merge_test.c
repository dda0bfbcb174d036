// SPDX-License-Identifier: GPL-2.0-only
/* Rings of events and the merge behind a watermark. */
#include <stdlib.h>
#include <string.h>

#include "collector/lane.h"
#include "collector/merge.h"
#include "tests/unit/events.h"
#include "tests/unit/random.h"
#include "tests/unit/unit.h"

#define MAX_LANES  6
#define MAX_EVENTS 400
#define NR_SLOTS   16

/* What came out: the tid of an event is its number within its lane. */
struct out {
	struct event ev[MAX_LANES * MAX_EVENTS];
	unsigned int nr;
	int stop_at, stop_with; /* fail at that event; -1 never */
};

static int take(void *ctx, const struct event *ev)
{
	struct out *out = ctx;

	if ((int)out->nr == out->stop_at)
		return out->stop_with;
	out->ev[out->nr++] = *ev;
	return 0;
}

static void put_one(struct lane *lane, uint64_t time_ns, unsigned int cpu, int32_t nr)
{
	struct event ev = ev_make(EVENT_SCHED_SWITCH, time_ns, nr, cpu);

	assert_true(lane_room(lane) > 0);
	lane_put(lane, &ev, 1);
}

static void watermark(struct lane *lane, uint64_t complete_ns)
{
	atomic_store_explicit(&lane->complete_ns, complete_ns, memory_order_release);
}

static void init(struct merge *m, struct lane *lanes, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		assert_int_equal(lane_init(&lanes[i], NR_SLOTS), 0);
	assert_int_equal(merge_init(m, lanes, nr), 0);
}

static void done(struct merge *m)
{
	unsigned int i;

	for (i = 0; i < m->nr_lanes; i++)
		lane_free(&m->lanes[i]);
	merge_free(m);
}

static void a_lane_gives_back_what_was_put_until_it_is_full(void **state)
{
	struct lane lane;
	struct event ev;
	unsigned int i, room;

	(void)state;
	assert_int_equal(lane_init(&lane, NR_SLOTS), 0);
	room = lane_room(&lane);
	assert_int_equal(room, NR_SLOTS - 1);
	for (i = 0; i < room; i++) {
		assert_int_equal(lane_room(&lane), room - i);
		put_one(&lane, 100 + i, 0, i);
	}
	assert_int_equal(lane_room(&lane), 0);
	for (i = 0; i < room; i++) {
		assert_true(lane_take(&lane, &ev));
		assert_int_equal(ev.tid, i);
	}
	assert_false(lane_take(&lane, &ev));
	assert_int_equal(lane_room(&lane), room);
	lane_free(&lane);
}

static void an_empty_lane_holds_back_what_it_may_still_precede(void **state)
{
	struct out out = { .stop_at = -1 };
	struct lane lane[2];
	struct merge m;
	bool ended;

	(void)state;
	init(&m, lane, 2);
	put_one(&lane[0], 100, 0, 0);
	put_one(&lane[0], 200, 0, 1);
	assert_int_equal(merge_run(&m, 10, take, &out, &ended), 0);
	watermark(&lane[1], 99);
	assert_int_equal(merge_run(&m, 10, take, &out, &ended), 0);
	/* an idle CPU is read and found empty: its watermark rises */
	watermark(&lane[1], 101);
	assert_int_equal(merge_run(&m, 10, take, &out, &ended), 1);
	assert_int_equal(out.ev[0].time_ns, 100);
	watermark(&lane[1], LANE_ENDED);
	assert_int_equal(merge_run(&m, 10, take, &out, &ended), 1);
	assert_int_equal(out.ev[1].time_ns, 200);
	assert_false(ended);
	watermark(&lane[0], LANE_ENDED);
	assert_int_equal(merge_run(&m, 10, take, &out, &ended), 0);
	assert_true(ended);
	assert_int_equal(m.nr_late, 0);
	done(&m);
}

static void equal_times_all_go_out_in_the_order_of_their_lane(void **state)
{
	struct out out = { .stop_at = -1 };
	unsigned int i, k, next[3] = { 0 };
	struct lane lane[3];
	struct merge m;
	bool ended;

	(void)state;
	init(&m, lane, 3);
	for (i = 0; i < 3; i++) {
		for (k = 0; k < 5; k++)
			put_one(&lane[i], 1000, i, k);
		watermark(&lane[i], LANE_ENDED);
	}
	assert_int_equal(merge_run(&m, 100, take, &out, &ended), 15);
	for (i = 0; i < out.nr; i++)
		assert_int_equal(out.ev[i].tid, next[out.ev[i].cpu]++);
	assert_int_equal(m.nr_late, 0);
	done(&m);
}

static void no_more_than_asked_for_goes_out(void **state)
{
	struct out out = { .stop_at = -1 };
	unsigned int i;
	struct lane lane[2];
	struct merge m;
	bool ended;

	(void)state;
	init(&m, lane, 2);
	for (i = 0; i < 10; i++)
		put_one(&lane[i / 5], 100 + i, i / 5, i);
	watermark(&lane[0], LANE_ENDED);
	watermark(&lane[1], LANE_ENDED);
	for (i = 0; i < 5; i++) {
		assert_int_equal(merge_run(&m, 2, take, &out, &ended), 2);
		assert_int_equal(out.nr, 2 * (i + 1));
	}
	assert_int_equal(merge_run(&m, 2, take, &out, &ended), 0);
	assert_true(ended);
	done(&m);
}

static void an_error_of_the_consumer_comes_back(void **state)
{
	struct out out = { .stop_at = 3, .stop_with = -28 };
	struct lane lane[1];
	struct merge m;
	unsigned int i;
	bool ended;

	(void)state;
	init(&m, lane, 1);
	for (i = 0; i < 8; i++)
		put_one(&lane[0], i, 0, i);
	assert_int_equal(merge_run(&m, 100, take, &out, &ended), -28);
	assert_int_equal(out.nr, 3);
	done(&m);
}

static void late_events_go_out_and_are_counted(void **state)
{
	struct out out = { .stop_at = -1 };
	struct lane lane[2];
	struct merge m;
	bool ended;

	(void)state;
	init(&m, lane, 2);
	put_one(&lane[0], 100, 0, 0);
	/* lane 1 breaks its promise */
	watermark(&lane[1], 150);
	assert_int_equal(merge_run(&m, 100, take, &out, &ended), 1);
	put_one(&lane[1], 90, 1, 0);
	put_one(&lane[1], 95, 1, 1);
	put_one(&lane[1], 160, 1, 2);
	watermark(&lane[0], LANE_ENDED);
	watermark(&lane[1], LANE_ENDED);
	assert_int_equal(merge_run(&m, 100, take, &out, &ended), 3);
	assert_int_equal(m.nr_late, 2);
	assert_int_equal(m.last_ns, 160);
	done(&m);
}

/* A damaged file may say so; the merge must not wait for it for ever. */
static void an_event_of_the_last_nanosecond_goes_out(void **state)
{
	struct out out = { .stop_at = -1 };
	struct lane lane[2];
	struct merge m;
	bool ended;

	(void)state;
	init(&m, lane, 2);
	put_one(&lane[1], UINT64_MAX, 1, 0);
	watermark(&lane[0], LANE_ENDED);
	watermark(&lane[1], LANE_ENDED);
	assert_int_equal(merge_run(&m, 100, take, &out, &ended), 1);
	merge_run(&m, 100, take, &out, &ended);
	assert_true(ended);
	done(&m);
}

/* Lanes of random events, filled and drained in random steps. */
struct play {
	struct random r;
	struct event ev[MAX_LANES][MAX_EVENTS];
	unsigned int nr_lanes, nr[MAX_LANES], put[MAX_LANES], nr_total;
	struct lane lane[MAX_LANES];
	struct merge m;
	struct out out;
};

static void play_init(struct play *p, uint64_t seed)
{
	unsigned int i, k;

	memset(p, 0, sizeof(*p));
	p->r = random_from(seed);
	p->out.stop_at = -1;
	p->nr_lanes = 1 + random_below(&p->r, MAX_LANES);
	for (i = 0; i < p->nr_lanes; i++) {
		/* coarse times, so that many are equal; some lanes idle, some late */
		uint64_t t = random_below(&p->r, 50), step = 1 + random_below(&p->r, 8);

		p->nr[i] = random_below(&p->r, 4) ? random_below(&p->r, MAX_EVENTS) : 0;
		for (k = 0; k < p->nr[i]; k++) {
			t += random_below(&p->r, step);
			p->ev[i][k] = ev_make(EVENT_SCHED_SWITCH, t, k, i);
		}
		p->nr_total += p->nr[i];
	}
	init(&p->m, p->lane, p->nr_lanes);
}

/* Some more of lane @i into its ring, and an honest watermark. */
static void play_fill(struct play *p, unsigned int i)
{
	unsigned int room = lane_room(&p->lane[i]), left = p->nr[i] - p->put[i];
	unsigned int nr = random_below(&p->r, 1 + (left < room ? left : room));
	uint64_t complete_ns;

	lane_put(&p->lane[i], &p->ev[i][p->put[i]], nr);
	p->put[i] += nr;
	if (p->put[i] < p->nr[i])
		complete_ns = p->ev[i][p->put[i]].time_ns;
	else
		complete_ns = random_below(&p->r, 2) ? LANE_ENDED : p->lane[i].complete_ns;
	/* sometimes less than could be promised, sometimes nothing new */
	if (complete_ns != LANE_ENDED && complete_ns && random_below(&p->r, 3) == 0)
		complete_ns -= random_below(&p->r, complete_ns);
	if (complete_ns > p->lane[i].complete_ns)
		watermark(&p->lane[i], complete_ns);
}

/* The time before which every lane has promised to have given all. */
static uint64_t play_bound(const struct play *p)
{
	uint64_t bound = LANE_ENDED;
	unsigned int i;

	for (i = 0; i < p->nr_lanes; i++)
		if (p->lane[i].complete_ns < bound)
			bound = p->lane[i].complete_ns;
	return bound;
}

/*
 * Whether each event from the one numbered @from on might go out: any other
 * lane has a later one in its ring, or has promised to give no earlier one.
 */
static void play_check_allowed(const struct play *p, uint64_t seed, unsigned int from)
{
	unsigned int next[MAX_LANES] = { 0 }, i, lane;

	for (i = 0; i < p->out.nr; i++) {
		const struct event *ev = &p->out.ev[i];

		for (lane = 0; i >= from && lane < p->nr_lanes; lane++)
			assert_seed(seed, lane == ev->cpu || next[lane] < p->put[lane] ||
						  p->lane[lane].complete_ns >= ev->time_ns);
		next[ev->cpu]++;
	}
}

static void play_check(struct play *p, uint64_t seed)
{
	unsigned int next[MAX_LANES] = { 0 }, i;

	assert_seed(seed, p->out.nr == p->nr_total);
	for (i = 0; i < p->out.nr; i++) {
		const struct event *ev = &p->out.ev[i];

		assert_seed(seed, !i || p->out.ev[i - 1].time_ns <= ev->time_ns);
		/* each lane's events in its own order, none twice, none missing */
		assert_seed(seed, ev->tid == (int32_t)next[ev->cpu]++);
	}
	for (i = 0; i < p->nr_lanes; i++)
		assert_seed(seed, next[i] == p->nr[i]);
	assert_seed(seed, p->m.nr_late == 0);
}

static void random_lanes_come_out_sorted_complete_and_not_too_early(void **state)
{
	static struct play p;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 400; seed++) {
		unsigned int steps = 0;
		bool ended = false;

		play_init(&p, seed);
		while (!ended) {
			unsigned int before = p.out.nr;

			assert_seed(seed, ++steps < 1000000);
			play_fill(&p, random_below(&p.r, p.nr_lanes));
			merge_run(&p.m, 1 + random_below(&p.r, 40), take, &p.out, &ended);
			play_check_allowed(&p, seed, before);
		}
		play_check(&p, seed);
		done(&p.m);
	}
}

static void nothing_that_may_go_out_stays(void **state)
{
	static struct play p;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 400; seed++) {
		unsigned int i, k, round;
		bool ended;

		play_init(&p, seed);
		for (round = 0; round < 30; round++) {
			uint64_t bound;

			for (i = 0; i < p.nr_lanes; i++)
				play_fill(&p, i);
			bound = play_bound(&p);
			while (merge_run(&p.m, 1000, take, &p.out, &ended) > 0)
				;
			/* everything that was put and is before every watermark */
			for (i = 0, k = 0; i < p.nr_lanes; i++) {
				unsigned int n = 0;

				while (n < p.put[i] && p.ev[i][n].time_ns < bound)
					n++;
				k += n;
			}
			assert_seed(seed, p.out.nr >= k);
		}
		done(&p.m);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lane_gives_back_what_was_put_until_it_is_full),
		cmocka_unit_test(an_empty_lane_holds_back_what_it_may_still_precede),
		cmocka_unit_test(equal_times_all_go_out_in_the_order_of_their_lane),
		cmocka_unit_test(no_more_than_asked_for_goes_out),
		cmocka_unit_test(an_error_of_the_consumer_comes_back),
		cmocka_unit_test(late_events_go_out_and_are_counted),
		cmocka_unit_test(an_event_of_the_last_nanosecond_goes_out),
		cmocka_unit_test(random_lanes_come_out_sorted_complete_and_not_too_early),
		cmocka_unit_test(nothing_that_may_go_out_stays),
	};

	return cmocka_run_group_tests_name("merge", tests, NULL, NULL);
}
