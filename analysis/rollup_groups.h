/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The roll-ups of a window, summed by process, by VMA or by lock: read once,
 * whatever is asked of them. A sum by SQL would sort the rows for each question.
 */
#ifndef RMAPSCOPE_ROLLUP_GROUPS_H
#define RMAPSCOPE_ROLLUP_GROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "analysis/table.h"
#include "lib/hash.h"
#include "schema/hist.h"

/* Parts of a window that the waiting in it is shown for; fewer in one of few seconds. */
#define GROUP_TREND 8

enum group_by {
	GROUP_BY_PROCESS,
	GROUP_BY_VMA, /* process and VMA */
	GROUP_BY_LOCK,
};

/* A sum of what may not be known in any of its rows. */
struct maybe {
	bool known;
	int64_t sum;
};

/* Ids are 0 where not known; those that a group is not by are 0, too. */
struct group_key {
	int64_t process_id, vma_id, lock_id;
};

struct group {
	UT_hash_handle hh;
	struct group_key key;
	int64_t nr_waits, wait_ns, max_ns, nr_uncertain;
	struct maybe slept_ns, runnable_ns, nr_retries;
	struct maybe hold_ns; /* of the locks that it waited for, by whomever */
	struct hist hist;
	int64_t trend[GROUP_TREND]; /* wait_ns by parts of the window */
	/* where most of the waiting was; of the same time, the lowest ids */
	int64_t main_process_id, main_lock_id, main_site_id, main_ns;
	bool has_main;
	int64_t holder_task_id; /* whom it was for; by VMA: in main_lock_id. 0: nobody known */
};

struct rollup_groups {
	struct group **group; /* most waiting first */
	size_t nr;
	unsigned int nr_trend; /* numbers in a trend */
	struct group *head;    /* all, by key */
};

/*
 * rollup_groups_read - the groups of @window that anything was seen of
 *
 * By VMA: those with waits. Returns 0 or a negative errno; rollup_groups_free()
 * either way.
 */
int rollup_groups_read(struct rollup_groups *gs, struct db *db, enum group_by by,
		       const struct window *window, struct error *err);
void rollup_groups_free(struct rollup_groups *gs);

#endif
