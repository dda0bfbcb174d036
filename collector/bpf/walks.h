/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program walks.bpf.c is told before it is loaded. */
#ifndef RMAPSCOPE_BPF_WALKS_H
#define RMAPSCOPE_BPF_WALKS_H

#include <linux/types.h>

/*
 * The functions that kernels have for rmap_walk_control.rmap_one, all of the same kind: mm/rmap.c,
 * mm/migrate.c, mm/page_idle.c, mm/damon/. No kernel has them all.
 */
#define WALKS_VISITORS(_)                                                                          \
	_(folio_referenced_one)                                                                    \
	_(page_mkclean_one)                                                                        \
	_(try_to_unmap_one)                                                                        \
	_(try_to_unmap_poisoned_hugetlb_one)                                                       \
	_(try_to_migrate_one)                                                                      \
	_(page_make_device_exclusive_one)                                                          \
	_(remove_migration_pte)                                                                    \
	_(page_idle_clear_pte_refs_one)                                                            \
	_(__damon_pa_mkold)                                                                        \
	_(__damon_pa_young)                                                                        \
	_(damon_folio_mkold_one)                                                                   \
	_(damon_folio_young_one)

#define WALKS_ONE(function) +1
#define WALKS_FUNCTIONS	    (0 WALKS_VISITORS(WALKS_ONE))

/* Where they are, if there is a program for them; else 0. */
struct walks_functions {
	__u64 at[WALKS_FUNCTIONS];
};

#endif
