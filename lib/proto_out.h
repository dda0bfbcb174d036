/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Write messages of Protocol Buffers field by field, without a schema
 * (https://protobuf.dev/programming-guides/encoding/). The reader is collector/proto.h.
 *
 * The numbers of the fields are those of the format that is written. The message grows in
 * memory. Once there was no memory, nothing more is added and failed is set: check it at
 * the end.
 */
#ifndef RMAPSCOPE_PROTO_OUT_H
#define RMAPSCOPE_PROTO_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct proto_out {
	uint8_t *bytes; /* [nr]; NULL: nothing yet */
	size_t nr, room;
	bool failed; /* out of memory */
};

/* A field with a number. A negative one of type int32 or int64 is given as int64_t. */
void proto_put_number(struct proto_out *p, uint32_t field, uint64_t value);

/* A field of type fixed64. */
void proto_put_fixed64(struct proto_out *p, uint32_t field, uint64_t value);

/* A field of type double. */
void proto_put_double(struct proto_out *p, uint32_t field, double value);

/* A field of type string: valid UTF-8, which is not checked. */
void proto_put_text(struct proto_out *p, uint32_t field, const char *text);

/*
 * proto_begin - begin a field that is a message, or packed numbers
 *
 * What is added from now on is part of it, until proto_end() with what this returns.
 */
size_t proto_begin(struct proto_out *p, uint32_t field);
void proto_end(struct proto_out *p, size_t begin);

/* A number without a field, for packed ones. */
void proto_put_packed(struct proto_out *p, uint64_t value);

/* Forget what was added, and keep the memory. */
void proto_reset(struct proto_out *p);
void proto_free(struct proto_out *p);

#endif
