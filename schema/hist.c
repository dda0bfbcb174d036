// SPDX-License-Identifier: GPL-2.0-only
#include "schema/hist.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define VARINT_MAX 10

uint32_t hist_bucket_of(uint64_t value)
{
	unsigned int exp;

	if (value < HIST_SUB)
		return value;
	exp = 63 - __builtin_clzll(value) - HIST_SUB_BITS;
	return (exp + 1) * HIST_SUB + ((value >> exp) - HIST_SUB);
}

uint64_t hist_bucket_middle(uint32_t number)
{
	unsigned int exp;
	uint64_t low;

	if (number < HIST_SUB)
		return number;
	exp = number / HIST_SUB - 1;
	low = (uint64_t)(HIST_SUB + number % HIST_SUB) << exp;
	return low + ((1ULL << exp) >> 1);
}

/* The index of bucket @number, or the index where it would be inserted. */
static uint32_t find(const struct hist *h, uint32_t number)
{
	uint32_t lo = 0, hi = h->nr;

	/* blobs are in rising order: mostly it is appended */
	if (hi && h->bucket[hi - 1].number < number)
		return hi;
	while (lo < hi) {
		uint32_t mid = (lo + hi) / 2;

		if (h->bucket[mid].number < number)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static int add_bucket(struct hist *h, uint32_t number, uint64_t count)
{
	uint32_t at = find(h, number);

	if (at < h->nr && h->bucket[at].number == number) {
		h->bucket[at].count += count;
		return 0;
	}
	if (h->nr == h->room) {
		uint32_t room = h->room ? h->room * 2 : 8;
		struct hist_bucket *grown = realloc(h->bucket, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		h->bucket = grown;
		h->room = room;
	}
	memmove(&h->bucket[at + 1], &h->bucket[at], (h->nr - at) * sizeof(*h->bucket));
	h->bucket[at] = (struct hist_bucket){ .number = number, .count = count };
	h->nr++;
	return 0;
}

int hist_add(struct hist *h, uint64_t value, uint64_t count)
{
	return add_bucket(h, hist_bucket_of(value), count);
}

uint64_t hist_count(const struct hist *h)
{
	uint64_t count = 0;
	uint32_t i;

	for (i = 0; i < h->nr; i++)
		count += h->bucket[i].count;
	return count;
}

uint64_t hist_quantile(const struct hist *h, double q)
{
	uint64_t count = hist_count(h), seen = 0;
	double rank = q * count;
	uint32_t i;

	for (i = 0; i < h->nr; i++) {
		seen += h->bucket[i].count;
		if (seen >= rank)
			return hist_bucket_middle(h->bucket[i].number);
	}
	return h->nr ? hist_bucket_middle(h->bucket[h->nr - 1].number) : 0;
}

void hist_free(struct hist *h)
{
	free(h->bucket);
	memset(h, 0, sizeof(*h));
}

static size_t put_varint(uint8_t *to, uint64_t v)
{
	size_t n = 0;

	while (v >= 0x80) {
		to[n++] = v | 0x80;
		v >>= 7;
	}
	to[n++] = v;
	return n;
}

static bool get_varint(const uint8_t **at, const uint8_t *end, uint64_t *v)
{
	unsigned int shift;

	*v = 0;
	for (shift = 0; shift < 64 && *at < end; shift += 7) {
		uint8_t byte = *(*at)++;

		*v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

size_t hist_encoded_max(const struct hist *h)
{
	return (size_t)h->nr * 2 * VARINT_MAX;
}

size_t hist_encode(const struct hist *h, uint8_t *blob)
{
	uint32_t i, last = 0;
	size_t n = 0;

	for (i = 0; i < h->nr; i++) {
		n += put_varint(blob + n, h->bucket[i].number - last);
		n += put_varint(blob + n, h->bucket[i].count);
		last = h->bucket[i].number;
	}
	return n;
}

/* SQLite returns NULL for an empty blob; C allows no pointer arithmetic on NULL. */
static const uint8_t *end_of(const uint8_t *blob, size_t bytes)
{
	return bytes ? blob + bytes : blob;
}

/* Decode the bucket at *@at, which follows bucket *@number. Returns 0 or -EBADMSG. */
static int next_bucket(const uint8_t **at, const uint8_t *end, uint64_t *number, uint64_t *count)
{
	uint64_t distance;

	if (!get_varint(at, end, &distance) || !get_varint(at, end, count))
		return -EBADMSG;
	if (distance >= HIST_BUCKETS || *number + distance >= HIST_BUCKETS)
		return -EBADMSG;
	*number += distance;
	return 0;
}

int hist_decode_add(struct hist *h, const uint8_t *blob, size_t bytes)
{
	const uint8_t *at = blob, *end = end_of(blob, bytes);
	uint64_t number = 0, count;
	int ret = 0;

	while (!ret && at < end) {
		ret = next_bucket(&at, end, &number, &count);
		if (!ret)
			ret = add_bucket(h, number, count);
	}
	return ret;
}

int hist_decode_between(const uint8_t *blob, size_t bytes, int64_t from, int64_t to, uint64_t *nr)
{
	const uint8_t *at = blob, *end = end_of(blob, bytes);
	uint64_t number = 0, count;
	int ret = 0;

	*nr = 0;
	while (!ret && at < end) {
		int64_t middle;

		ret = next_bucket(&at, end, &number, &count);
		middle = hist_bucket_middle(number);
		if (!ret && middle >= from && middle < to)
			*nr += count;
	}
	return ret;
}
