// SPDX-License-Identifier: GPL-2.0-only
#include "collector/page_watch.h"

#include "lib/clock.h"

/*
 * Whether times before those of the page before are right: a second page in a
 * row says so, then it was that one which went astray, into the future.
 */
static bool agrees(const struct page_watch *w, uint64_t time_ns)
{
	return w->back_ns && time_ns >= w->back_ns;
}

/* The first record of another page than that of the record before. */
static enum page_verdict new_page(struct page_watch *w, uint64_t page, uint64_t time_ns)
{
	bool skipped = w->begun && page != w->page + 1, was_damaged = w->damaged;

	w->page = page;
	w->gap_ns = w->last_ns;
	if (!time_ns || (time_ns < w->last_ns && !agrees(w, time_ns))) {
		w->damaged = true;
		w->back_ns = time_ns;
		return PAGE_DAMAGED;
	}
	if (time_ns < w->last_ns)
		w->gap_ns = time_ns < w->before_ns ? time_ns : w->before_ns;
	w->before_ns = w->gap_ns;
	w->damaged = false;
	w->back_ns = 0;
	return skipped || was_damaged ? PAGE_GAP : PAGE_SOUND;
}

enum page_verdict page_watch(struct page_watch *w, uint64_t offset, uint64_t time_ns)
{
	uint64_t page = offset / w->page_bytes;
	enum page_verdict verdict = PAGE_SOUND;

	if (!w->begun || page != w->page)
		verdict = new_page(w, page, time_ns);
	w->begun = true;
	/* the times of the rest of the page depend on the record before */
	if (time_ns > TIME_NS_MAX)
		w->damaged = true;
	if (w->damaged)
		return PAGE_DAMAGED;
	w->last_ns = time_ns;
	return verdict;
}
