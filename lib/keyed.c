// SPDX-License-Identifier: GPL-2.0-only
#include "lib/keyed.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define FIRST_CAPACITY 256

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

static void release(void *p, size_t bytes, bool defer)
{
	(void)bytes;
	(void)defer;
	free(p);
}

/* Elements are small and freed together: they share blocks, each larger than the one before. */
struct keyed_block {
	struct keyed_block *next;
	size_t bytes, used;
};

#define FIRST_BYTES 4096

static void *new_element(struct keyed *k)
{
	struct keyed_block *b = k->blocks;
	size_t bytes = b && b->bytes < LARGE_BYTES ? 2 * b->bytes : b ? b->bytes : FIRST_BYTES;
	void *element;

	if (!b || b->used + k->bytes > b->bytes) {
		b = allocate(bytes);
		if (!b)
			return NULL;
		*b = (struct keyed_block){ k->blocks, bytes, sizeof(*b) };
		k->blocks = b;
	}
	element = (char *)b + b->used;
	b->used += k->bytes;
	return memset(element, 0, k->bytes);
}

static struct ck_malloc allocator = { .malloc = allocate, .free = release };

int keyed_init(struct keyed *k, size_t key_bytes, size_t bytes)
{
	*k = (struct keyed){ .key_bytes = key_bytes, .bytes = bytes };
	return ck_ht_init(&k->ht, CK_HT_MODE_BYTESTRING, NULL, &allocator, FIRST_CAPACITY, 0)
		       ? 0
		       : -ENOMEM;
}

static void *find(struct keyed *k, const void *key, ck_ht_hash_t *hash)
{
	ck_ht_entry_t entry;

	ck_ht_hash(hash, &k->ht, key, k->key_bytes);
	ck_ht_entry_key_set(&entry, key, k->key_bytes);
	return ck_ht_get_spmc(&k->ht, *hash, &entry) ? ck_ht_entry_value(&entry) : NULL;
}

void *keyed_find(struct keyed *k, const void *key)
{
	ck_ht_hash_t hash;

	return find(k, key, &hash);
}

void *keyed_get(struct keyed *k, const void *key)
{
	ck_ht_entry_t entry;
	ck_ht_hash_t hash;
	void *element = find(k, key, &hash);

	if (element)
		return element;
	element = new_element(k);
	if (!element)
		return NULL;
	memcpy(element, key, k->key_bytes);
	ck_ht_entry_set(&entry, hash, element, k->key_bytes, element);
	if (!ck_ht_put_spmc(&k->ht, hash, &entry))
		return NULL;
	k->nr++;
	return element;
}

int keyed_index(struct keyed *k)
{
	ck_ht_iterator_t at = CK_HT_ITERATOR_INITIALIZER;
	int64_t *element;

	k->nr_ids = 16 * k->nr;
	k->by_id = calloc(k->nr_ids + 1, sizeof(*k->by_id));
	if (!k->by_id)
		return -ENOMEM;
	while ((element = keyed_next(k, &at)))
		if (*element >= 0 && (uint64_t)*element < k->nr_ids)
			k->by_id[*element] = element;
	return 0;
}

void *keyed_find_id(struct keyed *k, int64_t id)
{
	return id >= 0 && (uint64_t)id < k->nr_ids ? k->by_id[id] : keyed_find(k, &id);
}

void *keyed_next(struct keyed *k, ck_ht_iterator_t *at)
{
	ck_ht_entry_t *entry;

	return ck_ht_next(&k->ht, at, &entry) ? ck_ht_entry_value(entry) : NULL;
}

void keyed_free(struct keyed *k)
{
	struct keyed_block *b;

	if (!k->ht.map)
		return;
	ck_ht_destroy(&k->ht);
	while ((b = k->blocks)) {
		k->blocks = b->next;
		free(b);
	}
	free(k->by_id);
	memset(k, 0, sizeof(*k));
}
