// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_file.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "collector/perfetto_packet.h"
#include "collector/proto.h"

/* Field 1 of Trace, with its length. */
#define TAG_PACKET (1 << 3 | PROTO_BYTES)

/* The most bytes of a tag and a length. */
#define HEAD_BYTES 11

#define BUF_BYTES (1U << 20)

void perfetto_close(struct perfetto_file *f)
{
	if (f->fd >= 0)
		close(f->fd);
	free(f->buf);
	perfetto_unpack_free(&f->unpack);
}

void perfetto_rewind(struct perfetto_file *f)
{
	f->at = 0;
	f->inner = (struct cursor){ 0 };
	f->inner_damaged = f->cut = f->damaged = false;
}

/* Have @nr bytes at @f->at in the buffer, or as many as there are. */
static int fill(struct perfetto_file *f, size_t nr, struct cursor *c, struct error *err)
{
	uint64_t left = f->file_bytes - f->at;
	ssize_t got;

	if (nr > left)
		nr = left;
	if (f->at < f->buf_at || f->at + nr > f->buf_at + f->buf_nr) {
		size_t room = nr > BUF_BYTES ? nr : BUF_BYTES;

		if (room > f->room) {
			uint8_t *buf = realloc(f->buf, room);

			if (!buf)
				return error_set(err, -ENOMEM, "out of memory");
			f->buf = buf;
			f->room = room;
		}
		f->buf_at = f->at;
		f->buf_nr = 0;
		while (f->buf_nr < f->room) {
			got = pread(f->fd, f->buf + f->buf_nr, f->room - f->buf_nr,
				    f->buf_at + f->buf_nr);
			if (got < 0 && errno == EINTR)
				continue;
			if (got < 0)
				return error_set(err, -errno, "cannot read the trace: %s",
						 strerror(errno));
			if (!got)
				break;
			f->buf_nr += got;
		}
		/* the file became shorter meanwhile */
		if (f->at + nr > f->buf_at + f->buf_nr)
			nr = f->buf_at + f->buf_nr - f->at;
	}
	*c = cursor_of(f->buf ? f->buf + (f->at - f->buf_at) : NULL, nr);
	return 0;
}

/* The next packet as it is in the file. */
static int next_outer(struct perfetto_file *f, struct cursor *packet, struct error *err)
{
	struct cursor head;
	const uint8_t *start;
	uint64_t nr, head_bytes;
	int ret;

	if (f->at >= f->file_bytes)
		return 0;
	ret = fill(f, HEAD_BYTES, &head, err);
	if (ret)
		return ret;
	start = head.at;
	if (!cursor_left(&head) || *head.at != TAG_PACKET) {
		f->damaged = cursor_left(&head);
		f->cut = !f->damaged;
		return 0;
	}
	take(&head, 1);
	nr = take_varint(&head);
	head_bytes = head.at - start;
	if (head.bad) {
		f->cut = f->file_bytes - f->at < HEAD_BYTES;
		f->damaged = !f->cut;
		return 0;
	}
	if (nr > f->file_bytes - f->at - head_bytes) {
		f->cut = true;
		return 0;
	}
	if (nr > PERFETTO_PACKET_MAX) {
		f->damaged = true;
		return 0;
	}
	ret = fill(f, head_bytes + nr, packet, err);
	if (ret)
		return ret;
	if (cursor_left(packet) < head_bytes + nr) {
		f->cut = true;
		return 0;
	}
	packet->at += head_bytes;
	f->at += head_bytes + nr;
	return 1;
}

/* The next packet that was compressed inside of another, if there is one. */
static bool next_inner(struct perfetto_file *f, struct cursor *packet)
{
	struct proto_field field;

	while (proto_next(&f->inner, &field))
		if (field.number == 1 && field.kind == PROTO_BYTES) {
			*packet = field.bytes;
			return true;
		}
	if (!f->inner.bad && !f->inner_damaged)
		return false;
	f->inner = (struct cursor){ 0 };
	f->inner_damaged = false;
	*packet = (struct cursor){ .bad = true };
	return true;
}

/* What is compressed in @packet. Returns 1 when there is something, 0, or a negative errno. */
static int unpack(struct perfetto_file *f, struct cursor packet, struct error *err)
{
	struct proto_field field;
	int ret;

	while (proto_next(&packet, &field)) {
		if (field.number == PERFETTO_ZIPPED)
			ret = perfetto_unzip(&f->unpack, field.bytes);
		else if (field.number == PERFETTO_ZSTD)
			ret = perfetto_unzstd(&f->unpack, field.bytes);
		else
			continue;
		if (ret == -ENOMEM)
			return error_set(err, ret, "out of memory");
		f->inner = cursor_of(f->unpack.data, f->unpack.nr);
		f->inner_damaged = ret;
		return 1;
	}
	return 0;
}

int perfetto_next(struct perfetto_file *f, struct cursor *packet, struct error *err)
{
	int ret;

	for (;;) {
		if (next_inner(f, packet))
			return 1;
		ret = next_outer(f, packet, err);
		if (ret <= 0)
			return ret;
		ret = unpack(f, *packet, err);
		if (ret < 0)
			return ret;
		if (!ret)
			return 1;
	}
}

bool perfetto_probe(const void *head, size_t size)
{
	struct cursor c = cursor_of(head, size);
	uint64_t nr, tag;

	if (!size || *c.at != TAG_PACKET)
		return false;
	take(&c, 1);
	nr = take_varint(&c);
	if (c.bad || !nr || nr > PERFETTO_PACKET_MAX)
		return false;
	tag = take_varint(&c);
	return c.bad || perfetto_packet_tag(tag);
}
