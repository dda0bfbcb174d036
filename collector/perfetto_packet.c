// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_packet.h"

/* SEQ_INCREMENTAL_STATE_CLEARED, SEQ_NEEDS_INCREMENTAL_STATE */
#define FLAG_CLEARED 1
#define FLAG_REFERS  2

bool perfetto_packet(struct cursor c, struct perfetto_packet *p)
{
	struct proto_field f;

	memset(p, 0, sizeof(*p));
	while (proto_next(&c, &f)) {
		switch (f.number) {
		case PERFETTO_TIMESTAMP:
			p->time_ns = f.value;
			p->has_time = true;
			break;
		case PERFETTO_CLOCK_ID:
			p->clock_id = f.value < UINT32_MAX ? f.value : UINT32_MAX;
			break;
		case PERFETTO_SEQUENCE:
			p->sequence = f.value;
			break;
		case PERFETTO_INTERNED:
			p->names = f.bytes;
			break;
		case PERFETTO_FLAGS:
			p->cleared |= f.value & FLAG_CLEARED;
			p->refers = f.value & FLAG_REFERS;
			break;
		case PERFETTO_DEFAULTS:
			p->defaults = f.bytes;
			break;
		case PERFETTO_PID:
			p->pid = f.value <= INT32_MAX ? f.value : 0;
			break;
		case PERFETTO_CLEARED:
			p->cleared |= f.value;
			break;
		case PERFETTO_DROPPED:
			p->dropped = f.value;
			break;
		case PERFETTO_FIRST:
			p->first = f.value;
			break;
		case PERFETTO_BUNDLE:
		case PERFETTO_PROCESS_TREE:
		case PERFETTO_CLOCKS:
		case PERFETTO_PROCESS_STATS:
		case PERFETTO_CONFIG:
		case PERFETTO_FTRACE_STATS:
		case PERFETTO_TRACE_STATS:
		case PERFETTO_SYSTEM:
		case PERFETTO_FRAME:
		case PERFETTO_TRACK_EVENT:
		case PERFETTO_THREAD:
		case PERFETTO_TRACK:
			p->what = f.number;
			p->body = f.bytes;
			break;
		default:
			break;
		}
	}
	return !c.bad;
}

/* Fields of a packet that are numbers; all others are messages, texts or bytes. */
static bool is_number(uint64_t field)
{
	static const uint8_t numbers[] = { 3, 8, 10, 13, 41, 42, 58, 79, 87, 98 };

	return memchr(numbers, field < 256 ? field : 0, sizeof(numbers));
}

bool perfetto_packet_tag(uint64_t tag)
{
	const uint64_t field = tag >> 3;

	return field && field < 1000 &&
	       (tag & 7) == (is_number(field) ? PROTO_VARINT : PROTO_BYTES);
}
