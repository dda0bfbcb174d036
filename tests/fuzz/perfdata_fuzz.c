// SPDX-License-Identifier: GPL-2.0-only
/*
 * Files of any content as perf.data: opened, scanned, sorted and read through the
 * decoder. libtraceevent parses the formats, libzstd what is compressed.
 *
 * With -DMAKE_SEED the program writes a small valid file to stdout instead.
 */
#include <stdio.h>
#include <stdlib.h>

#include "collector/perfdata_source.h"
#include "tests/fuzz/one_lane.h"
#include "tests/unit/perf_data.h"

#ifdef MAKE_SEED

/* MAKE_SEED KIND: file mode, pipe mode, compressed, without identifiers */
int main(int argc, char **argv)
{
	static const struct perf_data kinds[] = {
		{ .clock = 2, .release = "6.1.0", .anchor = 0xffffffff81000000 },
		{ .is_pipe = true,
		  .release = "6.1.0",
		  .frequency = 499,
		  .kallsyms = "ffffffff81000000 t rwsem_down_write_slowpath\n"
			      "ffffffff81001000 T down_write\n" },
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
	perf_sample(&p, PERF_CLOCK, &b, "0xffffffff81000010,0xffffffff81001010", NULL, 0);
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_as_file(&perfdata_opener, data, size);
	return 0;
}

#endif
