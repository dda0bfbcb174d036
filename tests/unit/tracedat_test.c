// SPDX-License-Identifier: GPL-2.0-only
/* Events of trace-cmd files, made by hand. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>
#include <traceevent/event-parse.h>

#include "collector/model/model.h"
#include "collector/pipeline.h"
#include "collector/tracedat_source.h"
#include "tests/unit/events.h"
#include "tests/unit/files.h"
#include "tests/unit/seen.h"
#include "tests/unit/trace_dat.h"

/* trace-cmd's library forgets a file's clock when it reads it a second time. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:vsscanf";
}

#define LOCK 0xffff888012345000ULL
#define A    100
#define B    101

#define BEGIN(d, cpu, t, tid)                                                                      \
	dat_event(d, 0, cpu, t, tid, "contention_begin", "lock_addr=%#llx flags=4", LOCK)
#define END(d, cpu, t, tid) dat_event(d, 0, cpu, t, tid, "contention_end", "lock_addr=%#llx", LOCK)

/* Frees @d, too. */
static void write_dat(const char *path, struct dat *d)
{
	struct bytes b = dat_bytes(d);

	files_write(path, b.data, b.nr);
	free(b.data);
	dat_free(d);
}

static struct source *open_dat(const char *path)
{
	struct error err = { 0 };
	struct source *src = NULL;

	if (tracedat_source_open(&src, path, &err))
		fail_msg("%s", err.msg);
	return src;
}

/* All events of @lane; returns their number. */
static unsigned int read_lane(struct source *src, unsigned int lane, struct event *ev,
			      unsigned int max)
{
	struct error err = { 0 };
	uint64_t complete_ns = 0;
	unsigned int nr = 0;

	while (complete_ns != LANE_ENDED) {
		int n = src->ops->next_batch(src, lane, ev + nr, max - nr, &complete_ns, &err);

		if (n < 0)
			fail_msg("%s", err.msg);
		nr += n;
		assert_true(nr < max);
	}
	return nr;
}

static void every_cpu_is_a_lane_with_its_events(void **state)
{
	struct files *f = *state;
	struct dat d = { .nr_cpus = 2 };
	struct event ev[16];
	struct source *src;

	BEGIN(&d, 0, 1000, A);
	END(&d, 0, 1500, A);
	BEGIN(&d, 1, 1200, B);
	write_dat(f->path, &d);
	src = open_dat(f->path);
	assert_int_equal(src->nr_lanes, 2);
	assert_false(src->live);
	assert_true(src->has[EVENT_CONTENTION_BEGIN]);
	assert_false(src->has[EVENT_TASK_RENAME]);
	assert_int_equal(read_lane(src, 0, ev, 16), 2);
	assert_int_equal(ev[0].id, EVENT_CONTENTION_BEGIN);
	assert_int_equal(ev[0].time_ns, 1000);
	assert_int_equal(ev[0].tid, A);
	assert_true(ev[0].contention_begin.lock == LOCK);
	assert_int_equal(ev[1].id, EVENT_CONTENTION_END);
	assert_int_equal(ev[1].time_ns, 1500);
	assert_int_equal(read_lane(src, 1, ev, 16), 1);
	assert_int_equal(ev[0].cpu, 1);
	assert_string_equal(src->ops->comm(src, A), "mover");
	assert_null(src->ops->comm(src, 4711));
	source_close(src);
}

/* See tep_parse.c: this fails where libtracecmd does not call what is made anew there. */
static void formats_of_other_events_are_not_parsed(void **state)
{
	struct files *f = *state;
	struct dat d = { 0 };
	struct source *src;

	BEGIN(&d, 0, 1000, A);
	write_dat(f->path, &d);
	src = open_dat(f->path);
	assert_non_null(tep_find_event_by_name(src->symbols.tep, "ftrace", "kernel_stack"));
	assert_non_null(tep_find_event_by_name(src->symbols.tep, "sched", "sched_waking"));
	assert_null(tep_find_event_by_name(src->symbols.tep, "irq", "irq_handler_entry"));
	source_close(src);
}

static void a_cpu_without_events_ends_at_once(void **state)
{
	struct files *f = *state;
	struct dat d = { .nr_cpus = 3 };
	struct event ev[16];
	struct source *src;

	BEGIN(&d, 1, 1000, A);
	write_dat(f->path, &d);
	src = open_dat(f->path);
	assert_int_equal(read_lane(src, 0, ev, 16), 0);
	assert_int_equal(read_lane(src, 1, ev, 16), 1);
	assert_int_equal(read_lane(src, 2, ev, 16), 0);
	source_close(src);
}

/* Of how many, nobody knows: a damaged length makes several records out of one. */
static void damaged_records_are_a_loss(void **state)
{
	struct files *f = *state;
	struct dat d = { 0 };
	const uint16_t type = dat_find("contention_begin")->id;
	const uint8_t record[12] = { type & 0xff, type >> 8 };
	struct event ev[16];
	struct source *src;

	BEGIN(&d, 0, 1000, A);
	dat_record(&d, 0, 0, 1100, record, sizeof(record));
	dat_record(&d, 0, 0, 1200, record, sizeof(record));
	END(&d, 0, 1500, A);
	dat_record(&d, 0, 0, 1600, record, sizeof(record));
	write_dat(f->path, &d);
	src = open_dat(f->path);
	assert_int_equal(read_lane(src, 0, ev, 16), 4);
	assert_int_equal(ev[1].id, EVENT_LOSS);
	assert_int_equal(ev[1].time_ns, 1000);
	assert_int_equal(ev[1].loss.end_ns, 1500);
	assert_int_equal(ev[1].loss.nr_lost, LOST_UNKNOWN);
	assert_int_equal(ev[1].loss.reason, LOSS_DAMAGED_INPUT);
	assert_int_equal(ev[2].id, EVENT_CONTENTION_END);
	assert_int_equal(ev[3].id, EVENT_LOSS);
	assert_int_equal(ev[3].time_ns, 1500);
	assert_int_equal(ev[3].loss.end_ns, LOSS_TO_END_NS);
	source_close(src);
}

enum damage { ZEROED, HEAD_ZEROED, TIME_ZEROED, COMMIT_ZEROED, TIME_BACK };

/* Three pages on CPU 0 at 1, 2 and 3 ms; @page is damaged by @damage. */
static void write_damaged(const char *path, unsigned int page, enum damage damage)
{
	struct dat d = { .nr_cpus = 2 };
	struct dat_cpu *cpu = &d.buffer[0].cpu[0];
	unsigned int i;
	uint8_t *at;

	for (i = 0; i < 3; i++) {
		BEGIN(&d, 0, (i + 1) * 1000000, A);
		END(&d, 0, (i + 1) * 1000000 + 500, A);
		dat_page_end(&d, cpu);
	}
	BEGIN(&d, 1, 1200000, B);
	END(&d, 1, 2900000, B);
	at = cpu->pages.data + page * DAT_PAGE;
	switch (damage) {
	case ZEROED:
		memset(at, 0, DAT_PAGE);
		break;
	case HEAD_ZEROED:
		memset(at, 0, 16);
		break;
	case TIME_ZEROED:
		memset(at, 0, 8);
		break;
	case COMMIT_ZEROED:
		memset(at + 8, 0, 8);
		break;
	case TIME_BACK:
		bytes_set(at, 4711, 8, false);
		break;
	}
	write_dat(path, &d);
}

/*
 * The library passes over such a page in silence, or gives its events times that
 * cannot be: each is a gap in the events of its CPU, up to the next sound page.
 */
static void a_damaged_page_is_a_loss(void **state)
{
	struct files *f = *state;
	struct event ev[16];
	struct source *src;
	unsigned int nr, i, nr_losses;
	enum damage damage;

	for (damage = ZEROED; damage <= TIME_BACK; damage++) {
		write_damaged(f->path, 1, damage);
		src = open_dat(f->path);
		nr = read_lane(src, 0, ev, 16);
		for (i = nr_losses = 0; i < nr; i++) {
			if (ev[i].id != EVENT_LOSS)
				continue;
			nr_losses++;
			assert_int_equal(ev[i].time_ns, 1000500);
			assert_int_equal(ev[i].loss.end_ns, 3000000);
			assert_int_equal(ev[i].loss.nr_lost, LOST_UNKNOWN);
			assert_int_equal(ev[i].loss.reason, LOSS_DAMAGED_INPUT);
		}
		if (nr_losses != 1)
			fail_msg("damage %d: %u losses", damage, nr_losses);
		assert_int_equal(ev[nr - 1].time_ns, 3000500);
		source_close(src);
	}
}

static void a_damaged_last_page_is_a_loss_to_the_end(void **state)
{
	static const enum damage damages[] = { ZEROED, HEAD_ZEROED, TIME_ZEROED, COMMIT_ZEROED,
					       TIME_BACK };
	struct files *f = *state;
	struct event ev[16];
	struct source *src;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(damages); i++) {
		write_damaged(f->path, 2, damages[i]);
		src = open_dat(f->path);
		assert_int_equal(read_lane(src, 0, ev, 16), 5);
		assert_int_equal(ev[4].id, EVENT_LOSS);
		assert_int_equal(ev[4].time_ns, 2000500);
		assert_int_equal(ev[4].loss.end_ns, LOSS_TO_END_NS);
		assert_int_equal(ev[4].loss.reason, LOSS_DAMAGED_INPUT);
		source_close(src);
	}
}

/* Where the lane's first page gives nothing, the gap begins before the first event. */
static void a_damaged_first_page_is_a_loss_from_before_the_first_event(void **state)
{
	static const enum damage damages[] = { ZEROED, HEAD_ZEROED, TIME_ZEROED, COMMIT_ZEROED };
	struct files *f = *state;
	struct event ev[16];
	struct source *src;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(damages); i++) {
		write_damaged(f->path, 0, damages[i]);
		src = open_dat(f->path);
		assert_int_equal(read_lane(src, 0, ev, 16), 5);
		assert_int_equal(ev[0].id, EVENT_LOSS);
		assert_int_equal(ev[0].time_ns, 0);
		assert_int_equal(ev[0].loss.end_ns, 2000000);
		assert_int_equal(ev[0].loss.reason, LOSS_DAMAGED_INPUT);
		assert_int_equal(read_lane(src, 1, ev, 16), 2);
		source_close(src);
	}
}

#define SWITCH(d, cpu, t, tid, state, next)                                                        \
	dat_event(d, 0, cpu, t, tid, "sched_switch", "prev_pid=%d prev_state=%d next_pid=%d", tid, \
		  state, next)

/*
 * Tracing was switched off after 1300 and on again before 9000, by another
 * program: what was switched in at 1200 is not what runs at 9000.
 */
static void an_unmarked_gap_is_a_loss(void **state)
{
	struct files *f = *state;
	struct dat d = { .nr_cpus = 2 };
	struct event ev[64];
	struct source *src;
	unsigned int i, nr;
	bool found = false;

	for (i = 0; i < 20; i++) {
		SWITCH(&d, 1, 100 + 20 * i, 0, 0, B);
		SWITCH(&d, 1, 110 + 20 * i, B, 1, 0);
	}
	SWITCH(&d, 0, 1000, A, 2, 0);
	SWITCH(&d, 0, 1200, 0, 0, 501);
	END(&d, 0, 1300, 501);
	END(&d, 0, 9000, 502);
	SWITCH(&d, 0, 9100, 502, 1, A);
	write_dat(f->path, &d);
	src = open_dat(f->path);
	nr = read_lane(src, 0, ev, 64);
	assert_int_equal(nr, 6);
	for (i = 0; i < nr; i++)
		if (ev[i].id == EVENT_LOSS) {
			found = true;
			assert_int_equal(i, 3);
			assert_int_equal(ev[i].time_ns, 1300);
			assert_int_equal(ev[i].loss.end_ns, 9000);
			assert_int_equal(ev[i].loss.nr_lost, LOST_UNKNOWN);
			assert_int_equal(ev[i].loss.reason, LOSS_UNMARKED);
		}
	assert_true(found);
	assert_int_equal(read_lane(src, 1, ev, 64), 40);
	assert_true(src->max_silence_ns);
	source_close(src);
}

static void missed_events_before_a_page_are_a_loss(void **state)
{
	static const int64_t missed[] = { 17, -1 };
	struct files *f = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(missed); i++) {
		struct dat d = { .buffer = { { .cpu = { { .nr_missed = missed[i] } } } } };
		struct event ev[16];
		struct source *src;

		BEGIN(&d, 0, 1000, A);
		write_dat(f->path, &d);
		src = open_dat(f->path);
		assert_int_equal(read_lane(src, 0, ev, 16), 2);
		assert_int_equal(ev[0].id, EVENT_LOSS);
		assert_int_equal(ev[0].loss.end_ns, 1000);
		assert_int_equal(ev[0].loss.nr_lost, missed[i]);
		assert_int_equal(ev[0].loss.reason, LOSS_OVERRUN);
		assert_int_equal(ev[1].id, EVENT_CONTENTION_BEGIN);
		source_close(src);
	}
}

/* The file through merge and model into @seen. */
static void import(const char *path, struct seen *seen)
{
	struct source *src = open_dat(path);
	struct lane lane[2];
	struct sink sink = seen_sink(seen);
	struct event ev[16];
	struct model model;
	struct merge merge;
	unsigned int i;
	bool ended;

	assert_true(src->nr_lanes <= 2);
	for (i = 0; i < src->nr_lanes; i++) {
		unsigned int nr = read_lane(src, i, ev, 16);

		assert_int_equal(lane_init(&lane[i], 32), 0);
		lane_put(&lane[i], ev, nr);
		atomic_store(&lane[i].complete_ns, LANE_ENDED);
	}
	assert_int_equal(merge_init(&merge, lane, src->nr_lanes), 0);
	model_init(&model, &(struct model_options){ .sink = &sink, .has = src->has });
	assert_true(merge_run(&merge, 100, (int (*)(void *, const struct event *))model_event,
			      &model, &ended) > 0);
	assert_true(ended);
	assert_int_equal(model_finish(&model), 0);
	model_free(&model);
	merge_free(&merge);
	for (i = 0; i < src->nr_lanes; i++)
		lane_free(&lane[i]);
	source_close(src);
}

/*
 * A buffer that was overwritten begins with a loss: `trace-cmd extract` of a
 * long run. Before its first event anything may have happened on that CPU.
 * Here: A's first wait ended on CPU 1, unseen, and another began there; what
 * ends on CPU 0 is that one.
 */
static void what_was_lost_before_a_cpus_first_event_makes_no_duration(void **state)
{
	struct files *f = *state;
	struct dat d = { .nr_cpus = 2 };
	struct seen seen = { 0 };
	unsigned int i;

	d.buffer[0].cpu[1].nr_missed = 17;
	BEGIN(&d, 0, 1000, A);
	/* lost on CPU 1: the end at 1100, another begin at 4900 */
	END(&d, 0, 5000, A);
	BEGIN(&d, 1, 9000, B);
	END(&d, 1, 9500, B);
	write_dat(f->path, &d);
	import(f->path, &seen);
	assert_int_equal(seen.nr_losses, 1);
	for (i = 0; i < seen.nr_waits; i++)
		if (seen.wait[i].start_ns == 1000) {
			assert_int_equal(seen.wait[i].outcome, OUTCOME_UNCERTAIN);
			assert_int_equal(seen.wait[i].duration_ns, NO_TIME);
		} else {
			assert_int_equal(seen.wait[i].duration_ns, 500);
		}
	assert_int_equal(seen.nr_waits, 2);
	seen_free(&seen);
}

/* Every word size and byte order, and both versions. */
static const struct dat kinds[] = {
	{ .version = 6 },
	{ .version = 6, .long_bytes = 4 },
	{ .version = 6, .big_endian = true },
	{ .version = 6,
	  .long_bytes = 4,
	  .big_endian = true,
	  .clock = "mono",
	  .nr_buffers = 2,
	  .buffer = { [1] = { .name = "second" } } },
	{ .version = 7, .clock = "local" },
	{ .version = 7, .long_bytes = 4, .big_endian = true },
};

#define NR_KINDS ARRAY_SIZE(kinds)

static void any_word_size_and_byte_order_is_read(void **state)
{
	struct files *f = *state;
	unsigned int i;

	for (i = 0; i < NR_KINDS; i++) {
		struct dat d = kinds[i];
		const uint64_t lock = d.long_bytes == 4 ? 0xc0ffee04 : LOCK;
		struct source *src;
		struct event ev[16];

		d.nr_cpus = 2;
		dat_event(&d, 0, 1, 1000, A, "contention_begin", "lock_addr=%#lx flags=2", lock);
		dat_event(&d, 0, 1, 1001, A, "kernel_stack", "caller=%#x,%#x", 0xc1000010,
			  0xc1001020);
		dat_event(&d, 0, 1, 1100, A, "sched_switch",
			  "prev_comm=mover prev_pid=%d prev_state=2 next_comm=other next_pid=%d", A,
			  B);
		/* more than 134 ms later: a time extension */
		dat_event(&d, 0, 1, 500000000, A, "contention_end", "lock_addr=%#lx ret=-4", lock);
		dat_event(&d, 0, 1, 500000100, A, "task_newtask",
			  "pid=%d comm=child clone_flags=0x10000", B);
		write_dat(f->path, &d);
		src = open_dat(f->path);
		assert_int_equal(src->nr_lanes, kinds[i].nr_buffers == 2 ? 4 : 2);
		assert_int_equal(read_lane(src, 0, ev, 16), 0);
		assert_int_equal(read_lane(src, 1, ev, 16), 5);
		assert_int_equal(ev[0].id, EVENT_CONTENTION_BEGIN);
		assert_int_equal(ev[0].time_ns, 1000);
		assert_int_equal(ev[0].tid, A);
		assert_true(ev[0].contention_begin.lock == lock);
		assert_int_equal(ev[0].contention_begin.flags, 2);
		assert_int_equal(ev[1].stack->nr_frames, 2);
		assert_true(ev[1].stack->frame[0] == 0xc1000010);
		assert_true(ev[1].stack->frame[1] == 0xc1001020);
		assert_int_equal(ev[2].sched_switch.prev_state, 2);
		assert_int_equal(ev[2].sched_switch.next_tid, B);
		assert_string_equal(ev[2].sched_switch.next_comm, "other");
		assert_int_equal(ev[3].time_ns, 500000000);
		assert_int_equal(ev[3].contention_end.ret, -4);
		assert_int_equal(ev[4].task_newtask.clone_flags, 0x10000);
		assert_int_equal(ev[4].task_newtask.tid, B);
		source_close(src);
	}
}

/* Opens a file of one event with @d's head; closes it. */
static int open_kind(const struct files *f, struct dat d, char clock[32], char notes[1024],
		     struct error *err)
{
	struct source *src;
	struct event ev[16];
	int ret;

	BEGIN(&d, 0, 90000000, A);
	write_dat(f->path, &d);
	err->msg[0] = clock[0] = notes[0] = '\0';
	ret = tracedat_source_open(&src, f->path, err);
	if (ret)
		return ret;
	snprintf(clock, 32, "%s", src->clock ?: "");
	snprintf(notes, 1024, "%s", src->notes);
	ret = read_lane(src, 0, ev, 16) == 1 ? (int)ev[0].time_ns : -1;
	source_close(src);
	return ret;
}

static void a_clock_of_nanoseconds_is_taken_by_its_name(void **state)
{
	static const char *const names[] = { "local", "global", "mono", "mono_raw",
					     "boot",  "tai",	"perf" };
	char clock[32], notes[1024];
	struct error err = { 0 };
	unsigned int i, version;

	for (version = 6; version <= 7; version++)
		for (i = 0; i < ARRAY_SIZE(names); i++) {
			assert_int_equal(open_kind(*state,
						   (struct dat){ .version = version,
								 .clock = names[i] },
						   clock, notes, &err),
					 90000000);
			assert_string_equal(clock, names[i]);
			assert_string_equal(notes, "");
		}
	assert_int_equal(open_kind(*state, (struct dat){ 0 }, clock, notes, &err), 90000000);
	assert_string_equal(clock, "");
	assert_non_null(strstr(notes, "does not name its clock"));
}

static void cycles_become_nanoseconds_by_the_files_own_factor(void **state)
{
	/* 3 GHz: a third of a nanosecond */
	struct dat d = { .clock = "x86-tsc", .mult = 1431655765, .shift = 32 };
	char clock[32], notes[1024];
	struct error err = { 0 };

	for (d.version = 6; d.version <= 7; d.version++)
		for (d.big_endian = 0;; d.big_endian = 1) {
			assert_in_range(open_kind(*state, d, clock, notes, &err), 29999999,
					30000000);
			assert_string_equal(clock, "tsc2nsec");
			if (d.big_endian)
				break;
		}
}

static void a_clock_of_another_unit_is_refused_by_its_name(void **state)
{
	static const struct dat refused[] = {
		{ .clock = "x86-tsc" },
		{ .clock = "counter" },
		{ .clock = "uptime" },
		{ .clock = "ppc-tb" },
		/* a factor that is none, or of another clock */
		{ .clock = "x86-tsc", .mult = 0xffffffff, .shift = 31 },
		{ .clock = "x86-tsc", .mult = 1431655765, .shift = 33 },
		{ .clock = "mono", .mult = 1431655765, .shift = 32 },
	};
	char clock[32], notes[1024];
	struct error err = { 0 };
	unsigned int i, version;

	for (version = 6; version <= 7; version++)
		for (i = 0; i < ARRAY_SIZE(refused); i++) {
			struct dat d = refused[i];

			d.version = version;
			assert_int_equal(open_kind(*state, d, clock, notes, &err), -ENOTSUP);
			check_message(err.msg);
			assert_non_null(strstr(err.msg, d.clock));
			assert_non_null(strstr(err.msg, "record again"));
		}
}

static void a_buffer_of_another_clock_is_left_out_and_that_is_said(void **state)
{
	struct files *f = *state;
	struct dat d = {
		.version = 7,
		.clock = "local",
		.nr_buffers = 3,
		.buffer = { [1] = { .name = "one" }, [2] = { .name = "two", .clock = "mono" } }
	};
	struct source *src;
	struct event ev[16];

	dat_event(&d, 1, 0, 1000, A, "contention_begin", "flags=2");
	dat_event(&d, 2, 0, 2000, A, "contention_begin", "flags=2");
	write_dat(f->path, &d);
	src = open_dat(f->path);
	assert_string_equal(src->clock, "local");
	assert_non_null(strstr(src->notes, "buffer two is left out: its clock is mono"));
	assert_int_equal(src->nr_lanes, 2);
	assert_int_equal(read_lane(src, 1, ev, 16), 1);
	assert_int_equal(ev[0].time_ns, 1000);
	source_close(src);
}

static void a_buffer_that_is_not_there_does_not_take_the_others_with_it(void **state)
{
	struct files *f = *state;
	struct dat d = { .clock = "mono",
			 .nr_buffers = 3,
			 .buffer_offset = 1 << 30,
			 .buffer = { [1] = { .name = "gone\033[1m" }, [2] = { .name = "two" } } };
	struct source *src;
	struct event ev[16];

	BEGIN(&d, 0, 1000, A);
	dat_event(&d, 2, 0, 2000, A, "contention_begin", "flags=2");
	write_dat(f->path, &d);
	src = open_dat(f->path);
	assert_non_null(strstr(src->notes, "buffer gone?[1m is left out"));
	assert_int_equal(src->nr_lanes, 2);
	assert_int_equal(read_lane(src, 1, ev, 16), 1);
	assert_int_equal(ev[0].time_ns, 2000);
	source_close(src);
}

static void what_the_library_cannot_read_is_refused_with_its_reason(void **state)
{
	char clock[32], notes[1024];
	struct error err = { 0 };

	assert_int_equal(open_kind(*state, (struct dat){ .version = 7, .compression = "zlib9" },
				   clock, notes, &err),
			 -ENOTSUP);
	check_message(err.msg);
	assert_non_null(strstr(err.msg, "compressed with zlib9"));
	assert_non_null(strstr(err.msg, "convert --compression none"));
	assert_int_equal(open_kind(*state, (struct dat){ .version = 8 }, clock, notes, &err),
			 -ENOTSUP);
	check_message(err.msg);
	assert_non_null(strstr(err.msg, "version 8"));
	/* of a newer trace-cmd: nothing that we need */
	assert_int_equal(open_kind(*state, (struct dat){ .unknown_option = 99 }, clock, notes,
				   &err),
			 90000000);
}

/* Open and read the file at @path: one clear line, or events. */
static bool is_refused_or_read(const char *path)
{
	struct error err = { 0 };
	struct source *src = NULL;
	uint64_t complete_ns = 0;
	struct event ev[16];

	if (tracedat_source_open(&src, path, &err))
		return err.msg[0] && !strchr(err.msg, '\n');
	if (src->ops->next_batch(src, 0, ev, 16, &complete_ns, &err) > 3)
		return false;
	source_close(src);
	return true;
}

/* Exit status or signal of looking at the file in a process of its own. */
static int look_apart(const char *path)
{
	pid_t pid;
	int status;

	fflush(NULL);
	pid = fork();
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		/* the library prints there */
		if (!freopen("/dev/null", "w", stdout))
			_exit(1);
		_exit(!is_refused_or_read(path));
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/*
 * trace-cmd's library 3.1.6 crashes on some of them when it closes what it
 * could not open. That is why the import runs apart (cli/import.c, and the
 * cuts in tests/cli/bad-input.t); here it must be the library's crash or no
 * failure at all.
 */
static void a_file_cut_anywhere_is_refused_or_read_in_part(void **state)
{
	struct files *f = *state;
	unsigned int i;

	for (i = 0; i < NR_KINDS; i++) {
		struct dat d = kinds[i];
		struct bytes b;
		size_t cut;

		d.nr_cpus = 2;
		BEGIN(&d, 0, 1000, A);
		END(&d, 0, 1500, A);
		BEGIN(&d, 1, 1200, B);
		b = dat_bytes(&d);
		dat_free(&d);
		for (cut = i; cut < b.nr; cut += 61 * NR_KINDS) {
			int status;

			files_write(f->path, b.data, cut);
			status = look_apart(f->path);
			if (WIFEXITED(status) && WEXITSTATUS(status))
				fail_msg("kind %u failed with the first %zu bytes", i, cut);
			if (WIFSIGNALED(status))
				assert_int_equal(WTERMSIG(status), SIGSEGV);
		}
		free(b.data);
	}
}

static void what_is_no_trace_file_is_refused_with_one_line(void **state)
{
	struct files *f = *state;
	struct error err = { 0 };
	struct source *src;

	assert_int_equal(tracedat_source_open(&src, f->path, &err), -ENOENT);
	check_message(err.msg);
	err.msg[0] = '\0';
	files_write(f->path, "", 0);
	assert_int_equal(tracedat_source_open(&src, f->path, &err), -EBADMSG);
	check_message(err.msg);
	err.msg[0] = '\0';
	files_write(f->path, "this is a text\n", 15);
	assert_int_equal(tracedat_source_open(&src, f->path, &err), -EBADMSG);
	check_message(err.msg);
	err.msg[0] = '\0';
	assert_int_equal(tracedat_source_open(&src, f->dir, &err), -EINVAL);
	check_message(err.msg);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, files_setup, files_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_cpu_is_a_lane_with_its_events),
		TEST(formats_of_other_events_are_not_parsed),
		TEST(a_cpu_without_events_ends_at_once),
		TEST(damaged_records_are_a_loss),
		TEST(a_damaged_page_is_a_loss),
		TEST(a_damaged_last_page_is_a_loss_to_the_end),
		TEST(a_damaged_first_page_is_a_loss_from_before_the_first_event),
		TEST(an_unmarked_gap_is_a_loss),
		TEST(missed_events_before_a_page_are_a_loss),
		TEST(what_was_lost_before_a_cpus_first_event_makes_no_duration),
		TEST(any_word_size_and_byte_order_is_read),
		TEST(a_clock_of_nanoseconds_is_taken_by_its_name),
		TEST(cycles_become_nanoseconds_by_the_files_own_factor),
		TEST(a_clock_of_another_unit_is_refused_by_its_name),
		TEST(a_buffer_of_another_clock_is_left_out_and_that_is_said),
		TEST(a_buffer_that_is_not_there_does_not_take_the_others_with_it),
		TEST(what_the_library_cannot_read_is_refused_with_its_reason),
		TEST(a_file_cut_anywhere_is_refused_or_read_in_part),
		TEST(what_is_no_trace_file_is_refused_with_one_line),
	};

	return cmocka_run_group_tests_name("tracedat", tests, NULL, NULL);
}
