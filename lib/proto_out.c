// SPDX-License-Identifier: GPL-2.0-only
#include "lib/proto_out.h"

#include <stdlib.h>
#include <string.h>

/* How a field is stored: the low three bits of its tag. */
enum {
	STORED_VARINT = 0,
	STORED_FIXED64 = 1,
	STORED_BYTES = 2,
};

/* 64 bits, seven in a byte. */
#define VARINT_MAX 10

static bool make_room(struct proto_out *p, size_t more)
{
	size_t room = p->room ? p->room : 256;
	uint8_t *grown;

	if (p->failed || more > SIZE_MAX / 2 - p->nr)
		p->failed = true;
	if (p->failed || p->room - p->nr >= more)
		return !p->failed;
	while (room - p->nr < more)
		room *= 2;
	grown = realloc(p->bytes, room);
	p->failed = !grown;
	if (!grown)
		return false;
	p->bytes = grown;
	p->room = room;
	return true;
}

static void add(struct proto_out *p, const void *bytes, size_t nr)
{
	if (!nr || !make_room(p, nr))
		return;
	memcpy(p->bytes + p->nr, bytes, nr);
	p->nr += nr;
}

static size_t encode(uint8_t to[VARINT_MAX], uint64_t value)
{
	size_t nr = 0;

	for (; value > 0x7f; value >>= 7)
		to[nr++] = value | 0x80;
	to[nr++] = value;
	return nr;
}

void proto_put_packed(struct proto_out *p, uint64_t value)
{
	uint8_t varint[VARINT_MAX];

	add(p, varint, encode(varint, value));
}

static void add_tag(struct proto_out *p, uint32_t field, unsigned int stored)
{
	proto_put_packed(p, (uint64_t)field << 3 | stored);
}

void proto_put_number(struct proto_out *p, uint32_t field, uint64_t value)
{
	add_tag(p, field, STORED_VARINT);
	proto_put_packed(p, value);
}

void proto_put_fixed64(struct proto_out *p, uint32_t field, uint64_t value)
{
	uint8_t bytes[8];
	unsigned int i;

	for (i = 0; i < 8; i++)
		bytes[i] = value >> (8 * i);
	add_tag(p, field, STORED_FIXED64);
	add(p, bytes, sizeof(bytes));
}

void proto_put_double(struct proto_out *p, uint32_t field, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	proto_put_fixed64(p, field, bits);
}

void proto_put_text(struct proto_out *p, uint32_t field, const char *text)
{
	const size_t nr = strlen(text);

	add_tag(p, field, STORED_BYTES);
	proto_put_packed(p, nr);
	add(p, text, nr);
}

size_t proto_begin(struct proto_out *p, uint32_t field)
{
	add_tag(p, field, STORED_BYTES);
	return p->nr;
}

/* Put the length, which is known only now, before what was added since. */
void proto_end(struct proto_out *p, size_t begin)
{
	uint8_t varint[VARINT_MAX];
	size_t len = p->nr - begin, nr = encode(varint, len);

	if (!make_room(p, nr))
		return;
	memmove(p->bytes + begin + nr, p->bytes + begin, len);
	memcpy(p->bytes + begin, varint, nr);
	p->nr += nr;
}

void proto_reset(struct proto_out *p)
{
	p->nr = 0;
}

void proto_free(struct proto_out *p)
{
	free(p->bytes);
	*p = (struct proto_out){ 0 };
}
