// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/wait_sum.h"

static bool add_to(int64_t *sum, int64_t value)
{
	return !__builtin_add_overflow(*sum, value, sum);
}

static bool add_maybe(struct maybe *sum, const struct maybe *from)
{
	sum->known |= from->known;
	return add_to(&sum->sum, from->sum);
}

bool wait_sum_add(struct wait_sum *to, const struct wait_sum *from)
{
	/* SQL shows other columns of the row that max() is of */
	if (!to->max_task_id || (from->nr_waits && (!to->nr_waits || from->max_ns > to->max_ns)))
		to->max_task_id = from->max_task_id;
	if (from->nr_waits && (!to->nr_waits || from->max_ns > to->max_ns))
		to->max_ns = from->max_ns;
	to->nr_waits += from->nr_waits;
	to->nr_open += from->nr_open;
	to->nr_uncertain += from->nr_uncertain;
	return add_to(&to->wait_ns, from->wait_ns) && add_maybe(&to->slept_ns, &from->slept_ns) &&
	       add_maybe(&to->runnable_ns, &from->runnable_ns);
}
