/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which VMAs are linked to which anon_vma root, from anon_vma_link and _unlink.
 *
 * When the last VMA of a root is unlinked its memory is freed: the next lock
 * at that address is another one. That is only known of a root whose links
 * are all known: made by a process that began during the capture, and not
 * seen before. What a process from before forks hangs on older roots.
 *
 * A link is a row only if its root occurs in another event, too; a server that forks
 * often makes too many of the others.
 */
#ifndef RMAPSCOPE_MODEL_LINKAGE_H
#define RMAPSCOPE_MODEL_LINKAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/model/lock.h"
#include "collector/model/machine.h"
#include "collector/model/vma.h"
#include "lib/hash.h"
#include "schema/sink.h"

struct anon_root;
struct anon_vma_of;
struct mm_owner;

struct linkage {
	struct anon_root *roots;       /* by address */
	struct anon_vma_of *anon_vmas; /* by address: the root of each */
	struct mm_owner *owners_by_tgid;
	struct mm_owner *owners; /* by mm: the process that it is of */
	struct locks *locks;
	struct vmas *vmas;
	struct tasks *tasks;
	const struct sink *sink;
	const struct gap *gap; /* links made before its end may be missing */
};

extern const struct machine linkage_machine;

/*
 * lock.id of the root of @anon_vma, 0 when it is not known; errno in @ret. @root: the
 * root, if the event has it, else 0.
 */
int64_t linkage_root_id(struct linkage *lk, uint64_t anon_vma, uint64_t root, uint64_t now_ns,
			int *ret);

/* The process that @mm is of, -1 when it is not known. */
int32_t linkage_tgid(struct linkage *lk, uint64_t mm);

/*
 * linkage_only_vma - whether a single VMA hangs on the root at @address
 *
 * Only where all of its links are known; else @at->end is 0.
 */
bool linkage_only_vma(struct linkage *lk, uint64_t address, struct vma_at *at);

/*
 * linkage_only_vma_of - the one VMA of @mm that hangs on @root
 *
 * False when there are several, or some may not be known.
 */
bool linkage_only_vma_of(struct linkage *lk, uint64_t root, uint64_t mm, struct vma_at *at);

#endif
