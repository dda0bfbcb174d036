/* SPDX-License-Identifier: GPL-2.0-only */
/* uthash, which ends the process where it gets no memory: in order. */
#ifndef RMAPSCOPE_HASH_H
#define RMAPSCOPE_HASH_H

#include "lib/crash.h"

#define uthash_fatal(msg) crash_out_of_memory()

/*
 * Most keys are an id or an address: a multiplication (Knuth, TAOCP vol. 3, 6.4) costs a tenth
 * of uthash's own function, which longer keys have.
 */
#define HASH_FUNCTION(key, len, hash)                                                              \
	do {                                                                                       \
		if ((len) == sizeof(uint32_t) || (len) == sizeof(uint64_t))                        \
			(hash) = hash_number(key, len);                                            \
		else                                                                               \
			HASH_JEN(key, len, hash);                                                  \
	} while (0)

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* Of a number of @len bytes, 8 at most. All bits of the result depend on the number's. */
static inline uint32_t hash_number(const void *key, size_t len)
{
	uint64_t number = 0;
	uint32_t hash;

	memcpy(&number, key, len);
	hash = number * 0x9e3779b97f4a7c15 >> 32;
	return hash ^ hash >> 15;
}

/*
 * The element of @head whose @field equals *@key_ptr, created if there is none; NULL: out of
 * memory.
 */
#define hash_get(type, head, field, key_ptr)                                                       \
	({                                                                                         \
		type *got_;                                                                        \
                                                                                                   \
		HASH_FIND(hh, head, key_ptr, sizeof(*(key_ptr)), got_);                            \
		if (!got_) {                                                                       \
			got_ = calloc(1, sizeof(*got_));                                           \
			if (got_) {                                                                \
				got_->field = *(key_ptr);                                          \
				HASH_ADD(hh, head, field, sizeof(got_->field), got_);              \
			}                                                                          \
		}                                                                                  \
		got_;                                                                              \
	})

/* Free all elements; faster than removing each of them from the table. */
#define hash_free_all(type, head)                                                                  \
	do {                                                                                       \
		type *first_ = head, *next_;                                                       \
                                                                                                   \
		HASH_CLEAR(hh, head);                                                              \
		for (; first_; first_ = next_) {                                                   \
			next_ = first_->hh.next;                                                   \
			free(first_);                                                              \
		}                                                                                  \
	} while (0)

#endif
