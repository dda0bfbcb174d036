// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/output/perfetto_packets.h"

#include <errno.h>
#include <string.h>

#include "lib/text.h"

/* Fields of the messages. */
enum {
	TRACE_PACKET = 1,

	PACKET_CLOCK_SNAPSHOT = 6,
	PACKET_TIMESTAMP = 8,
	PACKET_SEQUENCE = 10,
	PACKET_TRACK_EVENT = 11,
	PACKET_SEQUENCE_FLAGS = 13,
	PACKET_TIMESTAMP_CLOCK = 58,
	PACKET_TRACK_DESCRIPTOR = 60,

	SNAPSHOT_CLOCK = 1,
	SNAPSHOT_PRIMARY = 2,
	CLOCK_ID = 1,
	CLOCK_TIMESTAMP = 2,

	TRACK_UUID = 1,
	TRACK_NAME = 2,
	TRACK_PROCESS = 3,
	TRACK_THREAD = 4,
	TRACK_PARENT = 5,
	PROCESS_PID = 1,
	PROCESS_NAME = 6,
	THREAD_PID = 1,
	THREAD_TID = 2,
	THREAD_NAME = 5,

	EVENT_ANNOTATION = 4,
	EVENT_TYPE = 9,
	EVENT_TRACK = 11,
	EVENT_CATEGORY = 22,
	EVENT_NAME = 23,
	EVENT_FLOW = 47,
	EVENT_FLOW_END = 48,

	ANNOTATION_INT = 4,
	ANNOTATION_DOUBLE = 5,
	ANNOTATION_TEXT = 6,
	ANNOTATION_POINTER = 7,
	ANNOTATION_NAME = 10,
};

/* All packets are of one writer. */
#define SEQUENCE 1

/* SEQ_INCREMENTAL_STATE_CLEARED: what the writer said before does not matter. */
#define STATE_CLEARED 1

#define SHOWN_LEN 256

static void put_shown(struct proto_out *out, uint32_t field, const char *text)
{
	char shown[SHOWN_LEN];

	proto_put_text(out, field, text_shown(shown, sizeof(shown), text));
}

static void begin_packet(struct packets *p)
{
	proto_reset(&p->out);
	p->packet = proto_begin(&p->out, TRACE_PACKET);
	proto_put_number(&p->out, PACKET_SEQUENCE, SEQUENCE);
	if (!p->any)
		proto_put_number(&p->out, PACKET_SEQUENCE_FLAGS, STATE_CLEARED);
	p->any = true;
}

static void end_packet(struct packets *p)
{
	proto_end(&p->out, p->packet);
	if (!p->out.failed)
		fwrite(p->out.bytes, 1, p->out.nr, p->f);
}

static void put_clock(struct packets *p, enum packet_clock clock, int64_t ns)
{
	size_t at = proto_begin(&p->out, SNAPSHOT_CLOCK);

	proto_put_number(&p->out, CLOCK_ID, clock);
	proto_put_number(&p->out, CLOCK_TIMESTAMP, ns);
	proto_end(&p->out, at);
}

void packets_clock(struct packets *p, int64_t at_ns, int64_t wall_ns, int64_t boot_ns)
{
	size_t at;

	begin_packet(p);
	at = proto_begin(&p->out, PACKET_CLOCK_SNAPSHOT);
	put_clock(p, p->clock, at_ns);
	if (wall_ns > 0 && p->clock != PACKET_CLOCK_REALTIME)
		put_clock(p, PACKET_CLOCK_REALTIME, wall_ns);
	if (boot_ns > 0 && p->clock != PACKET_CLOCK_BOOTTIME)
		put_clock(p, PACKET_CLOCK_BOOTTIME, boot_ns);
	proto_put_number(&p->out, SNAPSHOT_PRIMARY, p->clock);
	proto_end(&p->out, at);
	end_packet(p);
}

static size_t begin_track(struct packets *p, uint64_t uuid)
{
	size_t at;

	begin_packet(p);
	at = proto_begin(&p->out, PACKET_TRACK_DESCRIPTOR);
	proto_put_number(&p->out, TRACK_UUID, uuid);
	return at;
}

void packets_process(struct packets *p, uint64_t uuid, int64_t pid, const char *name)
{
	size_t track = begin_track(p, uuid), process = proto_begin(&p->out, TRACK_PROCESS);

	proto_put_number(&p->out, PROCESS_PID, pid);
	put_shown(&p->out, PROCESS_NAME, name);
	proto_end(&p->out, process);
	proto_end(&p->out, track);
	end_packet(p);
}

void packets_thread(struct packets *p, uint64_t uuid, int64_t pid, int64_t tid, const char *name)
{
	size_t track = begin_track(p, uuid), thread = proto_begin(&p->out, TRACK_THREAD);

	proto_put_number(&p->out, THREAD_PID, pid);
	proto_put_number(&p->out, THREAD_TID, tid);
	put_shown(&p->out, THREAD_NAME, name);
	proto_end(&p->out, thread);
	proto_end(&p->out, track);
	end_packet(p);
}

void packets_track(struct packets *p, uint64_t uuid, uint64_t parent, const char *name)
{
	size_t track = begin_track(p, uuid);

	put_shown(&p->out, TRACK_NAME, name);
	if (parent)
		proto_put_number(&p->out, TRACK_PARENT, parent);
	proto_end(&p->out, track);
	end_packet(p);
}

void packets_event(struct packets *p, const struct packet_event *event)
{
	begin_packet(p);
	proto_put_number(&p->out, PACKET_TIMESTAMP, event->time_ns);
	proto_put_number(&p->out, PACKET_TIMESTAMP_CLOCK, p->clock);
	p->event = proto_begin(&p->out, PACKET_TRACK_EVENT);
	proto_put_number(&p->out, EVENT_TYPE, event->type);
	proto_put_number(&p->out, EVENT_TRACK, event->track);
	if (event->category)
		proto_put_text(&p->out, EVENT_CATEGORY, event->category);
	if (event->name)
		put_shown(&p->out, EVENT_NAME, event->name);
	if (event->flow)
		proto_put_fixed64(&p->out, EVENT_FLOW, event->flow);
	if (event->flow_end)
		proto_put_fixed64(&p->out, EVENT_FLOW_END, event->flow_end);
}

void packets_annotate(struct packets *p, const struct column *col, const struct cell *cell)
{
	size_t at;

	if (cell->type == CELL_NULL)
		return;
	at = proto_begin(&p->out, EVENT_ANNOTATION);
	proto_put_text(&p->out, ANNOTATION_NAME, col->name);
	if (cell->type == CELL_TEXT)
		put_shown(&p->out, ANNOTATION_TEXT, cell->text);
	else if (cell->type == CELL_REAL)
		proto_put_double(&p->out, ANNOTATION_DOUBLE, cell->r);
	else
		proto_put_number(&p->out,
				 col->unit == UNIT_ADDRESS ? ANNOTATION_POINTER : ANNOTATION_INT,
				 cell->i);
	proto_end(&p->out, at);
}

void packets_event_end(struct packets *p)
{
	proto_end(&p->out, p->event);
	end_packet(p);
}

int packets_free(struct packets *p)
{
	const bool failed = p->out.failed;

	proto_free(&p->out);
	return failed ? -ENOMEM : 0;
}
