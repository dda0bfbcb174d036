/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Elements that are found by a key, for tables of 100,000 elements and more: where most
 * look-ups miss the CPU's caches, ck_ht takes half the time of uthash.
 *
 * An element begins with its key, a structure without padding.
 */
#ifndef RMAPSCOPE_KEYED_H
#define RMAPSCOPE_KEYED_H

#include <ck_ht.h>
#include <stddef.h>
#include <stdint.h>

struct keyed_block;

struct keyed {
	ck_ht_t ht;
	size_t key_bytes, bytes;    /* of the key, and of an element with it */
	size_t nr;		    /* elements */
	struct keyed_block *blocks; /* memory of the elements */
	void **by_id;		    /* [nr_ids], see keyed_index(); NULL: not made */
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
 * keyed_index - find the elements by an array, which is faster, where the keys are integers
 * (int64_t) and most of them lie between 0 and 16 times their number
 *
 * Call this when all elements were added. Returns 0 or -ENOMEM.
 */
int keyed_index(struct keyed *k);
/* The same as keyed_find(), for these. */
void *keyed_find_id(struct keyed *k, int64_t id);

/* The element after the one that @at is at, in no particular order; NULL: that was the last. */
void *keyed_next(struct keyed *k, ck_ht_iterator_t *at);

#endif
