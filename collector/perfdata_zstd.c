// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfdata_zstd.h"

#include <errno.h>
#include <linux/perf_event.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zstd.h>

/* A record has up to 64 KiB. */
#define ROOM (256 << 10)

/* A stream that grows more than this in uncompressing is made to fill memory or time. */
#define MAX_RATIO 1000

struct perfdata_zstd {
	ZSTD_DStream *stream;
	ZSTD_inBuffer in;
	uint64_t bytes_in, bytes_out;
	size_t at, nr; /* of buf: next record, and end of what is there */
	bool full;     /* the library had more than there was room for */
	uint8_t buf[ROOM];
};

struct perfdata_zstd *perfdata_zstd_new(void)
{
	struct perfdata_zstd *z = calloc(1, sizeof(*z));

	if (z)
		z->stream = ZSTD_createDStream();
	if (z && !z->stream) {
		free(z);
		return NULL;
	}
	return z;
}

void perfdata_zstd_free(struct perfdata_zstd *z)
{
	if (z)
		ZSTD_freeDStream(z->stream);
	free(z);
}

void perfdata_zstd_reset(struct perfdata_zstd *z)
{
	ZSTD_initDStream(z->stream);
	z->in = (ZSTD_inBuffer){ 0 };
	z->bytes_in = z->bytes_out = 0;
	z->at = z->nr = 0;
	z->full = false;
}

void perfdata_zstd_feed(struct perfdata_zstd *z, const void *data, size_t nr)
{
	z->in = (ZSTD_inBuffer){ .src = data, .size = nr };
	z->bytes_in += nr;
}

/* Uncompress more behind what is there. Returns 1, 0 when there is no more, or -EBADMSG. */
static int more(struct perfdata_zstd *z)
{
	ZSTD_outBuffer out;

	if (z->in.pos == z->in.size && !z->full)
		return 0;
	memmove(z->buf, z->buf + z->at, z->nr - z->at);
	z->nr -= z->at;
	z->at = 0;
	out = (ZSTD_outBuffer){ .dst = z->buf, .size = sizeof(z->buf), .pos = z->nr };
	if (ZSTD_isError(ZSTD_decompressStream(z->stream, &out, &z->in)))
		return -EBADMSG;
	z->bytes_out += out.pos - z->nr;
	z->full = out.pos == out.size;
	z->nr = out.pos;
	return z->bytes_out / MAX_RATIO > z->bytes_in ? -EBADMSG : 1;
}

int perfdata_zstd_next(struct perfdata_zstd *z, const void **rec, size_t *nr)
{
	struct perf_event_header head;
	int ret;

	for (;;) {
		if (z->nr - z->at >= sizeof(head)) {
			memcpy(&head, z->buf + z->at, sizeof(head));
			if (head.size < sizeof(head))
				return -EBADMSG;
			if (z->nr - z->at >= head.size)
				break;
		}
		ret = more(z);
		if (ret <= 0)
			return ret;
	}
	*rec = z->buf + z->at;
	*nr = head.size;
	z->at += head.size;
	return 1;
}
