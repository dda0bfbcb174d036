// SPDX-License-Identifier: GPL-2.0-only
/* Frames, event by event. */
#include "collector/model/frame.h"
#include "tests/unit/fixture.h"

#define APP   100
#define LAYER "app/main#7"
#define MS    1000000

static int setup(void **state)
{
	bool has[NR_EVENTS];
	struct fixture *f;

	fixture_setup(state);
	f = *state;
	memset(has, 1, sizeof(has));
	model_free(&f->m);
	model_init(&f->m, &(struct model_options){ .sink = &f->sink, .has = has });
	return 0;
}

/* @place_ns: of the event among the others; it tells of a frame at @start_ns */
static struct event ev_frame(uint64_t place_ns, int64_t cookie, int64_t start_ns)
{
	struct event ev = ev_make(EVENT_FRAME_START, place_ns, 0, 0);

	ev.frame_start.cookie = cookie;
	ev.frame_start.start_ns = start_ns;
	ev.frame_start.token = 5;
	ev.frame_start.display_token = 6;
	ev.frame_start.tgid = APP;
	ev.frame_start.layer = LAYER;
	ev.frame_start.jank = 1U << JANK_APP_DEADLINE;
	ev.frame_start.present = PRESENT_LATE;
	ev.frame_start.on_time = 0;
	return ev;
}

static struct event ev_expected(uint64_t place_ns, int64_t cookie, int64_t start_ns)
{
	struct event ev = ev_frame(place_ns, cookie, start_ns);

	ev.frame_start.expected = true;
	return ev;
}

static struct event ev_frame_end(uint64_t place_ns, int64_t cookie, int64_t end_ns)
{
	struct event ev = ev_make(EVENT_FRAME_END, place_ns, 0, 0);

	ev.frame_end.cookie = cookie;
	ev.frame_end.end_ns = end_ns;
	return ev;
}

static const struct frame_row *only_frame(struct fixture *f)
{
	assert_int_equal(f->seen.nr_frames, 1);
	return &f->seen.frame[0];
}

static void a_frame_has_its_times_its_deadline_and_its_process(void **state)
{
	struct fixture *f = *state;
	const struct frame_row *row;

	feed(f, ev_expected(90 * MS, 1, 20 * MS));
	feed(f, ev_frame_end(90 * MS, 1, 36 * MS));
	feed(f, ev_frame(90 * MS, 2, 22 * MS));
	feed(f, ev_frame_end(90 * MS, 2, 60 * MS));
	assert_int_equal(f->seen.nr_frames, 0);
	flush(f, 61 * MS);
	row = only_frame(f);
	assert_int_equal(row->kind, FRAME_SURFACE);
	assert_int_equal(row->start_ns, 22 * MS);
	assert_int_equal(row->end_ns, 60 * MS);
	assert_int_equal(row->deadline_ns, 36 * MS);
	assert_int_equal(row->outcome, OUTCOME_ACQUIRED);
	assert_int_equal(row->missed, 1);
	assert_string_equal(row->layer, LAYER);
	assert_int_equal(seen_task_of(&f->seen, row->task_id)->tid, APP);
	assert_int_equal(seen_process_of(&f->seen, row->process_id)->tgid, APP);
	/* it is no event of the kernel: neither counted, nor a time that was watched */
	assert_int_equal(f->m.nr_events, 0);
	assert_int_equal(f->m.first_ns, NO_TIME);
}

static void all_layers_of_a_process_have_one_deadline(void **state)
{
	struct fixture *f = *state;
	struct event other = ev_frame(90 * MS, 4, 22 * MS);

	other.frame_start.tgid = APP + 1;
	feed(f, ev_expected(90 * MS, 1, 20 * MS));
	feed(f, ev_frame_end(90 * MS, 1, 36 * MS));
	feed(f, ev_frame(90 * MS, 2, 22 * MS));
	feed(f, ev_frame(90 * MS, 3, 22 * MS));
	feed(f, other);
	feed(f, ev_frame_end(90 * MS, 2, 30 * MS));
	feed(f, ev_frame_end(90 * MS, 3, 31 * MS));
	feed(f, ev_frame_end(90 * MS, 4, 32 * MS));
	finish(f);
	assert_int_equal(f->seen.nr_frames, 3);
	assert_int_equal(f->seen.frame[0].deadline_ns, 36 * MS);
	assert_int_equal(f->seen.frame[1].deadline_ns, 36 * MS);
	assert_int_equal(f->seen.frame[2].deadline_ns, NO_TIME);
}

/* Whether a frame was missed, if its jank type and how it was presented are these. */
static int missed(struct fixture *f, uint32_t jank, int present)
{
	struct event ev = ev_frame(90 * MS, 1, 22 * MS);

	ev.frame_start.jank = jank;
	ev.frame_start.present = present;
	feed(f, ev);
	feed(f, ev_frame_end(90 * MS, 1, 30 * MS));
	flush(f, 90 * MS);
	return f->seen.frame[f->seen.nr_frames - 1].missed;
}

static void a_frame_is_missed_if_its_jank_or_its_presentation_says_so(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(missed(f, 1U << JANK_NONE, PRESENT_LATE), 0);
	assert_int_equal(missed(f, 1U << JANK_BUFFER_STUFFING, PRESENT_LATE), 0);
	assert_int_equal(missed(f, 1U << JANK_BUFFER_STUFFING | 1U << JANK_APP_DEADLINE, 0), 1);
	assert_int_equal(missed(f, 1U << JANK_DROPPED, PRESENT_DROPPED), 1);
	assert_int_equal(missed(f, 1U << 30, PRESENT_ON_TIME), 1);
	assert_int_equal(missed(f, 0, PRESENT_DROPPED), 1);
	assert_int_equal(missed(f, 0, PRESENT_EARLY), 0);
	assert_int_equal(missed(f, 0, PRESENT_UNKNOWN), -1);
	assert_int_equal(missed(f, 0, ENUM_NONE), -1);
}

static void what_makes_no_sense_has_no_end(void **state)
{
	static const int64_t ends[] = { 21 * MS, 0, 22 * MS + FRAME_MAX_NS, INT64_MAX };
	struct fixture *f = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		feed(f, ev_frame(90 * MS, i, 22 * MS));
		feed(f, ev_frame_end(90 * MS, i, ends[i]));
	}
	finish(f);
	assert_int_equal(f->seen.nr_frames, ARRAY_SIZE(ends));
	for (i = 0; i < ARRAY_SIZE(ends); i++) {
		assert_int_equal(f->seen.frame[i].end_ns, NO_TIME);
		assert_int_equal(f->seen.frame[i].outcome, OUTCOME_UNCERTAIN);
		assert_int_equal(f->seen.frame[i].missed, 1);
	}
}

/* The gap is told after the frame, and before the time is complete. */
static void an_end_in_a_gap_is_uncertain(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_frame(10 * MS, 1, 22 * MS));
	feed(f, ev_frame_end(10 * MS, 1, 29 * MS));
	feed(f, ev_frame(10 * MS, 2, 22 * MS));
	feed(f, ev_frame_end(10 * MS, 2, 30 * MS));
	feed(f, ev_frame(10 * MS, 3, 22 * MS));
	feed(f, ev_frame_end(10 * MS, 3, 39 * MS));
	feed(f, ev_frame(10 * MS, 4, 22 * MS));
	feed(f, ev_frame_end(10 * MS, 4, 40 * MS));
	feed(f, ev_loss(30 * MS, 40 * MS, 0, 5));
	/* within the first: of another CPU */
	feed(f, ev_loss(32 * MS, 34 * MS, 1, 5));
	flush(f, 41 * MS);
	assert_int_equal(f->seen.nr_frames, 4);
	assert_int_equal(f->seen.frame[0].outcome, OUTCOME_ACQUIRED);
	assert_int_equal(f->seen.frame[1].outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(f->seen.frame[1].end_ns, NO_TIME);
	assert_int_equal(f->seen.frame[2].outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(f->seen.frame[3].outcome, OUTCOME_ACQUIRED);
}

static void a_frame_without_an_end_is_open_or_uncertain(void **state)
{
	struct fixture *f = *state;

	feed(f, ev_frame(90 * MS, 1, 22 * MS));
	feed(f, ev_loss(30 * MS, 40 * MS, 0, 5));
	feed(f, ev_frame(90 * MS, 2, 50 * MS));
	feed(f, ev_expected(90 * MS, 3, 50 * MS));
	/* the end of the first 4 is missing */
	feed(f, ev_frame(90 * MS, 4, 51 * MS));
	feed(f, ev_frame(90 * MS, 4, 52 * MS));
	feed(f, ev_frame_end(90 * MS, 4, 53 * MS));
	feed(f, ev_frame_end(90 * MS, 99, 53 * MS));
	finish(f);
	assert_int_equal(f->seen.nr_frames, 4);
	assert_int_equal(f->seen.frame[0].outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(f->seen.frame[0].start_ns, 51 * MS);
	assert_int_equal(f->seen.frame[1].outcome, OUTCOME_ACQUIRED);
	assert_int_equal(f->seen.frame[1].end_ns, 53 * MS);
	assert_int_equal(f->seen.frame[2].outcome, OUTCOME_UNCERTAIN);
	assert_int_equal(f->seen.frame[2].start_ns, 22 * MS);
	assert_int_equal(f->seen.frame[3].outcome, OUTCOME_OPEN);
}

/* Starts without ends, expected frames that never come: memory has a limit. */
static void many_frames_do_not_fill_the_memory(void **state)
{
	struct fixture *f = *state;
	int64_t i;

	for (i = 0; i < FRAMES_HELD + 100; i++) {
		struct event ev = ev_expected(90 * MS, 2 * i, 20 * MS);

		ev.frame_start.token = i;
		feed(f, ev);
		feed(f, ev_frame_end(90 * MS, 2 * i, 36 * MS));
		feed(f, ev_frame(90 * MS, 2 * i + 1, 22 * MS + i));
	}
	assert_int_equal(f->seen.nr_frames, 100);
	assert_int_equal(f->seen.frame[0].start_ns, 22 * MS);
	assert_int_equal(f->seen.frame[0].outcome, OUTCOME_UNCERTAIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fixture_teardown)
		TEST(a_frame_has_its_times_its_deadline_and_its_process),
		TEST(all_layers_of_a_process_have_one_deadline),
		TEST(a_frame_is_missed_if_its_jank_or_its_presentation_says_so),
		TEST(what_makes_no_sense_has_no_end),
		TEST(an_end_in_a_gap_is_uncertain),
		TEST(a_frame_without_an_end_is_open_or_uncertain),
		TEST(many_frames_do_not_fill_the_memory),
#undef TEST
	};

	return cmocka_run_group_tests_name("frame", tests, NULL, NULL);
}
