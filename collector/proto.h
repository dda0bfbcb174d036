/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read messages of Protocol Buffers field by field, without a schema
 * (https://protobuf.dev/programming-guides/encoding/).
 *
 * libprotobuf-c builds a tree of every message, with an allocation for each event, and
 * keeps the self-described events of Perfetto as unknown fields, which have to be read
 * by hand anyway. Here nothing is allocated or copied, and no read passes the end.
 */
#ifndef RMAPSCOPE_PROTO_H
#define RMAPSCOPE_PROTO_H

#include "collector/cursor.h"

/* How a field is stored. */
enum {
	PROTO_VARINT = 0,
	PROTO_FIXED64 = 1,
	PROTO_BYTES = 2, /* texts, bytes, messages, packed numbers */
	PROTO_FIXED32 = 5,
};

struct proto_field {
	uint32_t number;     /* 1 and up */
	uint8_t kind;	     /* PROTO_* */
	uint64_t value;	     /* of a number; 0 with PROTO_BYTES */
	struct cursor bytes; /* with PROTO_BYTES; else empty */
};

/* Likewise of varints that end; more than ten bytes, or the end before theirs, is bad. */
static inline uint64_t take_varint(struct cursor *c)
{
	const uint8_t *at = c->at;
	uint64_t v = 0;
	unsigned int shift;

	for (shift = 0; shift < 70 && at < c->end && !c->bad; shift += 7) {
		v |= shift < 64 ? (uint64_t)(*at & 0x7f) << shift : 0;
		if (!(*at++ & 0x80)) {
			c->at = at;
			return v;
		}
	}
	c->bad = true;
	return 0;
}

/*
 * proto_next - the next field of the message at @c
 *
 * Returns false at its end and where it makes no sense, which sets bad.
 */
static inline bool proto_next(struct cursor *c, struct proto_field *f)
{
	uint64_t tag;
	size_t nr;

	if (c->bad || c->at == c->end)
		return false;
	tag = take_varint(c);
	f->number = tag >> 3;
	f->kind = tag & 7;
	f->value = 0;
	f->bytes = (struct cursor){ .at = c->at, .end = c->at };
	switch (f->kind) {
	case PROTO_VARINT:
		f->value = take_varint(c);
		break;
	case PROTO_FIXED64:
		f->value = take_u64(c);
		break;
	case PROTO_FIXED32:
		f->value = take_u32(c);
		break;
	case PROTO_BYTES:
		nr = take_varint(c);
		f->bytes.at = c->at;
		if (take(c, nr))
			f->bytes.end = c->at;
		break;
	default:
		c->bad = true;
	}
	if (tag >> 32 || !f->number)
		c->bad = true;
	return !c->bad;
}

/* Copy a text into @to, which has @room bytes and is always ended by NUL. */
static inline void proto_text(const struct proto_field *f, char *to, size_t room)
{
	size_t nr = cursor_left(&f->bytes);

	if (nr > room - 1)
		nr = room - 1;
	memset(to, 0, room);
	memcpy(to, f->bytes.at, nr);
}

/* Whether a field is the text @text. */
static inline bool proto_is(const struct proto_field *f, const char *text)
{
	size_t nr = strlen(text);

	return cursor_left(&f->bytes) == nr && !memcmp(f->bytes.at, text, nr);
}

#endif
