/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small trace-cmd files by hand (trace-cmd.dat.v6(5), trace-cmd.dat.v7(5)): of
 * any word size and byte order, with a clock, and with several buffers.
 *
 * Fill a struct dat, add events with dat_event(), write it with dat_bytes(),
 * free it with dat_free().
 */
#ifndef RMAPSCOPE_TEST_TRACE_DAT_H
#define RMAPSCOPE_TEST_TRACE_DAT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DAT_PAGE    4096
#define DAT_BUFFERS 3
#define DAT_CPUS    4
#define DAT_FIELDS  8

/* Flags in a page's commit word, kernel/trace/ring_buffer.c */
#define PAGE_MISSED_EVENTS (1U << 31)
#define PAGE_MISSED_STORED (1U << 30)

/* Options of a file, lib/trace-cmd/include/private/trace-cmd-private.h */
#define DAT_OPTION_DONE		 0
#define DAT_OPTION_BUFFER	 3
#define DAT_OPTION_TRACECLOCK	 4
#define DAT_OPTION_UNAME	 5
#define DAT_OPTION_TSC2NSEC	 14
#define DAT_OPTION_HEADER_INFO	 16
#define DAT_OPTION_FTRACE_EVENTS 17
#define DAT_OPTION_EVENT_FORMATS 18
#define DAT_OPTION_KALLSYMS	 19
#define DAT_OPTION_PRINTK	 20
#define DAT_OPTION_CMDLINES	 21

struct bytes {
	uint8_t *data;
	size_t nr, room;
	bool big_endian;
};

static inline void bytes_add(struct bytes *b, const void *data, size_t nr)
{
	if (b->nr + nr > b->room) {
		b->room = 2 * (b->nr + nr);
		b->data = realloc(b->data, b->room);
	}
	if (nr)
		memcpy(b->data + b->nr, data, nr);
	b->nr += nr;
}

static inline void bytes_set(uint8_t *to, uint64_t v, unsigned int nr, bool big_endian)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		to[big_endian ? nr - 1 - i : i] = v >> 8 * i;
}

static inline void bytes_int(struct bytes *b, uint64_t v, unsigned int nr)
{
	uint8_t raw[8];

	bytes_set(raw, v, nr, b->big_endian);
	bytes_add(b, raw, nr);
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

/* A field's size in bytes when it is that of a kernel's long. */
#define DAT_LONG 0

struct dat_field {
	const char *decl; /* type and name, as in a format */
	unsigned int bytes;
	bool is_signed;
};

struct dat_event_def {
	const char *system, *name;
	uint16_t id;
	struct dat_field field[DAT_FIELDS];
};

/* As of Linux 6.18; the first is of system ftrace, each system in one piece. */
static const struct dat_event_def dat_events[] = {
	{ "ftrace",
	  "kernel_stack",
	  4,
	  { { "int size", 4, true }, { "unsigned long caller[8]", DAT_LONG, false } } },
	{ "lock",
	  "contention_begin",
	  408,
	  { { "void * lock_addr", DAT_LONG, false }, { "unsigned int flags", 4, false } } },
	{ "lock",
	  "contention_end",
	  407,
	  { { "void * lock_addr", DAT_LONG, false }, { "int ret", 4, true } } },
	{ "sched",
	  "sched_switch",
	  372,
	  { { "char prev_comm[16]", 16, false },
	    { "pid_t prev_pid", 4, true },
	    { "int prev_prio", 4, true },
	    { "long prev_state", DAT_LONG, true },
	    { "char next_comm[16]", 16, false },
	    { "pid_t next_pid", 4, true },
	    { "int next_prio", 4, true } } },
	{ "sched",
	  "sched_waking",
	  375,
	  { { "char comm[16]", 16, false },
	    { "pid_t pid", 4, true },
	    { "int prio", 4, true },
	    { "int target_cpu", 4, true } } },
	{ "sched",
	  "sched_process_exec",
	  366,
	  { { "__data_loc char[] filename", 4, false },
	    { "pid_t pid", 4, true },
	    { "pid_t old_pid", 4, true } } },
	{ "sched",
	  "sched_process_fork",
	  367,
	  { { "char parent_comm[16]", 16, false },
	    { "pid_t parent_pid", 4, true },
	    { "char child_comm[16]", 16, false },
	    { "pid_t child_pid", 4, true } } },
	{ "sched",
	  "sched_process_exit",
	  370,
	  { { "char comm[16]", 16, false },
	    { "pid_t pid", 4, true },
	    { "int prio", 4, true },
	    { "bool group_dead", 1, false } } },
	{ "task",
	  "task_newtask",
	  205,
	  { { "pid_t pid", 4, true },
	    { "char comm[16]", 16, false },
	    { "unsigned long clone_flags", DAT_LONG, false },
	    { "short oom_score_adj", 2, true } } },
	{ "irq", "irq_handler_entry", 150, { { "int irq", 4, true } } },
};

#define DAT_NR_EVENTS (sizeof(dat_events) / sizeof(*dat_events))

/* What one CPU recorded in one buffer. */
struct dat_cpu {
	struct bytes pages;  /* full ones */
	struct bytes events; /* of the page that is being filled */
	uint64_t time_ns, last_ns;
	int64_t nr_missed; /* before the first page; -1: some */
};

struct dat_buffer {
	const char *name;  /* "" is the top one */
	const char *clock; /* version 7 only; NULL: that of the file */
	struct dat_cpu cpu[DAT_CPUS];
};

struct dat {
	unsigned int version;	 /* 0: 6 */
	unsigned int long_bytes; /* 0: 8 */
	const char *compression; /* version 7; NULL: none. The data is never compressed. */
	const char *clock;	 /* NULL: the file does not name it */
	uint32_t mult, shift;	 /* of the clock to nanoseconds; 0: not told */
	const char *only_system; /* no formats of others but ftrace; NULL: all */
	const char *cmdlines;	 /* "TID COMM\n"...; NULL: mover and walker */
	const char *kallsyms;	 /* NULL: down_write and move_pages */
	unsigned int nr_cpus;	 /* 0: 1 */
	unsigned int nr_buffers; /* 0: 1, the top one */
	bool big_endian;
	const char *uname;	 /* NULL: not told */
	uint16_t unknown_option; /* an option of that number, 0: none */
	uint64_t
		buffer_offset; /* version 6: where the first other buffer is said to be; 0: right */
	struct dat_buffer buffer[DAT_BUFFERS];
};

static inline unsigned int dat_long(const struct dat *d)
{
	return d->long_bytes ? d->long_bytes : 8;
}

static inline unsigned int dat_nr_cpus(const struct dat *d)
{
	return d->nr_cpus ? d->nr_cpus : 1;
}

static inline unsigned int dat_nr_buffers(const struct dat *d)
{
	return d->nr_buffers ? d->nr_buffers : 1;
}

/* Size and offset of field @i; of the array of a stack, the size of one frame. */
static inline unsigned int dat_field_at(const struct dat *d, const struct dat_event_def *def,
					unsigned int i, unsigned int *bytes)
{
	unsigned int at = 8, j, align;

	for (j = 0;; j++) {
		*bytes = def->field[j].bytes ? def->field[j].bytes : dat_long(d);
		align = strchr(def->field[j].decl, '[') && def->field[j].bytes ? 1 : *bytes;
		at = (at + align - 1) / align * align;
		if (j == i)
			return at;
		at += *bytes;
	}
}

static inline unsigned int dat_nr_fields(const struct dat_event_def *def)
{
	unsigned int nr = 0;

	while (nr < DAT_FIELDS && def->field[nr].decl)
		nr++;
	return nr;
}

static inline void dat_format(struct bytes *b, const struct dat *d, const struct dat_event_def *def)
{
	char text[2048];
	unsigned int i, n;

	n = snprintf(text, sizeof(text),
		     "name: %s\nID: %u\nformat:\n"
		     "\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;\n"
		     "\tfield:unsigned char common_flags;\toffset:2;\tsize:1;\tsigned:0;\n"
		     "\tfield:unsigned char common_preempt_count;\toffset:3;\tsize:1;\tsigned:0;\n"
		     "\tfield:int common_pid;\toffset:4;\tsize:4;\tsigned:1;\n\n",
		     def->name, def->id);
	for (i = 0; i < dat_nr_fields(def); i++) {
		unsigned int bytes, at = dat_field_at(d, def, i, &bytes);

		if (strstr(def->field[i].decl, "caller"))
			bytes *= 8;
		n += snprintf(text + n, sizeof(text) - n,
			      "\tfield:%s;\toffset:%u;\tsize:%u;\tsigned:%d;\n", def->field[i].decl,
			      at, bytes, def->field[i].is_signed);
	}
	snprintf(text + n, sizeof(text) - n, "\nprint fmt: \"\"\n");
	bytes_text(b, 8, text);
}

static inline const struct dat_event_def *dat_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < DAT_NR_EVENTS; i++)
		if (!strcmp(dat_events[i].name, name))
			return &dat_events[i];
	fprintf(stderr, "trace_dat.h: no event %s\n", name);
	abort();
}

static inline void dat_page_end(const struct dat *d, struct dat_cpu *c)
{
	struct bytes *b = &c->pages;
	uint64_t commit = c->events.nr;
	int64_t nr_missed = b->nr ? 0 : c->nr_missed;

	if (!c->events.nr)
		return;
	if (nr_missed)
		commit |= PAGE_MISSED_EVENTS | (nr_missed > 0 ? PAGE_MISSED_STORED : 0);
	b->big_endian = d->big_endian;
	bytes_int(b, c->time_ns, 8);
	bytes_int(b, commit, dat_long(d));
	bytes_add(b, c->events.data, c->events.nr);
	if (nr_missed > 0)
		bytes_int(b, nr_missed, dat_long(d));
	bytes_align(b, DAT_PAGE);
	c->events.nr = 0;
}

/* @type_len and @delta as the ring buffer packs them, by the byte order. */
static inline void dat_header(struct bytes *b, unsigned int type_len, uint32_t delta)
{
	bytes_int(b, b->big_endian ? type_len << 27 | delta : type_len | delta << 5, 4);
}

/* A record of @nr bytes, a multiple of four and up to 112. */
static inline void dat_record(struct dat *d, unsigned int buffer, unsigned int cpu,
			      uint64_t time_ns, const void *record, unsigned int nr)
{
	struct dat_cpu *c = &d->buffer[buffer].cpu[cpu];
	uint64_t delta;

	if (c->events.nr + nr + 12 > DAT_PAGE - 32)
		dat_page_end(d, c);
	if (!c->events.nr)
		c->time_ns = c->last_ns = time_ns;
	c->events.big_endian = d->big_endian;
	delta = time_ns - c->last_ns;
	if (delta >> 27) {
		/* RINGBUF_TYPE_TIME_EXTEND */
		dat_header(&c->events, 30, delta & 0x7ffffff);
		bytes_int(&c->events, delta >> 27, 4);
		delta = 0;
	}
	dat_header(&c->events, nr / 4, delta);
	bytes_add(&c->events, record, nr);
	c->last_ns = time_ns;
}

static inline void dat_set(const struct dat *d, const struct dat_event_def *def, uint8_t *record,
			   unsigned int *nr, const char *name, const char *value)
{
	unsigned int i, bytes, at;

	for (i = 0; i < dat_nr_fields(def); i++) {
		const char *decl = def->field[i].decl, *word = strrchr(decl, ' ') + 1;

		if (strncmp(word, name, strlen(name)) || !strchr("[", word[strlen(name)]))
			continue;
		at = dat_field_at(d, def, i, &bytes);
		if (bytes == 16)
			snprintf((char *)record + at, 16, "%s", value);
		else
			bytes_set(record + at, strtoull(value, NULL, 0), bytes, d->big_endian);
		return;
	}
	/* caller=ADDRESS,ADDRESS...: the frames of a stack */
	fprintf(stderr, "trace_dat.h: %s has no field %s\n", def->name, name);
	(void)nr;
	abort();
}

/* "ADDRESS,ADDRESS,...": the frames of a kernel_stack, up to ten. */
static inline unsigned int dat_frames(const struct dat *d, const struct dat_event_def *def,
				      uint8_t *record, const char *value)
{
	unsigned int bytes, nr = 0, at = dat_field_at(d, def, 1, &bytes);
	char *end;

	do {
		bytes_set(record + at + bytes * nr++, strtoull(value, &end, 0), bytes,
			  d->big_endian);
		value = end + 1;
	} while (*end == ',');
	bytes_set(record + 8, nr, 4, d->big_endian);
	return at + bytes * nr;
}

/*
 * The record of one event, up to 112 bytes, a multiple of four: returns its size.
 * @text: "FIELD=VALUE FIELD=VALUE...", which is cut into pieces
 */
static inline unsigned int dat_fill(const struct dat *d, int32_t tid,
				    const struct dat_event_def *def, char *text, uint8_t *record)
{
	unsigned int bytes, nr, last = dat_nr_fields(def) - 1;
	char *pair, *rest = text, *value;

	memset(record, 0, 112);
	bytes_set(record, def->id, 2, d->big_endian);
	bytes_set(record + 4, tid, 4, d->big_endian);
	nr = dat_field_at(d, def, last, &bytes) + bytes;
	while ((pair = strtok_r(rest, " \n", &rest))) {
		value = strchr(pair, '=');
		*value++ = '\0';
		if (!strcmp(pair, "common_flags"))
			record[2] = strtoul(value, NULL, 0);
		else if (!strcmp(pair, "caller"))
			nr = dat_frames(d, def, record, value);
		else
			dat_set(d, def, record, &nr, pair, value);
	}
	return (nr + 3) / 4 * 4;
}

/*
 * dat_event - one event
 * @fields: printf format of "FIELD=VALUE FIELD=VALUE..."; what is not named is 0
 */
__attribute__((format(printf, 7, 8))) static inline void dat_event(
	struct dat *d, unsigned int buffer, unsigned int cpu, uint64_t time_ns, int32_t tid,
	const char *name, const char *fields, ...)
{
	const struct dat_event_def *def = dat_find(name);
	uint8_t record[112];
	char text[512];
	unsigned int nr;
	va_list args;

	va_start(args, fields);
	vsnprintf(text, sizeof(text), fields, args);
	va_end(args);
	nr = dat_fill(d, tid, def, text, record);
	dat_record(d, buffer, cpu, time_ns, record, nr);
}

static inline void dat_header_info(struct bytes *b, const struct dat *d)
{
	unsigned int word = dat_long(d);
	char text[512];

	snprintf(text, sizeof(text),
		 "\tfield: u64 timestamp;\toffset:0;\tsize:8;\tsigned:0;\n"
		 "\tfield: local_t commit;\toffset:8;\tsize:%u;\tsigned:1;\n"
		 "\tfield: int overwrite;\toffset:8;\tsize:1;\tsigned:1;\n"
		 "\tfield: char data;\toffset:%u;\tsize:%u;\tsigned:1;\n",
		 word, 8 + word, DAT_PAGE - 8 - word);
	bytes_string(b, "header_page");
	bytes_text(b, 8, text);
	bytes_string(b, "header_event");
	bytes_text(b, 8,
		   "# compressed entry header\n\ttype_len    :    5 bits\n"
		   "\ttime_delta  :   27 bits\n\tarray       :   32 bits\n\n"
		   "\tpadding     : type == 29\n\ttime_extend : type == 30\n"
		   "\tdata max type_len  == 28\n");
}

static inline bool dat_has(const struct dat *d, const struct dat_event_def *def)
{
	return !d->only_system || !strcmp(d->only_system, def->system);
}

/* The number of events of a system, or of systems. */
static inline void dat_formats(struct bytes *b, const struct dat *d)
{
	unsigned int i, j, nr;

	for (nr = 0, i = 1; i < DAT_NR_EVENTS; i++)
		nr += dat_has(d, &dat_events[i]) &&
		      strcmp(dat_events[i].system, dat_events[i - 1].system);
	bytes_int(b, nr, 4);
	for (i = 1; i < DAT_NR_EVENTS; i = j) {
		for (j = i; j < DAT_NR_EVENTS; j++)
			if (strcmp(dat_events[j].system, dat_events[i].system))
				break;
		if (!dat_has(d, &dat_events[i]))
			continue;
		bytes_string(b, dat_events[i].system);
		bytes_int(b, j - i, 4);
		for (nr = i; nr < j; nr++)
			dat_format(b, d, &dat_events[nr]);
	}
}

static inline const char *dat_kallsyms(const struct dat *d)
{
	if (d->kallsyms)
		return d->kallsyms;
	return dat_long(d) == 8 ? "ffffffff81000000 T down_write\nffffffff81001000 T move_pages\n"
				: "c1000000 T down_write\nc1001000 T move_pages\n";
}

static inline void dat_option(struct bytes *b, uint16_t id, const void *data, uint32_t nr)
{
	bytes_int(b, id, 2);
	bytes_int(b, nr, 4);
	bytes_add(b, data, nr);
}

static inline void dat_options(struct bytes *b, const struct dat *d)
{
	uint8_t tsc[16] = { 0 };
	char text[64];

	if (d->clock) {
		snprintf(text, sizeof(text), "other [%s]", d->clock);
		dat_option(b, DAT_OPTION_TRACECLOCK, text, strlen(text) + 1);
	}
	if (d->mult) {
		bytes_set(tsc, d->mult, 4, d->big_endian);
		bytes_set(tsc + 4, d->shift, 4, d->big_endian);
		dat_option(b, DAT_OPTION_TSC2NSEC, tsc, sizeof(tsc));
	}
	if (d->uname)
		dat_option(b, DAT_OPTION_UNAME, d->uname, strlen(d->uname) + 1);
	if (d->unknown_option)
		dat_option(b, d->unknown_option, "what is that", 12);
}

/* "flyrecord", and where each CPU's pages are, which follow. */
static inline void dat_data_v6(struct bytes *b, struct dat *d, unsigned int buffer)
{
	unsigned int i, nr = dat_nr_cpus(d);
	struct dat_cpu *cpu = d->buffer[buffer].cpu;
	const char *clock = buffer || !d->clock ? "" : d->clock;
	char text[64];
	uint64_t at;

	bytes_string(b, "flyrecord");
	snprintf(text, sizeof(text), "[%s]", clock);
	at = b->nr + 16 * nr + (*clock ? 8 + strlen(text) : 0);
	at = (at + DAT_PAGE - 1) / DAT_PAGE * DAT_PAGE;
	for (i = 0; i < nr; i++) {
		bytes_int(b, at, 8);
		bytes_int(b, cpu[i].pages.nr, 8);
		at += cpu[i].pages.nr;
	}
	if (*clock)
		bytes_text(b, 8, text);
	bytes_align(b, DAT_PAGE);
	for (i = 0; i < nr; i++)
		bytes_add(b, cpu[i].pages.data, cpu[i].pages.nr);
}

static inline void dat_rest_v6(struct bytes *b, struct dat *d)
{
	size_t option_at[DAT_BUFFERS] = { 0 };
	unsigned int i;

	dat_header_info(b, d);
	bytes_int(b, 1, 4);
	dat_format(b, d, &dat_events[0]);
	dat_formats(b, d);
	bytes_text(b, 4, dat_kallsyms(d));
	bytes_text(b, 4, "");
	bytes_text(b, 8, d->cmdlines ? d->cmdlines : "100 mover\n101 walker\n");
	bytes_int(b, dat_nr_cpus(d), 4);
	if (d->clock || d->mult || d->uname || d->unknown_option || dat_nr_buffers(d) > 1) {
		bytes_add(b, "options  ", 10);
		dat_options(b, d);
		for (i = 1; i < dat_nr_buffers(d); i++) {
			char text[64] = { 0 };

			snprintf(text + 8, sizeof(text) - 8, "%s", d->buffer[i].name);
			dat_option(b, DAT_OPTION_BUFFER, text, 9 + strlen(text + 8));
			option_at[i] = b->nr - 9 - strlen(text + 8);
		}
		bytes_int(b, DAT_OPTION_DONE, 2);
	}
	dat_data_v6(b, d, 0);
	for (i = 1; i < dat_nr_buffers(d); i++) {
		uint64_t at = i == 1 && d->buffer_offset ? d->buffer_offset : b->nr;

		bytes_set(b->data + option_at[i], at, 8, d->big_endian);
		dat_data_v6(b, d, i);
	}
}

/* The head of a section; its size is set by dat_section_end(). */
static inline size_t dat_section(struct bytes *b, uint16_t id)
{
	bytes_int(b, id, 2);
	bytes_int(b, 0, 2);
	bytes_int(b, 0, 4);
	bytes_int(b, 0, 8);
	return b->nr;
}

static inline void dat_section_end(struct bytes *b, size_t start)
{
	bytes_set(b->data + start - 8, b->nr - start, 8, b->big_endian);
}

static inline void dat_buffer_option(struct bytes *options, struct bytes *b, const struct dat *d,
				     unsigned int buffer)
{
	const struct dat_buffer *buf = &d->buffer[buffer];
	const char *clock = buf->clock ? buf->clock : d->clock ? d->clock : "local";
	struct bytes o = { .big_endian = d->big_endian };
	unsigned int i;
	size_t at = b->nr;

	dat_section_end(b, dat_section(b, DAT_OPTION_BUFFER));
	bytes_align(b, DAT_PAGE);
	bytes_int(&o, at, 8);
	bytes_string(&o, buffer ? buf->name : "");
	bytes_string(&o, clock);
	bytes_int(&o, DAT_PAGE, 4);
	bytes_int(&o, dat_nr_cpus(d), 4);
	for (i = 0; i < dat_nr_cpus(d); i++) {
		bytes_int(&o, i, 4);
		bytes_int(&o, b->nr, 8);
		bytes_int(&o, buf->cpu[i].pages.nr, 8);
		bytes_add(b, buf->cpu[i].pages.data, buf->cpu[i].pages.nr);
	}
	dat_option(options, DAT_OPTION_BUFFER, o.data, o.nr);
	free(o.data);
}

static inline void dat_rest_v7(struct bytes *b, struct dat *d)
{
	static const uint16_t sections[] = { DAT_OPTION_HEADER_INFO,   DAT_OPTION_FTRACE_EVENTS,
					     DAT_OPTION_EVENT_FORMATS, DAT_OPTION_KALLSYMS,
					     DAT_OPTION_PRINTK,	       DAT_OPTION_CMDLINES };
	struct bytes options = { .big_endian = d->big_endian };
	size_t options_at = b->nr + strlen(d->compression ? d->compression : "none") + 2, start;
	uint8_t offset[8];
	unsigned int i;

	bytes_string(b, d->compression ? d->compression : "none");
	bytes_string(b, "");
	bytes_int(b, 0, 8);
	dat_options(&options, d);
	for (i = 0; i < sizeof(sections) / sizeof(*sections); i++) {
		bytes_set(offset, b->nr, 8, d->big_endian);
		dat_option(&options, sections[i], offset, 8);
		start = dat_section(b, sections[i]);
		if (sections[i] == DAT_OPTION_HEADER_INFO) {
			dat_header_info(b, d);
		} else if (sections[i] == DAT_OPTION_FTRACE_EVENTS) {
			bytes_int(b, 1, 4);
			dat_format(b, d, &dat_events[0]);
		} else if (sections[i] == DAT_OPTION_EVENT_FORMATS) {
			dat_formats(b, d);
		} else if (sections[i] == DAT_OPTION_KALLSYMS) {
			bytes_text(b, 4, dat_kallsyms(d));
		} else if (sections[i] == DAT_OPTION_PRINTK) {
			bytes_text(b, 4, "");
		} else {
			bytes_text(b, 8, d->cmdlines ? d->cmdlines : "100 mover\n101 walker\n");
		}
		dat_section_end(b, start);
	}
	for (i = 0; i < dat_nr_buffers(d); i++)
		dat_buffer_option(&options, b, d, i);
	bytes_set(b->data + options_at, b->nr, 8, d->big_endian);
	start = dat_section(b, DAT_OPTION_DONE);
	bytes_add(b, options.data, options.nr);
	dat_option(b, DAT_OPTION_DONE, "\0\0\0\0\0\0\0", 8);
	dat_section_end(b, start);
	free(options.data);
}

/* The whole file; its data is the caller's to free. */
static inline struct bytes dat_bytes(struct dat *d)
{
	struct bytes b = { .big_endian = d->big_endian };
	char version[16];
	unsigned int i, j;

	for (i = 0; i < dat_nr_buffers(d); i++)
		for (j = 0; j < dat_nr_cpus(d); j++)
			dat_page_end(d, &d->buffer[i].cpu[j]);
	snprintf(version, sizeof(version), "%u", d->version ? d->version : 6);
	bytes_add(&b, "\x17\x08\x44tracing", 10);
	bytes_string(&b, version);
	bytes_int(&b, d->big_endian, 1);
	bytes_int(&b, dat_long(d), 1);
	bytes_int(&b, DAT_PAGE, 4);
	if (d->version > 6)
		dat_rest_v7(&b, d);
	else
		dat_rest_v6(&b, d);
	return b;
}

static inline void dat_free(struct dat *d)
{
	unsigned int i, j;

	for (i = 0; i < DAT_BUFFERS; i++)
		for (j = 0; j < DAT_CPUS; j++) {
			free(d->buffer[i].cpu[j].pages.data);
			free(d->buffer[i].cpu[j].events.data);
		}
}

#endif
