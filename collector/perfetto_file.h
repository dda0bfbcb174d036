/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A file of Perfetto as a sequence of packets: message Trace of
 * protos/perfetto/trace/trace.proto, whose field 1 is a TracePacket. Packets may be
 * compressed inside of others.
 *
 * The file is untrusted. Nothing is read beyond its end, and memory does not grow
 * with the sizes that it claims.
 */
#ifndef RMAPSCOPE_PERFETTO_FILE_H
#define RMAPSCOPE_PERFETTO_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/perfetto_unpack.h"
#include "lib/error.h"

/* A larger packet is taken for damage. */
#define PERFETTO_PACKET_MAX (64U << 20)

struct perfetto_file {
	int fd; /* closed by perfetto_close() */
	uint64_t file_bytes;
	uint64_t at; /* of the next packet, in the file */
	uint8_t *buf;
	uint64_t buf_at; /* in the file */
	size_t buf_nr, room;
	struct perfetto_unpack unpack;
	struct cursor inner; /* what is left of the packets that were compressed */
	bool inner_damaged;  /* more of them cannot be uncompressed */
	bool ends_early;     /* the file is known to be a part */
	bool cut;	     /* the file ends before its last packet */
	bool damaged;	     /* from @at on it makes no sense */
};

void perfetto_close(struct perfetto_file *f);

/*
 * perfetto_next - the next packet, which lasts until the next call
 *
 * Compressed packets that cannot be read become one that is bad. Returns 1, 0 at the end
 * (see cut and damaged), or a negative errno with @err filled.
 */
int perfetto_next(struct perfetto_file *f, struct cursor *packet, struct error *err);

/* Begin again with the first packet. */
void perfetto_rewind(struct perfetto_file *f);

/* Whether the first bytes of a file are those of a first packet. */
bool perfetto_probe(const void *head, size_t size);

#endif
