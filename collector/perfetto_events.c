// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_events.h"

#include <errno.h>

#include "collector/atrace.h"

#define NAME_BYTES 64

/* Fields of FtraceEvent that every event has, that of ftrace:print, and of GenericFtraceEvent. */
enum { FIELD_TIME = 1, FIELD_PID = 2, FIELD_PRINT = 3, FIELD_GENERIC = 327 };

/* Messages of Perfetto: number in FtraceEvent, event, and the names of fields 1, 2, ... */
static const struct {
	uint32_t message;
	uint8_t id;
	const char *names[8];
} typed[] = {
	{ 4,
	  EVENT_SCHED_SWITCH,
	  { "prev_comm", "prev_pid", "prev_prio", "prev_state", "next_comm", "next_pid",
	    "next_prio" } },
	{ 18, EVENT_SCHED_BLOCKED_REASON, { "pid", "caller", "io_wait" } },
	{ 20, EVENT_SCHED_WAKING, { "comm", "pid", "prio", "success", "target_cpu" } },
	{ 235, EVENT_TASK_NEWTASK, { "pid", "comm", "clone_flags", "oom_score_adj" } },
	{ 236, EVENT_TASK_RENAME, { "pid", "oldcomm", "newcomm", "oom_score_adj" } },
	{ 237, EVENT_SCHED_PROCESS_EXEC, { "filename", "pid", "old_pid" } },
	{ 238, EVENT_SCHED_PROCESS_EXIT, { "comm", "pid", "tgid", "prio" } },
	{ 239,
	  EVENT_SCHED_PROCESS_FORK,
	  { "parent_comm", "parent_pid", "child_comm", "child_pid" } },
	{ 325, EVENT_SIGNAL_GENERATE, { "code", "comm", "group", "pid", "result", "sig" } },
};

/* Perfetto hides kernel addresses (perfetto_locks.h): what the rmap events name is lost. */
static bool is_read(const struct event_def *def)
{
	return def->name && !def->stack_field && strcmp(def->system, "rmap");
}

enum event_id perfetto_event_id(const char *group, const char *name)
{
	unsigned int id;

	for (id = 0; id < NR_EVENTS; id++) {
		const struct event_def *def = &event_defs[id];

		if (is_read(def) && !strcmp(def->name, name) &&
		    (!group || !strcmp(def->system, group)))
			return id;
	}
	return NR_EVENTS;
}

static const struct field_def *field_of(enum event_id id, const char *name)
{
	const struct field_def *fd;

	for (fd = event_defs[id].field; fd->name; fd++)
		if (!strcmp(fd->name, name))
			return fd;
	return NULL;
}

void perfetto_typed(struct perfetto_typed *t)
{
	unsigned int i, k;

	memset(t, 0, sizeof(*t));
	for (i = 0; i < sizeof(typed) / sizeof(*typed); i++) {
		struct perfetto_layout *lay = &t->layout[t->nr++];

		lay->message = typed[i].message;
		lay->id = typed[i].id;
		for (k = 0; k < 8 && typed[i].names[k]; k++)
			lay->field[k + 1] = field_of(lay->id, typed[i].names[k]);
	}
}

/* FieldDescriptorProto: name 1, number 3 */
static void describe_field(struct perfetto_layout *lay, struct cursor c)
{
	char name[NAME_BYTES] = "";
	struct proto_field f;
	uint64_t number = 0;

	while (proto_next(&c, &f)) {
		if (f.number == 1)
			proto_text(&f, name, sizeof(name));
		else if (f.number == 3)
			number = f.value;
	}
	if (number && number < PERFETTO_MAX_FIELDS)
		lay->field[number] = field_of(lay->id, name);
}

/* DescriptorProto: name 1, fields 2 */
static bool describe(struct perfetto_layout *lay, const char *group, struct cursor c)
{
	struct cursor again = c;
	char name[NAME_BYTES] = "";
	struct proto_field f;

	while (proto_next(&c, &f))
		if (f.number == 1)
			proto_text(&f, name, sizeof(name));
	lay->id = perfetto_event_id(group[0] ? group : NULL, name);
	while (lay->id != NR_EVENTS && proto_next(&again, &f))
		if (f.number == 2)
			describe_field(lay, f.bytes);
	return !c.bad;
}

bool perfetto_describe(struct perfetto_described *d, struct cursor c)
{
	struct perfetto_layout *lay = &d->layout[d->nr];
	struct cursor message = { 0 };
	char group[NAME_BYTES] = "";
	struct proto_field f;

	if (d->nr == PERFETTO_MAX_DESCRIBED)
		return true;
	memset(lay, 0, sizeof(*lay));
	while (proto_next(&c, &f)) {
		if (f.number == 1)
			lay->message = f.value;
		else if (f.number == 2)
			message = f.bytes;
		else if (f.number == 3)
			proto_text(&f, group, sizeof(group));
	}
	if (c.bad || lay->message < PERFETTO_DESCRIBED || !describe(lay, group, message))
		return false;
	if (lay->id != NR_EVENTS)
		d->nr++;
	return true;
}

static const struct perfetto_layout *find(const struct perfetto_layout *lay, unsigned int nr,
					  uint32_t message)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		if (lay[i].message == message)
			return &lay[i];
	return NULL;
}

static void set_field(struct event *ev, const struct field_def *fd, const struct proto_field *f)
{
	uint8_t *to = (uint8_t *)ev + fd->to;
	const uint32_t v32 = f->value;

	if (fd->to_bytes == COMM_LEN)
		proto_text(f, (char *)to, COMM_LEN);
	else if (fd->to_bytes == 8)
		memcpy(to, &f->value, 8);
	else if (fd->to_bytes == 4)
		memcpy(to, &v32, 4);
	else
		*to = f->value;
}

/* Whether a field is stored as events.def wants it. */
static bool fits(const struct field_def *fd, const struct proto_field *f)
{
	return (fd->to_bytes == COMM_LEN) == (f->kind == PROTO_BYTES);
}

/* Whether every field that the event cannot do without was there. */
static bool is_complete(enum event_id id, uint32_t seen)
{
	const struct field_def *fd = event_defs[id].field;
	unsigned int i;

	for (i = 0; fd[i].name; i++)
		if (fd[i].need && !(seen & 1U << i))
			return false;
	return true;
}

static int read_message(const struct perfetto_layout *lay, struct cursor c, struct event *ev)
{
	const struct field_def *first = event_defs[lay->id].field;
	struct proto_field f;
	uint32_t seen = 0;

	ev->id = lay->id;
	while (proto_next(&c, &f)) {
		const struct field_def *fd =
			f.number < PERFETTO_MAX_FIELDS ? lay->field[f.number] : NULL;

		if (!fd || !fits(fd, &f))
			continue;
		set_field(ev, fd, &f);
		seen |= 1U << (fd - first);
	}
	return !c.bad && is_complete(lay->id, seen) ? 1 : -EBADMSG;
}

/* GenericFtraceEvent.Field: name 1, a text 3, an int64 4, or a uint64 5 */
static void read_generic_field(struct cursor c, struct event *ev, uint32_t *seen)
{
	const struct field_def *fd = NULL;
	struct proto_field f;
	char name[NAME_BYTES];

	while (proto_next(&c, &f)) {
		if (f.number == 1) {
			proto_text(&f, name, sizeof(name));
			fd = field_of(ev->id, name);
		} else if (fd && f.number >= 3 && f.number <= 5 && fits(fd, &f)) {
			set_field(ev, fd, &f);
			*seen |= 1U << (fd - event_defs[ev->id].field);
		}
	}
}

/* GenericFtraceEvent: event_name 1, fields 2 */
static int read_generic(struct cursor c, struct event *ev)
{
	char name[NAME_BYTES] = "";
	struct proto_field f;
	uint32_t seen = 0;

	ev->id = NR_EVENTS;
	while (proto_next(&c, &f)) {
		if (f.number == 1) {
			proto_text(&f, name, sizeof(name));
			ev->id = perfetto_event_id(NULL, name);
		}
		if (ev->id == NR_EVENTS)
			return c.bad ? -EBADMSG : 0;
		if (f.number == 2)
			read_generic_field(f.bytes, ev, &seen);
	}
	/* it may be empty: then it has no name */
	return !c.bad && ev->id != NR_EVENTS && is_complete(ev->id, seen) ? 1 : -EBADMSG;
}

/* PrintFtraceEvent: buf 2 */
static int read_print(struct cursor c, struct event *ev)
{
	struct proto_field f;
	int ret = 0;

	while (proto_next(&c, &f))
		if (f.number == 2 && f.kind == PROTO_BYTES)
			ret = atrace_read((const char *)f.bytes.at, cursor_left(&f.bytes), ev);
	return c.bad ? -EBADMSG : ret;
}

int perfetto_event(const struct perfetto_typed *t, const struct perfetto_described *d,
		   struct cursor c, struct event *ev, uint64_t *time_ns)
{
	const struct perfetto_layout *lay;
	struct proto_field f;
	int ret = 0;

	memset(ev, 0, sizeof(*ev));
	*time_ns = 0;
	while (proto_next(&c, &f)) {
		if (f.number == FIELD_TIME) {
			*time_ns = ev->time_ns = f.value;
		} else if (f.number == FIELD_PID) {
			ev->tid = f.value;
		} else if (ret || f.kind != PROTO_BYTES) {
			continue;
		} else if (f.number == FIELD_PRINT) {
			ret = read_print(f.bytes, ev);
		} else if (f.number == FIELD_GENERIC) {
			ret = read_generic(f.bytes, ev);
		} else {
			lay = f.number >= PERFETTO_DESCRIBED ? find(d->layout, d->nr, f.number)
							     : find(t->layout, t->nr, f.number);
			if (lay)
				ret = read_message(lay, f.bytes, ev);
		}
	}
	if (c.bad || !*time_ns || *time_ns > INT64_MAX)
		return -EBADMSG;
	return ret;
}
