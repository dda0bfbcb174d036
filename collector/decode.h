/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Decode raw records of the ring buffer into struct event.
 *
 * All offsets are resolved once, from libtraceevent's formats; a record then
 * costs a table look-up and a few copies, no name look-up, no allocation.
 * The layouts are read-only after decoder_init() and shared by all readers.
 */
#ifndef RMAPSCOPE_DECODE_H
#define RMAPSCOPE_DECODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/kstack.h"
#include "lib/error.h"

struct tep_handle;

#define DECODE_MAX_FIELDS 9

/* A field of events.def: its name in the event's format, and where it goes in struct event. */
struct field_def {
	const char *name;
	uint16_t to, to_bytes;
	bool need;
};

/* An event of events.def; those without a name are made by a source. */
struct event_def {
	const char *system, *name;
	const char *stack_field;
	struct field_def field[DECODE_MAX_FIELDS + 1]; /* ends with one without a name */
};

extern const struct event_def event_defs[NR_EVENTS];

/* Where one field of a record goes in struct event. */
struct field_move {
	uint16_t from, from_bytes;
	uint16_t to, to_bytes;
	bool is_signed;
};

struct event_layout {
	uint8_t id; /* enum event_id */
	uint8_t nr_fields;
	uint16_t min_bytes; /* shorter records are damaged */
	struct field_move field[DECODE_MAX_FIELDS];
	uint16_t stack_count_at; /* kernel_stack only */
	uint16_t stack_frames_at;
	uint16_t stack_frame_bytes;
};

struct decoder {
	const struct event_layout **by_type; /* [nr_types], NULL: not ours */
	uint32_t nr_types;
	struct event_layout layout[NR_EVENTS];
	bool has[NR_EVENTS]; /* this input's kernel has the event */
	uint16_t type_at, flags_at, pid_at;
	uint16_t common_bytes;
	bool swap; /* the input is of the other byte order */
};

/*
 * decoder_init - resolve every event of events.def that @tep knows
 *
 * A missing event is a capability (has[] stays false), not an error. Any word size
 * and byte order is supported: the formats have all sizes.
 */
int decoder_init(struct decoder *dec, struct tep_handle *tep, struct error *err);
void decoder_free(struct decoder *dec);

/*
 * decode - one record into @ev
 *
 * @data, @size: the record without its ring-buffer header.
 * Returns 1 when @ev was filled, 0 when the record is none of ours, -EBADMSG
 * when it is shorter than its format says, -ENOMEM for a new stack.
 */
int decode(const struct decoder *dec, struct kstack_table *stacks, const void *data, size_t size,
	   uint64_t time_ns, uint16_t cpu, struct event *ev);

/* "lock:contention_begin" parts for messages and for enabling events. */
const char *event_system(enum event_id id);
const char *event_name(enum event_id id);

#endif
