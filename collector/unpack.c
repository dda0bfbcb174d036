// SPDX-License-Identifier: GPL-2.0-only
#include "collector/unpack.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define PIECE_BYTES (128 << 10)

/* Room for the next step, which moves on in both. */
struct step {
	const uint8_t *in;
	size_t nr_in;
	uint8_t *out;
	size_t room;
	const char *why; /* what is wrong */
};

struct packing {
	const char *name; /* of the program, too; NULL: not packed */
	bool (*probe)(const uint8_t *head, size_t nr);
	void *(*begin)(void); /* returns NULL: no memory */
	/* Returns 1 when what began has ended, 0, -EBADMSG or -ENOMEM. */
	int (*step)(void *state, struct step *s);
	void (*end)(void *state);
};

static bool gzip_probe(const uint8_t *head, size_t nr)
{
	return nr >= 2 && head[0] == 0x1f && head[1] == 0x8b;
}

static void *gzip_begin(void)
{
	z_stream *z = calloc(1, sizeof(*z));

	/* 16: with the header of gzip */
	if (z && inflateInit2(z, MAX_WBITS + 16) != Z_OK) {
		free(z);
		return NULL;
	}
	return z;
}

static int gzip_step(void *state, struct step *s)
{
	z_stream *z = state;
	int ret;

	z->next_in = (uint8_t *)s->in;
	z->avail_in = s->nr_in;
	z->next_out = s->out;
	z->avail_out = s->room;
	ret = inflate(z, Z_NO_FLUSH);
	s->in = z->next_in;
	s->nr_in = z->avail_in;
	s->out = z->next_out;
	s->room = z->avail_out;
	if (ret == Z_OK || ret == Z_BUF_ERROR)
		return 0;
	if (ret == Z_MEM_ERROR)
		return -ENOMEM;
	s->why = z->msg ?: "invalid data";
	/* several files of gzip, one after the other, are one */
	return ret == Z_STREAM_END && inflateReset(z) == Z_OK ? 1 : -EBADMSG;
}

static void gzip_end(void *state)
{
	inflateEnd(state);
	free(state);
}

static bool zstd_probe(const uint8_t *head, size_t nr)
{
	static const uint8_t frame[] = { 0x28, 0xb5, 0x2f, 0xfd };

	/* or a frame to be skipped, which is what pzstd writes first (RFC 8878) */
	return nr >= sizeof(frame) &&
	       (!memcmp(head, frame, sizeof(frame)) ||
		(head[0] >> 4 == 5 && head[1] == 0x2a && head[2] == 0x4d && head[3] == 0x18));
}

static void *zstd_begin(void)
{
	return ZSTD_createDStream();
}

static int zstd_step(void *state, struct step *s)
{
	ZSTD_inBuffer in = { .src = s->in, .size = s->nr_in };
	ZSTD_outBuffer out = { .dst = s->out, .size = s->room };
	size_t ret = ZSTD_decompressStream(state, &out, &in);

	s->in += in.pos;
	s->nr_in -= in.pos;
	s->out += out.pos;
	s->room -= out.pos;
	s->why = ZSTD_isError(ret) ? ZSTD_getErrorName(ret) : NULL;
	return s->why ? -EBADMSG : !ret;
}

static void zstd_end(void *state)
{
	ZSTD_freeDStream(state);
}

static int plain_step(void *state, struct step *s)
{
	size_t nr = s->nr_in < s->room ? s->nr_in : s->room;

	(void)state;
	memcpy(s->out, s->in, nr);
	s->in += nr;
	s->nr_in -= nr;
	s->out += nr;
	s->room -= nr;
	return 1;
}

static const struct packing packings[] = {
	{ "gzip", gzip_probe, gzip_begin, gzip_step, gzip_end },
	{ "zstd", zstd_probe, zstd_begin, zstd_step, zstd_end },
};

static const struct packing plain = { .step = plain_step };

static const struct packing *find_packing(const void *head, size_t nr)
{
	unsigned int i;

	for (i = 0; i < sizeof(packings) / sizeof(*packings); i++)
		if (packings[i].probe(head, nr))
			return &packings[i];
	return &plain;
}

const char *packing_of(const void *head, size_t nr)
{
	return find_packing(head, nr)->name;
}

const char *unpack_packing(const struct unpack *u)
{
	return u->packing->name;
}

/* Read more behind what is there. Returns 0 or a negative errno. */
static int fill(struct unpack *u, struct error *err)
{
	struct pollfd more = { .fd = u->fd, .events = POLLIN };
	ssize_t nr;

	do {
		nr = read(u->fd, u->in + u->in_nr, PIECE_BYTES - u->in_nr);
	} while (nr < 0 && (errno == EINTR || (errno == EAGAIN && poll(&more, 1, -1) > 0)));
	if (nr < 0)
		return error_set(err, -errno, "cannot read %s: %s", u->name, strerror(errno));
	u->ended = !nr;
	u->in_nr += nr;
	return 0;
}

int unpack_begin(struct unpack *u, int fd, const char *name, struct error *err)
{
	int ret = 0;

	*u = (struct unpack){ .fd = fd, .name = name, .packing = &plain, .whole = true };
	u->in = malloc(PIECE_BYTES);
	u->out = malloc(PIECE_BYTES);
	if (!u->in || !u->out)
		return error_set(err, -ENOMEM, "out of memory");
	while (!ret && !u->ended && u->in_nr < PACKING_HEAD_BYTES)
		ret = fill(u, err);
	if (ret)
		return ret;
	u->packing = find_packing(u->in, u->in_nr);
	if (u->packing->begin)
		u->state = u->packing->begin();
	if (u->packing->begin && !u->state)
		return error_set(err, -ENOMEM, "out of memory");
	return 0;
}

void unpack_end(struct unpack *u)
{
	if (u->state)
		u->packing->end(u->state);
	free(u->in);
	free(u->out);
}

static int fail(const struct unpack *u, int ret, const char *why, struct error *err)
{
	if (ret == -ENOMEM)
		return error_set(err, ret, "out of memory");
	return error_set(err, ret,
			 "cannot unpack %s: %s at byte %" PRIu64 " of its %s data; copy it again "
			 "from where it was recorded, or import what the program unpacks: %s -dc "
			 "FILE | rmapscope import -",
			 u->name, why, u->nr_in, u->packing->name, u->packing->name);
}

/* One step with what was read. Returns whether anything moved, or a negative errno. */
static int step(struct unpack *u, size_t *nr, struct error *err)
{
	struct step s = {
		.in = u->in + u->in_at,
		.nr_in = u->in_nr - u->in_at,
		.out = u->out + *nr,
		.room = PIECE_BYTES - *nr,
	};
	const uint8_t *in = s.in, *out = s.out;
	int ret = u->packing->step(u->state, &s);

	u->nr_in += s.in - in;
	if (ret < 0)
		return fail(u, ret, s.why, err);
	if (s.in == in && s.out == out)
		return 0;
	u->whole = ret;
	u->in_at += s.in - in;
	*nr += s.out - out;
	return 1;
}

static int check_growth(const struct unpack *u, struct error *err)
{
	if (!u->packing->name || u->nr_out < UNPACK_FREE_BYTES ||
	    (u->nr_out - UNPACK_FREE_BYTES) / UNPACK_MAX_RATIO <= u->nr_in)
		return 0;
	return error_set(err, -EFBIG,
			 "%s unpacks to more than %d times its size (after %" PRIu64
			 " MiB), as no trace does; if it is one: %s -dc FILE | rmapscope import -",
			 u->name, UNPACK_MAX_RATIO, u->nr_out >> 20, u->packing->name);
}

int unpack_next(struct unpack *u, const uint8_t **data, size_t *nr, struct error *err)
{
	int ret;

	*data = u->out;
	*nr = 0;
	do {
		if (u->in_at == u->in_nr && !u->ended) {
			u->in_at = u->in_nr = 0;
			ret = fill(u, err);
			if (ret)
				return ret;
		}
		/* without bytes, too: the library may keep some back */
		ret = step(u, nr, err);
		if (ret < 0)
			return ret;
	} while (*nr < PIECE_BYTES && (ret || !u->ended));
	u->nr_out += *nr;
	if (!*nr)
		u->cut = !u->whole;
	return check_growth(u, err) ?: *nr > 0;
}
