/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes of a stream as they were before gzip or zstd packed them, piece by piece. A
 * stream that is not packed gives its bytes as they are.
 *
 * A stream that grows beyond UNPACK_MAX_RATIO times its size is refused, because it
 * could be made to fill the disk. Damaged data is refused, too: the bytes before the
 * damage may be wrong.
 */
#ifndef RMAPSCOPE_UNPACK_H
#define RMAPSCOPE_UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/error.h"

/* The largest ratio of unpacked to packed bytes; UNPACK_FREE_BYTES are allowed in any case. */
#define UNPACK_MAX_RATIO  200
#define UNPACK_FREE_BYTES (64ULL << 20)

/* Enough to recognize how a stream is packed. */
#define PACKING_HEAD_BYTES 4

struct packing;

struct unpack {
	int fd;
	const char *name; /* for messages */
	const struct packing *packing;
	void *state;
	uint8_t *in, *out;
	size_t in_at, in_nr;	/* of in: what is not used yet */
	uint64_t nr_in, nr_out; /* bytes so far: used, unpacked */
	bool ended;		/* the stream has no more bytes */
	bool whole;		/* nothing is begun and not ended */
	bool cut;		/* at the end: it ended too early, after nr_in bytes */
};

/* What packed a file that begins with @nr bytes @head: "gzip" or "zstd"; NULL: neither. */
const char *packing_of(const void *head, size_t nr);

/*
 * unpack_begin - unpack what is read from @fd, which stays the caller's
 *
 * Reads its first bytes. Call unpack_end() even if it fails.
 */
int unpack_begin(struct unpack *u, int fd, const char *name, struct error *err);
void unpack_end(struct unpack *u);

/* As packing_of(). */
const char *unpack_packing(const struct unpack *u);

/*
 * unpack_next - the next piece
 * @nr: its size; 0 at the end only. The first has 128 KiB, if there are so many.
 *
 * Blocks until it is there. Returns 1, 0 at the end (see cut), or a negative errno with
 * @err filled.
 */
int unpack_next(struct unpack *u, const uint8_t **data, size_t *nr, struct error *err);

#endif
