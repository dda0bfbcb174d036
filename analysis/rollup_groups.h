/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The roll-ups of a window, summed by process, by VMA or by lock. All sums are computed
 * in one pass over the rows; SQL would sort the rows again for each kind of sum.
 */
#ifndef RMAPSCOPE_ROLLUP_GROUPS_H
#define RMAPSCOPE_ROLLUP_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/maybe.h"
#include "analysis/table.h"
#include "lib/hash.h"
#include "schema/hist.h"

/* A trend has this many parts of the window, or one per second if there are fewer seconds. */
#define GROUP_TREND 8

enum group_by {
	GROUP_BY_PROCESS,
	GROUP_BY_VMA, /* process and VMA */
	GROUP_BY_LOCK,
};

/* An id is 0 if it is unknown or not part of the key (enum group_by). */
struct group_key {
	int64_t process_id, vma_id, lock_id;
};

struct group {
	UT_hash_handle hh;
	struct group_key key;
	int64_t nr_waits, wait_ns, max_ns, nr_uncertain;
	struct maybe slept_ns, runnable_ns, nr_retries;
	struct maybe hold_ns; /* hold time of the locks that it waited for, by any thread */
	struct hist hist;
	int64_t trend[GROUP_TREND]; /* wait_ns by parts of the window */
	/* the call site with the most waiting; of several, that with the lowest ids */
	int64_t main_process_id, main_lock_id, main_site_id, main_ns;
	bool has_main;
	/* the holder that caused most waiting; 0: unknown. By VMA: of main_lock_id only */
	int64_t holder_task_id;
};

struct rollup_groups {
	struct group **group; /* [nr], the one with the most waiting first */
	size_t nr;
	unsigned int nr_trend; /* parts of a trend */
	struct group *head;    /* hash table of all groups, by key */
};

/*
 * rollup_groups_read - read the groups that have roll-ups in @window
 *
 * By VMA: only groups with waits. Returns 0 or a negative errno; call
 * rollup_groups_free() in either case.
 */
int rollup_groups_read(struct rollup_groups *gs, struct db *db, enum group_by by,
		       const struct window *window, struct error *err);
void rollup_groups_free(struct rollup_groups *gs);

#endif
