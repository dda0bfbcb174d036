/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Elements that are found by a key, for tables of 100,000 elements and more, where each look-up
 * misses the CPU's caches twice. A caller that knows several keys can fetch what they need
 * beforehand, all at once; the tables of libraries (ck_ht, uthash) cannot, and take 3 times as long.
 *
 * An element begins with its key, a structure of int64_t or pairs of int32_t, without padding.
 * Its address does not change.
 */
#ifndef RMAPSCOPE_KEYED_H
#define RMAPSCOPE_KEYED_H

#include <stddef.h>
#include <stdint.h>

/* Each has memory for twice the elements of the one before. */
#define KEYED_CHUNKS 27

struct keyed_slot;

struct keyed {
	size_t key_bytes, bytes; /* of the key, and of an element with it */
	size_t nr;		 /* elements */
	struct keyed_slot *slot; /* [nr_slots], a power of two */
	size_t nr_slots;
	uint64_t seed; /* of the hash: the author of a file must not know which keys collide */
	char *chunk[KEYED_CHUNKS];
	void **by_id; /* [nr_ids], see keyed_index(); NULL: not made */
	size_t nr_ids;
};

/* Returns 0 or -ENOMEM. Call keyed_free() in either case. */
int keyed_init(struct keyed *k, size_t key_bytes, size_t bytes);
/* Frees the elements as well. @k may be zero. */
void keyed_free(struct keyed *k);

/* The element with the key at @key; NULL: there is none. */
void *keyed_find(struct keyed *k, const void *key);
/* The same, but if there is none it is added, zero but for its key; NULL: out of memory. */
void *keyed_get(struct keyed *k, const void *key);

/*
 * Look-ups of several keys: keyed_hash() of each, then keyed_fetch() of each, then
 * keyed_get_hashed() of each. Each step begins to fetch the memory that the next one needs.
 */
uint32_t keyed_hash(const struct keyed *k, const void *key);
void keyed_fetch(const struct keyed *k, uint32_t hash);
void *keyed_get_hashed(struct keyed *k, const void *key, uint32_t hash);

/*
 * keyed_index - find the elements by an array, which is faster, where the keys are integers
 * (int64_t) and most of them lie between 0 and 16 times their number
 *
 * Call this when all elements were added. Returns 0 or -ENOMEM.
 */
int keyed_index(struct keyed *k);
/* The same as keyed_find(), for these. */
void *keyed_find_id(struct keyed *k, int64_t id);

/* The element that was added as number @i; @i is below @k->nr. */
void *keyed_at(const struct keyed *k, size_t i);

#endif
