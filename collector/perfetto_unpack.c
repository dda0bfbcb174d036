// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_unpack.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

/* Room for more behind what is there. Returns 0, -EBADMSG when it is too much, or -ENOMEM. */
static int grow(struct perfetto_unpack *u)
{
	size_t room = u->room ? 2 * u->room : 1 << 20;
	uint8_t *data;

	if (u->nr < u->room)
		return 0;
	if (room > PERFETTO_UNPACK_MAX)
		return -EBADMSG;
	data = realloc(u->data, room);
	if (!data)
		return -ENOMEM;
	u->data = data;
	u->room = room;
	return 0;
}

int perfetto_unzip(struct perfetto_unpack *u, struct cursor in)
{
	z_stream z = { .next_in = (uint8_t *)in.at, .avail_in = cursor_left(&in) };
	int ret = 0, status = Z_OK;

	u->nr = 0;
	if (inflateInit(&z) != Z_OK)
		return -ENOMEM;
	while (status == Z_OK && !(ret = grow(u))) {
		z.next_out = u->data + u->nr;
		z.avail_out = u->room - u->nr;
		status = inflate(&z, Z_NO_FLUSH);
		u->nr = z.next_out - u->data;
	}
	inflateEnd(&z);
	if (ret)
		return ret;
	if (status == Z_MEM_ERROR)
		return -ENOMEM;
	return status == Z_STREAM_END ? 0 : -EBADMSG;
}

int perfetto_unzstd(struct perfetto_unpack *u, struct cursor in)
{
	ZSTD_inBuffer from = { .src = in.at, .size = cursor_left(&in) };
	ZSTD_outBuffer to = { 0 };
	size_t left = 1;
	int ret = 0;

	u->nr = 0;
	if (!u->zstd)
		u->zstd = ZSTD_createDCtx();
	if (!u->zstd)
		return -ENOMEM;
	ZSTD_DCtx_reset(u->zstd, ZSTD_reset_session_only);
	while (left && !(ret = grow(u))) {
		to = (ZSTD_outBuffer){ .dst = u->data, .size = u->room, .pos = u->nr };
		left = ZSTD_decompressStream(u->zstd, &to, &from);
		u->nr = to.pos;
		/* damaged, or it ends before its end */
		if (ZSTD_isError(left) || (left && from.pos == from.size && to.pos < to.size))
			return -EBADMSG;
	}
	return ret;
}

void perfetto_unpack_free(struct perfetto_unpack *u)
{
	free(u->data);
	ZSTD_freeDCtx(u->zstd);
}
