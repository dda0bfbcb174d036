/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One pass over the waits of a capture, which adds up all that the sections of a report show
 * of them. SQL would read and sort the waits again for each kind of sum.
 */
#ifndef RMAPSCOPE_WAIT_PASS_H
#define RMAPSCOPE_WAIT_PASS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "analysis/db.h"
#include "analysis/wait_sum.h"
#include "lib/keyed.h"

/* Section "waits" shows this many. */
#define LONGEST_MAX 1000

/* The ids that waits refer to. Id 0 stands for NULL: unknown. */
struct pass_task {
	int64_t id, process_id;
	uint32_t group; /* the same for threads of one process and name */
};

struct pass_lock {
	int64_t id;
	uint32_t class_group; /* the same for locks of one class */
};

struct pass_site {
	int64_t id;
	uint32_t role_group;   /* the same for sites of one role */
	uint32_t symbol_group; /* and for those of one role and function */
};

/* Waits of a thread for a lock, for one VMA. */
struct pass_pair_key {
	int64_t task_id, lock_id, vma_id;
};

struct pass_pair {
	struct pass_pair_key key;
	int64_t process_id;
	bool has_task, has_lock; /* a damaged file can lack them */
	struct wait_sum sum;
};

/* Waits at the call sites of one function and role, for locks of one class. */
struct pass_place_key {
	int64_t symbol_group, class_group, mode;
};

struct pass_place {
	struct pass_place_key key;
	int64_t site_id, lock_id; /* one of them */
	struct wait_sum sum;
};

/* Who made whom wait. */
struct pass_blame_key {
	uint32_t task_group, class_group, role_group;
	uint32_t holder_group, holder_role_group;
	int32_t holder_source; /* BLAME_CPU: nobody, it waited for a CPU */
};

#define BLAME_CPU (-1)

/* What holders did while others waited. These add up to the time for which that is known. */
enum held_part {
	HELD_RAN,
	HELD_RUNNABLE,
	HELD_LOCK,   /* asleep for another lock */
	HELD_SLEPT,  /* asleep for something else */
	HELD_BEFORE, /* it waited for the lock itself: others held it */
	NR_HELD_PARTS,
};

struct pass_blame {
	struct pass_blame_key key;
	int64_t held_ns[NR_HELD_PARTS];
	int64_t unknown_ns; /* part of wait_ns of which that is not known */
	bool known;	    /* of some of wait_ns it is */
	int64_t task_id, lock_id, site_id, holder_task_id, holder_site_id; /* of the longest part */
	int64_t nr_waits, wait_ns, max_ns;
	int64_t last_wait_id;
};

struct long_wait {
	int64_t id, ns; /* ns: of an open wait, so far */
};

struct wait_pass {
	/* of struct pass_task, struct pass_lock, and so on */
	struct keyed tasks, locks, sites, pairs, places, blames;
	struct long_wait longest[2 * LONGEST_MAX]; /* [nr_longest], the longest first */
	size_t nr_longest;
};

/*
 * wait_pass_read - read the waits that pass the filter of @db
 *
 * Returns 0 or a negative errno; call wait_pass_free() in either case.
 */
int wait_pass_read(struct wait_pass *pass, struct db *db, struct error *err);
void wait_pass_free(struct wait_pass *pass);

#endif
