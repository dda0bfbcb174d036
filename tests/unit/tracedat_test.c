// SPDX-License-Identifier: GPL-2.0-only
/* Events of trace-cmd files, made by hand. */
#include <errno.h>
#include <signal.h>
#include <sys/wait.h>

#include "collector/model/model.h"
#include "collector/pipeline.h"
#include "collector/tracedat_source.h"
#include "tests/unit/events.h"
#include "tests/unit/files.h"
#include "tests/unit/seen.h"
#include "tests/unit/trace_dat.h"

#define LOCK 0xffff888012345000ULL
#define A    100
#define B    101

#define BEGIN(page, t, tid) dat_page_contention(page, t, ID_CONTENTION_BEGIN, tid, LOCK, F_WRITE)
#define END(page, t, tid)   dat_page_contention(page, t, ID_CONTENTION_END, tid, LOCK, 0)

static void write_dat(const char *path, struct dat_page *page, unsigned int nr_cpus)
{
	struct bytes b = dat_file(page, nr_cpus);

	files_write(path, b.data, b.nr);
	free(b.data);
	dat_pages_free(page, nr_cpus);
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
	struct dat_page page[2] = { 0 };
	struct event ev[16];
	struct source *src;

	BEGIN(&page[0], 1000, A);
	END(&page[0], 1500, A);
	BEGIN(&page[1], 1200, B);
	write_dat(f->path, page, 2);
	src = open_dat(f->path);
	assert_int_equal(src->nr_lanes, 2);
	assert_false(src->live);
	assert_true(src->dec.has[EVENT_CONTENTION_BEGIN]);
	assert_false(src->dec.has[EVENT_TASK_RENAME]);
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

static void a_cpu_without_events_ends_at_once(void **state)
{
	struct files *f = *state;
	struct dat_page page[3] = { 0 };
	struct event ev[16];
	struct source *src;

	BEGIN(&page[1], 1000, A);
	write_dat(f->path, page, 3);
	src = open_dat(f->path);
	assert_int_equal(read_lane(src, 0, ev, 16), 0);
	assert_int_equal(read_lane(src, 1, ev, 16), 1);
	assert_int_equal(read_lane(src, 2, ev, 16), 0);
	source_close(src);
}

static void a_damaged_record_is_a_loss(void **state)
{
	struct files *f = *state;
	struct dat_page page[1] = { 0 };
	const uint8_t record[12] = { ID_CONTENTION_BEGIN & 0xff, ID_CONTENTION_BEGIN >> 8 };
	struct event ev[16];
	struct source *src;

	BEGIN(&page[0], 1000, A);
	dat_page_add(&page[0], 1100, record, sizeof(record));
	END(&page[0], 1500, A);
	write_dat(f->path, page, 1);
	src = open_dat(f->path);
	assert_int_equal(read_lane(src, 0, ev, 16), 3);
	assert_int_equal(ev[1].id, EVENT_LOSS);
	assert_int_equal(ev[1].time_ns, 1000);
	assert_int_equal(ev[1].loss.end_ns, 1100);
	assert_int_equal(ev[1].loss.reason, LOSS_DAMAGED_INPUT);
	source_close(src);
}

static void missed_events_before_a_page_are_a_loss(void **state)
{
	static const int64_t missed[] = { 17, -1 };
	struct files *f = *state;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(missed); i++) {
		struct dat_page page[1] = { { .nr_missed = missed[i] } };
		struct event ev[16];
		struct source *src;

		BEGIN(&page[0], 1000, A);
		write_dat(f->path, page, 1);
		src = open_dat(f->path);
		assert_int_equal(read_lane(src, 0, ev, 16), 2);
		assert_int_equal(ev[0].id, EVENT_LOSS);
		assert_int_equal(ev[0].loss.end_ns, 1000);
		assert_int_equal(ev[0].loss.nr_lost, missed[i]);
		assert_int_equal(ev[0].loss.reason, LOSS_OVERRUN);
		assert_int_equal(ev[1].id, EVENT_CONTENTION_BEGIN);
		assert_int_equal(src->ops->lost(src, 0), missed[i] > 0 ? missed[i] : 0);
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
	model_init(&model, &(struct model_options){ .sink = &sink, .has = src->dec.has });
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
	struct dat_page page[2] = { 0 };
	struct seen seen = { 0 };
	unsigned int i;

	page[1].nr_missed = 17;
	BEGIN(&page[0], 1000, A);
	/* lost on CPU 1: the end at 1100, another begin at 4900 */
	END(&page[0], 5000, A);
	BEGIN(&page[1], 9000, B);
	END(&page[1], 9500, B);
	write_dat(f->path, page, 2);
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
	struct dat_page page[2] = { 0 };
	struct bytes b;
	size_t cut;

	BEGIN(&page[0], 1000, A);
	END(&page[0], 1500, A);
	BEGIN(&page[1], 1200, B);
	b = dat_file(page, 2);
	dat_pages_free(page, 2);
	for (cut = 0; cut < b.nr; cut += 61) {
		int status;

		files_write(f->path, b.data, cut);
		status = look_apart(f->path);
		if (WIFEXITED(status) && WEXITSTATUS(status))
			fail_msg("failed with the first %zu bytes", cut);
		if (WIFSIGNALED(status))
			assert_int_equal(WTERMSIG(status), SIGSEGV);
	}
	free(b.data);
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
		TEST(a_cpu_without_events_ends_at_once),
		TEST(a_damaged_record_is_a_loss),
		TEST(missed_events_before_a_page_are_a_loss),
		TEST(what_was_lost_before_a_cpus_first_event_makes_no_duration),
		TEST(a_file_cut_anywhere_is_refused_or_read_in_part),
		TEST(what_is_no_trace_file_is_refused_with_one_line),
	};

	return cmocka_run_group_tests_name("tracedat", tests, NULL, NULL);
}
