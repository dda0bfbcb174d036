/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Find damaged pages of a trace file by the offsets and times of its records.
 *
 * libtracecmd silently skips a page without records, and accepts any time in a page.
 * But the kernel writes at least one event into a page, the first at the time of the
 * page, and the pages of a CPU are in time order (kernel/trace/ring_buffer.c:
 * rb_move_tail(), rb_add_timestamp()).
 *
 * A time that is ahead shows only by the pages after it: so the records of a page are
 * kept until the next page begins. If that page goes back in time, the page after it
 * shows which of the two is wrong.
 */
#ifndef RMAPSCOPE_PAGE_WATCH_H
#define RMAPSCOPE_PAGE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

/* A record of a page. */
struct page_record {
	void *record; /* the caller's */
	uint64_t time_ns;
	bool after_gap; /* the record before it is not the one before in the recording */
};

struct page_watch {
	uint64_t page_bytes;
	bool begun;
	bool missing;	    /* records were dropped, or a page has none, since the last one kept */
	bool page_is_bad;   /* the times of the rest of the page are not known */
	bool goes_back;	    /* the page begins before the end of the last one */
	uint64_t before_ns; /* of the newest record */
	uint64_t page;	    /* number of the page of the newest record */
	uint64_t sound_ns;  /* of the newest sound record */
	/*
	 * The records [out, nr_sound) may be taken, [nr_sound, nr_last) are of the last page,
	 * and [nr_last, nr) of one that goes back: either these or the last page's are wrong.
	 */
	struct page_record *kept;
	uint32_t out, nr_sound, nr_last, nr, room;
	void (*drop)(void *record); /* called for each that is not given out; not NULL */
};

/* The next record of a CPU, at @offset of its pages. Returns 0, or -ENOMEM: it was dropped. */
int page_watch_add(struct page_watch *w, uint64_t offset, uint64_t time_ns, void *record);

/* There are no more records. w->missing then says whether the last pages were damaged. */
void page_watch_end(struct page_watch *w);

/* Forget the sound records, which page_watch_take() has given out. */
void page_watch_taken(struct page_watch *w);

/* Take the next sound record. Returns false when there is none yet. Inline: most have one. */
static inline bool page_watch_take(struct page_watch *w, struct page_record *r)
{
	if (w->out == w->nr_sound)
		return false;
	*r = w->kept[w->out++];
	if (w->out == w->nr_sound)
		page_watch_taken(w);
	return true;
}

void page_watch_free(struct page_watch *w);

#endif
