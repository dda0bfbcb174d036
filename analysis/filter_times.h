/* SPDX-License-Identifier: GPL-2.0-only */
/* The times of a filter, as users write them. */
#ifndef RMAPSCOPE_FILTER_TIMES_H
#define RMAPSCOPE_FILTER_TIMES_H

#include "analysis/capture.h"
#include "analysis/filter.h"
#include "analysis/table.h"

/*
 * filter_times - set the times of @f from @since and @until, in the capture @info
 * @since, @until: texts for instant_parse(), or NULL
 *
 * Returns 0, -EINVAL if one is not a time or @since is not before @until, or -ERANGE
 * if one is outside the capture.
 */
int filter_times(struct filter *f, const char *since, const char *until,
		 const struct capture_info *info, struct error *err);

/*
 * filter_window - the time whose rows are shown
 * @capture: the time of the whole capture
 * @kept_from_ns: earlier rows were removed
 * @f: or NULL
 *
 * If the result ends before it starts, all its rows were removed.
 */
struct window filter_window(struct window capture, int64_t kept_from_ns, const struct filter *f);

#endif
