/* SPDX-License-Identifier: GPL-2.0-only */
/* From when on and until when, as people write it. */
#ifndef RMAPSCOPE_FILTER_TIMES_H
#define RMAPSCOPE_FILTER_TIMES_H

#include "analysis/capture.h"
#include "analysis/filter.h"
#include "analysis/table.h"

/*
 * filter_times - set the times of @f to what @since and @until mean in the capture @info
 * @since, @until: as instant_parse() takes them, or NULL
 *
 * Returns 0, -EINVAL when they are no times or the wrong way round, or -ERANGE
 * when one is outside the capture.
 */
int filter_times(struct filter *f, const char *since, const char *until,
		 const struct capture_info *info, struct error *err);

/*
 * filter_window - the time that rows are shown of
 * @whole: of the capture
 * @kept_from_ns: earlier rows are gone
 * @f: or NULL
 *
 * One that ends before it starts is empty: all its rows are gone.
 */
struct window filter_window(struct window whole, int64_t kept_from_ns, const struct filter *f);

#endif
