// SPDX-License-Identifier: GPL-2.0-only
/*
 * The same with the lock's class by its slab, in an object of its own: a kernel
 * without the function bpf_get_kmem_cache() (before Linux 6.14) refuses it whole.
 */
#define CHAIN_BY_SLAB
#include "collector/bpf/chain_now.bpf.c"
