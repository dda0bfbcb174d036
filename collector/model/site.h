/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Call sites and roles from kernel stacks, by the table roles.def.
 */
#ifndef RMAPSCOPE_MODEL_SITE_H
#define RMAPSCOPE_MODEL_SITE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/kstack.h"
#include "collector/symbols.h"
#include "lib/hash.h"
#include "schema/rows.h"
#include "schema/sink.h"

struct site {
	struct site *next;
	struct site_row row;
	char symbol[];
};

/* What a stack says about the lock that was waited for. */
struct stack {
	UT_hash_handle hh;	 /* by frames: readers intern the same stack each */
	int64_t id;		 /* 0: its row was not given yet */
	struct site *site;	 /* NULL: no frame could be named */
	int role;		 /* ROLE_* or ENUM_NONE */
	int work_frame;		 /* as in struct stack_reading */
	unsigned int classes[2]; /* [MODE_READ], [MODE_WRITE]: CLASS_BITs */
	bool in_user_fault;	 /* of a page fault in user mode, and nothing else */
	bool of_rwlock;		 /* the lock is no rwsem */
	bool io_wait;		 /* sleeps for a block device */
	int rwsem_mode;		 /* MODE_*: in the slow path of an rwsem; ENUM_NONE */
	char *frames;
};

struct sites {
	struct symbols symbols;
	struct site *sites;
	struct site_of_addr *by_addr;
	struct stack *stacks;
	int64_t last_site_id, last_stack_id;
};

/*
 * stack_resolve - @kstack's site, role and lock classes, looked up once
 *
 * New rows go to @sink. Returns NULL with a negative errno in @ret.
 */
struct stack *stack_resolve(struct sites *ss, struct kstack *kstack, const struct sink *sink,
			    int *ret);
/* stack_read - likewise, but its stack has no row, unless another one's use gives it */
struct stack *stack_read(struct sites *ss, struct kstack *kstack, const struct sink *sink,
			 int *ret);

/*
 * function_at - the function at @addr as a whole: a site with offset 0
 * @callers: of it, as stack_read() has read them; NULL: not known
 *
 * Of a function that does the work of its caller (LEAF in roles.def), that is the caller. The role
 * is that of the whole stack. Returns NULL when the address has no name; a negative errno in
 * @ret.
 */
struct site *function_at(struct sites *ss, uint64_t addr, const struct kstack *callers,
			 const struct sink *sink, int *ret);

/*
 * site_at - the site at one address: the caller of a lock helper, or a
 * function such as rmap_one(), whose own name gives the role
 *
 * Returns NULL when the address has no name; a negative errno in @ret.
 */
struct site *site_at(struct sites *ss, uint64_t addr, const struct sink *sink, int *ret);
void sites_free(struct sites *ss);

/*
 * Reading a stack frame by frame, innermost first; split off so that the
 * table can be tested with plain names.
 */
struct stack_reading {
	int site_frame; /* index of the call site's frame, -1 */
	int work_frame; /* index of the innermost frame that is no leaf, -1 */
	int role;	/* ROLE_* or ENUM_NONE */
	unsigned int classes[2];
	bool in_user_fault;
	bool of_rwlock;
	bool io_wait;	/* sleeps for a block device */
	int rwsem_mode; /* MODE_*: in the slow path of an rwsem; ENUM_NONE */
};

/* MODE_* of the rwsem whose slow path the function @name is; ENUM_NONE: it is none. */
int rwsem_mode_of(const char *name);

void read_stack_names(const char *const *names, unsigned int nr, struct stack_reading *out);

#endif
