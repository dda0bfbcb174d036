/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The packets of a Perfetto trace: tracks, and slices and flows on them
 * (protos/perfetto/trace of Perfetto; https://perfetto.dev/docs/reference/synthetic-track-event).
 *
 * A track is named by a uuid of 64 bits. A packet is written when it is complete.
 */
#ifndef RMAPSCOPE_PERFETTO_PACKETS_H
#define RMAPSCOPE_PERFETTO_PACKETS_H

#include <stdio.h>

#include "analysis/table.h"
#include "lib/proto_out.h"

/* Clocks that have a number in a trace (BuiltinClock). */
enum packet_clock {
	PACKET_CLOCK_REALTIME = 1,
	PACKET_CLOCK_MONOTONIC = 3,
	PACKET_CLOCK_MONOTONIC_RAW = 5,
	PACKET_CLOCK_BOOTTIME = 6,
	PACKET_CLOCK_PERF = 10,
};

struct packets {
	FILE *f;
	enum packet_clock clock; /* of all times */
	bool any;		 /* a packet was written */
	struct proto_out out;	 /* private */
	size_t packet, event;	 /* private: where the present ones begin */
};

/*
 * packets_clock - say what the times mean
 * @at_ns: a time of the clock
 * @wall_ns: the same time since 1970; 0: unknown
 * @boot_ns: the same time of CLOCK_BOOTTIME; 0: unknown
 */
void packets_clock(struct packets *p, int64_t at_ns, int64_t wall_ns, int64_t boot_ns);

void packets_process(struct packets *p, uint64_t uuid, int64_t pid, const char *name);
void packets_thread(struct packets *p, uint64_t uuid, int64_t pid, int64_t tid, const char *name);

/* A track of another kind. @parent: uuid of the track that it belongs to; 0: none. */
void packets_track(struct packets *p, uint64_t uuid, uint64_t parent, const char *name);

enum packet_event_type {
	PACKET_BEGIN = 1, /* of a slice; the latest one of a track ends first */
	PACKET_END = 2,
	PACKET_INSTANT = 3,
};

struct packet_event {
	enum packet_event_type type;
	uint64_t track;
	int64_t time_ns;
	const char *name, *category; /* not of PACKET_END */
	uint64_t flow;		     /* that begins here; 0: none */
	uint64_t flow_end;	     /* that ends here; 0: none */
};

/* Begin an event; then packets_annotate() any times; then packets_event_end(). */
void packets_event(struct packets *p, const struct packet_event *event);
void packets_annotate(struct packets *p, const struct column *col, const struct cell *cell);
void packets_event_end(struct packets *p);

/* Free the memory. Returns 0, or -ENOMEM if a packet is missing. */
int packets_free(struct packets *p);

#endif
