// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_bundle.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/hash.h"

/* Fields of FtraceEventBundle. */
enum {
	FIELD_CPU = 1,
	FIELD_EVENT = 2,
	FIELD_LOST = 3,
	FIELD_COMPACT = 4,
	FIELD_CLOCK = 5,
	FIELD_ERROR = 8,
	FIELD_LAST_READ = 9,
	FIELD_PREV_END = 10,
	FIELD_DESCRIPTOR = 11,
};

/* Fields of CompactSched: columns, and the texts that two of them refer to. */
enum {
	SWITCH_TIME = 1,
	SWITCH_STATE = 2,
	SWITCH_TID = 3,
	TEXTS = 5,
	SWITCH_COMM = 6,
	WAKING_TIME = 7,
	WAKING_TID = 8,
	WAKING_COMM = 11,
	WAKING_FLAGS = 12,
	NR_COLUMNS,
};

/* TRACE_FLAG_HARDIRQ and TRACE_FLAG_SOFTIRQ, include/linux/trace_events.h */
#define TRACE_FLAGS_IRQ (0x08 | 0x10)

/* Sequences with events of the kernel; a trace has one or two. */
#define MAX_PASSES 1024

struct perfetto_running {
	bool known;
	int32_t tid;
};

struct perfetto_passes {
	UT_hash_handle hh;
	uint32_t sequence;
	struct perfetto_pass pass;
};

/* One of the lists of events of a bundle, each in the order of time. */
struct list {
	bool has;  /* an event that was not given yet */
	bool ours; /* else only its time and its thread are known */
	uint64_t time_ns;
	struct event ev;
};

/* A bundle that is being read. */
struct reading {
	struct perfetto_bundles *b;
	const struct perfetto_packet *packet;
	struct perfetto_bundle *out;
	struct perfetto_pass *pass;
	struct cursor events; /* the bundle's fields */
	struct cursor column[NR_COLUMNS];
	uint64_t switch_ns, waking_ns;
	struct list event, sched_switch, waking;
};

int perfetto_bundles_init(struct perfetto_bundles *b)
{
	memset(b, 0, sizeof(*b));
	perfetto_typed(&b->typed);
	b->names.kind = &perfetto_functions;
	b->cpu = calloc(PERFETTO_MAX_CPUS, sizeof(*b->cpu));
	return b->cpu ? 0 : -ENOMEM;
}

void perfetto_bundles_rewind(struct perfetto_bundles *b)
{
	struct perfetto_passes *passes, *tmp;

	perfetto_names_rewind(&b->names);
	memset(b->cpu, 0, PERFETTO_MAX_CPUS * sizeof(*b->cpu));
	HASH_ITER(hh, b->passes, passes, tmp) {
		HASH_DEL(b->passes, passes);
		free(passes);
	}
	b->nr_passes = 0;
}

void perfetto_bundles_free(struct perfetto_bundles *b)
{
	if (b->cpu)
		perfetto_bundles_rewind(b);
	perfetto_names_free(&b->names);
	free(b->cpu);
	free(b->comm);
}

void perfetto_bundles_gap(struct perfetto_bundles *b, uint32_t cpu)
{
	b->cpu[cpu].known = false;
}

static struct perfetto_pass *pass_of(struct perfetto_bundles *b, uint32_t sequence)
{
	struct perfetto_passes *passes;

	HASH_FIND(hh, b->passes, &sequence, sizeof(sequence), passes);
	if (!passes && HASH_COUNT(b->passes) == MAX_PASSES)
		passes = b->passes;
	if (passes)
		return &passes->pass;
	passes = calloc(1, sizeof(*passes));
	if (!passes)
		return NULL;
	passes->sequence = sequence;
	HASH_ADD(hh, b->passes, sequence, sizeof(passes->sequence), passes);
	return &passes->pass;
}

static int add_comm(struct perfetto_bundles *b, const struct proto_field *f)
{
	if (b->nr_comms == b->room) {
		uint32_t room = b->room ? 2 * b->room : 64;
		struct cursor *grown = realloc(b->comm, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		b->comm = grown;
		b->room = room;
	}
	b->comm[b->nr_comms++] = f->bytes;
	return 0;
}

static int open_columns(struct reading *r, struct cursor c)
{
	struct proto_field f;
	int ret = 0;

	while (!ret && proto_next(&c, &f)) {
		if (f.kind != PROTO_BYTES)
			r->out->damaged = true; /* columns are packed */
		else if (f.number == TEXTS)
			ret = add_comm(r->b, &f);
		else if (f.number < NR_COLUMNS)
			r->column[f.number] = f.bytes;
	}
	r->out->damaged |= c.bad;
	return ret;
}

/* All of a bundle but its events. */
static int open_bundle(struct reading *r)
{
	struct cursor c = r->packet->body;
	struct perfetto_bundle *out = r->out;
	struct proto_field f;
	int ret = 0;

	r->b->nr_comms = r->b->described.nr = 0;
	while (!ret && proto_next(&c, &f)) {
		switch (f.number) {
		case FIELD_CPU:
			out->cpu = f.value < PERFETTO_MAX_CPUS ? f.value : PERFETTO_MAX_CPUS;
			break;
		case FIELD_LOST:
			out->lost = f.value;
			break;
		case FIELD_COMPACT:
			ret = open_columns(r, f.bytes);
			break;
		case FIELD_CLOCK:
			out->clock = f.value;
			break;
		case FIELD_ERROR:
			out->damaged = true;
			break;
		case FIELD_LAST_READ:
		case FIELD_PREV_END:
			out->prev_end_ns = f.value;
			break;
		case FIELD_DESCRIPTOR:
			out->damaged |= !perfetto_describe(&r->b->described, f.bytes);
			break;
		default:
			break;
		}
	}
	out->damaged |= c.bad;
	return ret;
}

static void next_event(struct reading *r)
{
	struct list *l = &r->event;
	struct proto_field f;
	int ret;

	l->has = false;
	while (!l->has && proto_next(&r->events, &f)) {
		if (f.number != FIELD_EVENT)
			continue;
		ret = perfetto_event(&r->b->typed, &r->b->described, f.bytes, &l->ev, &l->time_ns);
		r->out->damaged |= ret < 0;
		l->has = ret >= 0;
		l->ours = ret > 0;
	}
}

/* The next number of a column; false, and damaged, where there is none. */
static bool take_column(struct reading *r, unsigned int column, uint64_t *v)
{
	*v = take_varint(&r->column[column]);
	r->out->damaged |= r->column[column].bad;
	return !r->column[column].bad;
}

static void set_comm(const struct perfetto_bundles *b, uint64_t nr, char comm[COMM_LEN])
{
	const struct proto_field none = { 0 };
	struct proto_field f = none;

	if (nr < b->nr_comms)
		f.bytes = b->comm[nr];
	if (cursor_left(&f.bytes))
		proto_text(&f, comm, COMM_LEN);
}

/* Begin @l with an event of the next time of a column. */
static bool next_time(struct reading *r, unsigned int column, struct list *l, uint64_t *time_ns,
		      enum event_id id)
{
	uint64_t delta;

	l->has = false;
	if (!cursor_left(&r->column[column]) || !take_column(r, column, &delta))
		return false;
	*time_ns += delta;
	if (!*time_ns || *time_ns > INT64_MAX) {
		r->out->damaged = true;
		return false;
	}
	l->ev = (struct event){ .id = id, .time_ns = *time_ns };
	l->time_ns = *time_ns;
	return true;
}

static void next_switch(struct reading *r)
{
	struct list *l = &r->sched_switch;
	uint64_t state, tid, comm;

	if (!next_time(r, SWITCH_TIME, l, &r->switch_ns, EVENT_SCHED_SWITCH) ||
	    !take_column(r, SWITCH_STATE, &state) || !take_column(r, SWITCH_TID, &tid) ||
	    !take_column(r, SWITCH_COMM, &comm))
		return;
	l->ev.sched_switch.prev_state = state;
	l->ev.sched_switch.next_tid = tid;
	set_comm(r->b, comm, l->ev.sched_switch.next_comm);
	l->has = l->ours = true;
}

static void next_waking(struct reading *r)
{
	struct list *l = &r->waking;
	uint64_t tid, comm, flags = 0;

	if (!next_time(r, WAKING_TIME, l, &r->waking_ns, EVENT_SCHED_WAKING) ||
	    !take_column(r, WAKING_TID, &tid) || !take_column(r, WAKING_COMM, &comm))
		return;
	if (cursor_left(&r->column[WAKING_FLAGS]))
		take_column(r, WAKING_FLAGS, &flags);
	else
		r->out->nr_typed_wakings++;
	l->ev.sched_waking.tid = tid;
	l->ev.in_irq = flags & TRACE_FLAGS_IRQ;
	set_comm(r->b, comm, l->ev.sched_waking.comm);
	l->has = l->ours = true;
}

/* Which thread ran is not in the columns. */
static void add_running(const struct perfetto_running *cpu, struct event *ev)
{
	if (cpu->known) {
		ev->tid = cpu->tid;
		return;
	}
	/* no thread is recorded as woken, or as fallen asleep */
	if (ev->id == EVENT_SCHED_WAKING)
		ev->in_irq = true;
	else
		ev->sched_switch.prev_state = 0;
}

/*
 * The idle thread does not fall asleep: if it seems to, the switch to another thread
 * is missing, although nothing marks that.
 */
static bool is_unknown_sleep(const struct perfetto_running *cpu, const struct event *ev)
{
	return ev->id == EVENT_SCHED_SWITCH && cpu->known && !cpu->tid &&
	       ev->sched_switch.prev_state;
}

/* Numbers instead of addresses. */
static void reveal(struct reading *r, struct event *ev)
{
	uint64_t *lock = NULL;

	if (ev->id == EVENT_SCHED_BLOCKED_REASON) {
		ev->sched_blocked_reason.caller =
			perfetto_names_addr(&r->b->names, r->packet->sequence,
					    ev->sched_blocked_reason.caller);
		r->out->nr_unnamed += !ev->sched_blocked_reason.caller;
	} else if (ev->id == EVENT_CONTENTION_BEGIN) {
		lock = &ev->contention_begin.lock;
	} else if (ev->id == EVENT_CONTENTION_END) {
		lock = &ev->contention_end.lock;
	} else if (ev->id == EVENT_CONTENDED_RELEASE) {
		lock = &ev->contended_release.lock;
	}
	if (!lock)
		return;
	r->out->nr_hidden_locks += *lock <= UINT32_MAX;
	*lock = perfetto_lock(r->pass, *lock);
}

/* The list with the earliest event; NULL: none has one. */
static struct list *earliest(struct reading *r)
{
	struct list *l = r->event.has ? &r->event : NULL;

	if (r->sched_switch.has && (!l || r->sched_switch.time_ns < l->time_ns))
		l = &r->sched_switch;
	if (r->waking.has && (!l || r->waking.time_ns < l->time_ns))
		l = &r->waking;
	return l;
}

static void next_of(struct reading *r, const struct list *l)
{
	if (l == &r->event)
		next_event(r);
	else if (l == &r->sched_switch)
		next_switch(r);
	else
		next_waking(r);
}

/* The pass over all buffers that the bundle is of, as its first event shows. */
static void enter_pass(struct reading *r, uint64_t first_ns)
{
	struct perfetto_pass *pass = r->pass;

	if (perfetto_pass_is_over(pass, r->out->cpu, first_ns, r->packet->cleared)) {
		pass->nr = ++r->b->nr_passes;
		pass->max_ns = 0;
	}
	pass->cpu = r->out->cpu;
}

static int give(struct reading *r, struct list *l, int (*fn)(void *ctx, const struct event *ev),
		void *ctx)
{
	struct perfetto_running *cpu = &r->b->cpu[r->out->cpu];
	struct perfetto_bundle *out = r->out;
	struct event *ev = &l->ev;

	if (!out->first_ns) {
		out->first_ns = l->time_ns;
		enter_pass(r, l->time_ns);
	}
	if (l->time_ns > out->last_ns)
		out->last_ns = l->time_ns;
	if (l->time_ns > r->pass->max_ns)
		r->pass->max_ns = l->time_ns;
	if (l == &r->sched_switch && is_unknown_sleep(cpu, ev)) {
		out->nr_unknown_sleeps++;
		cpu->known = false;
	}
	if (l == &r->event)
		*cpu = (struct perfetto_running){ true, ev->tid };
	else
		add_running(cpu, ev);
	if (!l->ours)
		return 0;
	ev->cpu = out->cpu;
	reveal(r, ev);
	if (ev->id == EVENT_SCHED_SWITCH)
		*cpu = (struct perfetto_running){ true, ev->sched_switch.next_tid };
	else if (ev->id == EVENT_SCHED_WAKING && l == &r->event)
		out->nr_typed_wakings++;
	return fn(ctx, ev);
}

int perfetto_bundle(struct perfetto_bundles *b, const struct perfetto_packet *p,
		    struct perfetto_bundle *out, int (*fn)(void *ctx, const struct event *ev),
		    void *ctx)
{
	struct reading r = { .b = b, .packet = p, .out = out, .events = p->body };
	struct list *l;
	int ret;

	memset(out, 0, sizeof(*out));
	ret = open_bundle(&r);
	if (ret || out->cpu == PERFETTO_MAX_CPUS) {
		out->damaged = true;
		return ret;
	}
	r.pass = pass_of(b, p->sequence);
	if (!r.pass)
		return -ENOMEM;
	if (out->lost)
		perfetto_bundles_gap(b, out->cpu);
	next_event(&r);
	next_switch(&r);
	next_waking(&r);
	while (!ret && (l = earliest(&r))) {
		ret = give(&r, l, fn, ctx);
		if (!ret)
			next_of(&r, l);
	}
	return ret;
}
