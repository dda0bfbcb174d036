// SPDX-License-Identifier: GPL-2.0-only
/*
 * Rmap walks, in the rings of waits.bpf.c. An object of its own: not every kernel has the
 * functions, or the symbol.
 *
 * A walk begins and ends with rmap_walk_anon(), _file() or _ksm(): compilers make rmap_walk()
 * a part of its callers in mm/rmap.c. The VMAs that it visits are the calls of its rmap_one(), a
 * function for each purpose, and a program for each that this kernel has.
 */
#include "collector/bpf/waits.bpf.c"

#include "collector/bpf/folio.bpf.h"
#include "collector/bpf/walks.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct rmap_walk_control {
	bool try_lock, contended;
	void *rmap_one, *done;
};
#pragma clang attribute pop

/* The walk that a thread is in. None begins within another. */
struct walker {
	__u64 pfn;
	__u32 nr_vmas;
	__u8 kind;
	__u8 open; /* its begin was told */
	__u8 stopped;
};

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct walker);
} walkers SEC(".maps");

/* Set before this is loaded. */
const volatile struct walks_functions functions;

static __always_inline struct walker *walker_of(bool make)
{
	return bpf_task_storage_get(&walkers, (void *)bpf_get_current_task_btf(), NULL,
				    make ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
}

/* The walk that the current thread is in, if that is recorded; else NULL. */
static __always_inline struct walker *open_walk(void)
{
	struct walker *w = walker_of(false);

	return w && w->open && *(volatile __u32 *)&settings.on ? w : NULL;
}

static __always_inline bool is_counted(__u64 rmap_one)
{
	__u32 i;

#pragma unroll
	for (i = 0; i < WALKS_FUNCTIONS; i++)
		if (rmap_one == functions.at[i])
			return true;
	return false;
}

static __always_inline int begin(void *ctx, const struct rmap_walk_control *rwc, __u8 kind,
				 bool locked)
{
	const __u64 now_ns = bpf_ktime_get_ns();
	struct task_struct *me = current_task();
	struct waits_walk_begin *r;
	struct folio *folio;
	__u64 folio_at = 0;
	struct walker *w;

	if (!is_traced(me))
		return 0;
	/* as a number: of pointers, the verifier allows no difference */
	bpf_get_func_arg(ctx, 0, &folio_at);
	folio = (struct folio *)folio_at;
	/* there is nothing to walk: no folio, or the file, or KSM, has let it go */
	if (kind != WAITS_WALK_ANON &&
	    !((__u64)BPF_CORE_READ(folio, mapping) & ~FOLIO_MAPPING_FLAGS)) {
		/* its end is not that of an earlier walk whose end was left out */
		w = walker_of(false);
		if (w)
			w->open = 0;
		return 0;
	}
	w = walker_of(true);
	r = reserve(sizeof(*r), w, now_ns, 0);
	if (w)
		w->open = !!r;
	if (!r || !w)
		return 0;
	w->pfn = pfn_of(folio);
	w->kind = kind;
	w->nr_vmas = 0;
	w->stopped = 0;
	r->head.kind = WAITS_WALK_BEGIN;
	r->pfn = w->pfn;
	r->rmap_one = (__u64)rwc->rmap_one;
	r->nr_pages = nr_pages_of(folio);
	r->kind = kind;
	r->locked = locked;
	r->try_lock = rwc->try_lock;
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return 0;
}

static __always_inline int end(const struct rmap_walk_control *rwc)
{
	const __u64 now_ns = bpf_ktime_get_ns();
	struct walker *w = open_walk();
	struct waits_walk_end *r;

	if (!w)
		return 0;
	w->open = 0;
	r = reserve(sizeof(*r), w, now_ns, 0);
	if (!r)
		return 0;
	r->head.kind = WAITS_WALK_END;
	r->pfn = w->pfn;
	r->nr_vmas = w->nr_vmas;
	r->kind = w->kind;
	r->counted = is_counted((__u64)rwc->rmap_one);
	r->stopped = w->stopped;
	r->has_done = !!rwc->done;
	/* false as the walk began: each has a rmap_walk_control of its own */
	r->contended = rwc->contended;
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return 0;
}

/*
 * rmap_walk_anon() and _file() have the arguments folio, rwc and bool locked; _ksm() the first two, as
 * its caller never holds its locks.
 */
#define RWC(at) ((const struct rmap_walk_control *)ctx[at])

SEC("fentry/rmap_walk_anon")
int walks_anon(unsigned long long *ctx)
{
	return begin(ctx, RWC(1), WAITS_WALK_ANON, ctx[2]);
}

SEC("fexit/rmap_walk_anon")
int walks_anon_end(unsigned long long *ctx)
{
	return end(RWC(1));
}

SEC("fentry/rmap_walk_ksm")
int walks_ksm(unsigned long long *ctx)
{
	return begin(ctx, RWC(1), WAITS_WALK_KSM, false);
}

SEC("fexit/rmap_walk_ksm")
int walks_ksm_end(unsigned long long *ctx)
{
	return end(RWC(1));
}

SEC("fentry/rmap_walk_file")
int walks_file(unsigned long long *ctx)
{
	return begin(ctx, RWC(1), WAITS_WALK_FILE, ctx[2]);
}

SEC("fexit/rmap_walk_file")
int walks_file_end(unsigned long long *ctx)
{
	return end(RWC(1));
}

/*
 * Later kernels make that a part of its callers; it calls this: folio, mapping, offset in the
 * file, number of pages, rwc, locked. mapping_wrprotect_range() calls it without a folio.
 */
SEC("fentry/__rmap_walk_file")
int walks_range(unsigned long long *ctx)
{
	return begin(ctx, RWC(4), WAITS_WALK_FILE, ctx[5]);
}

SEC("fexit/__rmap_walk_file")
int walks_range_end(unsigned long long *ctx)
{
	return end(RWC(4));
}

/* rmap_one() returns: false ends the walk. */
static __always_inline int visited(void *ctx)
{
	struct walker *w = open_walk();
	__u64 ret = 0;

	if (!w)
		return 0;
	bpf_get_func_ret(ctx, &ret);
	w->nr_vmas++;
	/* of a bool, only the low byte is set */
	w->stopped = !(__u8)ret;
	return 0;
}

#define VISITED(function)                                                                          \
	SEC("fexit/" #function)                                                                    \
	int visited_##function(void *ctx)                                                          \
	{                                                                                          \
		return visited(ctx);                                                               \
	}
WALKS_VISITORS(VISITED)
