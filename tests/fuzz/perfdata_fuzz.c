// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of any content as perf.data: opened, scanned, sorted and read through the
 * decoder. libtraceevent parses the formats, libzstd what is compressed.
 *
 * With -DMAKE_SEED the program writes a small valid file to stdout instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/perfdata_source.h"
#include "tests/unit/perf_data.h"

#ifdef MAKE_SEED

/* MAKE_SEED KIND: file mode, pipe mode, compressed, without identifiers */
int main(int argc, char **argv)
{
	static const struct perf_data kinds[] = {
		{ .clock = 2, .release = "6.1.0", .anchor = 0xffffffff81000000 },
		{ .is_pipe = true, .release = "6.1.0" },
		{ .is_pipe = true, .zstd = true },
		{ .no_identifier = true },
	};
	struct perf_data p = kinds[(argc > 1 ? atoi(argv[1]) : 0) % 4];
	const struct perf_at a = { 0, 1000, 100, 100 }, b = { 1, 1500, 100, 101 },
			     c = { 0, 2000, 100, 100 }, none = { 0, 0, 100, 100 };
	char begin[] = "lock_addr=0x1000 flags=4", again[] = "lock_addr=0x1000 flags=2",
	     end[] = "lock_addr=0x1000";
	struct bytes out;

	perf_comm(&p, &none, "mover", false);
	perf_event(&p, &a, "contention_begin", begin, "0xffffffff81000010,0xffffffff81001010");
	perf_round(&p);
	perf_life(&p, PERF_RECORD_FORK, &b, 100, 102);
	perf_lost(&p, PERF_RECORD_LOST, &b, 3);
	perf_event(&p, &b, "contention_begin", again, NULL);
	perf_event(&p, &c, "contention_end", end, NULL);
	perf_round(&p);
	perf_lost(&p, PERF_RECORD_LOST_SAMPLES, &none, 5);
	out = perf_bytes(&p);
	perf_free(&p);
	return fwrite(out.data, 1, out.nr, stdout) != out.nr;
}

#else

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An input's events come from it: it has no more of them than bytes, if nothing is compressed. */
#define MAX_EVENTS 1000000

static void read_all(struct source *src)
{
	struct event ev[64];
	struct error err = { 0 };
	uint64_t complete_ns = 0, last_ns = 0, nr = 0;
	int n, i;

	do {
		n = src->ops->next_batch(src, 0, ev, 64, &complete_ns, &err);
		if (n > 64 || (n < 0 && !err.msg[0]))
			abort();
		for (i = 0; i < n; i++) {
			/* in the order of time, of a known kind, and no later than what is complete */
			if (ev[i].time_ns < last_ns || ev[i].id >= NR_EVENTS ||
			    ev[i].time_ns > INT64_MAX)
				abort();
			last_ns = ev[i].time_ns;
		}
		if (complete_ns < last_ns)
			abort();
		nr += n > 0 ? n : 0;
	} while (n >= 0 && complete_ns != LANE_ENDED && nr < MAX_EVENTS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("perf.data", MFD_CLOEXEC);
	struct source_file file = { .name = "perf.data", .fd = fd, .nr_bytes = size };
	struct source *src = NULL;
	struct error err = { 0 };

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!perfdata_opener.open(&src, &file, &err)) {
		read_all(src);
		source_close(src);
	} else if (!err.msg[0]) {
		abort();
	}
	return 0;
}

#endif
