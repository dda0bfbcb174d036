/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Read the bytes of an untrusted file: no read passes the end.
 *
 * A read beyond the end returns 0 or NULL, and sets bad, which stays set.
 * Integers are in the byte order of this machine.
 */
#ifndef RMAPSCOPE_CURSOR_H
#define RMAPSCOPE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
	const uint8_t *at, *end;
	bool bad;
};

static inline struct cursor cursor_of(const void *data, size_t nr)
{
	const uint8_t *at = data;

	return (struct cursor){ .at = at, .end = nr ? at + nr : at };
}

static inline size_t cursor_left(const struct cursor *c)
{
	return c->end - c->at;
}

/* The next @nr bytes, or NULL. */
static inline const void *take(struct cursor *c, uint64_t nr)
{
	const uint8_t *at = c->at;

	if (c->bad || nr > cursor_left(c)) {
		c->bad = true;
		return NULL;
	}
	c->at += nr;
	return at;
}

static inline uint32_t take_u32(struct cursor *c)
{
	const void *at = take(c, sizeof(uint32_t));
	uint32_t v = 0;

	if (at)
		memcpy(&v, at, sizeof(v));
	return v;
}

static inline uint64_t take_u64(struct cursor *c)
{
	const void *at = take(c, sizeof(uint64_t));
	uint64_t v = 0;

	if (at)
		memcpy(&v, at, sizeof(v));
	return v;
}

/* A text with its NUL, or NULL. */
static inline const char *take_string(struct cursor *c)
{
	const uint8_t *nul = c->bad ? NULL : memchr(c->at, '\0', cursor_left(c));

	if (!nul) {
		c->bad = true;
		return NULL;
	}
	return take(c, nul + 1 - c->at);
}

#endif
