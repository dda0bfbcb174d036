// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/vma.h"

#include <errno.h>
#include <stdlib.h>

struct vma *vma_get(struct vmas *vs, int32_t tgid, uint64_t start, uint64_t end, int64_t now_ns,
		    int *ret)
{
	const struct vma_key key = { process_id_of(vs->tasks, tgid, now_ns), start };
	struct vma *vma;

	*ret = 0;
	HASH_FIND(hh, vs->by_key, &key, sizeof(key), vma);
	if (vma && vma->row.end == end)
		return vma;
	if (!vma) {
		vma = calloc(1, sizeof(*vma));
		if (!vma) {
			*ret = -ENOMEM;
			return NULL;
		}
		vma->key = key;
		HASH_ADD(hh, vs->by_key, key, sizeof(vma->key), vma);
	}
	/* new here, or it was split, merged or replaced */
	vma->row = (struct vma_row){
		.id = ++vs->last_id,
		.process_id = key.process_id,
		.start = start,
		.end = end,
		.from_ns = now_ns,
		.to_ns = NO_TIME,
	};
	*ret = vs->sink->vma(vs->sink->ctx, &vma->row);
	return vma;
}

void vmas_free(struct vmas *vs)
{
	struct vma *vma, *tmp;

	HASH_ITER(hh, vs->by_key, vma, tmp) {
		HASH_DEL(vs->by_key, vma);
		free(vma);
	}
}
