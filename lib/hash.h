/* SPDX-License-Identifier: GPL-2.0-only */
/* uthash, which ends the process where it gets no memory: in order. */
#ifndef RMAPSCOPE_HASH_H
#define RMAPSCOPE_HASH_H

#include "lib/crash.h"

#define uthash_fatal(msg) crash_out_of_memory()
#include <stdlib.h>
#include <uthash.h>

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
