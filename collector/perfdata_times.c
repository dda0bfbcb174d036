// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfdata_times.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/clock.h"

#define NS_PER_DAY (24 * 60 * 60 * NSEC_PER_SEC)
#define NR_DAYS	   (INT64_MAX / NS_PER_DAY + 1)

/* More records than one in so many cannot be astray: then nobody knows which are. */
#define MIN_RATIO 3

int times_add(struct perfdata_times *t, uint64_t time_ns)
{
	struct perfdata_day *day;

	/* 2.5 MB, of which the pages that are used take memory */
	if (!t->day)
		t->day = calloc(NR_DAYS, sizeof(*t->day));
	if (!t->day)
		return -ENOMEM;
	day = &t->day[time_ns / NS_PER_DAY];
	if (!day->nr || time_ns < day->first_ns)
		day->first_ns = time_ns;
	if (time_ns > day->last_ns)
		day->last_ns = time_ns;
	day->nr++;
	return 0;
}

/* The last day with records from @from on in steps of @step, before more than the days between. */
static int64_t reach(const struct perfdata_times *t, int64_t from, int step)
{
	int64_t last = from, i;

	for (i = from; i >= 0 && i < (int64_t)NR_DAYS; i += step) {
		if (t->day[i].nr)
			last = i;
		else if ((i - last) * step >= PERFDATA_ASTRAY_DAYS)
			break;
	}
	return last;
}

void times_end(struct perfdata_times *t)
{
	uint64_t nr = 0, nr_all = 0, first = 0, last = 0;
	int64_t most = 0, from, to, i;

	for (i = 0; t->day && i < (int64_t)NR_DAYS; i++) {
		if (!t->day[i].nr)
			continue;
		if (t->day[i].nr > t->day[most].nr)
			most = i;
		if (!nr_all)
			first = t->day[i].first_ns;
		last = t->day[i].last_ns;
		nr_all += t->day[i].nr;
	}
	t->first_ns = first;
	t->last_ns = last;
	if (!nr_all)
		return;
	from = reach(t, most, -1);
	to = reach(t, most, 1);
	for (i = from; i <= to; i++)
		nr += t->day[i].nr;
	if (nr == nr_all || nr / MIN_RATIO < nr_all - nr)
		return;
	t->nr_astray = nr_all - nr;
	t->astray_first = first;
	t->astray_last = last;
	t->first_ns = t->day[from].first_ns;
	t->last_ns = t->day[to].last_ns;
}

bool times_astray(const struct perfdata_times *t, uint64_t time_ns)
{
	return t->nr_astray && (time_ns < t->first_ns || time_ns > t->last_ns);
}

void times_free(struct perfdata_times *t)
{
	free(t->day);
	t->day = NULL;
}
