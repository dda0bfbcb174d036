/* SPDX-License-Identifier: GPL-2.0-only */
/* VMAs that a span or a link refers to, by process and start address. */
#ifndef RMAPSCOPE_MODEL_VMA_H
#define RMAPSCOPE_MODEL_VMA_H

#include <stdbool.h>
#include <stdint.h>
#include <uthash.h>

#include "collector/model/sink.h"
#include "collector/model/task.h"

struct vma_key {
	int64_t process_id; /* 0: not known */
	uint64_t start;
};

struct vma {
	UT_hash_handle hh;
	struct vma_key key;
	struct vma_row row;
};

struct vmas {
	struct vma *by_key;
	struct tasks *tasks;
	const struct sink *sink;
	int64_t last_id;
};

/*
 * vma_get - the VMA of process @tgid (-1 not known) at @start, made and given
 * to the sink on first need; one with another end is another VMA
 *
 * Returns NULL with a negative errno in @ret.
 */
struct vma *vma_get(struct vmas *vs, int32_t tgid, uint64_t start, uint64_t end, int64_t now_ns,
		    int *ret);
void vmas_free(struct vmas *vs);

#endif
