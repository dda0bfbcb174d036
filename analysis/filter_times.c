// SPDX-License-Identifier: GPL-2.0-only
#include "analysis/filter_times.h"

#include <errno.h>

#include "analysis/instant.h"

int filter_times(struct filter *f, const char *since, const char *until,
		 const struct capture_info *info, struct error *err)
{
	int ret = 0;

	if (since)
		ret = instant_parse(&f->since_ns, since, info, err);
	if (!ret && until)
		ret = instant_parse(&f->until_ns, until, info, err);
	/* the end is exclusive: include the last event */
	if (!ret && until && f->until_ns == info->last_ns)
		f->until_ns++;
	if (!ret && since && until && f->since_ns >= f->until_ns)
		ret = error_set(err, -EINVAL, "--since %s is not before --until %s", since, until);
	return ret;
}

struct window filter_window(struct window capture, int64_t kept_from_ns, const struct filter *f)
{
	struct window w = capture;

	if (f && f->since_ns)
		w.start_ns = f->since_ns;
	if (f && f->until_ns)
		w.end_ns = f->until_ns;
	if (w.start_ns < kept_from_ns)
		w.start_ns = kept_from_ns;
	return w;
}
