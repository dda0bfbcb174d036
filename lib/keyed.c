// SPDX-License-Identifier: GPL-2.0-only
#include "lib/keyed.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>

#define FIRST_ELEMENTS 32
#define FIRST_SLOTS    64

/* A place of the hash table: the key's hash says where the search for it begins. */
struct keyed_slot {
	uint32_t hash;
	uint32_t nr; /* number of the element, from 1; 0: the slot is free */
};

/* Most look-ups miss the TLB, too: large pages where the kernel gives them. */
#define LARGE_BYTES (2UL << 20)

static void *allocate(size_t bytes)
{
	void *p;

	if (bytes < LARGE_BYTES)
		return malloc(bytes);
	if (posix_memalign(&p, LARGE_BYTES, bytes))
		return NULL;
	madvise(p, bytes, MADV_HUGEPAGE);
	return p;
}

/* --- elements */

/* The chunk that element @i is in, and which one it is there. */
static unsigned int chunk_of(size_t i, size_t *at)
{
	const unsigned int chunk = 63 - __builtin_clzll(i / FIRST_ELEMENTS + 1);

	*at = i - FIRST_ELEMENTS * ((1ULL << chunk) - 1);
	return chunk;
}

void *keyed_at(const struct keyed *k, size_t i)
{
	size_t at;
	const unsigned int chunk = chunk_of(i, &at);

	return k->chunk[chunk] + at * k->bytes;
}

static void *new_element(struct keyed *k)
{
	size_t at;
	const unsigned int chunk = chunk_of(k->nr, &at);

	if (chunk >= KEYED_CHUNKS)
		return NULL;
	if (!k->chunk[chunk])
		k->chunk[chunk] = allocate(((size_t)FIRST_ELEMENTS << chunk) * k->bytes);
	if (!k->chunk[chunk])
		return NULL;
	return memset(k->chunk[chunk] + at * k->bytes, 0, k->bytes);
}

/* --- slots */

/* The finalizer of MurmurHash3, word by word. */
uint32_t keyed_hash(const struct keyed *k, const void *key)
{
	uint64_t h = k->seed, word;
	uint32_t hash;
	size_t i;

	for (i = 0; i < k->key_bytes; i += sizeof(word)) {
		memcpy(&word, (const char *)key + i, sizeof(word));
		h = (h ^ word) * 0xff51afd7ed558ccdULL;
		h ^= h >> 33;
	}
	h *= 0xc4ceb9fe1a85ec53ULL;
	hash = h >> 32;
	__builtin_prefetch(&k->slot[hash & (k->nr_slots - 1)]);
	return hash;
}

/* The slot of the key, or a free one. */
static struct keyed_slot *find_slot(const struct keyed *k, const void *key, uint32_t hash)
{
	size_t i = hash & (k->nr_slots - 1);

	for (; k->slot[i].nr; i = (i + 1) & (k->nr_slots - 1))
		if (k->slot[i].hash == hash &&
		    !memcmp(keyed_at(k, k->slot[i].nr - 1), key, k->key_bytes))
			break;
	return &k->slot[i];
}

void keyed_fetch(const struct keyed *k, uint32_t hash)
{
	size_t i = hash & (k->nr_slots - 1);
	const char *element;

	while (k->slot[i].nr && k->slot[i].hash != hash)
		i = (i + 1) & (k->nr_slots - 1);
	if (!k->slot[i].nr)
		return;
	element = keyed_at(k, k->slot[i].nr - 1);
	__builtin_prefetch(element, 1);
	__builtin_prefetch(element + k->bytes - 1, 1);
}

static int set_slots(struct keyed *k, size_t nr)
{
	struct keyed_slot *old = k->slot, *slot = allocate(nr * sizeof(*slot));
	const size_t nr_old = old ? k->nr_slots : 0;
	size_t i, at;

	if (!slot)
		return -ENOMEM;
	memset(slot, 0, nr * sizeof(*slot));
	for (i = 0; i < nr_old; i++) {
		if (!old[i].nr)
			continue;
		for (at = old[i].hash & (nr - 1); slot[at].nr; at = (at + 1) & (nr - 1))
			;
		slot[at] = old[i];
	}
	free(old);
	k->slot = slot;
	k->nr_slots = nr;
	return 0;
}

/* --- look-ups */

int keyed_init(struct keyed *k, size_t key_bytes, size_t bytes)
{
	*k = (struct keyed){ .key_bytes = key_bytes, .bytes = bytes };
	/* early after boot there may be no random numbers: use any seed */
	if (getrandom(&k->seed, sizeof(k->seed), GRND_NONBLOCK) < 0)
		k->seed = (uintptr_t)k;
	return set_slots(k, FIRST_SLOTS);
}

void *keyed_find(struct keyed *k, const void *key)
{
	const struct keyed_slot *slot = find_slot(k, key, keyed_hash(k, key));

	return slot->nr ? keyed_at(k, slot->nr - 1) : NULL;
}

void *keyed_get_hashed(struct keyed *k, const void *key, uint32_t hash)
{
	struct keyed_slot *slot = find_slot(k, key, hash);
	void *element;

	if (slot->nr)
		return keyed_at(k, slot->nr - 1);
	/* at least half of the slots are free */
	if (2 * (k->nr + 1) > k->nr_slots) {
		if (set_slots(k, 2 * k->nr_slots))
			return NULL;
		slot = find_slot(k, key, hash);
	}
	element = new_element(k);
	if (!element)
		return NULL;
	memcpy(element, key, k->key_bytes);
	*slot = (struct keyed_slot){ hash, ++k->nr };
	return element;
}

void *keyed_get(struct keyed *k, const void *key)
{
	return keyed_get_hashed(k, key, keyed_hash(k, key));
}

int keyed_index(struct keyed *k)
{
	size_t i;

	k->nr_ids = 16 * k->nr;
	k->by_id = calloc(k->nr_ids + 1, sizeof(*k->by_id));
	if (!k->by_id)
		return -ENOMEM;
	for (i = 0; i < k->nr; i++) {
		int64_t *element = keyed_at(k, i);

		if (*element >= 0 && (uint64_t)*element < k->nr_ids)
			k->by_id[*element] = element;
	}
	return 0;
}

void *keyed_find_id(struct keyed *k, int64_t id)
{
	return id >= 0 && (uint64_t)id < k->nr_ids ? k->by_id[id] : keyed_find(k, &id);
}

void keyed_free(struct keyed *k)
{
	unsigned int i;

	for (i = 0; i < KEYED_CHUNKS; i++)
		free(k->chunk[i]);
	free(k->slot);
	free(k->by_id);
	memset(k, 0, sizeof(*k));
}
