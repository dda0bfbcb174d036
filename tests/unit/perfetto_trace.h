/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Small Perfetto traces by hand (protos/perfetto/trace of Perfetto): compact or typed
 * sched events, events of locks as messages that are described or with names as texts,
 * compressed or not. As the recorder does it, addresses become numbers, which begin
 * again with each pass over the buffers.
 *
 * Fill a struct pf, add events with pf_event() and end passes with pf_pass(), write it
 * with pf_bytes(), free it with pf_free().
 */
#ifndef RMAPSCOPE_TEST_PERFETTO_TRACE_H
#define RMAPSCOPE_TEST_PERFETTO_TRACE_H

#include <zlib.h>
#include <zstd.h>

#include "tests/unit/trace_dat.h"

#define PF_CPUS	  8
#define PF_ADDRS  64
#define PF_COMMS  64
#define PF_FTRACE 3 /* sequence of the writer of events */

#define PF_SURFACEFLINGER 4 /* and of that of frames */

enum pf_kind { PF_NUMBER, PF_TEXT, PF_ADDR };

struct pf_field {
	const char *name;
	enum pf_kind kind;
};

/* Fields have the numbers 1, 2, ...; those of messages 65536 and up are described. */
struct pf_event_def {
	const char *group, *name;
	uint32_t message;
	struct pf_field field[8];
};

static const struct pf_event_def pf_events[] = {
	{ "sched",
	  "sched_switch",
	  4,
	  { { "prev_comm", PF_TEXT },
	    { "prev_pid", PF_NUMBER },
	    { "prev_prio", PF_NUMBER },
	    { "prev_state", PF_NUMBER },
	    { "next_comm", PF_TEXT },
	    { "next_pid", PF_NUMBER },
	    { "next_prio", PF_NUMBER } } },
	{ "sched", "sched_waking", 20, { { "comm", PF_TEXT }, { "pid", PF_NUMBER } } },
	{ "sched",
	  "sched_blocked_reason",
	  18,
	  { { "pid", PF_NUMBER }, { "caller", PF_ADDR }, { "io_wait", PF_NUMBER } } },
	{ "task",
	  "task_newtask",
	  235,
	  { { "pid", PF_NUMBER }, { "comm", PF_TEXT }, { "clone_flags", PF_NUMBER } } },
	{ "task",
	  "task_rename",
	  236,
	  { { "pid", PF_NUMBER }, { "oldcomm", PF_TEXT }, { "newcomm", PF_TEXT } } },
	{ "sched",
	  "sched_process_exit",
	  238,
	  { { "comm", PF_TEXT }, { "pid", PF_NUMBER }, { "tgid", PF_NUMBER } } },
	{ "ftrace", "print", 3, { { "ip", PF_NUMBER }, { "buf", PF_TEXT } } },
	{ "lock", "contention_begin", 65536, { { "lock_addr", PF_ADDR }, { "flags", PF_NUMBER } } },
	{ "lock", "contention_end", 65537, { { "lock_addr", PF_ADDR }, { "ret", PF_NUMBER } } },
	{ "kmem", "unknown_event", 65538, { { "value", PF_NUMBER } } },
};

struct pf_cpu {
	struct bytes events;
	struct bytes switch_time, switch_state, switch_tid, switch_comm;
	struct bytes waking_time, waking_tid, waking_comm, waking_flags;
	uint64_t switch_ns, waking_ns, last_ns;
	bool lost;
};

struct pf {
	bool zip, zstd;
	bool typed; /* sched events are messages, not columns */
	bool texts; /* events of locks as GenericFtraceEvent */
	bool no_symbols, no_snapshot, no_prev_end, mono_frames;
	uint32_t clock;		/* FtraceClock */
	uint64_t boot_ahead_ns; /* of CLOCK_MONOTONIC */
	uint64_t suspended_ns;	/* the same once more, later */
	uint64_t real_ahead_ns; /* of boot time; 0: not told */
	const char *release;
	bool dropped;	     /* packets are missing before the next one */
	uint32_t dropped_of; /* likewise of this sequence of a program; 0: none */
	struct bytes packets;
	struct pf_cpu cpu[PF_CPUS];
	char addr[PF_ADDRS][48]; /* of the pass; its number is the place and 1 */
	unsigned int nr_addrs;
	char comm[PF_COMMS][16];
	unsigned int nr_comms;
	uint64_t prev_end_ns[PF_CPUS];
	bool began;
};

static inline void pf_varint(struct bytes *b, uint64_t v)
{
	while (v >= 0x80) {
		bytes_int(b, (v & 0x7f) | 0x80, 1);
		v >>= 7;
	}
	bytes_int(b, v, 1);
}

static inline void pf_number(struct bytes *b, uint32_t field, uint64_t v)
{
	pf_varint(b, (uint64_t)field << 3);
	pf_varint(b, v);
}

static inline void pf_data(struct bytes *b, uint32_t field, const void *data, size_t nr)
{
	pf_varint(b, (uint64_t)field << 3 | 2);
	pf_varint(b, nr);
	bytes_add(b, data, nr);
}

static inline void pf_text(struct bytes *b, uint32_t field, const char *text)
{
	pf_data(b, field, text, strlen(text));
}

/* A message inside of another; frees @of. */
static inline void pf_message(struct bytes *b, uint32_t field, struct bytes *of)
{
	pf_data(b, field, of->data, of->nr);
	free(of->data);
	memset(of, 0, sizeof(*of));
}

/* A packet with one message; frees @of. */
static inline void pf_packet(struct pf *p, uint32_t field, struct bytes *of)
{
	struct bytes packet = { 0 };

	pf_number(&packet, 10, 1);
	pf_message(&packet, field, of);
	pf_message(&p->packets, 1, &packet);
}

static inline uint64_t pf_addr(struct pf *p, const char *text)
{
	unsigned int i;

	for (i = 0; i < p->nr_addrs; i++)
		if (!strcmp(p->addr[i], text))
			return i + 1;
	snprintf(p->addr[p->nr_addrs], sizeof(p->addr[0]), "%s", text);
	return ++p->nr_addrs;
}

static inline uint64_t pf_comm(struct pf *p, const char *text)
{
	unsigned int i;

	for (i = 0; i < p->nr_comms; i++)
		if (!strcmp(p->comm[i], text))
			return i;
	snprintf(p->comm[p->nr_comms], sizeof(p->comm[0]), "%s", text);
	return p->nr_comms++;
}

/* The value of @name in "NAME=VALUE ...", or "". */
static inline const char *pf_value(const char *fields, const char *name, char value[48])
{
	const char *at = fields;
	size_t nr = strlen(name);

	for (value[0] = '\0'; (at = strstr(at, name)); at++)
		if ((at == fields || at[-1] == ' ') && at[nr] == '=') {
			sscanf(at + nr + 1, "%47s", value);
			break;
		}
	return value;
}

static inline uint64_t pf_int(const char *fields, const char *name)
{
	char value[48];

	return strtoll(pf_value(fields, name, value), NULL, 0);
}

static inline const struct pf_event_def *pf_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < sizeof(pf_events) / sizeof(*pf_events); i++)
		if (!strcmp(pf_events[i].name, name))
			return &pf_events[i];
	fprintf(stderr, "no event %s\n", name);
	exit(2);
}

static inline void pf_switch(struct pf *p, struct pf_cpu *c, uint64_t time_ns, const char *fields)
{
	char comm[48];

	pf_varint(&c->switch_time, time_ns - c->switch_ns);
	c->switch_ns = time_ns;
	pf_varint(&c->switch_state, pf_int(fields, "prev_state"));
	pf_varint(&c->switch_tid, pf_int(fields, "next_pid"));
	pf_varint(&c->switch_comm, pf_comm(p, pf_value(fields, "next_comm", comm)));
}

static inline void pf_waking(struct pf *p, struct pf_cpu *c, uint64_t time_ns, const char *fields)
{
	char comm[48];

	pf_varint(&c->waking_time, time_ns - c->waking_ns);
	c->waking_ns = time_ns;
	pf_varint(&c->waking_tid, pf_int(fields, "pid"));
	pf_varint(&c->waking_comm, pf_comm(p, pf_value(fields, "comm", comm)));
	pf_varint(&c->waking_flags, pf_int(fields, "common_flags"));
}

static inline void pf_value_field(struct pf *p, struct bytes *b, uint32_t number, enum pf_kind kind,
				  const char *value)
{
	if (kind == PF_TEXT)
		pf_text(b, number, value);
	else
		pf_number(b, number,
			  kind == PF_ADDR ? pf_addr(p, value) : (uint64_t)strtoll(value, NULL, 0));
}

/* GenericFtraceEvent: event_name 1, fields 2 with name 1 and value 3, 4 or 5 */
static inline void pf_fill_texts(struct pf *p, struct bytes *b, const struct pf_event_def *def,
				 const char *fields)
{
	unsigned int i;
	char value[48];

	pf_text(b, 1, def->name);
	for (i = 0; i < 8 && def->field[i].name; i++) {
		const struct pf_field *f = &def->field[i];
		struct bytes of = { 0 };

		pf_text(&of, 1, f->name);
		pf_value_field(p, &of,
			       f->kind == PF_TEXT   ? 3
			       : f->kind == PF_ADDR ? 5
						    : 4,
			       f->kind, pf_value(fields, f->name, value));
		pf_message(b, 2, &of);
	}
}

/* Event @name of CPU @cpu; @fields: "NAME=VALUE ...", what is not there is 0 or "" */
static inline void pf_event(struct pf *p, unsigned int cpu, uint64_t time_ns, int32_t tid,
			    const char *name, const char *fields)
{
	const struct pf_event_def *def = pf_find(name);
	struct pf_cpu *c = &p->cpu[cpu % PF_CPUS];
	struct bytes event = { 0 }, of = { 0 };
	unsigned int i;
	char value[48];

	if (time_ns > c->last_ns)
		c->last_ns = time_ns;
	if (!p->typed && def->message == 4) {
		pf_switch(p, c, time_ns, fields);
		return;
	}
	if (!p->typed && def->message == 20) {
		pf_waking(p, c, time_ns, fields);
		return;
	}
	pf_number(&event, 1, time_ns);
	pf_number(&event, 2, tid);
	/* its text has blanks */
	if (def->message == 3) {
		pf_text(&of, 2, fields + strspn(fields, " "));
		pf_message(&event, 3, &of);
		pf_message(&c->events, 2, &event);
		return;
	}
	if (def->message >= 65536 && p->texts) {
		pf_fill_texts(p, &of, def, fields);
		pf_message(&event, 327, &of);
	} else {
		for (i = 0; i < 8 && def->field[i].name; i++)
			pf_value_field(p, &of, i + 1, def->field[i].kind,
				       pf_value(fields, def->field[i].name, value));
		pf_message(&event, def->message, &of);
	}
	pf_message(&c->events, 2, &event);
}

/* GenericEventDescriptor: field_id 1, DescriptorProto 2, group_name 3 */
static inline void pf_describe(struct bytes *bundle)
{
	unsigned int i, k;

	for (i = 0; i < sizeof(pf_events) / sizeof(*pf_events); i++) {
		const struct pf_event_def *def = &pf_events[i];
		struct bytes of = { 0 }, message = { 0 };

		if (def->message < 65536)
			continue;
		pf_text(&message, 1, def->name);
		for (k = 0; k < 8 && def->field[k].name; k++) {
			struct bytes field = { 0 };

			pf_text(&field, 1, def->field[k].name);
			pf_number(&field, 3, k + 1);
			pf_number(&field, 5, def->field[k].kind == PF_ADDR ? 4 : 3);
			pf_message(&message, 2, &field);
		}
		pf_number(&of, 1, def->message);
		pf_message(&of, 2, &message);
		pf_text(&of, 3, def->group);
		pf_message(bundle, 11, &of);
	}
}

static inline void pf_compact(struct pf *p, struct pf_cpu *c, struct bytes *bundle)
{
	struct bytes of = { 0 };
	unsigned int i;

	if (!c->switch_time.nr && !c->waking_time.nr)
		return;
	pf_message(&of, 1, &c->switch_time);
	pf_message(&of, 2, &c->switch_state);
	pf_message(&of, 3, &c->switch_tid);
	for (i = 0; i < p->nr_comms; i++)
		pf_text(&of, 5, p->comm[i]);
	pf_message(&of, 6, &c->switch_comm);
	pf_message(&of, 7, &c->waking_time);
	pf_message(&of, 8, &c->waking_tid);
	pf_message(&of, 11, &c->waking_comm);
	pf_message(&of, 12, &c->waking_flags);
	pf_message(bundle, 4, &of);
	c->switch_ns = c->waking_ns = 0;
}

/* InternedData.kernel_symbols 26: iid 1, str 2 */
static inline void pf_symbols(struct pf *p, struct bytes *packet, unsigned int *nr_written)
{
	struct bytes names = { 0 };

	for (; *nr_written < p->nr_addrs; ++*nr_written) {
		struct bytes of = { 0 };

		if (!strncmp(p->addr[*nr_written], "0x", 2))
			continue;
		pf_number(&of, 1, *nr_written + 1);
		pf_text(&of, 2, p->addr[*nr_written]);
		pf_message(&names, 26, &of);
	}
	if (names.nr && !p->no_symbols)
		pf_message(packet, 12, &names);
	free(names.data);
}

/* All buffers were read: a bundle of each CPU that has events. */
static inline void pf_pass(struct pf *p)
{
	unsigned int cpu, nr_written = 0;

	for (cpu = 0; cpu < PF_CPUS; cpu++) {
		struct pf_cpu *c = &p->cpu[cpu];
		struct bytes bundle = { 0 }, packet = { 0 };

		if (!c->last_ns)
			continue;
		pf_number(&bundle, 1, cpu);
		bytes_add(&bundle, c->events.data, c->events.nr);
		free(c->events.data);
		if (c->lost)
			pf_number(&bundle, 3, 1);
		pf_compact(p, c, &bundle);
		if (p->clock)
			pf_number(&bundle, 5, p->clock);
		if (!p->no_prev_end)
			pf_number(&bundle, 10, p->prev_end_ns[cpu]);
		pf_describe(&bundle);
		pf_number(&packet, 10, PF_FTRACE);
		if (!nr_written)
			pf_number(&packet, 13, 1);
		if (p->dropped)
			pf_number(&packet, 42, 1);
		if (!p->began)
			pf_number(&packet, 87, 1);
		p->began = true;
		p->dropped = false;
		pf_message(&packet, 1, &bundle);
		pf_symbols(p, &packet, &nr_written);
		pf_message(&p->packets, 1, &packet);
		p->prev_end_ns[cpu] = c->last_ns;
		memset(c, 0, sizeof(*c));
	}
	p->nr_addrs = p->nr_comms = 0;
}

/* ProcessTree: a process 1 with pid 1 and cmdline 3, or a thread 2 with tid, name and tgid */
static inline void pf_process(struct pf *p, int32_t pid, const char *cmdline)
{
	struct bytes of = { 0 }, tree = { 0 };

	pf_number(&of, 1, pid);
	pf_text(&of, 3, cmdline);
	pf_message(&tree, 1, &of);
	pf_packet(p, 2, &tree);
}

static inline void pf_thread(struct pf *p, int32_t tid, int32_t tgid, const char *name)
{
	struct bytes of = { 0 }, tree = { 0 };

	pf_number(&of, 1, tid);
	pf_text(&of, 2, name);
	pf_number(&of, 3, tgid);
	pf_message(&tree, 2, &of);
	pf_packet(p, 2, &tree);
}

/*
 * FrameTimelineEvent in a packet of boot time @time_ns, or with mono_frames, as of old, of
 * CLOCK_MONOTONIC; @what: "expected-display",
 * "actual-display", "expected-surface", "actual-surface" or "end"; @fields: numbers
 * "NAME=VALUE ...", and layer=NAME; what is not there is not told
 */
static inline void pf_frame(struct pf *p, uint64_t time_ns, const char *what, const char *fields)
{
	static const struct {
		const char *what;
		const char *names[12];
	} messages[] = {
		{ "expected-display", { "cookie", "token", "pid" } },
		{ "actual-display",
		  { "cookie", "token", "pid", "present", "on_time", "gpu", "jank" } },
		{ "expected-surface", { "cookie", "token", "display_token", "pid", "layer" } },
		{ "actual-surface",
		  { "cookie", "token", "display_token", "pid", "layer", "present", "on_time", "gpu",
		    "jank" } },
		{ "end", { "cookie" } },
	};
	struct bytes of = { 0 }, frame = { 0 }, packet = { 0 };
	unsigned int i, k;
	char value[48];

	for (i = 0; i < 5 && strcmp(messages[i].what, what); i++)
		;
	if (i == 5) {
		fprintf(stderr, "no frame %s\n", what);
		exit(2);
	}
	for (k = 0; k < 12 && messages[i].names[k]; k++)
		if (pf_value(fields, messages[i].names[k], value)[0])
			pf_value_field(p, &of, k + 1,
				       strcmp(messages[i].names[k], "layer") ? PF_NUMBER : PF_TEXT,
				       value);
	pf_message(&frame, i + 1, &of);
	pf_number(&packet, 8, time_ns);
	pf_number(&packet, 10, PF_SURFACEFLINGER);
	pf_number(&packet, 58, p->mono_frames ? 3 : 6);
	pf_message(&packet, 76, &frame);
	pf_message(&p->packets, 1, &packet);
}

/* What CPU @cpu lost in all, as FtraceStats tells at the end. */
static inline void pf_stats(struct pf *p, unsigned int cpu, uint64_t nr)
{
	struct bytes of = { 0 }, stats = { 0 };

	pf_number(&of, 1, cpu);
	pf_number(&of, 3, nr);
	pf_number(&stats, 1, 2);
	pf_message(&stats, 2, &of);
	pf_packet(p, 34, &stats);
}

/* Chunks that the buffer of the trace had no room for. */
static inline void pf_discarded(struct pf *p, uint64_t nr)
{
	struct bytes of = { 0 }, stats = { 0 };

	pf_number(&of, 18, nr);
	pf_message(&stats, 1, &of);
	pf_packet(p, 35, &stats);
}

/* A field of packet @b, if @fields has a number @name. */
static inline void pf_told(struct bytes *b, uint32_t field, const char *fields, const char *name)
{
	char value[48];

	if (pf_value(fields, name, value)[0])
		pf_number(b, field, strtoull(value, NULL, 0));
}

/* The packet ends; @flags: SequenceFlags */
static inline void pf_program_packet(struct pf *p, uint32_t sequence, unsigned int flags,
				     struct bytes *packet)
{
	pf_number(packet, 10, sequence);
	pf_number(packet, 13, flags);
	if (p->dropped_of == sequence) {
		pf_number(packet, 42, 1);
		p->dropped_of = 0;
	}
	pf_message(&p->packets, 1, packet);
}

/*
 * A program's sequence begins anew: TracePacketDefaults with clock=ID and track=UUID. own=ID is
 * a clock of its own in a ClockSnapshot: at=UNITS unit=NS adds=1, beside boot=NS and mono=NS.
 */
static inline void pf_begins(struct pf *p, uint32_t sequence, const char *fields)
{
	struct bytes packet = { 0 }, of = { 0 }, tracks = { 0 }, clocks = { 0 };
	char value[48];

	pf_told(&packet, 8, fields, "time");
	pf_told(&tracks, 11, fields, "track");
	pf_message(&of, 11, &tracks);
	pf_told(&of, 58, fields, "clock");
	pf_message(&packet, 59, &of);
	if (pf_value(fields, "boot", value)[0]) {
		pf_number(&of, 1, 6);
		pf_told(&of, 2, fields, "boot");
		pf_message(&clocks, 1, &of);
	}
	if (pf_value(fields, "mono", value)[0]) {
		pf_number(&of, 1, 3);
		pf_told(&of, 2, fields, "mono");
		pf_message(&clocks, 1, &of);
	}
	if (pf_value(fields, "own", value)[0]) {
		pf_told(&of, 1, fields, "own");
		pf_told(&of, 2, fields, "at");
		pf_told(&of, 3, fields, "adds");
		pf_told(&of, 4, fields, "unit");
		pf_message(&clocks, 1, &of);
	}
	if (clocks.nr)
		pf_message(&packet, 6, &clocks);
	pf_program_packet(p, sequence, 1, &packet);
}

/*
 * TrackDescriptor: that of thread tid=TID of pid=PID, or of parent=UUID; writer=PID: who tells.
 * @uuid 0: a ThreadDescriptor, as of old, for all of the sequence.
 */
static inline void pf_track(struct pf *p, uint32_t sequence, uint64_t uuid, const char *fields)
{
	struct bytes packet = { 0 }, of = { 0 }, track = { 0 };

	pf_told(&packet, 8, fields, "time");
	pf_told(&packet, 79, fields, "writer");
	pf_number(&track, 1, uuid);
	pf_told(&track, 5, fields, "parent");
	pf_told(&of, 1, fields, "pid");
	pf_told(&of, 2, fields, "tid");
	if (uuid && of.nr)
		pf_message(&track, 4, &of);
	pf_message(&packet, uuid ? 60 : 44, uuid ? &track : &of);
	free(track.data);
	pf_program_packet(p, sequence, 2, &packet);
}

/* InternedData: number @iid stands for a name from now on */
static inline void pf_intern(struct pf *p, uint32_t sequence, uint64_t iid, const char *name)
{
	struct bytes packet = { 0 }, of = { 0 }, names = { 0 };

	pf_number(&of, 1, iid);
	pf_text(&of, 2, name);
	pf_message(&names, 2, &of);
	pf_message(&packet, 12, &names);
	pf_program_packet(p, sequence, 2, &packet);
}

/*
 * TrackEvent of type @type, at @time, if not negative, of clock=ID; track=UUID, name=TEXT or
 * iid=NUMBER. alone=1: it refers to no packet before. Old forms: phase=NUMBER, us=TIME.
 */
static inline void pf_slice(struct pf *p, uint32_t sequence, int64_t time, unsigned int type,
			    const char *fields)
{
	struct bytes packet = { 0 }, of = { 0 }, old = { 0 };
	char value[48];

	if (time >= 0)
		pf_number(&packet, 8, time);
	pf_told(&packet, 58, fields, "clock");
	if (type)
		pf_number(&of, 9, type);
	pf_told(&of, 16, fields, "us");
	pf_told(&of, 11, fields, "track");
	pf_told(&of, 10, fields, "iid");
	if (pf_value(fields, "name", value)[0])
		pf_text(&of, 23, value);
	pf_told(&old, 2, fields, "phase");
	if (old.nr)
		pf_message(&of, 6, &old);
	pf_message(&packet, 11, &of);
	pf_program_packet(p, sequence, pf_int(fields, "alone") ? 0 : 2, &packet);
}

/* An event that the config asked for: TraceConfig, DataSource, DataSourceConfig, FtraceConfig */
static inline void pf_asked(struct pf *p, const char *name)
{
	struct bytes ftrace = { 0 }, source = { 0 }, of = { 0 }, config = { 0 };

	pf_text(&ftrace, 1, name);
	pf_message(&source, 100, &ftrace);
	pf_message(&of, 1, &source);
	pf_message(&config, 2, &of);
	pf_packet(p, 33, &config);
}

static inline void pf_refused(struct pf *p, const char *name)
{
	struct bytes stats = { 0 };

	pf_text(&stats, 7, name);
	pf_packet(p, 34, &stats);
}

static inline void pf_snapshot(struct pf *p, struct bytes *packets, uint64_t mono_ns,
			       uint64_t boot_ns)
{
	struct bytes mono = { 0 }, boot = { 0 }, real = { 0 }, clocks = { 0 }, packet = { 0 };

	if (p->real_ahead_ns) {
		pf_number(&real, 1, 1);
		pf_number(&real, 2, boot_ns + p->real_ahead_ns);
		pf_message(&clocks, 1, &real);
	}
	pf_number(&boot, 1, 6);
	pf_number(&boot, 2, boot_ns);
	pf_message(&clocks, 1, &boot);
	pf_number(&mono, 1, 3);
	pf_number(&mono, 2, mono_ns);
	pf_message(&clocks, 1, &mono);
	pf_message(&packet, 6, &clocks);
	pf_message(packets, 1, &packet);
}

/* Packets inside of packets, each a stream of zlib or zstd. */
static inline void pf_compress(struct pf *p, struct bytes *packets)
{
	uLongf room = compressBound(packets->nr) + ZSTD_compressBound(packets->nr);
	uint8_t *to = malloc(room);
	struct bytes packet = { 0 }, out = { 0 };

	if (p->zip)
		compress(to, &room, packets->data, packets->nr);
	else
		room = ZSTD_compress(to, room, packets->data, packets->nr, 1);
	pf_data(&packet, p->zip ? 50 : 133, to, room);
	pf_message(&out, 1, &packet);
	free(to);
	free(packets->data);
	*packets = out;
}

/* TrackEvents of every kind: of a clock of their own, interned, behind a missing packet, of an old program. */
static inline void pf_tracks(struct pf *p)
{
	pf_begins(p, 7, "clock=64 track=5 own=64 at=800 adds=1 boot=800 mono=800 time=0");
	pf_track(p, 7, 5, "pid=100 tid=100 time=0 writer=100");
	pf_intern(p, 7, 1, "draw");
	pf_slice(p, 7, 100, 1, "iid=1");
	pf_slice(p, 7, 400, 2, "");
	pf_slice(p, 8, 1300, 1, "name=collect track=6 alone=1 clock=3");
	p->dropped_of = 7;
	pf_slice(p, 7, 100, 1, "iid=1");
	pf_track(p, 8, 6, "pid=100 tid=101");
	pf_track(p, 9, 0, "pid=100 tid=101");
	pf_slice(p, 9, 1300, 1, "name=old alone=1");
}

/* The whole file; its data is the caller's to free. */
static inline struct bytes pf_bytes(struct pf *p)
{
	struct bytes b = { 0 };

	if (!p->no_snapshot)
		pf_snapshot(p, &b, 1000000, 1000000 + p->boot_ahead_ns);
	if (p->suspended_ns)
		pf_snapshot(p, &b, 2000000, 2000000 + p->boot_ahead_ns + p->suspended_ns);
	if (p->release) {
		struct bytes utsname = { 0 }, system = { 0 };

		pf_text(&utsname, 3, p->release);
		pf_message(&system, 1, &utsname);
		pf_packet(p, 45, &system);
	}
	pf_pass(p);
	if (p->zip || p->zstd)
		pf_compress(p, &p->packets);
	bytes_add(&b, p->packets.data, p->packets.nr);
	return b;
}

static inline void pf_free(struct pf *p)
{
	free(p->packets.data);
}

#endif
