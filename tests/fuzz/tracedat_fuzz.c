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

/* MAKE_SEED KIND: one of several word sizes, byte orders and versions */
int main(int argc, char **argv)
{
	static const struct dat kinds[] = {
		{ .version = 6 },
		{ .long_bytes = 4, .clock = "local" },
		{ .big_endian = true, .clock = "x86-tsc", .mult = 1431655765, .shift = 32 },
		{ .version = 7, .long_bytes = 4, .big_endian = true, .clock = "mono" },
	};
	struct dat d = kinds[(argc > 1 ? atoi(argv[1]) : 0) % 4];
	struct bytes b;

	d.nr_cpus = 2;
	d.nr_buffers = 2;
	d.buffer[1].name = "other";
	d.buffer[0].cpu[0].nr_missed = 3;
	dat_event(&d, 0, 0, 1000, 100, "contention_begin", "lock_addr=0x1000 flags=4");
	dat_event(&d, 0, 0, 1001, 100, "kernel_stack", "caller=0xc1000000,0xc1001000");
	dat_event(&d, 0, 0, 2000, 100, "contention_end", "lock_addr=0x1000");
	dat_event(&d, 1, 1, 1500, 101, "contention_begin", "lock_addr=0x1000 flags=2");
	b = dat_bytes(&d);
	dat_free(&d);
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
