// SPDX-License-Identifier: GPL-2.0-only
#include "collector/model/gaps.h"

#include <errno.h>
#include <stdlib.h>

int gaps_add(struct gaps *gaps, int64_t start_ns, int64_t end_ns)
{
	unsigned int nr = gaps->nr;
	void *grown;

	/* a gap that lies within the last one adds nothing */
	if (nr && gaps->item[nr - 1].start_ns <= start_ns && gaps->item[nr - 1].end_ns >= end_ns)
		return 0;
	/* out of order: they become one */
	for (; nr && gaps->item[nr - 1].start_ns >= start_ns; nr--)
		if (gaps->item[nr - 1].end_ns > end_ns)
			end_ns = gaps->item[nr - 1].end_ns;
	if (nr == gaps->room) {
		grown = realloc(gaps->item, (gaps->room + 64) * 2 * sizeof(*gaps->item));
		if (!grown)
			return -ENOMEM;
		gaps->item = grown;
		gaps->room = (gaps->room + 64) * 2;
	}
	gaps->item[nr].start_ns = start_ns;
	gaps->item[nr].end_ns = end_ns;
	gaps->nr = nr + 1;
	return 0;
}

bool gaps_cover(const struct gaps *gaps, int64_t time_ns)
{
	unsigned int lo = 0, hi = gaps->nr;

	while (lo < hi) {
		unsigned int mid = lo + (hi - lo) / 2;

		if (gaps->item[mid].start_ns <= time_ns)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo && time_ns < gaps->item[lo - 1].end_ns;
}

void gaps_free(struct gaps *gaps)
{
	free(gaps->item);
}
