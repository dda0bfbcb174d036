/* SPDX-License-Identifier: GPL-2.0-only */
/* uthash; if it gets no memory, it ends the process by crash_out_of_memory(). */
#ifndef RMAPSCOPE_HASH_H
#define RMAPSCOPE_HASH_H

#include "lib/crash.h"

#define uthash_fatal(msg) crash_out_of_memory()

/*
 * Most keys are an id or an address: a multiplication costs a tenth of uthash's own function, which
 * longer keys have. The author of a file chooses its keys, so the multiplier is random: keys that
 * meet in one bucket cannot be computed before.
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

/* Odd; chosen when the program starts, and constant from then on. */
extern uint64_t hash_multiplier;

/*
 * Of a number of @len bytes, 8 at most. The upper bits of the product are those that depend on all
 * bits of the number (multiply-shift hashing); uthash uses the lower bits of the result.
 */
static inline uint32_t hash_number(const void *key, size_t len)
{
	uint64_t number = 0;

	memcpy(&number, key, len);
	return __builtin_bswap32(number * hash_multiplier >> 32);
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
