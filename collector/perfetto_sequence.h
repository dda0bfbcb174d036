/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What holds for the packets of one sequence of a Perfetto trace, which has one writer:
 * the clock and the track of those that name none (TracePacketDefaults), and the clocks
 * that only the sequence has (ClockSnapshot). Programs use a clock of their own whose
 * times are what passed since the packet before: a missing packet makes it unknown.
 */
#ifndef RMAPSCOPE_PERFETTO_SEQUENCE_H
#define RMAPSCOPE_PERFETTO_SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/perfetto_packet.h"

/* A program uses two; more are not known. */
#define PERFETTO_OWN_CLOCKS 4

/* A clock of a sequence. */
struct perfetto_own_clock {
	uint64_t id;
	bool adds_up;
	uint32_t base_id;	     /* BuiltinClock that a ClockSnapshot told beside it */
	uint64_t base_ns;	     /* time of that */
	uint64_t base, now, unit_ns; /* own time then, and of the last packet; in units */
};

struct perfetto_sequence {
	bool began;	   /* what packets refer to is known */
	uint32_t clock_id; /* of packets that name none; 0: boot time */
	uint64_t track;	   /* uuid, likewise; 0: none */
	struct perfetto_own_clock clock[PERFETTO_OWN_CLOCKS];
	unsigned int nr_clocks;
};

/* Packet @p, each of the sequence in the order of the file, before its own time is asked. */
void perfetto_sequence_packet(struct perfetto_sequence *seq, const struct perfetto_packet *p);

/*
 * perfetto_sequence_time - the time of packet @p, asked once of each
 * @clock_id, @time_ns: set, for perfetto_clock_boot()
 *
 * Returns false where it has none, or its clock is not known.
 */
bool perfetto_sequence_time(struct perfetto_sequence *seq, const struct perfetto_packet *p,
			    uint32_t *clock_id, uint64_t *time_ns);

#endif
