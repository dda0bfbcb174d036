/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The clock of a Perfetto trace. Events of the kernel are in boot time, unless the
 * recorder used another clock. ClockSnapshots have the difference to CLOCK_MONOTONIC,
 * which is one number if the machine was not suspended meanwhile, and to the time of day.
 */
#ifndef RMAPSCOPE_PERFETTO_CLOCK_H
#define RMAPSCOPE_PERFETTO_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/proto.h"

struct perfetto_clock {
	bool known;
	uint32_t ftrace;	/* FtraceClock of the bundles; 0: boot time */
	unsigned int nr;	/* snapshots with both clocks */
	int64_t min_ns, max_ns; /* boot time less CLOCK_MONOTONIC */
	bool has_real;
	int64_t real_ns; /* CLOCK_REALTIME less boot time, at the first snapshot with both */
};

/* BuiltinClock; those of a sequence of packets are from PERFETTO_OWN_CLOCK on. */
enum {
	PERFETTO_CLOCK_REAL = 1,
	PERFETTO_CLOCK_MONO = 3,
	PERFETTO_CLOCK_BOOT = 6,
	PERFETTO_OWN_CLOCK = 64,
	PERFETTO_OWN_CLOCK_END = 128,
};

/* What a ClockSnapshot has of one clock. */
struct perfetto_reading {
	uint64_t clock_id;
	uint64_t time;	  /* in units */
	uint64_t unit_ns; /* 1 of BuiltinClock */
	bool adds_up;	  /* packets tell it as what passed since the packet before */
};

/* perfetto_reading - the next one of ClockSnapshot @snapshot; false: there is none */
bool perfetto_reading(struct cursor *snapshot, struct perfetto_reading *r);

/* One more ClockSnapshot. */
void perfetto_clock_snapshot(struct perfetto_clock *clk, struct cursor c);

/* Whether a bundle's clock is that of the others. */
bool perfetto_clock_fits(struct perfetto_clock *clk, uint32_t ftrace_clock);

/*
 * perfetto_clock_boot - time @time_ns of clock @id of a packet in boot time
 * @id: BuiltinClock; 0: boot time
 *
 * Returns false where that is not known.
 */
bool perfetto_clock_boot(const struct perfetto_clock *clk, uint32_t id, uint64_t time_ns,
			 uint64_t *boot_ns);

/*
 * perfetto_clock_name - the clock that the capture is stored in
 * @first_ns: of the events
 * @less_ns: set to what has to be taken from the times of the file
 *
 * Named as in tracefs. NULL: not known.
 */
const char *perfetto_clock_name(const struct perfetto_clock *clk, uint64_t first_ns,
				int64_t *less_ns);

#endif
