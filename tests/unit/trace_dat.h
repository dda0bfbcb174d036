/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A small trace-cmd file by hand, version 6 (trace-cmd.dat.v6(5)): the events
 * of formats.h, any number of CPUs with one page each.
 */
#ifndef RMAPSCOPE_TEST_TRACE_DAT_H
#define RMAPSCOPE_TEST_TRACE_DAT_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tests/unit/formats.h"

#define TRACE_DAT_PAGE 4096

/* Flags in a page's commit word, kernel/trace/ring_buffer.c */
#define PAGE_MISSED_EVENTS (1U << 31)
#define PAGE_MISSED_STORED (1U << 30)

struct bytes {
	uint8_t *data;
	size_t nr, room;
};

static inline void bytes_add(struct bytes *b, const void *data, size_t nr)
{
	if (b->nr + nr > b->room) {
		b->room = 2 * (b->nr + nr);
		b->data = realloc(b->data, b->room);
	}
	memcpy(b->data + b->nr, data, nr);
	b->nr += nr;
}

static inline void bytes_int(struct bytes *b, uint64_t v, unsigned int nr)
{
	bytes_add(b, &v, nr);
}

/* With its NUL. */
static inline void bytes_string(struct bytes *b, const char *text)
{
	bytes_add(b, text, strlen(text) + 1);
}

static inline void bytes_text(struct bytes *b, unsigned int size_bytes, const char *text)
{
	bytes_int(b, strlen(text), size_bytes);
	bytes_add(b, text, strlen(text));
}

static inline void bytes_align(struct bytes *b, size_t to)
{
	while (b->nr % to)
		bytes_int(b, 0, 1);
}

/* One CPU's only page. */
struct dat_page {
	uint64_t time_ns, last_ns;
	struct bytes events;
	int64_t nr_missed; /* before this page; -1: some */
};

/* A record of @nr bytes (a multiple of four, up to 112) at @time_ns. */
static inline void dat_page_add(struct dat_page *p, uint64_t time_ns, const void *record,
				unsigned int nr)
{
	if (!p->events.nr)
		p->time_ns = p->last_ns = time_ns;
	/* type_len in words, then 27 bits of time since the event before */
	bytes_int(&p->events, (nr / 4) | (time_ns - p->last_ns) << 5, 4);
	bytes_add(&p->events, record, nr);
	p->last_ns = time_ns;
}

static inline void dat_page_contention(struct dat_page *p, uint64_t time_ns, uint16_t type,
				       int32_t tid, uint64_t lock, uint32_t value)
{
	uint8_t record[20] = { 0 };

	memcpy(record, &type, 2);
	memcpy(record + 4, &tid, 4);
	memcpy(record + 8, &lock, 8);
	memcpy(record + 16, &value, 4);
	dat_page_add(p, time_ns, record, sizeof(record));
}

static inline void dat_formats(struct bytes *b)
{
	bytes_int(b, 1, 4);
	bytes_text(b, 8, FORMAT_KERNEL_STACK);
	bytes_int(b, 3, 4);
	bytes_string(b, "lock");
	bytes_int(b, 2, 4);
	bytes_text(b, 8, FORMAT_CONTENTION_BEGIN);
	bytes_text(b, 8, FORMAT_CONTENTION_END);
	bytes_string(b, "sched");
	bytes_int(b, 2, 4);
	bytes_text(b, 8, FORMAT_SCHED_SWITCH);
	bytes_text(b, 8, FORMAT_SCHED_WAKING);
	bytes_string(b, "task");
	bytes_int(b, 1, 4);
	bytes_text(b, 8, FORMAT_TASK_NEWTASK);
}

static inline void dat_page_write(struct bytes *b, const struct dat_page *p)
{
	uint64_t commit = p->events.nr;

	if (p->nr_missed)
		commit |= PAGE_MISSED_EVENTS | (p->nr_missed > 0 ? PAGE_MISSED_STORED : 0);
	bytes_int(b, p->time_ns, 8);
	bytes_int(b, commit, 8);
	if (p->events.nr)
		bytes_add(b, p->events.data, p->events.nr);
	if (p->nr_missed > 0)
		bytes_int(b, p->nr_missed, 8);
	bytes_align(b, TRACE_DAT_PAGE);
}

/* The whole file; its data is the caller's to free. */
static inline struct bytes dat_file(const struct dat_page *page, unsigned int nr_cpus)
{
	struct bytes b = { 0 };
	uint64_t at;
	unsigned int i;

	bytes_add(&b, "\x17\x08\x44tracing", 10);
	bytes_string(&b, "6");
	bytes_int(&b, 0, 1);
	bytes_int(&b, sizeof(long), 1);
	bytes_int(&b, TRACE_DAT_PAGE, 4);
	bytes_string(&b, "header_page");
	bytes_text(&b, 8,
		   "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		   "\tfield: local_t commit;\toffset:8;\tsize:8;\tsigned:1;\n"
		   "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		   "\tfield: char data;\toffset:16;\tsize:4080;\tsigned:1;\n");
	bytes_string(&b, "header_event");
	bytes_text(&b, 8,
		   "# compressed entry header\n\ttype_len    :    5 bits\n"
		   "\ttime_delta  :   27 bits\n\tarray       :   32 bits\n\n"
		   "\tpadding     : type == 29\n\ttime_extend : type == 30\n"
		   "\tdata max type_len  == 28\n");
	dat_formats(&b);
	bytes_text(&b, 4, "ffffffff81000000 T down_write\nffffffff81001000 T move_pages\n");
	bytes_text(&b, 4, "");
	bytes_text(&b, 8, "100 mover\n101 walker\n");
	bytes_int(&b, nr_cpus, 4);
	bytes_string(&b, "flyrecord");
	at = b.nr + 16 * nr_cpus;
	at = (at + TRACE_DAT_PAGE - 1) / TRACE_DAT_PAGE * TRACE_DAT_PAGE;
	for (i = 0; i < nr_cpus; i++) {
		bytes_int(&b, at, 8);
		bytes_int(&b, page[i].events.nr ? TRACE_DAT_PAGE : 0, 8);
		at += page[i].events.nr ? TRACE_DAT_PAGE : 0;
	}
	bytes_align(&b, TRACE_DAT_PAGE);
	for (i = 0; i < nr_cpus; i++)
		if (page[i].events.nr)
			dat_page_write(&b, &page[i]);
	return b;
}

static inline void dat_pages_free(struct dat_page *page, unsigned int nr)
{
	while (nr--)
		free(page[nr].events.data);
}

#endif
