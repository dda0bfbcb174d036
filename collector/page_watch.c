// SPDX-License-Identifier: GPL-2.0-only
#include "collector/page_watch.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"

#define ROOM_MIN 512

/* Drop the records [from, to). */
static void drop(struct page_watch *w, uint32_t from, uint32_t to)
{
	uint32_t i;

	for (i = from; i < to; i++)
		w->drop(w->kept[i].record);
	if (to < w->nr)
		memmove(&w->kept[from], &w->kept[to], (w->nr - to) * sizeof(*w->kept));
	w->nr -= to - from;
}

/* The newest record of the last page, or before it. */
static uint64_t last_ns(const struct page_watch *w)
{
	return w->nr_last > w->nr_sound ? w->kept[w->nr_last - 1].time_ns : w->sound_ns;
}

/* The last page is sound. */
static void release(struct page_watch *w)
{
	w->sound_ns = last_ns(w);
	w->nr_sound = w->nr_last;
}

/* The page that goes back is wrong. */
static void drop_back(struct page_watch *w)
{
	w->missing |= w->nr > w->nr_last;
	drop(w, w->nr_last, w->nr);
}

/* The last page is wrong where it is ahead of the one that goes back, which follows it. */
static void drop_ahead(struct page_watch *w)
{
	const uint64_t back_ns = w->kept[w->nr_last].time_ns;
	uint32_t from = w->nr_last;

	while (from > w->nr_sound && w->kept[from - 1].time_ns > back_ns)
		from--;
	drop(w, from, w->nr_last);
	w->kept[from].after_gap = true;
	w->nr_last = from;
	release(w);
	w->nr_last = w->nr;
}

/*
 * A page begins at @time_ns, which shows whether the pages before it are sound. Returns whether it
 * may be sound itself.
 */
static bool new_page(struct page_watch *w, uint64_t time_ns)
{
	if (!time_ns)
		return false;
	if (w->nr > w->nr_last && time_ns >= w->kept[w->nr_last].time_ns && time_ns < last_ns(w))
		drop_ahead(w);
	else
		drop_back(w);
	if (time_ns >= last_ns(w))
		release(w);
	return time_ns >= w->sound_ns;
}

static int grow(struct page_watch *w)
{
	uint32_t room = w->room ? 2 * w->room : ROOM_MIN;
	struct page_record *kept = realloc(w->kept, room * sizeof(*kept));

	if (!kept)
		return -ENOMEM;
	w->kept = kept;
	w->room = room;
	return 0;
}

static int keep(struct page_watch *w, uint64_t time_ns, void *record)
{
	if (w->nr == w->room && grow(w)) {
		w->drop(record);
		return -ENOMEM;
	}
	w->kept[w->nr++] = (struct page_record){ record, time_ns, w->missing };
	w->missing = false;
	if (!w->goes_back)
		w->nr_last = w->nr;
	return 0;
}

int page_watch_add(struct page_watch *w, uint64_t offset, uint64_t time_ns, void *record)
{
	/* a division for each record would cost more than all the rest */
	if (!w->begun || offset - w->page * w->page_bytes >= w->page_bytes) {
		uint64_t page = offset / w->page_bytes;

		w->missing |= w->begun && page != w->page + 1;
		w->page_is_bad = !new_page(w, time_ns);
		w->goes_back = time_ns < last_ns(w);
		w->begun = true;
		w->page = page;
	}
	/* the times of the rest of the page depend on the record before */
	else if (time_ns < w->before_ns)
		w->page_is_bad = true;
	if (time_ns > TIME_NS_MAX)
		w->page_is_bad = true;
	w->before_ns = time_ns;
	if (!w->page_is_bad)
		return keep(w, time_ns, record);
	w->missing = true;
	w->drop(record);
	return 0;
}

void page_watch_end(struct page_watch *w)
{
	drop_back(w);
	release(w);
}

void page_watch_taken(struct page_watch *w)
{
	w->nr -= w->out;
	w->nr_last -= w->out;
	memmove(w->kept, w->kept + w->out, w->nr * sizeof(*w->kept));
	w->out = w->nr_sound = 0;
}

void page_watch_free(struct page_watch *w)
{
	drop(w, w->out, w->nr);
	free(w->kept);
	*w = (struct page_watch){ .page_bytes = w->page_bytes, .drop = w->drop };
}
