// SPDX-License-Identifier: GPL-2.0-only
#include "collector/decode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>

/* TRACE_FLAG_HARDIRQ and TRACE_FLAG_SOFTIRQ, include/linux/trace_events.h */
#define TRACE_FLAGS_IRQ (0x08 | 0x10)

struct field_def {
	const char *name;
	uint16_t to, to_bytes;
	bool need;
};

struct event_def {
	const char *system, *name;
	const char *stack_field;
	struct field_def field[DECODE_MAX_FIELDS + 1];
};

#define NEED true
#define MAY  false

static const struct event_def event_defs[NR_EVENTS] = {
#define EVENT(id, member, sys, nm) [EVENT_##id] = { .system = sys, .name = nm, .field = {
#define FIELD(member, fld, nm, need)                                                               \
	{ nm, offsetof(struct event, member.fld), sizeof(((struct event *)0)->member.fld), need },
#define END(id)                                                                                    \
	{                                                                                          \
		0                                                                                  \
	}                                                                                          \
	}                                                                                          \
	}                                                                                          \
	,
#define STACK(id, sys, nm, fld) [EVENT_##id] = { .system = sys, .name = nm, .stack_field = fld },
#include "collector/events.def"
#undef EVENT
#undef FIELD
#undef END
#undef STACK
};

const char *event_system(enum event_id id)
{
	return event_defs[id].system;
}

const char *event_name(enum event_id id)
{
	return event_defs[id].name;
}

static void reach(struct event_layout *lay, unsigned int end)
{
	if (end > lay->min_bytes)
		lay->min_bytes = end;
}

/* A damaged file's formats may say anything; no record is this long. */
static bool in_record(const struct tep_format_field *ff)
{
	return ff->offset >= 0 && ff->size >= 0 && ff->offset <= INT16_MAX && ff->size <= INT16_MAX;
}

/* Whether a field of the format can be copied to where events.def wants it. */
static bool can_move(const struct tep_format_field *ff, const struct field_def *fd)
{
	if (ff->flags & TEP_FIELD_IS_DYNAMIC || !in_record(ff))
		return false;
	if (fd->to_bytes == COMM_LEN)
		return ff->flags & TEP_FIELD_IS_ARRAY;
	return ff->size == 1 || ff->size == 2 || ff->size == 4 || ff->size == 8;
}

static bool layout_fields(struct event_layout *lay, const struct event_def *def,
			  struct tep_event *event)
{
	const struct field_def *fd;

	for (fd = def->field; fd->name; fd++) {
		struct tep_format_field *ff = tep_find_field(event, fd->name);
		struct field_move *mv = &lay->field[lay->nr_fields];

		if (!ff || !can_move(ff, fd)) {
			if (fd->need)
				return false;
			continue;
		}
		mv->from = ff->offset;
		mv->from_bytes = ff->size;
		mv->to = fd->to;
		mv->to_bytes = fd->to_bytes;
		mv->is_signed = ff->flags & TEP_FIELD_IS_SIGNED;
		lay->nr_fields++;
		reach(lay, ff->offset + ff->size);
	}
	return true;
}

static bool layout_stack(struct event_layout *lay, const struct event_def *def,
			 struct tep_event *event)
{
	struct tep_format_field *count = tep_find_field(event, "size");
	struct tep_format_field *frames = tep_find_field(event, def->stack_field);

	if (!frames || !count || count->size != 4 || !in_record(frames) || !in_record(count) ||
	    !frames->offset)
		return false;
	lay->stack_count_at = count->offset;
	lay->stack_frames_at = frames->offset;
	reach(lay, frames->offset);
	reach(lay, count->offset + count->size);
	return true;
}

static int map_type(struct decoder *dec, uint32_t type, const struct event_layout *lay)
{
	if (type >= dec->nr_types) {
		uint32_t nr = type + 1;
		const struct event_layout **grown;

		grown = realloc(dec->by_type, nr * sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		memset(grown + dec->nr_types, 0, (nr - dec->nr_types) * sizeof(*grown));
		dec->by_type = grown;
		dec->nr_types = nr;
	}
	dec->by_type[type] = lay;
	return 0;
}

static int max_int(int a, int b)
{
	return a > b ? a : b;
}

static bool find_common(struct decoder *dec, struct tep_event *event)
{
	struct tep_format_field *type = tep_find_common_field(event, "common_type");
	struct tep_format_field *flags = tep_find_common_field(event, "common_flags");
	struct tep_format_field *pid = tep_find_common_field(event, "common_pid");

	if (!type || type->size != 2 || !flags || flags->size != 1 || !pid || pid->size != 4 ||
	    !in_record(type) || !in_record(flags) || !in_record(pid))
		return false;
	dec->type_at = type->offset;
	dec->flags_at = flags->offset;
	dec->pid_at = pid->offset;
	dec->common_bytes = max_int(pid->offset + pid->size, max_int(type->offset + type->size,
								     flags->offset + flags->size));
	return true;
}

int decoder_init(struct decoder *dec, struct tep_handle *tep, struct error *err)
{
	unsigned int id;

	memset(dec, 0, sizeof(*dec));
	if (tep_is_file_bigendian(tep) != tep_is_local_bigendian(tep) ||
	    tep_get_long_size(tep) != sizeof(long))
		return error_set(err, -ENOTSUP,
				 "the capture comes from a machine of another byte order or word "
				 "size; import it on a machine like that one");

	for (id = 0; id < NR_EVENTS; id++) {
		const struct event_def *def = &event_defs[id];
		struct event_layout *lay = &dec->layout[id];
		struct tep_event *event;
		bool ok;

		if (!def->name)
			continue;
		event = tep_find_event_by_name(tep, def->system, def->name);
		/* common_type has 16 bits */
		if (!event || event->id < 0 || event->id > UINT16_MAX || !find_common(dec, event))
			continue;
		lay->id = id;
		lay->min_bytes = dec->common_bytes;
		ok = def->stack_field ? layout_stack(lay, def, event)
				      : layout_fields(lay, def, event);
		if (!ok)
			continue;
		if (map_type(dec, event->id, lay)) {
			decoder_free(dec);
			return error_set(err, -ENOMEM, "out of memory");
		}
		dec->has[id] = true;
	}
	return 0;
}

void decoder_free(struct decoder *dec)
{
	free(dec->by_type);
	dec->by_type = NULL;
	dec->nr_types = 0;
}

static uint64_t read_int(const uint8_t *from, unsigned int bytes, bool is_signed)
{
	switch (bytes) {
	case 1:
		return is_signed ? (uint64_t)(int8_t)*from : *from;
	case 2: {
		uint16_t v;

		memcpy(&v, from, sizeof(v));
		return is_signed ? (uint64_t)(int16_t)v : v;
	}
	case 4: {
		uint32_t v;

		memcpy(&v, from, sizeof(v));
		return is_signed ? (uint64_t)(int32_t)v : v;
	}
	default: {
		uint64_t v;

		memcpy(&v, from, sizeof(v));
		return v;
	}
	}
}

static void move_field(const struct field_move *mv, const uint8_t *data, uint8_t *ev)
{
	uint64_t v;

	if (mv->to_bytes == COMM_LEN) {
		memcpy(ev + mv->to, data + mv->from,
		       mv->from_bytes < COMM_LEN ? mv->from_bytes : COMM_LEN);
		ev[mv->to + COMM_LEN - 1] = '\0';
		return;
	}
	v = read_int(data + mv->from, mv->from_bytes, mv->is_signed);
	memcpy(ev + mv->to, &v, mv->to_bytes);
}

static int decode_stack(const struct event_layout *lay, struct kstack_table *stacks,
			const uint8_t *data, size_t size, struct event *ev)
{
	size_t room = (size - lay->stack_frames_at) / sizeof(uint64_t);
	uint32_t nr_frames;

	memcpy(&nr_frames, data + lay->stack_count_at, sizeof(nr_frames));
	if (nr_frames > room)
		return -EBADMSG;
	ev->stack = kstack_intern(stacks, data + lay->stack_frames_at, nr_frames);
	return ev->stack ? 1 : -ENOMEM;
}

int decode(const struct decoder *dec, struct kstack_table *stacks, const void *record, size_t size,
	   uint64_t time_ns, uint16_t cpu, struct event *ev)
{
	const uint8_t *data = record;
	const struct event_layout *lay;
	uint16_t type;
	unsigned int i;

	if (!dec->common_bytes)
		return 0;
	if (size < dec->common_bytes)
		return -EBADMSG;
	memcpy(&type, data + dec->type_at, sizeof(type));
	lay = type < dec->nr_types ? dec->by_type[type] : NULL;
	if (!lay)
		return 0;
	if (size < lay->min_bytes)
		return -EBADMSG;

	memset(ev, 0, sizeof(*ev));
	ev->time_ns = time_ns;
	ev->cpu = cpu;
	ev->id = lay->id;
	ev->in_irq = data[dec->flags_at] & TRACE_FLAGS_IRQ;
	memcpy(&ev->tid, data + dec->pid_at, sizeof(ev->tid));
	if (lay->stack_frames_at)
		return decode_stack(lay, stacks, data, size, ev);
	for (i = 0; i < lay->nr_fields; i++)
		move_field(&lay->field[i], data, (uint8_t *)ev);
	return 1;
}
