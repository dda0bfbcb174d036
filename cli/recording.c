// SPDX-License-Identifier: GPL-2.0-only
#include "cli/recording.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#include "cli/asleep.h"
#include "cli/live_lookup.h"
#include "cli/recording_meta.h"
#include "collector/bpf_samples.h"
#include "collector/bpf_source.h"
#include "collector/bpf_waits.h"
#include "collector/continuity.h"
#include "collector/instance.h"
#include "collector/model/model.h"
#include "collector/pipeline.h"
#include "collector/proc.h"
#include "collector/proc_worker.h"
#include "collector/profile.h"
#include "collector/self.h"
#include "collector/symbols.h"
#include "collector/tracefs_source.h"
#include "lib/clock.h"
#include "lib/crash.h"
#include "schema/meta.h"
#include "schema/store.h"

/* A reader serves several CPUs on larger machines. */
#define MAX_READERS_LIVE 4
/* Threads must not share a handle of libtracecmd. */
#define MAX_READERS_FILE 1

/* A capture notes the threads that slept from before its start until this long after it. */
#define ASLEEP_NS NSEC_PER_SEC

/* The main thread, the readers, the consumer, and those that read /proc. */
#define MAX_OWN_THREADS (MAX_READERS_LIVE + 2 + NR_PROC_WORKERS)

struct recording {
	struct tracefs_instance *inst; /* NULL: an import */
	bool temporary;		       /* the file is removed at the end */
	struct self self;	       /* with inst */
	int32_t own[MAX_OWN_THREADS];  /* ids of our threads, as in events */
	_Atomic unsigned int nr_own;
	struct source *src;
	struct source *tracefs;	     /* live: @src, or a part of it */
	struct bpf_waits *waits;     /* a part of @src; NULL: rung 1 */
	struct bpf_samples *samples; /* likewise; NULL: no samples */
	struct samples_meta samples_meta;
	struct store *store;
	struct model model;
	struct pipeline pipeline;
	struct proc_workers *proc; /* live; NULL: /proc cannot be read */
	bool traced[NR_EVENTS];	   /* live: events that are enabled */
	bool came[NR_EVENTS];	   /* events that occurred at least once */
	uint64_t nr_lost;	   /* events, at least */
	bool lost_uncounted;
	struct silence silence;
	const char *trouble;   /* the value of meta.trouble in the database */
	int64_t reach_ns;      /* the database covers the time up to here */
	struct asleep *asleep; /* threads asleep before tracing began; NULL once they were noted */
	uint64_t begun_ns;     /* live: when tracing was turned on */
	uint64_t ended_ns;     /* live: when recording_stop() was called; 0: not yet */
	char limits[META_LIMITS_LEN];
	char refusal[576];
};

/* Count a loss as the view `lost` counts it. */
static void note_loss(struct recording *rec, const struct event *ev)
{
	if (ev->loss.nr_lost >= 0) {
		rec->nr_lost += ev->loss.nr_lost;
		return;
	}
	rec->lost_uncounted = true;
	rec->nr_lost += ev->loss.reason <= LOSS_DAMAGED_INPUT;
}

static int consume_event(void *ctx, const struct event *ev)
{
	struct recording *rec = ctx;

	struct event gap;
	int ret = 0;

	rec->came[ev->id] = true;
	/*
	 * a live capture records when tracing was on; a file has to be checked for gaps that no
	 * event reports
	 */
	if (!rec->src->live && silence_event(&rec->silence, rec->src->max_silence_ns, ev, &gap)) {
		note_loss(rec, &gap);
		ret = model_event(&rec->model, &gap);
	}
	if (ev->id == EVENT_LOSS || ev->id == EVENT_SAMPLES_LOST)
		note_loss(rec, ev);
	return ret ? ret : model_event(&rec->model, ev);
}

/*
 * Write up to which time the capture is complete: open waits lasted until then, even
 * if there is no later event.
 */
static void write_reach(struct recording *rec, int64_t complete_ns)
{
	const struct model *m = &rec->model;

	store_meta_int(rec->store, "nr_events", m->nr_events);
	store_meta_int(rec->store, "nr_waits", m->rollups.nr_waits);
	store_meta_int(rec->store, "nr_uncertain", m->rollups.nr_uncertain);
	if (m->first_ns != NO_TIME)
		store_meta_int(rec->store, "first_ns", m->first_ns);
	if (m->last_ns == NO_TIME)
		return;
	if (rec->reach_ns < m->last_ns)
		rec->reach_ns = m->last_ns;
	if (rec->reach_ns < complete_ns)
		rec->reach_ns = complete_ns;
	store_meta_int(rec->store, "last_ns", rec->reach_ns);
}

/* Tell the readers of the database that nothing, or not all, is being recorded. */
static void write_trouble(struct recording *rec)
{
	const char *trouble = recording_trouble(rec);

	if (trouble != rec->trouble)
		store_meta_text(rec->store, "trouble", trouble ?: "");
	rec->trouble = trouble;
}

/*
 * Note the threads that have slept since before the capture: no event shows the start of their
 * waits.
 */
static void write_asleep(struct recording *rec)
{
	char names[256], text[sizeof(names) + 48];

	asleep_since(rec->asleep, names, sizeof(names));
	if (names[0]) {
		snprintf(text, sizeof(text), "for %.1f s and more: %s",
			 (now_ns() - rec->begun_ns) / 1e9, names);
		store_meta_text(rec->store, "asleep", text);
	}
	asleep_free(rec->asleep);
	rec->asleep = NULL;
}

static int consume_flush(void *ctx, uint64_t complete_ns, struct error *err)
{
	struct recording *rec = ctx;
	int ret = model_flush(&rec->model, complete_ns);

	if (ret)
		return error_set(err, ret, "%s", store_error(rec->store)->msg);
	write_reach(rec, complete_ns);
	write_trouble(rec);
	if (rec->asleep && now_ns() - rec->begun_ns >= ASLEEP_NS)
		write_asleep(rec);
	return store_commit(rec->store, complete_ns, err);
}

/* Do not trace the calling thread, which is one of ours. Called before tracing is on. */
static void exclude_thread(void *ctx)
{
	struct recording *rec = ctx;
	char text[16];
	int32_t tid;

	if (!rec->inst)
		return;
	tid = self_tid(&rec->self);
	if (tid <= 0)
		return;
	rec->own[atomic_fetch_add(&rec->nr_own, 1)] = tid;
	snprintf(text, sizeof(text), "%d", tid);
	tracefs_instance_file_append(rec->inst, "set_event_notrace_pid", text);
}

/* The symbols that the user gives for a file without symbols. */
static int add_symbols(struct source *src, const char *kallsyms, struct error *err)
{
	if (kallsyms)
		return symbols_load(&src->symbols, kallsyms, err);
	if (src->symbols.none && src->has[EVENT_KERNEL_STACK])
		source_note(src,
			    "the file has no kernel symbols: unknown: call sites, roles and lock "
			    "classes; import it with --kallsyms");
	return 0;
}

static int file_comm(void *ctx, int32_t tid, char comm[COMM_LEN])
{
	struct source *src = ctx;
	const char *name = src->ops->comm ? src->ops->comm(src, tid) : NULL;

	if (!name)
		return -ENOENT;
	snprintf(comm, COMM_LEN, "%s", name);
	return 0;
}

static void seed_thread(void *ctx, int32_t tid, int32_t tgid)
{
	tasks_seed(ctx, tid, tgid);
}

/*
 * Turn tracing on first, and read the list of threads from /proc then. A thread that
 * starts in between is in the events, so the process of every thread is known.
 */
static int begin_tracing(struct recording *rec, struct error *err)
{
	unsigned int i;
	int ret;

	/* our threads also appear in events of other threads, for example as woken ones */
	for (i = 0; i < rec->nr_own; i++)
		if (tasks_seed(&rec->model.tasks, rec->own[i], rec->self.tgid))
			return error_set(err, -ENOMEM, "out of memory");
	self_free(&rec->self);
	if (rec->self.proc)
		rec->asleep = asleep_now(rec->proc);
	rec->begun_ns = now_ns();
	if (tracefs_trace_on(rec->inst))
		return error_set(err, -errno, "cannot turn tracing on: %s", strerror(errno));
	/* it covers the time from here on, whether something happens or not */
	model_covers(&rec->model, rec->begun_ns);
	if (rec->waits)
		bpf_waits_go(rec->waits);
	ret = tracefs_source_watch(rec->tracefs, err);
	if (ret)
		return ret;
	if (rec->self.proc)
		proc_for_each_thread(seed_thread, &rec->model.tasks);
	return 0;
}

/*
 * The events that can occur: in a live capture those that its profiles enable,
 * in a file those whose format it has.
 */
static void find_possible(bool *has, const struct recording *rec, unsigned int profiles)
{
	const struct source *src = rec->src;
	const struct profile_event *pe;

	memcpy(has, src->has, sizeof(src->has));
	for (pe = profile_events; src->live && pe->id != NR_EVENTS; pe++)
		has[pe->id] &= pe->profiles & profiles || rec->traced[pe->id];
}

/* Create the database, the model that fills it, and the rows that describe the capture. */
static int prepare(struct recording *rec, const struct recording_options *opt,
		   unsigned int profiles, struct error *err)
{
	const struct task_lookup file_lookup = { .ctx = rec->src, .comm = file_comm };
	const struct task_lookup no_lookup = { 0 };
	const struct task_lookup proc_lookup = live_lookup(rec->proc);
	bool live = rec->src->live;
	bool has[NR_EVENTS];
	struct sink sink;
	int ret;

	find_possible(has, rec, profiles);
	limits_find(rec->limits, sizeof(rec->limits), rec->src, profiles);
	rec->temporary = opt->temporary;
	ret = store_create(&rec->store, opt->path, opt->force, err);
	if (ret)
		return ret;
	sink = store_sink(rec->store);
	model_init(&rec->model, &(struct model_options){
					.sink = &sink,
					.lookup = !live		   ? &file_lookup
						  : rec->self.proc ? &proc_lookup
								   : &no_lookup,
					.symbols = &rec->src->symbols,
					.has = has,
					.may_lack = !live,
					.stacks_inside = rec->src->stacks_inside,
					.traced = live ? rec->traced : NULL,
					.keep_all = opt->keep_all,
					.keep_stalls = profiles & PROFILE_STALLS,
					.one_process = live && opt->pid,
					.threads_known = live && rec->self.proc,
					.self_tgid = live ? rec->self.tgid : 0,
				});
	if (live || rec->samples_meta.hz || rec->samples_meta.none[0])
		meta_write_samples(rec->store, &rec->samples_meta);
	ret = meta_write(rec->store, rec->src, opt, rec->traced, rec->limits);
	return ret ? error_set(err, ret, "%s", store_error(rec->store)->msg) : 0;
}

/* Threads made from here on take no signals but those of crashes: the main thread waits for them. */
static void mask_signals(sigset_t *old)
{
	sigset_t all;

	pthread_sigmask(SIG_BLOCK, NULL, old);
	sigfillset(&all);
	crash_let_through(&all);
	sigorset(&all, &all, old);
	pthread_sigmask(SIG_SETMASK, &all, NULL);
}

/* Start the threads that make the reads of /proc that may block, if /proc can be read. */
static int make_proc_workers(struct recording *rec, struct error *err)
{
	const struct proc_worker_options opt = { .started = exclude_thread, .ctx = rec };
	sigset_t old;
	int ret;

	if (!rec->self.proc)
		return 0;
	mask_signals(&old);
	ret = proc_workers_start(&rec->proc, &opt, err);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

static int make_threads(struct recording *rec, struct error *err)
{
	const struct consumer consumer = {
		.ctx = rec,
		.event = consume_event,
		.flush = consume_flush,
		.thread_started = exclude_thread,
	};
	sigset_t old;
	int ret;

	mask_signals(&old);
	ret = pipeline_start(&rec->pipeline, rec->src, &consumer,
			     rec->src->live ? MAX_READERS_LIVE : MAX_READERS_FILE, err);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

/*
 * Turn tracing on. A file that is already at the path is replaced only when nothing more can
 * fail.
 */
static int go_live(struct recording *rec, const struct recording_options *opt, struct error *err)
{
	int ret = store_settle(rec->store, err);

	if (!ret)
		ret = begin_tracing(rec, err);
	if (!ret && opt->begun)
		ret = opt->begun(opt->ctx, err);
	if (!ret)
		ret = store_place(rec->store, err);
	if (!ret && store_limit(rec->store, opt->max_bytes, opt->max_age_ns))
		ret = error_set(err, store_error(rec->store)->msg[0] ? -EIO : -ENOMEM, "%s",
				store_error(rec->store)->msg);
	return ret;
}

/* Create the database and start the threads. The source is already open. */
static int start(struct recording *rec, const struct recording_options *opt, unsigned int profiles,
		 struct error *err)
{
	struct error ignored = { 0 };
	int ret = make_proc_workers(rec, err);

	if (!ret)
		ret = prepare(rec, opt, profiles, err);
	if (!ret)
		ret = make_threads(rec, err);
	if (ret)
		return ret;
	if (rec->src->live)
		ret = go_live(rec, opt, err);
	if (!ret) {
		pipeline_go(&rec->pipeline);
		return 0;
	}
	pipeline_abort(&rec->pipeline, "not started");
	pipeline_join(&rec->pipeline, &ignored);
	return ret;
}

/* Undo a start that failed with @ret. Errors on the way are ignored: @ret is the one to report. */
static int abandon(struct recording *rec, int ret)
{
	struct error ignored = { 0 };

	if (rec->store) {
		model_free(&rec->model);
		store_discard(rec->store);
	}
	if (rec->src) {
		source_close(rec->src);
	} else {
		if (rec->samples)
			bpf_samples_close(rec->samples);
		if (rec->waits)
			bpf_waits_close(rec->waits);
	}
	if (rec->inst) {
		instance_destroy(rec->inst, &ignored);
		self_free(&rec->self);
	}
	proc_workers_stop(rec->proc);
	asleep_free(rec->asleep);
	free(rec);
	return ret;
}

/* The rung to try first. The rmap events record more than BPF does. */
static unsigned int first_rung(unsigned int asked)
{
	if (asked)
		return asked;
	return tracefs_has_rmap_events() ? RUNG_TRACEFS : RUNG_BPF;
}

/* Load the programs of @rung. Returns 0, or a negative errno and why not. */
static int open_rung(struct recording *rec, unsigned int rung, const struct bpf_waits_options *opt,
		     struct error *why)
{
	struct bpf_waits_options waits = *opt;

	waits.whole = rung == RUNG_CALLS;
	if (waits.whole && tracefs_has_rmap_events())
		return error_set(
			why, -EEXIST,
			"this kernel's rmap events already include spinning; --rung 3 adds nothing");
	return bpf_waits_open(&rec->waits, &waits, why);
}

/*
 * Load the programs of the highest rung that the kernel takes. The reason for a refusal is noted in
 * the capture.
 */
static void open_waits(struct recording *rec, const struct recording_options *opt,
		       unsigned int profiles)
{
	const struct bpf_waits_options waits = {
		.buffer_kb = opt->buffer_kb,
		.own_tgid = rec->self.tgid,
		.only_tgid = opt->pid,
		.walks = profiles & PROFILE_WALKS,
	};
	const unsigned int first = first_rung(opt->rung);
	unsigned int rung = first;
	struct error why = { 0 };
	char line[sizeof(rec->refusal)];

	for (; rung > RUNG_TRACEFS; rung--) {
		struct error refused = { 0 };

		if (!open_rung(rec, rung, &waits, &refused))
			break;
		/* Report the lowest rung's reason: fix that first. */
		why = refused;
	}
	if (rung == first)
		return;
	snprintf(line, sizeof(line), "rung %u (BPF) is not in use, but rung %u: %s", first, rung,
		 why.msg);
	limits_add(rec->limits, sizeof(rec->limits), line);
	/* If no rung was requested, only note the reason in the capture. */
	if (opt->rung)
		memcpy(rec->refusal, line, sizeof(line));
}

static const char symbols_hidden[] =
	"the addresses of the kernel's functions are hidden; record as root, or with CAP_SYSLOG";

/* Sample the CPUs beside the waits of BPF. Why not, or not all, is noted in the capture. */
static void open_samples(struct recording *rec, const struct recording_options *opt)
{
	struct samples_meta *meta = &rec->samples_meta;
	struct error why = { 0 };

	if (opt->samples_hz == SAMPLES_OFF)
		error_set(&why, -ECANCELED, "option --samples 0");
	else if (!rec->waits)
		error_set(&why, -ENOTSUP, "needs rung 2 (BPF), see rmapscope check");
	else
		bpf_samples_open(&rec->samples, rec->waits, opt->samples_hz ?: SAMPLES_DEFAULT_HZ,
				 opt->buffer_kb, &why);
	if (!rec->samples) {
		snprintf(meta->none, sizeof(meta->none), "%s", why.msg);
		return;
	}
	meta->hz = opt->samples_hz ?: SAMPLES_DEFAULT_HZ;
	if (bpf_waits_are_whole(rec->waits))
		snprintf(meta->no_spin, sizeof(meta->no_spin),
			 "rung 3 measures spinning, as a part of the waits");
	else if (!bpf_samples_see_spin(rec->samples))
		snprintf(meta->no_spin, sizeof(meta->no_spin), "%s", symbols_hidden);
	if (!bpf_samples_see_ipi(rec->samples))
		snprintf(meta->no_ipi, sizeof(meta->no_ipi), "%s", symbols_hidden);
}

/* Enable the events of @profiles that BPF does not give. */
static int enable_events(struct recording *rec, const struct recording_options *opt,
			 unsigned int profiles, struct error *err)
{
	struct profile_result applied[NR_EVENTS] = { 0 };
	bool by_bpf[NR_EVENTS] = { 0 };
	unsigned int id;
	int ret;

	for (id = 0; rec->waits && id < NR_EVENTS; id++)
		by_bpf[id] = bpf_waits_give(rec->waits, id);
	ret = profiles_apply(profiles, rec->inst, opt->buffer_kb, by_bpf, applied, err);
	for (id = 0; id < NR_EVENTS; id++)
		rec->traced[id] = applied[id].enabled || by_bpf[id];
	return ret;
}

/* What was opened for the source is closed with it, also after a failure. */
static int open_live_source(struct recording *rec, struct error *err)
{
	int ret = tracefs_source_open(&rec->tracefs, rec->inst, err);

	if (ret || !rec->waits) {
		rec->src = rec->tracefs;
		return ret;
	}
	ret = bpf_source_open(&rec->src, rec->tracefs, rec->waits, rec->samples, err);
	if (ret) {
		rec->waits = NULL;
		rec->samples = NULL;
	}
	return ret;
}

/*
 * The events are stamped with the kernel's own monotonic clock, which is not the one that a process
 * in a time namespace sees (time_namespaces(7)).
 */
static int check_clock(struct error *err)
{
	long long s = 0, ns = 0;
	FILE *f = fopen("/proc/self/timens_offsets", "re");
	const bool known = f && fscanf(f, "monotonic %lld %lld", &s, &ns) == 2;

	if (f)
		fclose(f);
	if (!known || (!s && !ns))
		return 0;
	return error_set(err, -ENOTSUP,
			 "cannot record in a time namespace: its clock is %.3f s off that of the "
			 "events; record outside of it, for example with nsenter -t 1 -T",
			 s + ns / 1e9);
}

/* BPF follows processes, and the lists of tracefs have all threads of one. */
static int check_process(int32_t pid, struct error *err)
{
	const int32_t tgid = proc_tgid(pid);

	if (tgid <= 0 || tgid == pid)
		return 0;
	return error_set(err, -EINVAL,
			 "%d is a thread of process %d, and only a whole process can be recorded; "
			 "give that id",
			 pid, tgid);
}

int recording_start(struct recording **recp, const struct recording_options *opt, struct error *err)
{
	struct recording *rec;
	unsigned int profiles;
	int ret;

	ret = profiles_parse(opt->profiles ?: DEFAULT_PROFILE, &profiles, err);
	if (ret)
		return ret;
	rec = calloc(1, sizeof(*rec));
	if (!rec)
		return error_set(err, -ENOMEM, "out of memory");
	ret = instance_create(&rec->inst, err);
	if (!ret)
		ret = self_init(&rec->self, err);
	if (!ret)
		ret = check_clock(err);
	if (!ret && opt->pid)
		ret = check_process(opt->pid, err);
	if (!ret && opt->pid && !rec->self.proc)
		ret = error_set(err, -ENOTSUP,
				"cannot restrict tracing to process %d: the kernel traces by the "
				"process ids of the initial PID namespace, and this is another "
				"one; record outside of the container, for example with "
				"nsenter -t 1 -p",
				opt->pid);
	if (!ret) {
		open_waits(rec, opt, profiles);
		open_samples(rec, opt);
		ret = enable_events(rec, opt, profiles, err);
	}
	if (!ret && opt->pid)
		ret = profile_only_pid(rec->inst, opt->pid, err);
	if (!ret)
		ret = open_live_source(rec, err);
	if (ret)
		return abandon(rec, ret);
	/* not fatal: only the names of call sites are missing */
	if (symbols_readable(NULL))
		limits_add(rec->limits, sizeof(rec->limits),
			   "kernel symbols are hidden (kernel.kptr_restrict): call sites and lock "
			   "classes are unknown");
	if (!rec->self.proc)
		limits_add(rec->limits, sizeof(rec->limits), "processes: " SELF_NO_PROC);
	exclude_thread(rec);
	ret = start(rec, opt, profiles, err);
	if (ret)
		return abandon(rec, ret);
	*recp = rec;
	return 0;
}

/* Whether there is an event that we read. Stacks do not count: every file has their format. */
static bool reads_any(const struct source *src)
{
	unsigned int id;

	for (id = 0; id < NR_EVENTS; id++)
		if (src->has[id] && id != EVENT_KERNEL_STACK)
			return true;
	return false;
}

int recording_import(struct recording **recp, const struct source_file *trace,
		     const struct recording_options *opt, struct error *err)
{
	struct recording *rec = calloc(1, sizeof(*rec));
	int ret;

	if (!rec)
		return error_set(err, -ENOMEM, "out of memory");
	ret = source_open(&rec->src, trace, err);
	if (!ret && !reads_any(rec->src))
		ret = error_set(
			err, -ENODATA,
			"%s has none of the events that rmapscope reads; record it with "
			"trace-cmd record -e lock -e sched, or perf record -a -g -e 'lock:*'",
			trace->name);
	if (!ret)
		ret = add_symbols(rec->src, opt->kallsyms, err);
	if (!ret)
		samples_of_file(&rec->samples_meta, rec->src);
	if (!ret)
		ret = start(rec, opt, PROFILE_ALL, err);
	if (ret)
		return abandon(rec, ret);
	*recp = rec;
	return 0;
}

int recording_done_fd(const struct recording *rec)
{
	return rec->pipeline.done_fd;
}

int recording_problem(struct recording *rec, struct error *err)
{
	struct pollfd done = { .fd = rec->pipeline.done_fd, .events = POLLIN };
	struct pipeline *p = &rec->pipeline;
	int ret;

	if (poll(&done, 1, 0) <= 0)
		return 0;
	pthread_mutex_lock(&p->lock);
	ret = p->ret;
	if (ret)
		error_set(err, ret, "%s", p->err.msg[0] ? p->err.msg : strerror(-ret));
	pthread_mutex_unlock(&p->lock);
	return ret;
}

void recording_progress(const struct recording *rec, uint64_t *nr_events, uint64_t *done_bytes,
			uint64_t *total_bytes)
{
	*nr_events = atomic_load_explicit(&rec->pipeline.nr_events, memory_order_relaxed);
	*done_bytes = *total_bytes = 0;
	if (rec->src->ops->progress)
		rec->src->ops->progress(rec->src, done_bytes, total_bytes);
}

const char *recording_kind(const struct recording *rec)
{
	return rec->src->kind;
}

const char *recording_limits(const struct recording *rec)
{
	return rec->limits;
}

const char *recording_refusal(const struct recording *rec)
{
	return rec->refusal;
}

const char *recording_trouble(const struct recording *rec)
{
	return rec->src->ops->trouble ? rec->src->ops->trouble(rec->src) : NULL;
}

void recording_stop(struct recording *rec)
{
	if (rec->src->live && !rec->ended_ns)
		rec->ended_ns = now_ns();
	rec->src->ops->stop(rec->src);
}

void recording_abort(struct recording *rec)
{
	pipeline_abort(&rec->pipeline, "interrupted");
}

static void sum_up(const struct recording *rec, struct recording_result *result)
{
	*result = (struct recording_result){
		.nr_events = rec->model.nr_events,
		.nr_lost = rec->nr_lost,
		.lost_counted = !rec->lost_uncounted,
		.first_ns = rec->model.first_ns,
		.last_ns = rec->model.last_ns,
	};
}

/* One more line of what the capture cannot show, of which its end is the proof. */
static void add_late_limit(struct recording *rec, const char *line)
{
	limits_add(rec->limits, sizeof(rec->limits), line);
	store_meta_text(rec->store, "limits", rec->limits);
}

/* Take the last results from /proc, and note how many are missing. */
static void finish_lookups(struct recording *rec)
{
	const unsigned int nr = rec->proc ? proc_workers_settle(rec->proc) : 0;
	char line[192];

	if (!nr)
		return;
	snprintf(line, sizeof(line),
		 "%u look-ups in /proc got no answer in time, because a lock of the process was "
		 "held: command lines or VMAs of some processes are unknown",
		 nr);
	add_late_limit(rec, line);
}

/* Note that there were more walks, or that they visited more VMAs. */
static void finish_walks(struct recording *rec)
{
	const uint64_t nr = rec->waits ? bpf_waits_nr_missed_of_walks(rec->waits) : 0;
	char line[192];

	if (!nr)
		return;
	snprintf(line, sizeof(line),
		 "rmap walks: the kernel left out %" PRIu64
		 " calls of their BPF programs: some walks are missing, or visited more VMAs than "
		 "are counted",
		 nr);
	add_late_limit(rec, line);
}

/* Write what is still open, and that the capture is finished. */
static int finish_store(struct recording *rec, struct error *err)
{
	int ret;

	finish_lookups(rec);
	finish_walks(rec);
	if (rec->ended_ns)
		model_covers(&rec->model, rec->ended_ns);
	ret = model_finish(&rec->model);
	if (ret)
		return error_set(err, ret, "%s", store_error(rec->store)->msg);
	write_reach(rec, 0);
	if (rec->asleep)
		write_asleep(rec);
	if (rec->trouble)
		store_meta_text(rec->store, "trouble", "");
	if (!rec->src->live)
		meta_write_came(rec->store, rec->came);
	return store_meta_text(rec->store, "state", "finished");
}

/* What happens to the file when writing it failed with @ret, for the error line. */
static const char *kept_text(const struct recording *rec, int ret)
{
	if (!rec->inst || rec->temporary)
		return "; nothing is kept";
	/* another program has changed or replaced the file: its content is unknown */
	return ret == -ESTALE || ret == -EUCLEAN ? "" : "; it keeps what was recorded before";
}

int recording_finish(struct recording *rec, struct recording_result *result, struct error *err)
{
	struct error later = { 0 };
	int ret, ret2;

	ret = pipeline_join(&rec->pipeline, &later);
	if (!ret)
		ret = finish_store(rec, &later);
	if (ret) {
		/* the store's message is more precise than that of the pipeline */
		const char *why =
			store_error(rec->store)->msg[0] ? store_error(rec->store)->msg : later.msg;

		error_set(err, ret, "%s%s", why, kept_text(rec, ret));
		/* does nothing where the store itself has failed */
		store_meta_text(rec->store, "error", why);
	}
	if (result)
		sum_up(rec, result);
	model_free(&rec->model);
	if (ret && !rec->inst) {
		store_discard(rec->store);
	} else {
		ret2 = store_finish(rec->store, err);
		ret = ret ?: ret2;
	}
	source_close(rec->src);
	if (rec->inst) {
		ret2 = instance_destroy(rec->inst, err);
		ret = ret ?: ret2;
	}
	proc_workers_stop(rec->proc);
	asleep_free(rec->asleep);
	free(rec);
	return ret;
}
