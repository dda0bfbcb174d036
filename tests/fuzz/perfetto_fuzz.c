// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of any content as Perfetto traces: opened, scanned, sorted and read. zlib and
 * libzstd read what is compressed.
 *
 * With -DMAKE_SEED the program writes a small valid file to stdout instead.
 */
#include <stdio.h>
#include <stdlib.h>

#include "collector/perfetto_source.h"
#include "tests/fuzz/one_lane.h"
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
	pf_event(&p, 0, 1000, 100, "print", "B|100|doFrame");
	pf_event(&p, 0, 1000, 100, "contention_begin", "lock_addr=0x1000 flags=4");
	pf_event(&p, 0, 1100, 100, "sched_switch", "prev_state=2 next_pid=0 next_comm=idle");
	pf_event(&p, 1, 1200, 101, "sched_waking", "pid=100 comm=mover");
	pf_event(&p, 1, 1201, 101, "sched_blocked_reason", "pid=100 caller=folio_wait_bit_common");
	pf_pass(&p);
	p.cpu[1].lost = true;
	pf_event(&p, 1, 1900, 101, "task_newtask", "pid=102 comm=new clone_flags=0x10100");
	pf_event(&p, 1, 2000, 100, "contention_end", "lock_addr=0x1000");
	pf_stats(&p, 1, 5);
	pf_frame(&p, 900, "expected-surface",
		 "cookie=1 token=5 display_token=6 pid=100 layer=app#1");
	pf_frame(&p, 1500, "end", "cookie=1");
	pf_frame(&p, 950, "actual-surface",
		 "cookie=2 token=5 display_token=6 pid=100 layer=app#1 present=2 on_time=0 jank=64");
	pf_frame(&p, 960, "actual-display", "cookie=3 token=6 pid=7 present=4 on_time=1 jank=1024");
	pf_frame(&p, 1800, "end", "cookie=2");
	pf_discarded(&p, 1);
	pf_tracks(&p);
	out = pf_bytes(&p);
	pf_free(&p);
	return fwrite(out.data, 1, out.nr, stdout) != out.nr;
}

#else

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_as_file(&perfetto_opener, data, size);
	return 0;
}

#endif
