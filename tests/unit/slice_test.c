// SPDX-License-Identifier: GPL-2.0-only
/* Slices that programs tell of: reading them, and which ones sleeps and waits have. */
#include "collector/atrace.h"
#include "tests/unit/fixture.h"

#define LOCK 0xffff888000001000ULL
#define UI   100
#define GC   200

static void is_read_as(const char *text, int id, const char *name)
{
	struct event ev = { 0 };

	assert_int_equal(atrace_read(text, strlen(text), &ev), id != NR_EVENTS);
	if (id == NR_EVENTS)
		return;
	assert_int_equal(ev.id, id);
	assert_string_equal(ev.slice_begin.name, name);
}

static void begins_and_ends_are_read(void **state)
{
	char cut[SLICE_NAME_LEN], text[256];

	(void)state;
	is_read_as("B|1|Choreographer#doFrame 12\n", EVENT_SLICE_BEGIN, "Choreographer#doFrame 12");
	is_read_as("B|1|a|b", EVENT_SLICE_BEGIN, "a|b");
	is_read_as("B|1|", EVENT_SLICE_BEGIN, "");
	is_read_as("B|1|a\tb\033[31m", EVENT_SLICE_BEGIN, "a?b?[31m");
	is_read_as("E|1\n", EVENT_SLICE_END, "");
	is_read_as("E\n", EVENT_SLICE_END, "");
	memset(cut, 'x', sizeof(cut));
	cut[sizeof(cut) - 1] = '\0';
	snprintf(text, sizeof(text), "B|1|%sxxx", cut);
	is_read_as(text, EVENT_SLICE_BEGIN, cut);
}

static void other_texts_are_no_slices(void **state)
{
	static const char *const texts[] = {
		"",	   "\n",    "B",	  "B|",
		"B|1",	   "Begin", "C|1|size|2", "S|1|a|7",
		"F|1|a|7", "Every", "B\n|1|a",	  "trace_event_clock_sync: parent_ts=1"
	};
	unsigned int i;

	(void)state;
	for (i = 0; i < ARRAY_SIZE(texts); i++)
		is_read_as(texts[i], NR_EVENTS, NULL);
}

static void begin(struct fixture *f, uint64_t time_ns, int32_t tid, const char *name)
{
	feed(f, ev_slice(EVENT_SLICE_BEGIN, time_ns, tid, name));
}

static void end(struct fixture *f, uint64_t time_ns, int32_t tid)
{
	feed(f, ev_slice(EVENT_SLICE_END, time_ns, tid, NULL));
}

/* UI sleeps until GC wakes it. */
static const struct stall_row *sleep_once(struct fixture *f, uint64_t time_ns)
{
	feed(f, ev_switch(time_ns, UI, 0, TASK_UNINTERRUPTIBLE, 0));
	feed(f, ev_waking(time_ns + 1000, GC, 1, UI));
	feed(f, ev_switch(time_ns + 2000, 0, 0, 0, UI));
	return &f->seen.stall[f->seen.nr_stalls - 1];
}

static const char *names_of(const struct fixture *f, int64_t id)
{
	unsigned int i;

	for (i = 0; id && i < f->seen.nr_slices; i++)
		if (f->seen.slice[i].id == id)
			return f->seen.slice[i].names;
	assert_int_equal(id, 0);
	return NULL;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	fixture_start(f, true);
	f->m.stalls.keep = true;
	return 0;
}

static void a_sleep_has_the_slices_of_both(void **state)
{
	struct fixture *f = *state;
	const struct stall_row *s;

	begin(f, 1000, UI, "doFrame");
	begin(f, 2000, UI, "draw");
	begin(f, 2500, GC, "collect");
	s = sleep_once(f, 3000);
	assert_string_equal(names_of(f, s->slice_id), "doFrame\ndraw");
	assert_string_equal(names_of(f, s->waker_slice_id), "collect");
	/* the same again has no new row */
	s = sleep_once(f, 13000);
	assert_string_equal(names_of(f, s->slice_id), "doFrame\ndraw");
	assert_int_equal(f->seen.nr_slices, 2);
	end(f, 20000, UI);
	end(f, 20000, GC);
	s = sleep_once(f, 23000);
	assert_string_equal(names_of(f, s->slice_id), "doFrame");
	assert_null(names_of(f, s->waker_slice_id));
	end(f, 30000, UI);
	end(f, 31000, UI);
	assert_null(names_of(f, sleep_once(f, 33000)->slice_id));
}

static void a_wait_has_the_slices_of_both(void **state)
{
	struct fixture *f = *state;
	const struct wait_row *w;

	begin(f, 1000, UI, "doFrame");
	begin(f, 1000, GC, "collect");
	feed(f, ev_begin(2000, UI, 0, LOCK, LCB_F_WRITE));
	sleep_once(f, 3000);
	begin(f, 5500, GC, "sweep");
	feed(f, ev_end(6000, UI, 0, LOCK, 0));
	flush(f, 0);
	w = &f->seen.wait[0];
	assert_int_equal(w->holder_source, HOLDER_WAKER);
	assert_string_equal(names_of(f, w->slice_id), "doFrame");
	assert_string_equal(names_of(f, w->holder_slice_id), "collect");
}

static void after_a_gap_none_is_known(void **state)
{
	struct fixture *f = *state;
	const struct stall_row *s;

	begin(f, 1000, UI, "doFrame");
	feed(f, ev_loss(2000, 3000, 0, 5));
	begin(f, 2500, UI, "in the gap");
	assert_null(names_of(f, sleep_once(f, 4000)->slice_id));
	/* the end of one that began before */
	end(f, 10000, UI);
	begin(f, 11000, UI, "doFrame");
	s = sleep_once(f, 12000);
	assert_string_equal(names_of(f, s->slice_id), "doFrame");
	feed(f, ev_exit(20000, UI));
	assert_null(names_of(f, sleep_once(f, 22000)->slice_id));
}

/* TrackEvents: a coarse clock may put them into a sleep, which they do not end. */
static void tracks_tell_slices_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	const uint64_t nr_events = f->m.nr_events;
	const struct stall_row *s;

	feed(f, ev_slice(EVENT_TRACK_BEGIN, 1000, UI, "doFrame"));
	feed(f, ev_slice(EVENT_TRACK_BEGIN, 1500, GC, "collect"));
	assert_int_equal(f->m.nr_events, nr_events);
	feed(f, ev_switch(2000, UI, 0, TASK_UNINTERRUPTIBLE, 0));
	feed(f, ev_slice(EVENT_TRACK_BEGIN, 2500, UI, "draw"));
	feed(f, ev_slice(EVENT_TRACK_END, 2600, UI, NULL));
	feed(f, ev_waking(3000, GC, 1, UI));
	feed(f, ev_switch(4000, 0, 0, 0, UI));
	s = &f->seen.stall[0];
	assert_int_equal(f->seen.nr_stalls, 1);
	assert_int_equal(s->duration_ns, 1000);
	assert_string_equal(names_of(f, s->slice_id), "doFrame");
	assert_string_equal(names_of(f, s->waker_slice_id), "collect");
}

static void what_a_track_lost_is_not_known(void **state)
{
	struct fixture *f = *state;
	const struct stall_row *s;

	feed(f, ev_slice(EVENT_TRACK_BEGIN, 1000, UI, "doFrame"));
	feed(f, ev_slice(EVENT_TRACK_BEGIN, 1000, GC, "collect"));
	feed(f, ev_slice(EVENT_TRACK_LOST, 2000, UI, NULL));
	s = sleep_once(f, 3000);
	assert_null(names_of(f, s->slice_id));
	assert_string_equal(names_of(f, s->waker_slice_id), "collect");
	/* the end of one that began before */
	feed(f, ev_slice(EVENT_TRACK_END, 10000, UI, NULL));
	feed(f, ev_slice(EVENT_TRACK_BEGIN, 11000, UI, "doFrame 2"));
	assert_string_equal(names_of(f, sleep_once(f, 12000)->slice_id), "doFrame 2");
}

static void deep_ones_have_no_name(void **state)
{
	struct fixture *f = *state;
	int i;

	for (i = 0; i < 100; i++)
		begin(f, 1000 + i, UI, "a");
	assert_string_equal(names_of(f, sleep_once(f, 3000)->slice_id), "a\na\na\na\na\na\na\na");
	for (i = 0; i < 99; i++)
		end(f, 6000 + i, UI);
	assert_string_equal(names_of(f, sleep_once(f, 7000)->slice_id), "a");
}

static void many_names_are_forgotten_and_told_again(void **state)
{
	struct fixture *f = *state;
	char name[32];
	int i;

	for (i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "doFrame %d", i);
		begin(f, 1000 + i * 10000, UI, name);
		assert_string_equal(names_of(f, sleep_once(f, 2000 + i * 10000)->slice_id), name);
		end(f, 6000 + i * 10000, UI);
	}
	begin(f, 1000 + i * 10000, UI, "doFrame 0");
	assert_string_equal(names_of(f, sleep_once(f, 2000 + i * 10000)->slice_id), "doFrame 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
		TEST(begins_and_ends_are_read),
		TEST(other_texts_are_no_slices),
		TEST(a_sleep_has_the_slices_of_both),
		TEST(a_wait_has_the_slices_of_both),
		TEST(after_a_gap_none_is_known),
		TEST(tracks_tell_slices_and_nothing_else),
		TEST(what_a_track_lost_is_not_known),
		TEST(deep_ones_have_no_name),
		TEST(many_names_are_forgotten_and_told_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
