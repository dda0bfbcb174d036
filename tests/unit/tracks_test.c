// SPDX-License-Identifier: GPL-2.0-only
/* TrackEvents of Perfetto: clocks of a sequence, and what a file may claim of tracks. */
#include "collector/perfetto_sequence.h"
#include "collector/perfetto_tracks.h"
#include "tests/unit/perfetto_trace.h"
#include "tests/unit/unit.h"

#define MAX_TIME  (1ULL << 62)
#define MAX_SLICE (1U << 20)

static bool is_one(void *ctx, int32_t tid, int32_t tgid)
{
	(void)ctx;
	return tid && tgid;
}

/* The packets of @p, which end. */
static void tell(struct perfetto_tracks *t, struct pf *p)
{
	struct cursor c = cursor_of(p->packets.data, p->packets.nr);
	struct perfetto_packet packet;
	struct proto_field f;

	while (proto_next(&c, &f)) {
		assert_true(perfetto_packet(f.bytes, &packet));
		assert_int_equal(perfetto_tracks_packet(t, &packet), 0);
	}
	free(p->packets.data);
	p->packets = (struct bytes){ 0 };
}

static void end(struct perfetto_tracks *t, uint64_t first_ns, uint64_t last_ns)
{
	const struct perfetto_clock clock = { 0 };

	perfetto_tracks_end(t, &(struct perfetto_whole){
				       .clock = &clock,
				       .first_ns = first_ns,
				       .last_ns = last_ns,
				       .may_be = is_one,
			       });
}

static void expect(const struct perfetto_tracks *t, uint32_t nr, unsigned int id, uint64_t time_ns,
		   const char *name)
{
	struct event ev;

	assert_in_range(nr, 0, t->nr - 1);
	perfetto_tracks_event(t, nr, &ev);
	assert_int_equal(ev.id, id);
	assert_int_equal(ev.time_ns, time_ns);
	assert_int_equal(perfetto_tracks_ns(t, nr), time_ns);
	if (name)
		assert_string_equal(ev.slice_begin.name, name);
}

/* The times of a sequence that begins with @begins: of two packets with @a and @b; 0: not known. */
static void times_are(const char *begins, uint64_t a, uint64_t a_ns, uint64_t b, uint64_t b_ns)
{
	struct perfetto_sequence seq = { 0 };
	struct perfetto_packet packet;
	struct pf p = { 0 };
	struct proto_field f;
	struct cursor c;
	uint64_t time_ns;
	uint32_t clock_id;

	pf_begins(&p, 7, begins);
	c = cursor_of(p.packets.data, p.packets.nr);
	assert_true(proto_next(&c, &f) && perfetto_packet(f.bytes, &packet));
	perfetto_sequence_packet(&seq, &packet);
	/* that of the snapshot itself does not count */
	assert_false(perfetto_sequence_time(&seq, &packet, &clock_id, &time_ns));
	packet = (struct perfetto_packet){ .has_time = true, .time_ns = a };
	assert_int_equal(perfetto_sequence_time(&seq, &packet, &clock_id, &time_ns), !!a_ns);
	if (a_ns)
		assert_int_equal(time_ns, a_ns);
	packet.time_ns = b;
	assert_int_equal(perfetto_sequence_time(&seq, &packet, &clock_id, &time_ns), !!b_ns);
	if (b_ns)
		assert_int_equal(time_ns, b_ns);
	free(p.packets.data);
}

static void a_sequence_has_clocks_of_its_own(void **state)
{
	(void)state;
	times_are("clock=64 own=64 at=7 adds=1 boot=1000 time=50", 5, 1005, 5, 1010);
	times_are("clock=64 own=64 at=7 adds=1 unit=100 mono=1000 time=0", 1, 1100, 2, 1300);
	times_are("clock=65 own=65 at=700 boot=1000 time=0", 705, 1005, 690, 990);
	times_are("clock=65 own=65 at=7 unit=1000 boot=9000 mono=5 time=0", 8, 10000, 5, 7000);
	/* none is known, or it is not beside a clock that is */
	times_are("clock=65 own=64 at=7 boot=1000 time=0", 1, 0, 1, 0);
	times_are("clock=64 own=64 at=7 time=0", 1, 0, 1, 0);
}

static void no_time_overflows(void **state)
{
	(void)state;
	times_are("clock=64 own=64 at=18446744073709551615 adds=1 boot=1 time=0", 1, 0, 0, 0);
	times_are("clock=64 own=64 at=0 adds=1 unit=18446744073709551615 boot=5 time=0", 2, 0, 0,
		  0);
	times_are("clock=65 own=65 at=10 boot=5 time=0", 1, 0, 11, 6);
	times_are("clock=65 own=65 at=0 unit=9223372036854775808 boot=9223372036854775808 time=0",
		  1, 0, 0, 9223372036854775808ULL);
}

static void slices_are_sorted_and_stay_in_their_order(void **state)
{
	struct perfetto_tracks t;
	struct pf p = { 0 };

	(void)state;
	assert_int_equal(perfetto_tracks_init(&t), 0);
	pf_slice(&p, 7, 900, 2, "track=5 alone=1");
	pf_slice(&p, 7, 10, 1, "track=5 alone=1 name=early");
	pf_slice(&p, 7, 500, 1, "track=5 alone=1 name=a");
	pf_slice(&p, 7, 500, 2, "track=5 alone=1");
	pf_slice(&p, 7, 500, 1, "track=5 alone=1 name=b");
	pf_slice(&p, 7, 2000, 1, "track=5 alone=1 name=late");
	pf_track(&p, 8, 5, "pid=100 tid=100");
	tell(&t, &p);
	end(&t, 100, 1000);
	assert_int_equal(t.nr, 5);
	expect(&t, 0, EVENT_TRACK_BEGIN, 100, "early");
	expect(&t, 1, EVENT_TRACK_BEGIN, 500, "a");
	expect(&t, 2, EVENT_TRACK_END, 500, NULL);
	expect(&t, 3, EVENT_TRACK_BEGIN, 500, "b");
	expect(&t, 4, EVENT_TRACK_END, 900, NULL);
	perfetto_tracks_free(&t);
}

/* An iid is that of its sequence, until that begins anew. */
static void names_are_of_their_sequence(void **state)
{
	struct perfetto_tracks t;
	struct pf p = { 0 };

	(void)state;
	assert_int_equal(perfetto_tracks_init(&t), 0);
	pf_track(&p, 7, 5, "pid=100 tid=100");
	pf_intern(&p, 7, 1, "seven");
	pf_intern(&p, 8, 1, "eight");
	pf_slice(&p, 8, 1, 1, "track=5 alone=1 iid=1");
	pf_slice(&p, 8, 2, 1, "track=5 alone=1 iid=2");
	pf_begins(&p, 8, "track=5");
	pf_slice(&p, 8, 3, 1, "iid=1");
	pf_intern(&p, 8, 1, "again");
	pf_slice(&p, 8, 4, 1, "iid=1");
	tell(&t, &p);
	end(&t, 1, 10);
	assert_int_equal(t.nr, 4);
	expect(&t, 0, EVENT_TRACK_BEGIN, 1, "eight");
	expect(&t, 1, EVENT_TRACK_BEGIN, 2, "-");
	expect(&t, 2, EVENT_TRACK_BEGIN, 3, "-");
	expect(&t, 3, EVENT_TRACK_BEGIN, 4, "again");
	perfetto_tracks_free(&t);
}

/* Which writer's packets are missing says nothing of a track that two have written to. */
static void a_shared_track_is_lost_with_either_writer(void **state)
{
	struct perfetto_tracks t;
	struct pf p = { 0 };

	(void)state;
	assert_int_equal(perfetto_tracks_init(&t), 0);
	pf_begins(&p, 7, "track=5");
	pf_begins(&p, 8, "track=5");
	pf_track(&p, 7, 5, "pid=100 tid=100");
	pf_slice(&p, 7, 1, 1, "name=a");
	pf_slice(&p, 8, 2, 1, "name=b");
	pf_slice(&p, 7, 3, 1, "name=c");
	p.dropped_of = 8;
	pf_slice(&p, 8, 9, 1, "name=d");
	tell(&t, &p);
	end(&t, 1, 10);
	expect(&t, t.nr - 1, EVENT_TRACK_LOST, 3, NULL);
	perfetto_tracks_free(&t);
}

/* What does not fit is counted, and leaves no slice open. */
static void too_many_slices_are_left_out(void **state)
{
	struct perfetto_tracks t;
	struct pf p = { 0 };
	uint32_t i;

	(void)state;
	assert_int_equal(perfetto_tracks_init(&t), 0);
	pf_track(&p, 7, 5, "pid=100 tid=100");
	for (i = 0; i < MAX_SLICE + 1000; i++) {
		pf_slice(&p, 7, i + 1, 1, "track=5 alone=1 name=a");
		if (i % 1000 == 0)
			tell(&t, &p);
	}
	tell(&t, &p);
	end(&t, 1, MAX_TIME);
	assert_in_range(t.nr, MAX_SLICE - 10, MAX_SLICE);
	expect(&t, t.nr - 1, EVENT_TRACK_LOST, t.nr - 1, NULL);
	assert_int_equal(t.nr_told, MAX_SLICE + 1000);
	assert_int_equal(t.nr_left[PERFETTO_TOO_MANY], t.nr_told - (t.nr - 1));
	perfetto_tracks_free(&t);
}

/* Tracks that are each other's parents, and that there are a million of. */
static void too_many_tracks_are_left_out(void **state)
{
	struct perfetto_tracks t;
	struct pf p = { 0 };
	char fields[64];
	uint64_t i;

	(void)state;
	assert_int_equal(perfetto_tracks_init(&t), 0);
	pf_track(&p, 7, 1, "pid=100 tid=100");
	for (i = 2; i < 200000; i++) {
		snprintf(fields, sizeof(fields), "parent=%u", i % 2 ? 3 : 2);
		pf_track(&p, 7, i * 0x123456789abcdULL, fields);
		snprintf(fields, sizeof(fields), "alone=1 track=%llu",
			 (unsigned long long)(i * 0x123456789abcdULL));
		pf_slice(&p, 1000000 + i, i, 1, fields);
		if (i % 1000 == 0)
			tell(&t, &p);
	}
	pf_slice(&p, 7, 5, 1, "alone=1 track=1 name=a");
	tell(&t, &p);
	end(&t, 1, MAX_TIME);
	/* neither has room for a writer, nor for more tracks; what is there goes on */
	assert_int_equal(t.nr_left[PERFETTO_NO_THREAD] + t.nr_left[PERFETTO_TOO_MANY] + t.nr,
			 t.nr_told);
	assert_true(t.nr_left[PERFETTO_TOO_MANY]);
	perfetto_tracks_free(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sequence_has_clocks_of_its_own),
		cmocka_unit_test(no_time_overflows),
		cmocka_unit_test(slices_are_sorted_and_stay_in_their_order),
		cmocka_unit_test(names_are_of_their_sequence),
		cmocka_unit_test(a_shared_track_is_lost_with_either_writer),
		cmocka_unit_test(too_many_slices_are_left_out),
		cmocka_unit_test(too_many_tracks_are_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
