/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small perf.data files by hand, in file mode or pipe mode, compressed or not, with the
 * events of trace_dat.h (tools/perf/Documentation/perf.data-file-format.txt of Linux).
 *
 * Fill a struct perf_data, add records with perf_*(), write it with perf_bytes(), free it
 * with perf_free().
 */
#ifndef RMAPSCOPE_TEST_PERF_DATA_H
#define RMAPSCOPE_TEST_PERF_DATA_H

#include <linux/perf_event.h>
#include <zstd.h>

#include "tests/unit/trace_dat.h"

/* Records and features of perf itself, tools/perf/util/event.h, header.h */
#define PERF_HEADER_ATTR       64
#define PERF_TRACING_DATA      66
#define PERF_FINISHED_ROUND    68
#define PERF_HEADER_FEATURE    80
#define PERF_COMPRESSED	       81
#define PERF_FEATURE_FORMATS   1
#define PERF_FEATURE_RELEASE   4
#define PERF_FEATURE_VERSION   5
#define PERF_FEATURE_DIRECTORY 24

/* One attribute for each event of trace_dat.h, then cpu-clock, then one for threads. */
#define PERF_CLOCK    DAT_NR_EVENTS
#define PERF_DUMMY    (DAT_NR_EVENTS + 1)
#define PERF_NR_ATTRS (DAT_NR_EVENTS + 2)

/* Where a record was made. */
struct perf_at {
	unsigned int cpu;
	uint64_t time_ns;
	int32_t pid, tid;
};

struct perf_data {
	bool is_pipe, zstd;
	bool swapped;	    /* the head of another byte order */
	bool unfinished;    /* perf record was killed */
	bool no_identifier; /* ids in the place they had before Linux 3.13 */
	bool one_command;   /* perf record without -a */
	bool no_chains;
	bool directory;	      /* a part of what perf record --threads writes */
	bool sampled;	      /* file mode: cpu-clock, no tracepoints */
	int clock;	      /* clockid and 1; 0: the kernel's own */
	uint64_t period;      /* 0: 1, every event */
	uint64_t frequency;   /* of cpu-clock; 0: it has the period */
	int32_t ids_differ;   /* what perf adds to the ids of threads: another namespace */
	const char *release;  /* NULL: not told */
	const char *version;  /* of perf; likewise */
	uint64_t anchor;      /* address of _text; 0: not told */
	const char *kallsyms; /* in the file; NULL: none, as perf does it */
	struct bytes records;
};

static inline size_t perf_begin(struct perf_data *p, uint32_t type, uint16_t misc)
{
	bytes_int(&p->records, type, 4);
	bytes_int(&p->records, misc, 2);
	bytes_int(&p->records, 0, 2);
	return p->records.nr - 8;
}

static inline void perf_end(struct perf_data *p, size_t start)
{
	bytes_align(&p->records, 8);
	bytes_set(p->records.data + start + 6, p->records.nr - start, 2, false);
}

static inline uint64_t perf_id(unsigned int attr, unsigned int cpu)
{
	return 1000 + attr * DAT_CPUS + cpu;
}

/* sample_id_all, as attribute PERF_DUMMY has it */
static inline void perf_where(struct perf_data *p, const struct perf_at *at)
{
	struct bytes *b = &p->records;
	uint64_t id = at->time_ns ? perf_id(PERF_DUMMY, at->cpu) : 0;

	bytes_int(b, at->pid + p->ids_differ, 4);
	bytes_int(b, at->tid + p->ids_differ, 4);
	bytes_int(b, at->time_ns, 8);
	if (p->no_identifier)
		bytes_int(b, id, 8);
	bytes_int(b, at->cpu, 8);
	if (!p->no_identifier)
		bytes_int(b, id, 8);
}

/* PERF_RECORD_SAMPLE of attribute @attr; @chain: "ADDRESS,ADDRESS..." of the kernel, or NULL */
static inline void perf_sample(struct perf_data *p, unsigned int attr, const struct perf_at *at,
			       const char *chain, const void *raw, uint32_t nr)
{
	struct bytes *b = &p->records;
	size_t start = perf_begin(p, PERF_RECORD_SAMPLE, PERF_RECORD_MISC_KERNEL), count;
	uint64_t frames = 0;
	char *end;

	if (!p->no_identifier)
		bytes_int(b, perf_id(attr, at->cpu), 8);
	bytes_int(b, 0xffffffff81000000, 8);
	bytes_int(b, at->pid + p->ids_differ, 4);
	bytes_int(b, at->tid + p->ids_differ, 4);
	bytes_int(b, at->time_ns, 8);
	if (p->no_identifier)
		bytes_int(b, perf_id(attr, at->cpu), 8);
	bytes_int(b, at->cpu, 8);
	bytes_int(b, 1, 8); /* period */
	if (!p->no_chains) {
		count = b->nr;
		bytes_int(b, 0, 8);
		bytes_int(b, (uint64_t)PERF_CONTEXT_KERNEL, 8);
		for (; chain; frames++, chain = *end == ',' ? end + 1 : NULL)
			bytes_int(b, strtoull(chain, &end, 0), 8);
		bytes_int(b, (uint64_t)PERF_CONTEXT_USER, 8);
		bytes_int(b, 0x7f0000001000, 8);
		bytes_set(b->data + count, frames + 3, 8, false);
	}
	if (attr < PERF_CLOCK) {
		/* the record and its size are a multiple of eight */
		uint32_t padded = (nr + 4 + 7) / 8 * 8 - 4;

		bytes_int(b, padded, 4);
		bytes_add(b, raw, nr);
	}
	perf_end(p, start);
}

/* A tracepoint; @fields as in dat_event(), which is cut into pieces. */
static inline void perf_event(struct perf_data *p, const struct perf_at *at, const char *name,
			      char *fields, const char *chain)
{
	const struct dat_event_def *def = dat_find(name);
	const struct dat d = { 0 };
	uint8_t record[112];
	unsigned int nr = dat_fill(&d, at->tid, def, fields, record);

	perf_sample(p, def - dat_events, at, chain, record, nr);
}

static inline void perf_comm(struct perf_data *p, const struct perf_at *at, const char *comm,
			     bool exec)
{
	size_t start = perf_begin(p, PERF_RECORD_COMM, exec ? PERF_RECORD_MISC_COMM_EXEC : 0);

	bytes_int(&p->records, at->pid + p->ids_differ, 4);
	bytes_int(&p->records, at->tid + p->ids_differ, 4);
	bytes_string(&p->records, comm);
	bytes_align(&p->records, 8);
	perf_where(p, at);
	perf_end(p, start);
}

/* PERF_RECORD_FORK or _EXIT of a thread that @at was the parent of */
static inline void perf_life(struct perf_data *p, uint32_t type, const struct perf_at *at,
			     int32_t pid, int32_t tid)
{
	size_t start = perf_begin(p, type, 0);

	bytes_int(&p->records, pid + p->ids_differ, 4);
	bytes_int(&p->records, at->pid + p->ids_differ, 4);
	bytes_int(&p->records, tid + p->ids_differ, 4);
	bytes_int(&p->records, at->tid + p->ids_differ, 4);
	bytes_int(&p->records, at->time_ns, 8);
	perf_where(p, at);
	perf_end(p, start);
}

/* PERF_RECORD_LOST, or _LOST_SAMPLES, which has no id. */
static inline void perf_lost(struct perf_data *p, uint32_t type, const struct perf_at *at,
			     uint64_t nr)
{
	size_t start = perf_begin(p, type, 0);

	if (type == PERF_RECORD_LOST)
		bytes_int(&p->records, perf_id(PERF_DUMMY, at->cpu), 8);
	bytes_int(&p->records, nr, 8);
	perf_where(p, at);
	perf_end(p, start);
}

static inline void perf_round(struct perf_data *p)
{
	perf_end(p, perf_begin(p, PERF_FINISHED_ROUND, 0));
}

/* Tracepoints of threads are not among the events: perf's own records tell of them. */
static inline bool perf_recorded(unsigned int i)
{
	return i < PERF_CLOCK && strncmp(dat_events[i].name, "sched_process", 13) &&
	       strcmp(dat_events[i].system, "task");
}

static inline struct perf_event_attr perf_attr(const struct perf_data *p, unsigned int i)
{
	struct perf_event_attr a = {
		.type = !p->sampled && perf_recorded(i) ? PERF_TYPE_TRACEPOINT : PERF_TYPE_SOFTWARE,
		.size = sizeof(a),
		.config = !p->sampled && perf_recorded(i) ? dat_events[i].id
			  : i == PERF_CLOCK		  ? PERF_COUNT_SW_CPU_CLOCK
							  : PERF_COUNT_SW_DUMMY,
		.sample_period = p->period ? p->period : 1,
		.sample_type = PERF_SAMPLE_IP | PERF_SAMPLE_TID | PERF_SAMPLE_TIME |
			       PERF_SAMPLE_CPU | PERF_SAMPLE_PERIOD,
		.inherit = 1,
		.sample_id_all = 1,
		.use_clockid = p->clock > 0,
		.clockid = p->clock > 0 ? p->clock - 1 : 0,
		.enable_on_exec = p->one_command,
	};

	if (i == PERF_CLOCK && p->frequency) {
		a.freq = 1;
		a.sample_freq = p->frequency;
	}
	a.sample_type |= p->no_identifier ? PERF_SAMPLE_ID : PERF_SAMPLE_IDENTIFIER;
	if (i < PERF_CLOCK)
		a.sample_type |= PERF_SAMPLE_RAW;
	if (i != PERF_DUMMY && !p->no_chains)
		a.sample_type |= PERF_SAMPLE_CALLCHAIN;
	if (i == PERF_DUMMY)
		a.comm = a.comm_exec = a.task = a.mmap = 1;
	return a;
}

/* The beginning of a trace-cmd file of version 6. */
static inline struct bytes perf_formats(const struct perf_data *p)
{
	const struct dat d = { 0 };
	struct bytes b = { 0 };

	bytes_add(&b, "\x17\x08\x44tracing", 10);
	bytes_string(&b, "0.6");
	bytes_int(&b, 0, 1);
	bytes_int(&b, 8, 1);
	bytes_int(&b, DAT_PAGE, 4);
	dat_header_info(&b, &d);
	bytes_int(&b, 0, 4); /* of system ftrace */
	dat_formats(&b, &d);
	bytes_text(&b, 4, p->kallsyms ? p->kallsyms : "");
	bytes_text(&b, 4, "");
	bytes_text(&b, 8, "100 mover\n101 walker\n");
	return b;
}

/* The kernel's PERF_RECORD_MMAP */
static inline void perf_anchor(struct perf_data *p)
{
	const struct perf_at at = { 0 };
	size_t start = perf_begin(p, PERF_RECORD_MMAP, PERF_RECORD_MISC_KERNEL);

	bytes_int(&p->records, -1, 4);
	bytes_int(&p->records, 0, 4);
	bytes_int(&p->records, p->anchor, 8);
	bytes_int(&p->records, 1 << 24, 8);
	bytes_int(&p->records, p->anchor, 8);
	bytes_string(&p->records, "[kernel.kallsyms]_text");
	bytes_align(&p->records, 8);
	perf_where(p, &at);
	perf_end(p, start);
}

/* The records in pieces of a stream, one in each PERF_RECORD_COMPRESSED. */
static inline void perf_compress(struct bytes *records)
{
	struct perf_data out = { 0 };
	ZSTD_CStream *stream = ZSTD_createCStream();
	size_t at, piece = 300;

	for (at = 0; at < records->nr; at += piece) {
		size_t start, left = records->nr - at;
		uint8_t room[4096];
		ZSTD_inBuffer in = { records->data + at, left < piece ? left : piece, 0 };
		ZSTD_outBuffer to = { room, sizeof(room), 0 };

		ZSTD_compressStream2(stream, &to, &in, ZSTD_e_flush);
		start = perf_begin(&out, PERF_COMPRESSED, 0);
		bytes_add(&out.records, room, to.pos);
		/* no padding: it would be a part of the stream */
		bytes_set(out.records.data + start + 6, out.records.nr - start, 2, false);
	}
	ZSTD_freeCStream(stream);
	free(records->data);
	*records = out.records;
}

/* A feature that is a text, in pipe mode; NULL: the file does not have it. */
static inline void perf_text_feature(struct perf_data *head, uint64_t id, const char *text)
{
	size_t start;

	if (!text)
		return;
	start = perf_begin(head, PERF_HEADER_FEATURE, 0);
	bytes_int(&head->records, id, 8);
	bytes_text(&head->records, 4, text);
	perf_end(head, start);
}

/* Events and formats as records, before the others. */
static inline void perf_pipe_head(struct bytes *b, const struct perf_data *p)
{
	struct perf_data head = { 0 };
	struct bytes formats = perf_formats(p);
	unsigned int i, cpu;
	size_t start;

	for (i = 0; i < PERF_NR_ATTRS; i++) {
		struct perf_event_attr a = perf_attr(p, i);

		start = perf_begin(&head, PERF_HEADER_ATTR, 0);
		bytes_add(&head.records, &a, sizeof(a));
		for (cpu = 0; cpu < DAT_CPUS; cpu++)
			bytes_int(&head.records, perf_id(i, cpu), 8);
		perf_end(&head, start);
	}
	perf_text_feature(&head, PERF_FEATURE_RELEASE, p->release);
	perf_text_feature(&head, PERF_FEATURE_VERSION, p->version);
	start = perf_begin(&head, PERF_TRACING_DATA, 0);
	bytes_int(&head.records, formats.nr, 4);
	perf_end(&head, start);
	bytes_add(&head.records, formats.data, formats.nr);
	bytes_align(&head.records, 8);
	bytes_add(b, head.records.data, head.records.nr);
	free(formats.data);
	free(head.records.data);
}

static inline void perf_section(struct bytes *b, uint64_t at, uint64_t nr)
{
	bytes_int(b, at, 8);
	bytes_int(b, nr, 8);
}

/* Ids and events before the records, what they are behind them. */
static inline void perf_file(struct bytes *b, const struct perf_data *p)
{
	const size_t each = DAT_CPUS * sizeof(uint64_t), head = 104, ids = head;
	const size_t attrs = ids + PERF_NR_ATTRS * each;
	const size_t attr_bytes = sizeof(struct perf_event_attr) + 16;
	const size_t data = attrs + PERF_NR_ATTRS * attr_bytes;
	const char *const texts[] = { p->release, p->version };
	struct bytes formats = perf_formats(p);
	unsigned int i, cpu;
	size_t at;

	bytes_int(b, head, 8);
	bytes_int(b, attr_bytes, 8);
	perf_section(b, attrs, PERF_NR_ATTRS * attr_bytes);
	perf_section(b, data, p->unfinished ? 0 : p->records.nr);
	perf_section(b, 0, 0);
	bytes_int(b,
		  !p->sampled << PERF_FEATURE_FORMATS | !!p->release << PERF_FEATURE_RELEASE |
			  !!p->version << PERF_FEATURE_VERSION |
			  p->directory << PERF_FEATURE_DIRECTORY,
		  8);
	bytes_int(b, 0, 8);
	bytes_int(b, 0, 8);
	bytes_int(b, 0, 8);
	for (i = 0; i < PERF_NR_ATTRS; i++)
		for (cpu = 0; cpu < DAT_CPUS; cpu++)
			bytes_int(b, perf_id(i, cpu), 8);
	for (i = 0; i < PERF_NR_ATTRS; i++) {
		struct perf_event_attr a = perf_attr(p, i);

		bytes_add(b, &a, sizeof(a));
		perf_section(b, ids + i * each, each);
	}
	bytes_add(b, p->records.data, p->records.nr);
	at = b->nr + 16 * (!p->sampled + !!p->release + !!p->version);
	if (!p->sampled && !p->unfinished) {
		perf_section(b, at, formats.nr);
		at += formats.nr;
	}
	for (i = 0; i < 2 && !p->unfinished; i++)
		if (texts[i]) {
			perf_section(b, at, 4 + strlen(texts[i]));
			at += 4 + strlen(texts[i]);
		}
	if (!p->sampled && !p->unfinished)
		bytes_add(b, formats.data, formats.nr);
	for (i = 0; i < 2 && !p->unfinished; i++)
		if (texts[i])
			bytes_text(b, 4, texts[i]);
	free(formats.data);
}

/* The whole file; its data is the caller's to free. */
static inline struct bytes perf_bytes(struct perf_data *p)
{
	struct bytes b = { 0 };

	if (p->anchor)
		perf_anchor(p);
	if (p->zstd)
		perf_compress(&p->records);
	bytes_add(&b, p->swapped ? "2ELIFREP" : "PERFILE2", 8);
	if (p->is_pipe) {
		bytes_int(&b, 16, 8);
		perf_pipe_head(&b, p);
		bytes_add(&b, p->records.data, p->records.nr);
	} else {
		perf_file(&b, p);
	}
	return b;
}

static inline void perf_free(struct perf_data *p)
{
	free(p->records.data);
}

#endif
