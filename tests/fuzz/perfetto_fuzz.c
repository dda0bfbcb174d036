// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of any content as Perfetto traces: opened, scanned, sorted and read. zlib and
 * libzstd read what is compressed.
 *
 * With -DMAKE_SEED the program writes a small valid file to stdout instead.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "collector/perfetto_source.h"
#include "collector/source_file.h"
#include "tests/unit/perfetto_trace.h"

#ifdef MAKE_SEED

/* MAKE_SEED KIND: compact and described, typed and texts, compressed by either */
int main(int argc, char **argv)
{
	static const struct pf kinds[] = {
		{ .release = "6.1.0" },
		{ .typed = true, .texts = true, .boot_ahead_ns = 5000000 },
		{ .zip = true, .suspended_ns = 7000000 },
		{ .zstd = true, .clock = 4 },
	};
	struct pf p = kinds[(argc > 1 ? atoi(argv[1]) : 0) % 4];
	struct bytes out;

	pf_process(&p, 100, "/usr/bin/mover");
	pf_thread(&p, 101, 100, "mover/1");
	pf_asked(&p, "lock/contention_begin");
	pf_event(&p, 0, 1000, 100, "contention_begin", "lock_addr=0x1000 flags=4");
	pf_event(&p, 0, 1100, 100, "sched_switch", "prev_state=2 next_pid=0 next_comm=idle");
	pf_event(&p, 1, 1200, 101, "sched_waking", "pid=100 comm=mover");
	pf_event(&p, 1, 1201, 101, "sched_blocked_reason", "pid=100 caller=folio_wait_bit_common");
	pf_pass(&p);
	p.cpu[1].lost = true;
	pf_event(&p, 1, 1900, 101, "task_newtask", "pid=102 comm=new clone_flags=0x10100");
	pf_event(&p, 1, 2000, 100, "contention_end", "lock_addr=0x1000");
	pf_stats(&p, 1, 5);
	pf_discarded(&p, 1);
	out = pf_bytes(&p);
	pf_free(&p);
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
	int fd = memfd_create("trace", MFD_CLOEXEC);
	struct source_file file = { .name = "trace", .fd = fd, .nr_bytes = size };
	struct source *src = NULL;
	struct error err = { 0 };

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	if (!perfetto_opener.open(&src, &file, &err)) {
		read_all(src);
		source_close(src);
	} else if (!err.msg[0]) {
		abort();
	}
	return 0;
}

#endif
