/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One FtraceEvent to struct event: protos/perfetto/trace/ftrace/ftrace_event.proto.
 *
 * Perfetto has a message of its own for many events. The others, those of locks among
 * them, come in one of two ways: since v50 as a message that the bundle describes
 * (GenericEventDescriptor), before as GenericFtraceEvent, with names as texts.
 */
#ifndef RMAPSCOPE_PERFETTO_EVENTS_H
#define RMAPSCOPE_PERFETTO_EVENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/decode.h"
#include "collector/event.h"
#include "collector/proto.h"

/* FtraceEvent's fields from here on are described in the bundle. */
#define PERFETTO_DESCRIBED 65536

/* No message of ours has a field of a higher number. */
#define PERFETTO_MAX_FIELDS 32

/* Which fields of a message go where. */
struct perfetto_layout {
	uint32_t message; /* its number in FtraceEvent */
	uint8_t id;	  /* enum event_id; NR_EVENTS: none of ours */
	const struct field_def *field[PERFETTO_MAX_FIELDS]; /* by number; NULL: not read */
};

/* The layouts that a bundle describes. At most so many; events.def has fewer events. */
#define PERFETTO_MAX_DESCRIBED 64

struct perfetto_described {
	struct perfetto_layout layout[PERFETTO_MAX_DESCRIBED];
	unsigned int nr;
};

/* The layouts of messages that Perfetto knows; made once. */
struct perfetto_typed {
	struct perfetto_layout layout[16];
	unsigned int nr;
};

void perfetto_typed(struct perfetto_typed *t);

/* perfetto_describe - one more GenericEventDescriptor; false: it makes no sense */
bool perfetto_describe(struct perfetto_described *d, struct cursor descriptor);

/*
 * perfetto_event - FtraceEvent @c
 * @time_ns: set to its time, also where it is none of ours
 *
 * Fills @ev but for its CPU, and leaves times in the clock of the bundle. Returns 1, 0
 * when the event is none of ours, or -EBADMSG.
 */
int perfetto_event(const struct perfetto_typed *t, const struct perfetto_described *d,
		   struct cursor c, struct event *ev, uint64_t *time_ns);

/* The event of this name; @group may be NULL; NR_EVENTS: none of ours. */
enum event_id perfetto_event_id(const char *group, const char *name);

#endif
