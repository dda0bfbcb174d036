// SPDX-License-Identifier: GPL-2.0-only
/*
 * Folios that are moved to an anon_vma with another root, in the rings of waits.bpf.c. An object
 * of its own: not every kernel has the function, or the symbol.
 */
#include "collector/bpf/waits.bpf.c"

#include "collector/bpf/folio.bpf.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)
struct counter {
	int counter;
};
struct folio___counted {
	struct counter _mapcount;
	struct counter _large_mapcount; /* from Linux 6.10 on */
};
struct vm_area_struct___anon {
	struct anon_vma *anon_vma;
};
#pragma clang attribute pop

/* Whether a page table is known to refer to it. Its anon_vma may be gone otherwise. */
static __always_inline bool is_mapped(const struct folio *folio)
{
	const struct folio___counted *f = (const void *)folio;

	if (!is_large(folio))
		return BPF_CORE_READ(f, _mapcount.counter) >= 0;
	return bpf_core_field_exists(f->_large_mapcount) &&
	       BPF_CORE_READ(f, _large_mapcount.counter) >= 0;
}

static __always_inline struct anon_vma *root_of(struct anon_vma *anon_vma)
{
	return anon_vma ? BPF_CORE_READ(anon_vma, root) : NULL;
}

/* The lock of @root, as waits name it. */
static __always_inline __u64 lock_of(struct anon_vma *root)
{
	return root ? (__u64)root + bpf_core_field_offset(struct anon_vma, rwsem) : 0;
}

/* The caller has locked the folio and, as far as the kernel still takes it, its old anon_vma. */
SEC("fentry/folio_move_anon_rmap")
int moves_folio(void *ctx)
{
	struct anon_vma *new_anon_vma, *old_anon_vma = NULL, *old_root, *new_root;
	const __u64 now_ns = bpf_ktime_get_ns();
	struct task_struct *me = current_task();
	__u64 mapping, folio_at = 0, vma_at = 0;
	struct vm_area_struct___anon *to;
	struct vm_area_struct *vma;
	struct waits_move *r;
	struct folio *folio;

	if (!is_traced(me))
		return 0;
	/* as numbers: of pointers, the verifier allows no difference */
	bpf_get_func_arg(ctx, 0, &folio_at);
	bpf_get_func_arg(ctx, 1, &vma_at);
	folio = (struct folio *)folio_at;
	vma = (struct vm_area_struct *)vma_at;
	to = (struct vm_area_struct___anon *)vma_at;
	mapping = (__u64)BPF_CORE_READ(folio, mapping);
	if ((mapping & FOLIO_MAPPING_FLAGS) == FOLIO_MAPPING_ANON && is_mapped(folio))
		old_anon_vma = (struct anon_vma *)(mapping & ~FOLIO_MAPPING_FLAGS);
	new_anon_vma = BPF_CORE_READ(to, anon_vma);
	old_root = root_of(old_anon_vma);
	new_root = root_of(new_anon_vma);
	if (old_root == new_root)
		return 0;
	r = reserve(sizeof(*r), thread_of(me, true), now_ns, lock_of(new_root));
	if (!r)
		return 0;
	r->head.kind = WAITS_MOVE;
	r->nr_pages = nr_pages_of(folio);
	r->pfn = pfn_of(folio);
	r->old_lock = lock_of(old_root);
	r->old_anon_vma = (__u64)old_anon_vma;
	r->new_anon_vma = (__u64)new_anon_vma;
	r->mm = (__u64)BPF_CORE_READ(vma, vm_mm);
	r->vm_start = BPF_CORE_READ(vma, vm_start);
	r->vm_end = BPF_CORE_READ(vma, vm_end);
	bpf_ringbuf_submit(r, BPF_RB_NO_WAKEUP);
	return 0;
}
