/* SPDX-License-Identifier: GPL-2.0-only */
/* What the fuzzers of sources with one lane share: an input is opened and read to its end. */
#ifndef RMAPSCOPE_TESTS_FUZZ_ONE_LANE_H
#define RMAPSCOPE_TESTS_FUZZ_ONE_LANE_H

#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/source.h"
#include "collector/source_file.h"

/* An input's events come from it: it has no more of them than bytes, if nothing is compressed. */
#define MAX_EVENTS 1000000

static inline void read_all(struct source *src)
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

/* Open @data as a file, read it, and close it. Aborts where a promise of source.h is broken. */
static inline void read_as_file(const struct source_opener *opener, const uint8_t *data,
				size_t size)
{
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct source_file file = { .name = "trace", .fd = fd, .nr_bytes = size };
	struct source *src = NULL;
	struct error err = { 0 };

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!opener->open(&src, &file, &err)) {
		read_all(src);
		source_close(src);
	} else if (!err.msg[0]) {
		abort();
	}
}

#endif
