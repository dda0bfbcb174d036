/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What of a TracePacket is read: protos/perfetto/trace/trace_packet.proto of Perfetto.
 */
#ifndef RMAPSCOPE_PERFETTO_PACKET_H
#define RMAPSCOPE_PERFETTO_PACKET_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/proto.h"

/* Fields of a packet. */
enum {
	PERFETTO_BUNDLE = 1,
	PERFETTO_PROCESS_TREE = 2,
	PERFETTO_CLOCKS = 6,
	PERFETTO_TIMESTAMP = 8,
	PERFETTO_PROCESS_STATS = 9,
	PERFETTO_SEQUENCE = 10,
	PERFETTO_TRACK_EVENT = 11,
	PERFETTO_INTERNED = 12,
	PERFETTO_FLAGS = 13,
	PERFETTO_CONFIG = 33,
	PERFETTO_FTRACE_STATS = 34,
	PERFETTO_TRACE_STATS = 35,
	PERFETTO_CLEARED = 41,
	PERFETTO_DROPPED = 42,
	PERFETTO_THREAD = 44,
	PERFETTO_SYSTEM = 45,
	PERFETTO_ZIPPED = 50,
	PERFETTO_CLOCK_ID = 58,
	PERFETTO_DEFAULTS = 59,
	PERFETTO_TRACK = 60,
	PERFETTO_FRAME = 76,
	PERFETTO_PID = 79,
	PERFETTO_FIRST = 87,
	PERFETTO_ZSTD = 133,
};

struct perfetto_packet {
	uint32_t sequence;	/* of the writer; packets are in order within it only */
	uint64_t time_ns;	/* of clock_id; 0: unknown */
	uint32_t clock_id;	/* 0: that of the sequence, or boot time: perfetto_sequence.h */
	bool has_time;		/* it may be 0 in a clock of the sequence */
	bool cleared;		/* what was interned before is not referred to any more */
	bool refers;		/* it makes no sense without what came since then */
	bool dropped;		/* packets of the sequence are missing before it */
	bool first;		/* there was none before */
	int32_t pid;		/* of the writer's process, as the recorder knows it; 0: unknown */
	uint32_t what;		/* PERFETTO_*: which message it holds; 0: none that is read */
	struct cursor body;	/* of that */
	struct cursor names;	/* InternedData; empty: none */
	struct cursor defaults; /* TracePacketDefaults; empty: none */
};

/* Returns false if the packet is invalid, with the fields before the invalid one. */
bool perfetto_packet(struct cursor c, struct perfetto_packet *p);

/* Whether a packet may begin with a field of this tag. */
bool perfetto_packet_tag(uint64_t tag);

#endif
