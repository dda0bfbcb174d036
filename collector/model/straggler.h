/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Stragglers: migration entries that were set and that the walk which should
 * have removed them did not find, because exec was moving the page tables of
 * its new stack.
 *
 * setup_arg_pages() (fs/exec.c) moves the stack by relocate_vma_down(), which
 * first lets the VMA cover the old and the new range, without a change of
 * vm_pgoff, and then moves the page tables without the rmap locks. From the
 * first step on a walk looks for a page at its new address, where its entry
 * may not have come yet. The kernel therefore sets no migration entries in a
 * stack that is being set up (invalid_migration_vma() in mm/rmap.c); one that
 * is there nevertheless may be lost.
 *
 * It is proven when all of this was seen: a thread set an entry in a walk's
 * visit to a VMA; later it visited the same page of the same mm between
 * exec_stack_shift_begin and _end of that mm; and it left without having
 * removed the entry. mmap_lock is held for writing meanwhile, nobody can have
 * unmapped the page. Whatever else keeps an entry from being removed (munmap,
 * exit) is not reported.
 */
#ifndef RMAPSCOPE_MODEL_STRAGGLER_H
#define RMAPSCOPE_MODEL_STRAGGLER_H

#include <stdint.h>

#include "collector/event.h"
#include "collector/model/machine.h"
#include "collector/model/task.h"
#include "lib/hash.h"
#include "schema/sink.h"

struct migration;
struct migrator;
struct stack_shift;

struct stragglers {
	struct migration *migrations; /* entries that are set */
	struct migrator *migrators;   /* by tid: at which VMA a walk is */
	struct stack_shift *shifts;   /* by mm, also of a moment ago */
	uint64_t nr_visits;
	struct tasks *tasks;
	const struct sink *sink;
};

extern const struct machine stragglers_machine;

#endif
