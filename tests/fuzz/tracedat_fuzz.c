// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of any content as trace-cmd files: opened, read lane by lane, through
 * the decoder. libtracecmd and libtraceevent parse most of it.
 *
 * With -DMAKE_SEED the program writes a small valid file to stdout instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/tracedat_source.h"
#include "tests/unit/trace_dat.h"

#ifdef MAKE_SEED

int main(void)
{
	struct dat_page page[2] = { { .nr_missed = 3 } };
	struct bytes b;

	dat_page_contention(&page[0], 1000, ID_CONTENTION_BEGIN, 100, 0x1000, 4);
	dat_page_contention(&page[0], 2000, ID_CONTENTION_END, 100, 0x1000, 0);
	dat_page_contention(&page[1], 1500, ID_CONTENTION_BEGIN, 101, 0x1000, 2);
	b = dat_file(page, 2);
	dat_pages_free(page, 2);
	return fwrite(b.data, 1, b.nr, stdout) != b.nr;
}

#else

/* A page holds far fewer; more than that is a loop. */
#define MAX_EVENTS 1000000

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_lane(struct source *src, unsigned int lane)
{
	struct event ev[64];
	struct error err = { 0 };
	uint64_t complete_ns = 0, nr = 0;
	int n;

	do {
		n = src->ops->next_batch(src, lane, ev, 64, &complete_ns, &err);
		if (n > 64 || (n < 0 && !err.msg[0]))
			abort();
		nr += n > 0 ? n : 0;
	} while (n >= 0 && complete_ns != LANE_ENDED && nr < MAX_EVENTS);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("trace.dat", MFD_CLOEXEC);
	struct source *src = NULL;
	struct error err = { 0 };
	char path[64];
	unsigned int i;

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (!tracedat_source_open(&src, path, &err)) {
		for (i = 0; i < src->nr_lanes && i < 8; i++)
			read_lane(src, i);
		source_close(src);
	} else if (!err.msg[0]) {
		abort();
	}
	close(fd);
	return 0;
}

#endif
