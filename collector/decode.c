// SPDX-License-Identifier: GPL-2.0-only
#include "collector/decode.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>

/* TRACE_FLAG_HARDIRQ and TRACE_FLAG_SOFTIRQ, include/linux/trace_events.h */
#define TRACE_FLAGS_IRQ (0x08 | 0x10)

#define NEED true
#define MAY  false

const struct event_def event_defs[NR_EVENTS] = {
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

/* Formats of a damaged file may hold any number; no record is longer than this. */
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
	int word = tep_get_long_size(event->tep);

	if (!frames || !count || count->size != 4 || !in_record(frames) || !in_record(count) ||
	    !frames->offset || (word != 4 && word != 8))
		return false;
	lay->stack_frame_bytes = word;
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
	dec->swap = tep_is_file_bigendian(tep) != tep_is_local_bigendian(tep);
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

/*
 * In the readers below, swap is a constant at each call, so the compiler removes the
 * test: reading a capture of this machine costs nothing for it.
 */
#define ALWAYS_INLINE inline __attribute__((always_inline))

static ALWAYS_INLINE uint16_t read_u16(const uint8_t *from, bool swap)
{
	uint16_t v;

	memcpy(&v, from, sizeof(v));
	return swap ? __builtin_bswap16(v) : v;
}

static ALWAYS_INLINE uint32_t read_u32(const uint8_t *from, bool swap)
{
	uint32_t v;

	memcpy(&v, from, sizeof(v));
	return swap ? __builtin_bswap32(v) : v;
}

static ALWAYS_INLINE uint64_t read_u64(const uint8_t *from, bool swap)
{
	uint64_t v;

	memcpy(&v, from, sizeof(v));
	return swap ? __builtin_bswap64(v) : v;
}

static ALWAYS_INLINE uint64_t read_int(const uint8_t *from, unsigned int bytes, bool is_signed,
				       bool swap)
{
	switch (bytes) {
	case 1:
		return is_signed ? (uint64_t)(int8_t)*from : *from;
	case 2: {
		uint16_t v = read_u16(from, swap);

		return is_signed ? (uint64_t)(int16_t)v : v;
	}
	case 4: {
		uint32_t v = read_u32(from, swap);

		return is_signed ? (uint64_t)(int32_t)v : v;
	}
	default:
		return read_u64(from, swap);
	}
}

/* Store the low @bytes of @v in the byte order of this machine. */
static ALWAYS_INLINE void write_int(uint8_t *to, unsigned int bytes, uint64_t v)
{
	const uint8_t *from = (const uint8_t *)&v;

	if (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__)
		from += sizeof(v) - bytes;
	memcpy(to, from, bytes);
}

static ALWAYS_INLINE void move_field(const struct field_move *mv, const uint8_t *data, uint8_t *ev,
				     bool swap)
{
	if (mv->to_bytes == COMM_LEN) {
		/* the usual length is a constant, which needs no call */
		if (mv->from_bytes == COMM_LEN)
			memcpy(ev + mv->to, data + mv->from, COMM_LEN);
		else
			memcpy(ev + mv->to, data + mv->from,
			       mv->from_bytes < COMM_LEN ? mv->from_bytes : COMM_LEN);
		ev[mv->to + COMM_LEN - 1] = '\0';
		return;
	}
	write_int(ev + mv->to, mv->to_bytes,
		  read_int(data + mv->from, mv->from_bytes, mv->is_signed, swap));
}

static ALWAYS_INLINE int decode_stack(const struct event_layout *lay, struct kstack_table *stacks,
				      const uint8_t *data, size_t size, struct event *ev, bool swap)
{
	size_t room = (size - lay->stack_frames_at) / lay->stack_frame_bytes;
	uint32_t nr_frames = read_u32(data + lay->stack_count_at, swap), i;
	uint64_t frame[KSTACK_MAX_FRAMES];

	if (nr_frames > room)
		return -EBADMSG;
	if (nr_frames > KSTACK_MAX_FRAMES)
		nr_frames = KSTACK_MAX_FRAMES;
	data += lay->stack_frames_at;
	if (!swap && lay->stack_frame_bytes == sizeof(*frame)) {
		ev->stack = kstack_intern(stacks, data, nr_frames);
	} else {
		for (i = 0; i < nr_frames; i++)
			frame[i] = read_int(data + i * lay->stack_frame_bytes,
					    lay->stack_frame_bytes, false, swap);
		ev->stack = kstack_intern(stacks, frame, nr_frames);
	}
	return ev->stack ? 1 : -ENOMEM;
}

/* In two parts: for the whole size GCC emits a "rep stos", which is slow to start. */
static ALWAYS_INLINE void clear(struct event *ev)
{
	const size_t half = sizeof(*ev) / 2;

	memset(ev, 0, half);
	memset((uint8_t *)ev + half, 0, sizeof(*ev) - half);
}

static ALWAYS_INLINE int decode_as(const struct decoder *dec, struct kstack_table *stacks,
				   const uint8_t *data, size_t size, struct event *ev, bool swap)
{
	const struct event_layout *lay;
	unsigned int i;
	uint16_t type;

	if (!dec->common_bytes)
		return 0;
	if (size < dec->common_bytes)
		return -EBADMSG;
	type = read_u16(data + dec->type_at, swap);
	lay = type < dec->nr_types ? dec->by_type[type] : NULL;
	if (!lay)
		return 0;
	if (size < lay->min_bytes)
		return -EBADMSG;

	clear(ev);
	ev->id = lay->id;
	ev->in_irq = data[dec->flags_at] & TRACE_FLAGS_IRQ;
	ev->tid = read_u32(data + dec->pid_at, swap);
	if (lay->stack_frames_at)
		return decode_stack(lay, stacks, data, size, ev, swap);
	for (i = 0; i < lay->nr_fields; i++)
		move_field(&lay->field[i], data, (uint8_t *)ev, swap);
	return 1;
}

int decode(const struct decoder *dec, struct kstack_table *stacks, const void *record, size_t size,
	   uint64_t time_ns, uint16_t cpu, struct event *ev)
{
	int ret = dec->swap ? decode_as(dec, stacks, record, size, ev, true)
			    : decode_as(dec, stacks, record, size, ev, false);

	if (ret > 0) {
		ev->time_ns = time_ns;
		ev->cpu = cpu;
	}
	return ret;
}
