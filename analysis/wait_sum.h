/* SPDX-License-Identifier: GPL-2.0-only */
/* What is added up of waits. */
#ifndef RMAPSCOPE_WAIT_SUM_H
#define RMAPSCOPE_WAIT_SUM_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/maybe.h"

/* Of waits that have a duration, but for the last two. */
struct wait_sum {
	int64_t nr_waits, wait_ns, max_ns;
	int64_t max_task_id; /* who waited longest */
	struct maybe slept_ns, runnable_ns;
	int64_t nr_open, nr_uncertain;
};

/* Add @from to @to. False: too large for an int64_t. */
bool wait_sum_add(struct wait_sum *to, const struct wait_sum *from);

#endif
