// SPDX-License-Identifier: GPL-2.0-only
/* Perfetto traces that are cut or damaged: read in part or refused, nothing else. */
#include <errno.h>
#include <sys/mman.h>

#include "collector/perfetto_events.h"
#include "collector/perfetto_source.h"
#include "collector/source_file.h"
#include "tests/unit/perfetto_trace.h"
#include "tests/unit/random.h"
#include "tests/unit/unit.h"

#define NR_KINDS     4
#define NR_MUTATIONS 3000

static struct bytes make(unsigned int kind)
{
	static const struct pf kinds[NR_KINDS] = {
		{ .release = "6.1.0" },
		{ .typed = true, .texts = true, .mono_frames = true },
		{ .zip = true },
		{ .zstd = true },
	};
	struct pf p = kinds[kind];
	struct bytes out;

	pf_process(&p, 100, "/usr/bin/mover");
	pf_thread(&p, 101, 100, "mover/1");
	pf_asked(&p, "lock/contention_begin");
	pf_event(&p, 0, 1000, 100, "contention_begin", "lock_addr=0x1000 flags=4");
	pf_event(&p, 0, 1100, 100, "sched_switch", "prev_state=2 next_pid=0 next_comm=idle");
	pf_event(&p, 1, 1150, 100, "sched_switch", "prev_state=0 next_pid=101 next_comm=mover/1");
	pf_event(&p, 1, 1200, 101, "sched_waking", "pid=100 comm=mover");
	pf_event(&p, 1, 1201, 101, "sched_blocked_reason", "pid=100 caller=folio_wait_bit_common");
	pf_pass(&p);
	p.cpu[1].lost = true;
	pf_event(&p, 1, 2000, 100, "contention_end", "lock_addr=0x1000");
	pf_stats(&p, 1, 5);
	pf_frame(&p, 900, "expected-surface",
		 "cookie=1 token=5 display_token=6 pid=100 layer=app#1");
	pf_frame(&p, 1500, "end", "cookie=1");
	pf_frame(&p, 950, "actual-surface",
		 "cookie=2 token=5 display_token=6 pid=100 layer=app#1 present=2 on_time=0 jank=64");
	pf_frame(&p, 1800, "end", "cookie=2");
	pf_tracks(&p);
	out = pf_bytes(&p);
	pf_free(&p);
	return out;
}

/* Reads all of a file. Returns how many events of the kernel it has, or -1: refused. */
static int read_all(const uint8_t *data, size_t nr, bool *has_loss)
{
	int fd = memfd_create("trace", MFD_CLOEXEC), n, i, events = 0;
	uint64_t complete_ns = 0, last_ns = 0;
	struct source_file file = { .name = "trace", .fd = fd, .nr_bytes = nr };
	struct source *src = NULL;
	struct error err = { 0 };
	struct event ev[16];

	*has_loss = false;
	assert_int_equal(write(fd, data, nr), nr);
	if (perfetto_opener.open(&src, &file, &err)) {
		assert_true(err.msg[0] && !strchr(err.msg, '\n'));
		return -1;
	}
	do {
		n = src->ops->next_batch(src, 0, ev, 16, &complete_ns, &err);
		assert_in_range(n, 0, 16);
		for (i = 0; i < n; i++) {
			assert_true(ev[i].time_ns >= last_ns && ev[i].time_ns <= INT64_MAX);
			assert_in_range(ev[i].id, 0, NR_EVENTS - 1);
			last_ns = ev[i].time_ns;
			*has_loss |= ev[i].id == EVENT_LOSS;
			events += !event_is_made(ev[i].id);
		}
	} while (complete_ns != LANE_ENDED);
	source_close(src);
	return events;
}

static void whole(void **state)
{
	unsigned int kind;
	bool has_loss;

	(void)state;
	for (kind = 0; kind < NR_KINDS; kind++) {
		struct bytes b = make(kind);

		assert_int_equal(read_all(b.data, b.nr, &has_loss), 6);
		assert_true(has_loss);
		free(b.data);
	}
}

static void cut_at_every_byte(void **state)
{
	unsigned int kind;

	(void)state;
	for (kind = 0; kind < NR_KINDS; kind++) {
		struct bytes b = make(kind);
		int before = 0, nr;
		bool has_loss;
		size_t at;

		for (at = 0; at < b.nr; at++) {
			nr = read_all(b.data, at, &has_loss);
			/* more bytes have no fewer events; what is missing is told */
			if (nr < 0)
				continue;
			assert_true(nr >= before && nr <= 6);
			before = nr;
		}
		free(b.data);
	}
}

static void mutated(void **state)
{
	unsigned int kind, i, k;
	struct random rnd = random_from(1);

	(void)state;
	for (kind = 0; kind < NR_KINDS; kind++) {
		struct bytes b = make(kind);
		uint8_t *copy = malloc(b.nr);
		bool has_loss;

		for (i = 0; i < NR_MUTATIONS / NR_KINDS; i++) {
			memcpy(copy, b.data, b.nr);
			for (k = 0; k <= random_below(&rnd, 3); k++)
				copy[random_below(&rnd, b.nr)] = random_below(&rnd, 256);
			read_all(copy, b.nr, &has_loss);
		}
		free(copy);
		free(b.data);
	}
}

/* GenericFtraceEvent without a name: it is not taken for an event, whichever number that has. */
static void an_event_without_a_name_is_none(void **state)
{
	const struct perfetto_described described = { 0 };
	struct bytes event = { 0 }, none = { 0 };
	struct perfetto_typed typed;
	struct event ev;
	uint64_t time_ns;

	(void)state;
	perfetto_typed(&typed);
	pf_number(&event, 1, 1000);
	pf_message(&event, 327, &none);
	assert_int_equal(perfetto_event(&typed, &described, cursor_of(event.data, event.nr), &ev,
					&time_ns),
			 -EBADMSG);
	free(event.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(cut_at_every_byte),
		cmocka_unit_test(mutated),
		cmocka_unit_test(an_event_without_a_name_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
