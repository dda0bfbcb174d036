/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * VMAs that a span or a link refers to: their ranges, names and lives.
 *
 * A range that an event gives is exact for its time. The name is /proc's, read as
 * soon as possible after that; the VMA of a child that is gone by then gets the name
 * of its parent's VMA.
 */
#ifndef RMAPSCOPE_MODEL_VMA_H
#define RMAPSCOPE_MODEL_VMA_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/model/task.h"
#include "lib/hash.h"
#include "schema/sink.h"

/* A VMA as an event describes it. */
struct vma_at {
	int32_t tgid; /* of its process; -1 not known */
	uint64_t mm;  /* 0 not known */
	uint64_t start, end;
};

struct vma_key {
	int64_t process_id; /* 0: not known */
	uint64_t mm;	    /* distinguishes those of unknown processes, else 0 */
	uint64_t start;
};

struct vma {
	UT_hash_handle hh;
	struct vma_key key;
	struct vma *prev, *next; /* those of its process, or those that are over */
	uint64_t mm;		 /* 0 not known */
	struct vma_row row;
};

struct vma_space; /* the VMAs of a process */

/* What was found for an address of a process, and when. */
struct vma_seen_at {
	int64_t process_id, vma_id;
	uint64_t start, end;
	int64_t time_ns;
};

#define VMA_CACHE_SLOTS 256

struct vmas {
	struct vma *by_key;
	struct vma_space *spaces;
	struct vma *over; /* those whose life has ended, oldest first */
	struct vma_seen_at cache[VMA_CACHE_SLOTS];
	struct tasks *tasks;
	const struct sink *sink;
	int64_t last_id;
	int64_t newest_ns; /* end of a life */
	bool inherit;	   /* the input has exec: a child is known to be as its parent */
};

/*
 * vma_get - the VMA at @at, made and given to the sink on first need; one
 * with another end, or of another mm, is another VMA
 *
 * Returns NULL with a negative errno in @ret.
 */
struct vma *vma_get(struct vmas *vs, const struct vma_at *at, int64_t now_ns, int *ret);

/*
 * vma_unlinking - likewise for one that is being unlinked: it is unlinked from
 * each of its anon_vmas, the first ends its life; @from_ns: when it began, if
 * nothing referred to it, or NO_TIME
 */
struct vma *vma_unlinking(struct vmas *vs, const struct vma_at *at, int64_t from_ns, int64_t now_ns,
			  int *ret);

/*
 * vma_holding - the VMA of process @tgid that contains @address, as the input
 * knows it beside its events
 *
 * Returns NULL with 0 or a negative errno in @ret.
 */
const struct vma_seen_at *vma_holding(struct vmas *vs, int32_t tgid, uint64_t address,
				      int64_t now_ns, int *ret);

/* A VMA is linked to an anon_vma: one that was over there before is another. */
void vma_linked(struct vmas *vs, const struct vma_at *at);

/* The life of the VMA at @at is over, if anything refers to it. */
int vma_over(struct vmas *vs, const struct vma_at *at, int64_t now_ns);

/* Whether process @tgid has VMAs that are not over. */
bool vmas_of(struct vmas *vs, int32_t tgid);

/* So are those of all VMAs of process @tgid, but for those of @keep_mm (0: none). */
int vmas_over(struct vmas *vs, int32_t tgid, uint64_t keep_mm, int64_t now_ns);

/* Forget those that have long been over. */
void vmas_flush(struct vmas *vs);
void vmas_free(struct vmas *vs);

#endif
