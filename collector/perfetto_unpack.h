/* SPDX-License-Identifier: GPL-2.0-only */
/* What is compressed inside of a packet: one stream of zlib or zstd in each. */
#ifndef RMAPSCOPE_PERFETTO_UNPACK_H
#define RMAPSCOPE_PERFETTO_UNPACK_H

#include "collector/cursor.h"

/* A packet holds up to 512 KiB compressed; more than this is made to fill the memory. */
#define PERFETTO_UNPACK_MAX (32U << 20)

struct perfetto_unpack {
	uint8_t *data; /* [nr] */
	size_t nr, room;
	void *zstd;
};

/*
 * perfetto_unzip, perfetto_unzstd - uncompress @in
 *
 * Fills data, until the next call. Returns 0, -EBADMSG with what comes before the damage,
 * or -ENOMEM.
 */
int perfetto_unzip(struct perfetto_unpack *u, struct cursor in);
int perfetto_unzstd(struct perfetto_unpack *u, struct cursor in);
void perfetto_unpack_free(struct perfetto_unpack *u);

#endif
