/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Find damaged pages of a trace file by the offsets and times of its records.
 *
 * libtracecmd skips a page without records silently, and believes any time in the
 * head of a page. But the kernel writes at least one event into a page, the first at
 * the time of the page, and the pages of a CPU are in time order
 * (kernel/trace/ring_buffer.c: rb_move_tail(), rb_add_timestamp()).
 */
#ifndef RMAPSCOPE_PAGE_WATCH_H
#define RMAPSCOPE_PAGE_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct page_watch {
	uint64_t page_bytes;
	bool begun;
	uint64_t page;	    /* number of the page of the last record */
	uint64_t last_ns;   /* of the last sound record */
	uint64_t before_ns; /* likewise, of the page before */
	uint64_t gap_ns;    /* where the gap before this page began */
	bool damaged;	    /* the times of this page cannot be */
	uint64_t back_ns;   /* its first one, before those of the page before; or 0 */
};

enum page_verdict {
	PAGE_SOUND,
	PAGE_GAP,     /* sound, but the record before it is not the one before in the recording */
	PAGE_DAMAGED, /* the record's time is not known */
};

/* The next record of a CPU: at @offset, @time_ns. */
enum page_verdict page_watch(struct page_watch *w, uint64_t offset, uint64_t time_ns);

#endif
