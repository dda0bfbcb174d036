// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfdata_source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <traceevent/event-parse.h>
#include <unistd.h>

#include "collector/decode.h"
#include "collector/perfdata_clock.h"
#include "collector/perfdata_sample.h"
#include "collector/perfdata_scan.h"
#include "collector/reorder.h"

/* Records that one call of next_batch reads at most. */
#define MAX_RECORDS 4096

/* Threads whose process was given lately. */
#define KNOWN_TASKS 4096

struct known_task {
	int32_t tid, tgid;
};

/* perf has one stream for all CPUs: one lane, whose events are sorted here. */
struct perfdata_source {
	struct source src;
	struct perfdata_file file;
	struct perfdata_scan scan;
	struct decoder dec;
	struct kstack_table stacks;
	struct reorder order;
	bool behind;
	bool began, ended;
	bool by_tracepoint[NR_EVENTS]; /* else by perf's own records of threads, if at all */
	bool foreign;		       /* these are about other ids */
	struct known_task known[KNOWN_TASKS];
	uint64_t last_ns; /* of the last sound sample that was read */
	_Atomic uint64_t done_bytes;
};

static struct perfdata_source *to_perfdata(const struct source *s)
{
	return (struct perfdata_source *)s;
}

static struct event made(enum event_id id, const struct perfdata_where *w)
{
	return (struct event){
		.id = id,
		.time_ns = w->time_ns,
		.tid = w->tid,
		.cpu = w->cpu < ALL_CPUS ? w->cpu : 0,
	};
}

/* Whether a record of this time belongs here. */
static bool is_sound(const struct perfdata_source *pd, uint64_t time_ns)
{
	return time_ns <= INT64_MAX && !times_astray(&pd->scan.times, time_ns);
}

/* A record without content: neither its event nor its time is known. */
static int add_damage(struct perfdata_source *pd)
{
	const struct perfdata_where w = { .time_ns = pd->last_ns };
	struct event ev = made(EVENT_LOSS, &w);

	ev.cpu = ALL_CPUS;
	ev.loss.end_ns = pd->last_ns;
	ev.loss.nr_lost = 1;
	ev.loss.reason = LOSS_DAMAGED_INPUT;
	return order_add(&pd->order, &ev);
}

static void remember_task(struct perfdata_source *pd, int32_t tid, int32_t tgid)
{
	pd->known[(uint32_t)tid % KNOWN_TASKS] = (struct known_task){ tid, tgid };
}

/* Thread @tid is of process @tgid, which perf writes beside every event. */
static int add_task(struct perfdata_source *pd, int32_t tid, int32_t tgid, uint64_t time_ns)
{
	const struct known_task *known = &pd->known[(uint32_t)tid % KNOWN_TASKS];
	const struct perfdata_where w = { .time_ns = time_ns, .tid = tid };
	struct event ev;

	if (pd->foreign || tid <= 0 || tgid <= 0 || (known->tid == tid && known->tgid == tgid))
		return 0;
	remember_task(pd, tid, tgid);
	ev = made(EVENT_TASK, &w);
	ev.task.tid = tid;
	ev.task.tgid = tgid;
	return order_add(&pd->order, &ev);
}

/* PERF_RECORD_COMM: the name of a thread, at the start, when it changes, and by exec. */
static int read_comm(struct perfdata_source *pd, const struct perfdata_record *rec, struct cursor c,
		     const struct perfdata_where *where)
{
	struct perfdata_where w = *where;
	int32_t pid = take_u32(&c), tid = take_u32(&c);
	const char *comm = take_string(&c);
	struct event ev;
	int ret = 0;

	if (!comm || pid <= 0 || tid <= 0)
		return 0;
	w.tid = tid;
	if (w.time_ns && rec->misc & PERF_RECORD_MISC_COMM_EXEC) {
		ev = made(EVENT_SCHED_PROCESS_EXEC, &w);
		ev.sched_process_exec.tid = pid;
	} else {
		ev = made(EVENT_TASK_RENAME, &w);
		ev.task_rename.tid = tid;
		strncpy(ev.task_rename.comm, comm, COMM_LEN - 1);
	}
	if (w.time_ns && !pd->by_tracepoint[ev.id])
		ret = order_add(&pd->order, &ev);
	if (ret)
		return ret;
	remember_task(pd, tid, pid);
	ev = made(EVENT_TASK, &w);
	ev.task.tid = tid;
	ev.task.tgid = pid;
	strncpy(ev.task.comm, comm, COMM_LEN - 1);
	return order_add(&pd->order, &ev);
}

/* PERF_RECORD_FORK and _EXIT: pid, ppid, tid, ptid, time. */
static int read_life(struct perfdata_source *pd, const struct perfdata_record *rec, struct cursor c,
		     const struct perfdata_where *where)
{
	struct perfdata_where w = *where;
	int32_t pid = take_u32(&c), ppid = take_u32(&c), tid = take_u32(&c), ptid = take_u32(&c);
	struct event ev;
	int ret;

	w.time_ns = take_u64(&c);
	/*
	 * perf writes those from before the recording without a time; COMM records have the same
	 * facts
	 */
	if (c.bad || !w.time_ns || !is_sound(pd, w.time_ns) || pid <= 0 || tid <= 0)
		return 0;
	if (rec->type == PERF_RECORD_EXIT) {
		w.tid = tid;
		ev = made(EVENT_SCHED_PROCESS_EXIT, &w);
		ev.sched_process_exit.tid = tid;
		return pd->by_tracepoint[ev.id] ? 0 : order_add(&pd->order, &ev);
	}
	if (pd->by_tracepoint[EVENT_TASK_NEWTASK])
		return 0;
	ret = add_task(pd, ptid, ppid, w.time_ns);
	if (ret)
		return ret;
	remember_task(pd, tid, pid);
	w.tid = ptid;
	ev = made(EVENT_TASK_NEWTASK, &w);
	ev.task_newtask.tid = tid;
	ev.task_newtask.clone_flags = pid == ppid ? CLONE_THREAD : 0;
	return order_add(&pd->order, &ev);
}

/* The stack of @s from its frame @first on. */
static int add_stack(struct perfdata_source *pd, const struct perfdata_sample *s,
		     unsigned int first, struct event *ev)
{
	if (first == s->nr_frames)
		return 0;
	ev->stack = kstack_intern(&pd->stacks, s->frame + first, s->nr_frames - first);
	return ev->stack ? 0 : -ENOMEM;
}

/* A sample of a clock. Only those that spin have a stack: others would fill the memory. */
static int add_cpu_sample(struct perfdata_source *pd, const struct perfdata_sample *s,
			  uint64_t cpu_ns)
{
	const int spin = perfdata_clock_spin(s, &pd->src.symbols);
	struct event ev = made(EVENT_CPU_SAMPLE, &s->where);
	int ret = 0;

	pd->last_ns = s->where.time_ns;
	if (s->where.tid <= 0)
		return 0;
	ev.cpu_sample.cpu_ns = cpu_ns;
	if (spin >= 0) {
		ev.cpu_sample.ip = s->frame[0];
		ret = add_stack(pd, s, spin, &ev);
		if (!ret)
			ret = add_task(pd, s->where.tid, s->where.pid, s->where.time_ns);
	}
	return ret ?: order_add(&pd->order, &ev);
}

static int read_sample(struct perfdata_source *pd, struct cursor body)
{
	const struct perfdata_attr *of = perfdata_sample_attr(&pd->file, body);
	struct perfdata_sample s;
	struct event ev;
	int ret;

	if (of && !of->used && !of->sample_ns)
		return 0;
	if (!of || !perfdata_sample(&of->attr, body, &s) || !s.where.time_ns ||
	    !is_sound(pd, s.where.time_ns) ||
	    (s.where.cpu >= ALL_CPUS && s.where.cpu != PERFDATA_NO_CPU))
		return add_damage(pd);
	if (of->sample_ns)
		return add_cpu_sample(pd, &s, of->sample_ns);
	ret = decode(&pd->dec, &pd->stacks, s.raw, s.raw_bytes, s.where.time_ns,
		     s.where.cpu < ALL_CPUS ? s.where.cpu : 0, &ev);
	if (ret == -EBADMSG)
		return add_damage(pd);
	pd->last_ns = s.where.time_ns;
	if (ret <= 0)
		return ret;
	ret = add_stack(pd, &s, 0, &ev);
	if (!ret)
		ret = add_task(pd, s.where.tid, s.where.pid, s.where.time_ns);
	return ret ?: order_add(&pd->order, &ev);
}

static int read_record(struct perfdata_source *pd, struct perfdata_record *rec)
{
	struct perfdata_where w;

	if (rec->type == PERF_RECORD_SAMPLE)
		return read_sample(pd, rec->body);
	if (rec->type == PERFDATA_FINISHED_ROUND)
		return order_round(&pd->order);
	if (pd->foreign || (rec->type != PERF_RECORD_COMM && rec->type != PERF_RECORD_FORK &&
			    rec->type != PERF_RECORD_EXIT))
		return 0;
	if (!perfdata_where(&pd->file, &rec->body, &w))
		return 0;
	if (w.time_ns && !is_sound(pd, w.time_ns))
		return add_damage(pd);
	return rec->type == PERF_RECORD_COMM ? read_comm(pd, rec, rec->body, &w)
					     : read_life(pd, rec, rec->body, &w);
}

/* What was lost is put among the events before the first one: it is known where it goes. */
static int begin(struct perfdata_source *pd)
{
	uint32_t i;
	int ret = 0;

	pd->began = true;
	pd->last_ns = pd->scan.times.first_ns;
	for (i = 0; i < pd->scan.losses.nr && !ret; i++)
		ret = order_add(&pd->order, &pd->scan.losses.ev[i]);
	return ret;
}

/* Read on, to the end of a round at most. Returns 0 or a negative errno. */
static int read_on(struct perfdata_source *pd, struct error *err)
{
	struct perfdata_record rec;
	unsigned int nr;
	int ret = pd->began ? 0 : begin(pd);

	for (nr = 0; !ret && nr < MAX_RECORDS; nr++) {
		if (order_full(&pd->order)) {
			ret = order_press(&pd->order);
			break;
		}
		ret = perfdata_next(&pd->file, &rec, err);
		if (ret < 0)
			return ret;
		if (!ret) {
			pd->ended = true;
			ret = order_end(&pd->order);
			break;
		}
		ret = read_record(pd, &rec);
		if (rec.type == PERFDATA_FINISHED_ROUND)
			break;
	}
	atomic_store_explicit(&pd->done_bytes, pd->file.at, memory_order_relaxed);
	return ret ? error_set(err, ret, "out of memory") : 0;
}

static int perfdata_next_batch(struct source *s, unsigned int lane, struct event *ev,
			       unsigned int max, uint64_t *complete_ns, struct error *err)
{
	struct perfdata_source *pd = to_perfdata(s);
	unsigned int nr = order_take(&pd->order, ev, max);
	int ret;

	(void)lane;
	if (!nr && !pd->ended) {
		ret = read_on(pd, err);
		if (ret)
			return ret;
		nr = order_take(&pd->order, ev, max);
	}
	if (nr)
		*complete_ns = ev[nr - 1].time_ns;
	else
		*complete_ns = pd->ended ? LANE_ENDED : pd->order.bound_ns;
	return nr;
}

static void perfdata_progress(const struct source *s, uint64_t *done, uint64_t *total)
{
	struct perfdata_source *pd = to_perfdata(s);

	*done = atomic_load_explicit(&pd->done_bytes, memory_order_relaxed);
	*total = pd->file.file_bytes;
}

static const char *perfdata_comm(struct source *s, int32_t tid)
{
	const char *comm = tep_data_comm_from_pid(to_perfdata(s)->file.tep, tid);

	return comm && strcmp(comm, "<...>") ? comm : NULL;
}

static void perfdata_stop(struct source *s)
{
	(void)s;
}

static void perfdata_source_close(struct source *s)
{
	struct perfdata_source *pd = to_perfdata(s);

	decoder_free(&pd->dec);
	perfdata_scan_free(&pd->scan);
	perfdata_close(&pd->file);
	kstack_table_free(&pd->stacks);
	order_free(&pd->order);
	free(pd);
}

static const struct source_ops perfdata_source_ops = {
	.name = "perf.data",
	.next_batch = perfdata_next_batch,
	.stop = perfdata_stop,
	.progress = perfdata_progress,
	.comm = perfdata_comm,
	.close = perfdata_source_close,
};

/* Clocks of perf_event_open(2), by clockid; without one it is the kernel's own, "perf". */
static const char *clock_of(const struct perf_event_attr *attr)
{
	static const char *const names[] = {
		[0] = "realtime", [1] = "mono", [4] = "mono_raw", [7] = "boot", [11] = "tai",
	};

	if (!attr->use_clockid)
		return "perf";
	if (attr->clockid < 0 || (size_t)attr->clockid >= sizeof(names) / sizeof(*names))
		return NULL;
	return names[attr->clockid];
}

/* The event that is recorded by @attr, if it is one that rmapscope reads; else NR_EVENTS. */
static enum event_id event_of(const struct perfdata_source *pd, const struct perf_event_attr *attr)
{
	if (attr->type != PERF_TYPE_TRACEPOINT || attr->config >= pd->dec.nr_types ||
	    !pd->dec.by_type[attr->config])
		return NR_EVENTS;
	return pd->dec.by_type[attr->config]->id;
}

/* Whether all events that happened are in the file, and with a time. */
static bool is_complete(struct perfdata_source *pd, const struct perf_event_attr *attr,
			enum event_id id)
{
	const char *why = NULL;

	if (attr->freq || attr->sample_period != 1)
		why = "only some of them were recorded; record with perf record -c 1";
	else if (!(attr->sample_type & PERF_SAMPLE_TIME) || !(attr->sample_type & PERF_SAMPLE_RAW))
		why = "it was recorded without times or fields; record with perf record -T -R";
	if (why)
		source_note(&pd->src, "%s:%s is left out: %s", event_system(id), event_name(id),
			    why);
	return !why;
}

static bool has_kernel_chain(const struct perf_event_attr *attr)
{
	return attr->sample_type & PERF_SAMPLE_CALLCHAIN && !attr->exclude_callchain_kernel;
}

/* Which events are read, and what perf's own records stand for. */
static void choose_events(struct perfdata_source *pd)
{
	bool *has = pd->src.has, any = false;
	unsigned int i;

	for (i = 0; i < pd->file.nr_attrs; i++) {
		struct perfdata_attr *of = &pd->file.attrs[i];
		const struct perf_event_attr *attr = &of->attr;
		enum event_id id = event_of(pd, attr);

		of->used = id != NR_EVENTS && is_complete(pd, attr, id);
		any |= of->used;
		if (of->used) {
			has[id] = pd->by_tracepoint[id] = true;
			has[EVENT_KERNEL_STACK] |= has_kernel_chain(attr);
			if (!pd->src.clock)
				pd->src.clock = clock_of(attr);
		}
	}
	for (i = 0; any && i < pd->file.nr_attrs && !pd->foreign; i++) {
		const struct perf_event_attr *attr = &pd->file.attrs[i].attr;

		if (!attr->sample_id_all)
			continue;
		has[EVENT_TASK_NEWTASK] |= attr->task;
		has[EVENT_SCHED_PROCESS_EXIT] |= attr->task;
		has[EVENT_TASK_RENAME] |= attr->comm;
		has[EVENT_SCHED_PROCESS_EXEC] |= attr->comm && attr->comm_exec;
	}
}

/* Samples of events that are no tracepoints and are not read. */
static uint64_t nr_left_out(const struct perfdata_source *pd)
{
	uint64_t nr = pd->scan.nr_others;
	unsigned int i;

	for (i = 0; i < pd->file.nr_attrs; i++)
		if (pd->file.attrs[i].sample_ns)
			nr -= pd->file.attrs[i].nr_samples;
	return nr;
}

static void choose_clock(struct perfdata_source *pd)
{
	if (pd->foreign)
		pd->src.no_samples = "perf counted threads in another PID namespace";
	else
		pd->src.samples_hz = perfdata_clock_choose(&pd->file, &pd->src.no_samples);
}

static bool of_one_command(const struct perfdata_file *f)
{
	unsigned int i;

	for (i = 0; i < f->nr_attrs; i++)
		if (f->attrs[i].attr.enable_on_exec)
			return true;
	return false;
}

static bool of_one_thread(const struct perfdata_file *f)
{
	unsigned int i;

	for (i = 0; i < f->nr_attrs; i++)
		if (f->attrs[i].attr.inherit)
			return false;
	return of_one_command(f);
}

static void note_limits(struct perfdata_source *pd)
{
	const struct perfdata_scan *sc = &pd->scan;

	if (sc->cut)
		source_note(&pd->src,
			    "the file is cut short at byte %" PRIu64 ": what comes before is read",
			    sc->end_at);
	if (sc->damaged)
		source_note(&pd->src,
			    "the file is damaged at byte %" PRIu64
			    " (%s): what comes before is read",
			    sc->end_at, sc->why);
	if (sc->times.nr_astray)
		source_note(&pd->src,
			    "%" PRIu64 " records are left out, events counted as lost: their times "
			    "are more than %u days away from the rest (%.0f s to %.0f s; the rest "
			    "is at %.0f s)",
			    sc->times.nr_astray, PERFDATA_ASTRAY_DAYS, sc->times.astray_first / 1e9,
			    sc->times.astray_last / 1e9, sc->times.first_ns / 1e9);
	if (of_one_thread(&pd->file))
		source_note(&pd->src,
			    "only the first thread of one command was recorded (perf record "
			    "--no-inherit): what others waited for is missing; perf record -a "
			    "records all");
	else if (of_one_command(&pd->file))
		source_note(&pd->src,
			    "only one command was recorded: who woke it or held its locks "
			    "may be missing; perf record -a records all");
	if (perfdata_nr_chosen_cpus(&pd->file))
		source_note(
			&pd->src,
			"only %u of %u CPUs were recorded (perf record -C): where a wait ended is "
			"not known; perf record -a records all",
			perfdata_nr_chosen_cpus(&pd->file), pd->file.nr_cpus);
	if (pd->foreign)
		source_note(&pd->src,
			    "perf counted threads in another PID namespace: processes are "
			    "unknown; record outside of the container");
	if (nr_left_out(pd))
		source_note(&pd->src,
			    "%" PRIu64 " samples are left out that are no tracepoints%s%s",
			    nr_left_out(pd), pd->src.no_samples ? ": " : "",
			    pd->src.no_samples ?: "");
	if (!pd->src.clock)
		source_note(&pd->src, "the clock of its times is not one that is known here");
}

#define RECORD_WITH                                                                                \
	"record with perf record -a -g -k mono -e lock:contention_begin,lock:contention_end,"      \
	"sched:sched_switch,sched:sched_waking"

/* A profile: it samples what ran, and has no event of what waited. */
static int refuse_profile(const struct perfdata_source *pd, const char *path, struct error *err)
{
	const struct perfdata_scan *sc = &pd->scan;
	const char *name = NULL;
	unsigned int i;

	for (i = 0; i < pd->file.nr_attrs && !name; i++)
		name = perfdata_clock_name(&pd->file.attrs[i].attr);
	return error_set(err, -ENODATA,
			 "%s has %" PRIu64 " samples%s%s in %.3f s and no tracepoints: what ran is "
			 "in it, but not who waited for which lock and how long; " RECORD_WITH,
			 path, sc->nr_others, name ? " of " : "", name ?: "",
			 (sc->times.last_ns - sc->times.first_ns) / 1e9);
}

static int refuse(const struct perfdata_source *pd, const char *path, struct error *err)
{
	const struct perfdata_scan *sc = &pd->scan;

	if (!pd->file.has_formats && sc->nr_others && sc->nr_others == sc->nr_samples)
		return refuse_profile(pd, path, err);
	if (!pd->file.has_formats && sc->cut)
		return error_set(err, -EBADMSG,
				 "%s is cut short before the formats of its events; copy it again "
				 "from where it was recorded",
				 path);
	if (!pd->file.has_formats)
		return error_set(err, -EBADMSG,
				 "%s has no formats of tracepoints: it holds no tracepoints, or is "
				 "damaged; " RECORD_WITH,
				 path);
	if (!perfdata_layouts_fit(&pd->file))
		return error_set(err, -ENOTSUP,
				 "%s has events of several layouts and no identifier in them, so "
				 "that they cannot be distinguished; record with perf record of "
				 "Linux 3.13 or later",
				 path);
	return 0;
}

/* Tracepoints of which only some events were recorded: then what is missing is not known. */
static int refuse_sampled(const struct perfdata_source *pd, const char *path, struct error *err)
{
	unsigned int i;

	for (i = 0; i < pd->file.nr_attrs; i++) {
		const struct perf_event_attr *attr = &pd->file.attrs[i].attr;
		enum event_id id = event_of(pd, attr);

		if (pd->file.attrs[i].used)
			return 0;
		if (id != NR_EVENTS && (attr->freq || attr->sample_period != 1))
			return error_set(
				err, -ENODATA,
				"%s has only some of the events %s:%s (perf record -F or -c): no "
				"wait can be derived from them; record without -F, with -c 1",
				path, event_system(id), event_name(id));
	}
	return 0;
}

static void describe(struct perfdata_source *pd)
{
	const struct perfdata_file *f = &pd->file;

	snprintf(pd->src.kind, sizeof(pd->src.kind), "perf.data, %s mode%s%s%s",
		 f->is_pipe ? "pipe" : "file", f->zstd ? ", compressed" : "",
		 f->version[0] ? ", written by perf " : "", f->version);
}

static int open_source(struct perfdata_source *pd, const struct source_file *f, struct error *err)
{
	int ret = perfdata_open(&pd->file, f, err);

	if (!ret)
		ret = perfdata_scan(&pd->scan, &pd->file, err);
	if (!ret)
		ret = refuse(pd, f->name, err);
	if (!ret)
		ret = decoder_init(&pd->dec, pd->file.tep, err);
	if (ret)
		return ret;
	pd->foreign = perfdata_scan_foreign(&pd->scan);
	pd->src.symbols = pd->file.symbols;
	pd->src.symbols.anchor = pd->scan.anchor;
	pd->src.stacks_inside = true;
	pd->src.preempt_rt = strstr(pd->file.release, "-rt");
	pd->src.nr_lanes = 1;
	pd->src.behind = &pd->behind;
	describe(pd);
	choose_events(pd);
	choose_clock(pd);
	ret = refuse_sampled(pd, f->name, err);
	if (ret)
		return ret;
	note_limits(pd);
	return 0;
}

static int perfdata_source_open(struct source **srcp, const struct source_file *f,
				struct error *err)
{
	struct perfdata_source *pd = calloc(1, sizeof(*pd));
	int ret;

	if (!pd) {
		close(f->fd);
		return error_set(err, -ENOMEM, "out of memory");
	}
	tep_set_loglevel(TEP_LOG_NONE);
	pd->src.ops = &perfdata_source_ops;
	ret = open_source(pd, f, err);
	if (ret)
		perfdata_source_close(&pd->src);
	else
		*srcp = &pd->src;
	return ret;
}

static bool probe(const void *head, size_t size)
{
	/* version 1 and the other byte order, too: they are refused with the reason */
	return size >= PERFDATA_MAGIC_BYTES && (!memcmp(head, "PERFILE2", PERFDATA_MAGIC_BYTES) ||
						!memcmp(head, "2ELIFREP", PERFDATA_MAGIC_BYTES) ||
						!memcmp(head, "PERFFILE", PERFDATA_MAGIC_BYTES));
}

const struct source_opener perfdata_opener = { .probe = probe, .open = perfdata_source_open };
