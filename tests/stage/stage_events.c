// SPDX-License-Identifier: GPL-2.0-only
/*
 * stage-events OUT.db [--without EVENT]...: events by hand, from standard
 * input through the model into a database, as a capture of a kernel that has
 * all events but those.
 *
 *	TIME_NS TID EVENT FIELD=VALUE...	fields as in collector/events.def
 *	TIME_NS TID stack FUNCTION...		of the event before, innermost first
 *	TIME_NS TID loss end_ns=TIME_NS
 *	TIME_NS TID samples_lost end_ns=TIME_NS	one sample
 *	TIME_NS TID sample kind=SAMPLE_* lock=ADDRESS classes=BITS ip=ADDRESS
 *	TIME_NS TID sampled since_ns=TIME_NS until_ns=TIME_NS nr=N cpu_ns=NS runnable_ns=NS
 *	symbol ADDRESS FUNCTION			before the first event
 *	name TID TGID COMM			before the first event of TID
 *	flush TIME_NS				all before is complete: commit; prints "flushed"
 *	killed					end here, as a recorder that was killed
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>
#include <unistd.h>

#include "cli/recording_meta.h"
#include "collector/decode.h"
#include "collector/model/model.h"
#include "lib/process.h"
#include "schema/store.h"

#define MAX_SYMBOLS 64
#define MAX_THREADS 64

/* Where a field of an event is. */
static const struct {
	enum event_id id;
	const char *name;
	size_t at, bytes;
} fields[] = {
#define EVENT(id, member, system, name)
#define FIELD(member, field, name, need) FIELD_OF(member, field, name)
#define FIELD_OF(member, field, name)                                                              \
	{ NR_EVENTS, name, offsetof(struct event, member.field),                                   \
	  sizeof(((struct event *)0)->member.field) },
#define END(id) { EVENT_##id, NULL, 0, 0 },
#define STACK(id, system, name, field)
#include "collector/events.def"
	FIELD_OF(sample, lock, "lock") FIELD_OF(sample, ip, "ip")
		FIELD_OF(sample, classes, "classes") FIELD_OF(sample, kind, "kind") END(
			SAMPLE) FIELD_OF(sampled, since_ns, "since_ns") FIELD_OF(sampled, nr, "nr")
			FIELD_OF(sampled, cpu_ns, "cpu_ns") FIELD_OF(sampled, until_ns, "until_ns")
				FIELD_OF(sampled, runnable_ns, "runnable_ns") END(SAMPLED)
#undef EVENT
#undef FIELD
#undef FIELD_OF
#undef END
#undef STACK
};

/* Events that no kernel has. */
static const struct {
	enum event_id id;
	const char *name;
} made_events[] = {
	{ EVENT_LOSS, "loss" },
	{ EVENT_SAMPLES_LOST, "samples_lost" },
	{ EVENT_SAMPLE, "sample" },
	{ EVENT_SAMPLED, "sampled" },
};

#define NR_FIELDS (sizeof(fields) / sizeof(*fields))

struct stage {
	struct store *store;
	struct model model;
	struct tep_handle *tep;
	struct kstack_table stacks;
	struct {
		uint64_t address;
		char name[64];
	} symbol[MAX_SYMBOLS];
	struct {
		int32_t tid, tgid;
		char comm[COMM_LEN];
	} thread[MAX_THREADS];
	struct event latest; /* if @has_latest: its stack may be on the next line */
	bool has_latest;
	unsigned int nr_symbols, nr_threads, line;
	int64_t last_ns; /* of an event or a flush */
};

static void die(const struct stage *s, const char *what, const char *which)
{
	fprintf(stderr, "stage-events: line %u: %s: %s\n", s->line, what, which);
	exit(1);
}

static enum event_id event_by_name(const char *name)
{
	unsigned int i;
	int id;

	for (id = 0; id < EVENT_LOSS; id++)
		if (!strcmp(event_name(id), name))
			return id;
	for (i = 0; i < sizeof(made_events) / sizeof(*made_events); i++)
		if (!strcmp(made_events[i].name, name))
			return made_events[i].id;
	return NR_EVENTS;
}

/* The fields of an event are those before its END. */
static void set_field(const struct stage *s, struct event *ev, const char *name, const char *value)
{
	size_t i, end = 0;
	uint64_t v = strtoull(value, NULL, 0);

	if (ev->id == EVENT_LOSS || ev->id == EVENT_SAMPLES_LOST) {
		ev->loss.end_ns = v;
		ev->loss.nr_lost = ev->id == EVENT_LOSS ? LOST_UNKNOWN : 1;
		ev->loss.reason = ev->id == EVENT_LOSS ? LOSS_OVERRUN : LOSS_SAMPLES;
		return;
	}
	while (end < NR_FIELDS && fields[end].id != ev->id)
		end++;
	for (i = end; i-- > 0 && fields[i].name;)
		if (!strcmp(fields[i].name, name)) {
			if (fields[i].bytes == COMM_LEN)
				snprintf((char *)ev + fields[i].at, COMM_LEN, "%s", value);
			else /* little-endian, as the tests' machines are */
				memcpy((char *)ev + fields[i].at, &v, fields[i].bytes);
			return;
		}
	die(s, "no such field", name);
}

static struct kstack *make_stack(struct stage *s, char *rest)
{
	uint64_t frame[KSTACK_MAX_FRAMES];
	unsigned int nr = 0, i;
	char *name;

	while ((name = strtok_r(rest, " \n", &rest))) {
		for (i = 0; i < s->nr_symbols; i++)
			if (!strcmp(s->symbol[i].name, name))
				break;
		if (i == s->nr_symbols)
			die(s, "no such symbol", name);
		frame[nr++] = s->symbol[i].address + 4;
	}
	return kstack_intern(&s->stacks, frame, nr);
}

static void feed_latest(struct stage *s)
{
	if (s->has_latest && model_event(&s->model, &s->latest))
		die(s, "the model failed", store_error(s->store)->msg);
	s->has_latest = false;
}

static void feed_line(struct stage *s, char *line)
{
	struct event ev;
	char *rest = line, *time = strtok_r(rest, " \n", &rest), *name, *pair;

	if (!time || *time == '#')
		return;
	memset(&ev, 0, sizeof(ev));
	ev.time_ns = strtoull(time, NULL, 0);
	name = strtok_r(rest, " \n", &rest);
	ev.tid = name ? atoi(name) : 0;
	name = strtok_r(rest, " \n", &rest);
	if (name && !strcmp(name, "stack")) {
		s->latest.stack = make_stack(s, rest);
		return;
	}
	ev.id = event_by_name(name ?: "");
	if (ev.id == NR_EVENTS)
		die(s, "no such event", name ?: "");
	while ((pair = strtok_r(rest, " \n", &rest))) {
		char *value = strchr(pair, '=');

		if (!value)
			die(s, "no FIELD=VALUE", pair);
		*value++ = '\0';
		set_field(s, &ev, pair, value);
	}
	feed_latest(s);
	s->latest = ev;
	s->has_latest = true;
}

static void add_symbol(struct stage *s, const char *line)
{
	char text[128];

	if (s->nr_symbols == MAX_SYMBOLS ||
	    sscanf(line, "symbol %" SCNx64 " %63s", &s->symbol[s->nr_symbols].address,
		   s->symbol[s->nr_symbols].name) != 2)
		die(s, "no symbol", line);
	snprintf(text, sizeof(text), "%" PRIx64 " T %s\n", s->symbol[s->nr_symbols].address,
		 s->symbol[s->nr_symbols].name);
	tep_parse_kallsyms(s->tep, text);
	s->nr_symbols++;
}

static void add_thread(struct stage *s, const char *line)
{
	if (s->nr_threads == MAX_THREADS ||
	    sscanf(line, "name %d %d %15s", &s->thread[s->nr_threads].tid,
		   &s->thread[s->nr_threads].tgid, s->thread[s->nr_threads].comm) != 3)
		die(s, "no thread", line);
	s->nr_threads++;
}

static int32_t tgid_of(void *ctx, int32_t tid)
{
	struct stage *s = ctx;
	unsigned int i;

	for (i = 0; i < s->nr_threads; i++)
		if (s->thread[i].tid == tid)
			return s->thread[i].tgid;
	return -1;
}

static int comm_of(void *ctx, int32_t tid, char comm[COMM_LEN])
{
	struct stage *s = ctx;
	unsigned int i;

	for (i = 0; i < s->nr_threads; i++)
		if (s->thread[i].tid == tid) {
			memcpy(comm, s->thread[i].comm, COMM_LEN);
			return 0;
		}
	return -1;
}

static int process_of(void *ctx, int32_t tgid, struct process_row *row)
{
	return comm_of(ctx, tgid, row->comm);
}

/* As far as the events go, or the latest flush. */
static void write_meta(struct stage *s)
{
	store_meta_int(s->store, "nr_events", s->model.nr_events);
	store_meta_int(s->store, "nr_waits", s->model.rollups.nr_waits);
	store_meta_int(s->store, "nr_uncertain", s->model.rollups.nr_uncertain);
	if (s->model.first_ns == NO_TIME)
		return;
	if (s->last_ns < s->model.last_ns)
		s->last_ns = s->model.last_ns;
	store_meta_int(s->store, "first_ns", s->model.first_ns);
	store_meta_int(s->store, "last_ns", s->last_ns);
}

static void flush(struct stage *s, int64_t time_ns)
{
	feed_latest(s);
	if (model_flush(&s->model, time_ns))
		die(s, "the model failed", store_error(s->store)->msg);
	s->last_ns = time_ns;
	write_meta(s);
	if (store_commit(s->store, time_ns, NULL))
		die(s, "cannot commit", store_error(s->store)->msg);
	puts("flushed");
	fflush(stdout);
}

static void finish(struct stage *s)
{
	struct error err = { 0 };

	feed_latest(s);
	if (model_finish(&s->model))
		die(s, "the model failed", store_error(s->store)->msg);
	write_meta(s);
	store_meta_text(s->store, "state", "finished");
	model_free(&s->model);
	if (store_finish(s->store, &err))
		die(s, "cannot store", err.msg);
	kstack_table_free(&s->stacks);
	tep_free(s->tep);
}

static void take_line(struct stage *s, char *line)
{
	s->line++;
	if (!strncmp(line, "symbol ", 7))
		add_symbol(s, line);
	else if (!strncmp(line, "name ", 5))
		add_thread(s, line);
	else if (!strncmp(line, "flush ", 6))
		flush(s, strtoll(line + 6, NULL, 0));
	else if (!strncmp(line, "killed", 6))
		_exit(0);
	else
		feed_line(s, line);
}

int main(int argc, char **argv)
{
	struct stage s = { .tep = tep_alloc() };
	bool has[NR_EVENTS];
	struct error err = { 0 };
	const struct task_lookup lookup = {
		.ctx = &s,
		.comm = comm_of,
		.tgid = tgid_of,
		.process = process_of,
	};
	struct sink sink;
	int64_t max_bytes = 0, max_age_ns = 0;
	char line[1024];
	int i;

	if (argc < 2 || store_create(&s.store, argv[1], true, &err) || store_place(s.store, &err))
		die(&s,
		    "usage: stage-events OUT.db [--without EVENT | --max-bytes N | --max-age NS]...",
		    err.msg);
	memset(has, 1, sizeof(has));
	/* it is not Android's */
	has[EVENT_SCHED_BLOCKED_REASON] = false;
	for (i = 3; i < argc; i += 2) {
		if (!strcmp(argv[i - 1], "--max-bytes"))
			max_bytes = atoll(argv[i]);
		else if (!strcmp(argv[i - 1], "--max-age"))
			max_age_ns = atoll(argv[i]);
		else
			has[event_by_name(argv[i]) % NR_EVENTS] = false;
	}
	if (store_limit(s.store, max_bytes, max_age_ns))
		die(&s, "cannot limit", argv[1]);
	sink = store_sink(s.store);
	model_init(&s.model, &(struct model_options){
				     .sink = &sink,
				     .lookup = &lookup,
				     .symbols = &(struct symbols){ .tep = s.tep },
				     .has = has,
				     .keep_stalls = true,
			     });
	store_meta_text(s.store, "source", "tracefs");
	store_meta_text(s.store, "profile", "all");
	store_meta_int(s.store, "samples_hz", 499);
	meta_write_events(s.store, has, has);
	process_identity(line, sizeof(line));
	store_meta_text(s.store, "state", "recording");
	store_meta_text(s.store, "recorder", line);
	while (fgets(line, sizeof(line), stdin))
		take_line(&s, line);
	finish(&s);
	return 0;
}
