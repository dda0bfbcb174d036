// SPDX-License-Identifier: GPL-2.0-only
/*
 * Readers, rings, merge and consumer together, over a source of our own.
 * A dead-lock ends the program by SIGALRM.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/pipeline.h"
#include "tests/unit/events.h"
#include "tests/unit/random.h"
#include "tests/unit/unit.h"

#define MAX_LANES	 24
#define DEADLOCK_SECONDS 60

/* A lane makes its events as it is asked: the tid of one is its number. */
struct fake_lane {
	struct random r;
	uint64_t time_ns;
	unsigned int nr, given;
	_Atomic unsigned int in_use; /* readers inside next_batch() */
};

struct fake {
	struct source src;
	struct fake_lane lane[MAX_LANES];
	bool behind[MAX_LANES];
	_Atomic bool stopping; /* a live source ends only then */
	bool live;
	unsigned int dry;		 /* of that many calls one gives nothing; 0: none */
	unsigned int fail_lane, fail_at; /* -EIO from there, 0: never */
};

static struct fake *to_fake(struct source *s)
{
	return (struct fake *)s;
}

static int fake_next_batch(struct source *s, unsigned int i, struct event *ev, unsigned int max,
			   uint64_t *complete_ns, struct error *err)
{
	struct fake *fake = to_fake(s);
	struct fake_lane *lane = &fake->lane[i];
	unsigned int nr = 0, want = 1 + random_below(&lane->r, max);

	if (atomic_fetch_add(&lane->in_use, 1))
		return error_set(err, -EBUSY, "two readers in lane %u", i);
	if (fake->dry && random_below(&lane->r, fake->dry) == 0)
		want = 0;
	while (nr < want && lane->given < lane->nr) {
		if (fake->fail_at && i == fake->fail_lane && lane->given == fake->fail_at) {
			atomic_fetch_sub(&lane->in_use, 1);
			return error_set(err, -EIO, "lane %u is broken", i);
		}
		lane->time_ns += random_below(&lane->r, 100);
		ev[nr++] = ev_make(EVENT_SCHED_SWITCH, lane->time_ns, lane->given++, i);
	}
	if (lane->given < lane->nr)
		*complete_ns = lane->time_ns;
	else if (!fake->live || atomic_load(&fake->stopping))
		*complete_ns = LANE_ENDED;
	else
		/* idle: as if the clock went on */
		*complete_ns += 100;
	atomic_fetch_sub(&lane->in_use, 1);
	return nr;
}

static void fake_wait(struct source *s, unsigned int first, unsigned int step)
{
	(void)s;
	(void)first;
	(void)step;
	sched_yield();
}

static void fake_stop(struct source *s)
{
	atomic_store(&to_fake(s)->stopping, true);
}

static const struct source_ops fake_ops = {
	.name = "fake",
	.next_batch = fake_next_batch,
	.stop = fake_stop,
};

static const struct source_ops fake_live_ops = {
	.name = "fake live",
	.next_batch = fake_next_batch,
	.wait = fake_wait,
	.stop = fake_stop,
};

static void fake_init(struct fake *fake, uint64_t seed, unsigned int nr_lanes, unsigned int nr)
{
	struct random r = random_from(seed);
	unsigned int i;

	memset(fake, 0, sizeof(*fake));
	fake->src.ops = &fake_ops;
	fake->src.nr_lanes = nr_lanes;
	fake->src.behind = fake->behind;
	for (i = 0; i < nr_lanes; i++) {
		fake->lane[i].r = random_from(random_u64(&r));
		fake->lane[i].nr = random_below(&r, 2 * nr + 1);
	}
}

static uint64_t fake_total(const struct fake *fake)
{
	uint64_t total = 0;
	unsigned int i;

	for (i = 0; i < fake->src.nr_lanes; i++)
		total += fake->lane[i].nr;
	return total;
}

/* The consumer checks as it goes; a failed check is noted, not jumped from. */
struct eater {
	uint64_t nr, last_ns, complete_ns, last_flush_nr;
	unsigned int next[MAX_LANES];
	unsigned int nr_flushes;
	unsigned int fail_at;	 /* -ENOSPC from event there, 0: never */
	unsigned int fail_flush; /* and from the flush of that number */
	unsigned int slow;	 /* of that many events one takes long */
	_Atomic unsigned int nr_threads;
	_Atomic uint64_t seen; /* nr, for other threads */
	pthread_t thread;
	const char *wrong;
};

static int eat(void *ctx, const struct event *ev)
{
	struct eater *e = ctx;

	if (e->fail_at && e->nr == e->fail_at)
		return -ENOSPC;
	if (!e->nr)
		e->thread = pthread_self();
	if (!pthread_equal(e->thread, pthread_self()))
		e->wrong = "events from two threads";
	if (ev->time_ns < e->last_ns)
		e->wrong = "an event out of order";
	if (ev->time_ns < e->complete_ns)
		e->wrong = "an event before a time that was said to be complete";
	if (ev->tid != (int32_t)e->next[ev->cpu])
		e->wrong = "an event lost or twice";
	e->next[ev->cpu]++;
	e->last_ns = ev->time_ns;
	e->nr++;
	atomic_store(&e->seen, e->nr);
	if (e->slow && e->nr % e->slow == 0)
		usleep(200);
	return 0;
}

static int eat_flush(void *ctx, uint64_t complete_ns, struct error *err)
{
	struct eater *e = ctx;

	e->nr_flushes++;
	if (e->fail_flush && e->nr_flushes == e->fail_flush)
		return error_set(err, -ENOSPC, "the plate is full");
	if (complete_ns < e->complete_ns)
		e->wrong = "complete time went back";
	e->complete_ns = complete_ns;
	e->last_flush_nr = e->nr;
	return 0;
}

static void eat_thread_started(void *ctx)
{
	struct eater *e = ctx;

	atomic_fetch_add(&e->nr_threads, 1);
}

static struct consumer consumer_of(struct eater *e)
{
	return (struct consumer){
		.ctx = e,
		.event = eat,
		.flush = eat_flush,
		.thread_started = eat_thread_started,
	};
}

/* From start to end; the result of pipeline_join(). */
static int run(struct fake *fake, struct eater *e, unsigned int max_readers, struct error *err)
{
	struct consumer consumer = consumer_of(e);
	struct pipeline p;

	alarm(DEADLOCK_SECONDS);
	assert_int_equal(pipeline_start(&p, &fake->src, &consumer, max_readers, err), 0);
	pipeline_go(&p);
	return pipeline_join(&p, err);
}

static void check_all(uint64_t seed, const struct fake *fake, const struct eater *e)
{
	unsigned int i;

	if (e->wrong)
		fail_msg("seed %" PRIu64 ": %s", seed, e->wrong);
	assert_seed(seed, e->nr == fake_total(fake));
	for (i = 0; i < fake->src.nr_lanes; i++)
		assert_seed(seed, e->next[i] == fake->lane[i].nr);
	/* the last flush has everything */
	assert_seed(seed, e->nr_flushes > 0 && e->last_flush_nr == e->nr);
}

static void every_event_comes_once_and_in_order(void **state)
{
	static struct fake fake;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 40; seed++) {
		struct random r = random_from(seed);
		struct eater e = { 0 };
		struct error err = { 0 };
		unsigned int readers = 1 + random_below(&r, 4);

		fake_init(&fake, seed, 1 + random_below(&r, MAX_LANES), 2000);
		fake.dry = 2 + random_below(&r, 5);
		if (random_below(&r, 2))
			fake.src.ops = &fake_live_ops;
		assert_seed(seed, run(&fake, &e, readers, &err) == 0);
		check_all(seed, &fake, &e);
	}
}

static void a_slow_consumer_fills_the_rings_and_still_gets_all(void **state)
{
	static struct fake fake;
	struct error err = { 0 };
	struct eater e = { .slow = 200 };

	(void)state;
	/* the rings of 16 lanes hold 16 Ki events each */
	fake_init(&fake, 7, 16, 20000);
	fake.lane[3].nr = 60000;
	assert_int_equal(run(&fake, &e, 2, &err), 0);
	check_all(7, &fake, &e);
	assert_true(fake.behind[3]);
}

static void one_long_lane_beside_short_ones_does_not_block(void **state)
{
	static struct fake fake;
	struct error err = { 0 };
	struct eater e = { 0 };
	unsigned int i;

	(void)state;
	fake_init(&fake, 8, 8, 0);
	fake.lane[5].nr = 100000;
	/* and one whose first event comes after all of those */
	fake.lane[6].nr = 10;
	fake.lane[6].time_ns = 100000ULL * 100;
	for (i = 0; i < 8; i++)
		assert_int_equal(fake.lane[i].given, 0);
	assert_int_equal(run(&fake, &e, 1, &err), 0);
	check_all(8, &fake, &e);
}

static void lanes_without_events_end(void **state)
{
	static struct fake fake;
	struct error err = { 0 };
	struct eater e = { 0 };

	(void)state;
	fake_init(&fake, 1, 5, 0);
	assert_int_equal(run(&fake, &e, 3, &err), 0);
	assert_int_equal(e.nr, 0);
	assert_int_equal(e.nr_flushes, 1);
}

static void no_more_readers_than_lanes_or_than_asked_for(void **state)
{
	static const struct {
		unsigned int lanes, max, readers;
	} c[] = { { 1, 4, 1 }, { 3, 4, 3 }, { 9, 4, 4 } };
	static struct fake fake;
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(c); i++) {
		struct eater e = { 0 };
		struct error err = { 0 };

		fake_init(&fake, i + 1, c[i].lanes, 10);
		assert_int_equal(run(&fake, &e, c[i].max, &err), 0);
		assert_int_equal(e.nr_threads, c[i].readers + 1);
	}
}

static void an_error_of_the_source_ends_it_with_the_sources_message(void **state)
{
	static struct fake fake;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++) {
		struct random r = random_from(seed);
		struct error err = { 0 };
		struct eater e = { 0 };

		fake_init(&fake, seed, 6, 3000);
		fake.fail_lane = random_below(&r, 6);
		fake.lane[fake.fail_lane].nr = 5000;
		fake.fail_at = 1 + random_below(&r, 4000);
		assert_seed(seed, run(&fake, &e, 2, &err) == -EIO);
		assert_seed(seed, strstr(err.msg, "is broken"));
		assert_seed(seed, !e.wrong);
	}
}

static void an_error_of_the_consumer_ends_it(void **state)
{
	static struct fake fake;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++) {
		struct random r = random_from(seed);
		struct error err = { 0 };
		struct eater e = { 0 };

		/* more than the rings hold: readers are stopped while they wait */
		fake_init(&fake, seed, 4, 50000);
		fake.lane[0].nr = 50000;
		e.fail_at = 1 + random_below(&r, 20000);
		assert_seed(seed, run(&fake, &e, 2, &err) == -ENOSPC);
		assert_seed(seed, e.nr == e.fail_at);
		assert_seed(seed, err.msg[0]);
	}
}

static void an_error_of_a_flush_ends_it_with_its_message(void **state)
{
	static struct fake fake;
	struct error err = { 0 };
	struct eater e = { .fail_flush = 1 };

	(void)state;
	fake_init(&fake, 3, 4, 1000);
	assert_int_equal(run(&fake, &e, 2, &err), -ENOSPC);
	assert_string_equal(err.msg, "the plate is full");
}

/* Wait until the consumer has had @nr events. */
static void wait_for(const struct eater *e, uint64_t nr)
{
	while (atomic_load(&e->seen) < nr)
		sched_yield();
}

static void an_abort_ends_it_at_any_moment(void **state)
{
	static struct fake fake;
	uint64_t seed;

	(void)state;
	for (seed = 1; seed <= 20; seed++) {
		struct random r = random_from(seed);
		struct error err = { 0 };
		struct eater e = { .slow = 2000 };
		struct consumer consumer = consumer_of(&e);
		struct pipeline p;

		fake_init(&fake, seed, 5, 1000);
		fake.lane[2].nr = 10000;
		/* a source that never ends by itself */
		fake.live = true;
		fake.src.ops = &fake_live_ops;
		alarm(DEADLOCK_SECONDS);
		assert_int_equal(pipeline_start(&p, &fake.src, &consumer, 2, &err), 0);
		pipeline_go(&p);
		wait_for(&e, random_below(&r, 3000));
		pipeline_abort(&p, "enough");
		assert_seed(seed, pipeline_join(&p, &err) == -EINTR);
		assert_string_equal(err.msg, "enough");
		assert_seed(seed, !e.wrong);
	}
}

static void a_live_source_gives_everything_and_ends_after_stop(void **state)
{
	static struct fake fake;
	struct error err = { 0 };
	struct eater e = { 0 };
	struct consumer consumer = consumer_of(&e);
	struct pipeline p;
	struct pollfd fd;

	(void)state;
	fake_init(&fake, 11, 7, 2000);
	fake.live = true;
	fake.src.ops = &fake_live_ops;
	alarm(DEADLOCK_SECONDS);
	assert_int_equal(pipeline_start(&p, &fake.src, &consumer, 2, &err), 0);
	pipeline_go(&p);
	/* idle lanes raise their watermark: all comes without a stop */
	wait_for(&e, fake_total(&fake));
	fd = (struct pollfd){ .fd = p.done_fd, .events = POLLIN };
	assert_int_equal(poll(&fd, 1, 0), 0);
	fake.src.ops->stop(&fake.src);
	assert_int_equal(poll(&fd, 1, DEADLOCK_SECONDS * 1000), 1);
	assert_int_equal(pipeline_join(&p, &err), 0);
	check_all(11, &fake, &e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_comes_once_and_in_order),
		cmocka_unit_test(a_slow_consumer_fills_the_rings_and_still_gets_all),
		cmocka_unit_test(one_long_lane_beside_short_ones_does_not_block),
		cmocka_unit_test(lanes_without_events_end),
		cmocka_unit_test(no_more_readers_than_lanes_or_than_asked_for),
		cmocka_unit_test(an_error_of_the_source_ends_it_with_the_sources_message),
		cmocka_unit_test(an_error_of_the_consumer_ends_it),
		cmocka_unit_test(an_error_of_a_flush_ends_it_with_its_message),
		cmocka_unit_test(an_abort_ends_it_at_any_moment),
		cmocka_unit_test(a_live_source_gives_everything_and_ends_after_stop),
	};

	return cmocka_run_group_tests_name("pipeline", tests, NULL, NULL);
}
