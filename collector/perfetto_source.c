// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "collector/perfetto_scan.h"
#include "collector/perfetto_tasks.h"
#include "collector/reorder.h"
#include "collector/source_file.h"

/* Packets that one call of next_batch reads at most. */
#define MAX_PACKETS 256

/* Packets are in order within their sequence only: one lane, whose events are sorted here. */
struct perfetto_source {
	struct source src;
	struct perfetto_file file;
	struct perfetto_bundles bundles;
	struct perfetto_scan scan;
	struct perfetto_locks locks;
	struct perfetto_layers layers;
	struct reorder order;
	int64_t less_ns;    /* to be taken from the times of the file */
	uint64_t last_ns;   /* of the latest bundle */
	uint32_t nr_slices; /* of scan.tracks: given */
	uint64_t frame_ns;  /* likewise, but not stepping back: frames keep the order of the file */
	bool behind;
	bool began, ended;
	_Atomic uint64_t done_bytes;
};

static struct perfetto_source *to_perfetto(const struct source *s)
{
	return (struct perfetto_source *)s;
}

/* A time of the file in the clock of the capture. */
static uint64_t our_ns(const struct perfetto_source *pf, uint64_t time_ns)
{
	if (pf->less_ns > 0 && time_ns < (uint64_t)pf->less_ns)
		return 0;
	return time_ns - pf->less_ns;
}

static int add_event(void *ctx, const struct event *ev)
{
	struct perfetto_source *pf = ctx;
	struct event ours = *ev;

	ours.time_ns = our_ns(pf, ev->time_ns);
	return order_add(&pf->order, &ours);
}

static int add_task(void *ctx, int32_t tid, int32_t tgid, const char comm[COMM_LEN])
{
	struct perfetto_source *pf = ctx;
	const struct perfetto_task *first = perfetto_scan_task(&pf->scan, tid);
	struct event ev = { .id = EVENT_TASK, .time_ns = our_ns(pf, pf->last_ns), .tid = tid };

	/* that is known already */
	if (first && first->tgid == tgid && (!comm[0] || !strncmp(first->comm, comm, COMM_LEN)))
		return 0;
	ev.task.tid = tid;
	ev.task.tgid = tgid;
	memcpy(ev.task.comm, comm, COMM_LEN);
	return order_add(&pf->order, &ev);
}

/*
 * What was lost, and which threads there are, is put among the events before the first
 * one: it is known where it goes.
 */
static int begin(struct perfetto_source *pf)
{
	const struct perfetto_task *task;
	uint32_t i;
	int ret = 0;

	pf->began = true;
	pf->last_ns = pf->scan.first_ns;
	for (i = 0; i < pf->scan.losses.nr && !ret; i++) {
		struct event ev = pf->scan.losses.ev[i];

		ev.time_ns = our_ns(pf, ev.time_ns);
		if (ev.loss.end_ns != LOSS_TO_END_NS)
			ev.loss.end_ns = our_ns(pf, ev.loss.end_ns);
		ret = order_add(&pf->order, &ev);
	}
	for (task = pf->scan.tasks; task && !ret; task = task->hh.next) {
		struct event ev = { .id = EVENT_TASK,
				    .time_ns = our_ns(pf, pf->scan.first_ns),
				    .tid = task->tid };

		ev.task.tid = task->tid;
		ev.task.tgid = task->tgid;
		memcpy(ev.task.comm, task->comm, COMM_LEN);
		ret = order_add(&pf->order, &ev);
	}
	return ret;
}

static int read_bundle(struct perfetto_source *pf, const struct perfetto_packet *p)
{
	struct perfetto_bundle bundle;
	int ret;

	ret = perfetto_bundle(&pf->bundles, p, &bundle, add_event, pf);
	if (bundle.damaged && bundle.cpu < PERFETTO_MAX_CPUS)
		perfetto_bundles_gap(&pf->bundles, bundle.cpu);
	if (bundle.last_ns)
		pf->last_ns = bundle.last_ns;
	return ret;
}

/*
 * Frames are recorded when they have ended, or later: their place is that of the
 * events around them, and their times are in the event.
 */
static int read_frame(struct perfetto_source *pf, const struct perfetto_packet *p)
{
	uint64_t boot_ns, place_ns = our_ns(pf, pf->last_ns), time_ns;
	struct event ev;
	int ret;

	if (!perfetto_clock_boot(&pf->scan.clock, p->clock_id, p->time_ns, &boot_ns))
		return 0; /* that is a note */
	time_ns = our_ns(pf, boot_ns);
	if (!time_ns)
		return 0;
	ret = perfetto_frame(&pf->layers, p, time_ns, &ev);
	if (ret <= 0)
		return ret;
	if (place_ns > pf->frame_ns)
		pf->frame_ns = place_ns;
	ev.time_ns = pf->frame_ns;
	return order_add(&pf->order, &ev);
}

static int read_packet(struct perfetto_source *pf, struct cursor c)
{
	struct perfetto_packet p;
	int ret;

	if (c.bad || !perfetto_packet(c, &p))
		return 0; /* the scan made it a loss */
	ret = perfetto_names_learn(&pf->bundles.names, &p);
	if (!ret && p.what == PERFETTO_BUNDLE)
		ret = read_bundle(pf, &p);
	else if (!ret && (p.what == PERFETTO_PROCESS_TREE || p.what == PERFETTO_PROCESS_STATS))
		ret = perfetto_tasks(&p, add_task, pf);
	else if (!ret && p.what == PERFETTO_FRAME)
		ret = read_frame(pf, &p);
	return ret;
}

/* Read on for some packets. Returns 0 or a negative errno. */
static int read_on(struct perfetto_source *pf, struct error *err)
{
	struct cursor packet;
	unsigned int nr;
	int ret = pf->began ? 0 : begin(pf);

	for (nr = 0; !ret && nr < MAX_PACKETS; nr++) {
		if (order_full(&pf->order)) {
			ret = order_press(&pf->order);
			break;
		}
		ret = perfetto_next(&pf->file, &packet, err);
		if (ret < 0)
			return ret;
		if (!ret) {
			pf->ended = true;
			ret = order_end(&pf->order);
			break;
		}
		ret = read_packet(pf, packet);
	}
	atomic_store_explicit(&pf->done_bytes, pf->file.at, memory_order_relaxed);
	return ret ? error_set(err, ret, "out of memory") : 0;
}

/*
 * Up to @max events that are ready, with the slices of TrackEvents put among them: each
 * before the first event of its time or later.
 */
static unsigned int take_events(struct perfetto_source *pf, struct event *ev, unsigned int max)
{
	const struct perfetto_tracks *tracks = &pf->scan.tracks;
	uint64_t next_ns, slice_ns;
	unsigned int nr = 0;

	while (nr < max && pf->nr_slices < tracks->nr) {
		next_ns = order_next_ns(&pf->order);
		if (next_ns == UINT64_MAX)
			return nr;
		slice_ns = our_ns(pf, perfetto_tracks_ns(tracks, pf->nr_slices));
		if (slice_ns <= next_ns) {
			perfetto_tracks_event(tracks, pf->nr_slices++, &ev[nr]);
			ev[nr++].time_ns = slice_ns;
		} else {
			nr += order_take(&pf->order, &ev[nr], 1);
		}
	}
	return nr + order_take(&pf->order, ev + nr, max - nr);
}

static int perfetto_next_batch(struct source *s, unsigned int lane, struct event *ev,
			       unsigned int max, uint64_t *complete_ns, struct error *err)
{
	struct perfetto_source *pf = to_perfetto(s);
	unsigned int nr = take_events(pf, ev, max), i;
	int ret = 0;

	(void)lane;
	if (!nr && !pf->ended) {
		ret = read_on(pf, err);
		if (ret)
			return ret;
		nr = take_events(pf, ev, max);
	}
	for (i = 0; i < nr && !ret; i++)
		ret = perfetto_locks_event(&pf->locks, &ev[i]);
	if (ret)
		return error_set(err, ret, "out of memory");
	if (nr)
		*complete_ns = ev[nr - 1].time_ns;
	else
		*complete_ns = pf->ended ? LANE_ENDED : pf->order.bound_ns;
	return nr;
}

static void perfetto_progress(const struct source *s, uint64_t *done, uint64_t *total)
{
	struct perfetto_source *pf = to_perfetto(s);

	*done = atomic_load_explicit(&pf->done_bytes, memory_order_relaxed);
	*total = pf->file.file_bytes;
}

static void perfetto_stop(struct source *s)
{
	(void)s;
}

static void perfetto_source_close(struct source *s)
{
	struct perfetto_source *pf = to_perfetto(s);

	perfetto_close(&pf->file);
	perfetto_bundles_free(&pf->bundles);
	perfetto_scan_free(&pf->scan);
	perfetto_locks_free(&pf->locks);
	perfetto_layers_free(&pf->layers);
	order_free(&pf->order);
	free(pf);
}

static const struct source_ops perfetto_source_ops = {
	.name = "Perfetto",
	.next_batch = perfetto_next_batch,
	.stop = perfetto_stop,
	.progress = perfetto_progress,
	.close = perfetto_source_close,
};

static void choose_events(struct perfetto_source *pf)
{
	const struct perfetto_config *cfg = &pf->scan.config;
	unsigned int id;

	for (id = 0; id < NR_EVENTS; id++)
		pf->src.has[id] = pf->scan.seen[id] || (cfg->asked[id] && !cfg->refused[id]);
}

static void note_end(struct perfetto_source *pf)
{
	const struct perfetto_scan *sc = &pf->scan;

	if (sc->cut)
		source_note(&pf->src,
			    "the file is cut short at byte %" PRIu64 ": what comes before is read",
			    sc->end_at);
	if (sc->damaged)
		source_note(&pf->src,
			    "the file is damaged at byte %" PRIu64 ": what comes before is read",
			    sc->end_at);
	if (sc->nr_discarded)
		source_note(&pf->src,
			    "a buffer of Perfetto was full before the end of the trace; record with "
			    "buffers { size_kb } larger, or write_into_file");
}

/* Frames whose times cannot be converted to the clock of the events. */
static void note_frames(struct perfetto_source *pf)
{
	const struct perfetto_scan *sc = &pf->scan;
	uint64_t nr = 0, nr_all = 0, boot_ns;
	unsigned int i;

	for (i = 0; i < PERFETTO_FRAME_CLOCKS; i++) {
		nr_all += sc->frames_of[i].nr;
		if (!perfetto_clock_boot(&sc->clock, sc->frames_of[i].clock_id, 1, &boot_ns))
			nr += sc->frames_of[i].nr;
	}
	if (nr)
		source_note(&pf->src,
			    "%" PRIu64 " of %" PRIu64 " starts and ends of frames are left out: "
			    "no ClockSnapshot gives their time in the clock of the events, or the "
			    "machine was suspended meanwhile",
			    nr, nr_all);
}

static void note_tracks(struct perfetto_source *pf)
{
	static const char *const whys[] = {
		[PERFETTO_NO_THREAD] = "of no thread that the trace knows",
		[PERFETTO_NO_TIME] = "in a clock that no ClockSnapshot has",
		[PERFETTO_NO_STATE] = "damaged, or behind missing packets",
		[PERFETTO_OLD_FORM] = "in the form of old programs",
		[PERFETTO_TOO_MANY] = "too many",
	};
	const struct perfetto_tracks *t = &pf->scan.tracks;
	uint64_t nr_left = 0;
	char text[400] = "";
	unsigned int i;

	for (i = 0; i < PERFETTO_NR_LEFT; i++) {
		const size_t at = strlen(text);

		nr_left += t->nr_left[i];
		if (t->nr_left[i])
			snprintf(text + at, sizeof(text) - at, "%s%s (%" PRIu64 ")", at ? ", " : "",
				 whys[i], t->nr_left[i]);
	}
	if (nr_left)
		source_note(&pf->src,
			    "%" PRIu64 " of %" PRIu64 " begins and ends of slices of data source "
			    "track_event are left out: %s",
			    nr_left, t->nr_told, text);
}

static void note_limits(struct perfetto_source *pf)
{
	const struct perfetto_scan *sc = &pf->scan;

	note_end(pf);
	note_frames(pf);
	note_tracks(pf);
	if (sc->nr_other_clock)
		source_note(&pf->src,
			    "%" PRIu64 " of %" PRIu64 " bundles of events are in another clock "
			    "and left out",
			    sc->nr_other_clock, sc->nr_bundles);
	if (!pf->src.clock)
		source_note(&pf->src, "the clock of its times is not one that is known here");
	if (sc->config.no_generic)
		source_note(&pf->src, "disable_generic_events was set: no events of locks");
	if (sc->nr_hidden_locks)
		source_note(&pf->src,
			    "Perfetto hides addresses: one lock has another number each time that "
			    "the buffers are read, so that it counts as several locks");
	if (sc->nr_typed_wakings)
		source_note(
			&pf->src,
			"wake-ups by interrupts are not marked: a waker may be a thread that was "
			"interrupted; record with compact_sched { enabled: true }");
	if (sc->nr_unknown_sleeps)
		source_note(&pf->src,
			    "%" PRIu64
			    " sleeps are left out: the trace does not show whose they are, "
			    "as a switch from the idle thread is missing before each",
			    sc->nr_unknown_sleeps);
	if (sc->nr_unnamed)
		source_note(&pf->src,
			    "%" PRIu64 " sleeps have no function name; record with "
			    "symbolize_ksyms: true",
			    sc->nr_unnamed);
}

static int refuse(const struct perfetto_source *pf, const char *path, struct error *err)
{
	if (pf->scan.nr_bundles)
		return 0;
	return error_set(err, -EBADMSG,
			 "%s is a Perfetto trace without events of the kernel, or damaged; record "
			 "with data source linux.ftrace and ftrace_events lock/contention_begin, "
			 "lock/contention_end, sched/sched_switch, sched/sched_waking",
			 path);
}

static int open_source(struct perfetto_source *pf, const struct source_file *f, struct error *err)
{
	int ret;

	pf->file.fd = f->fd;
	pf->file.file_bytes = f->nr_bytes;
	pf->file.ends_early = f->cut_at;
	if (perfetto_bundles_init(&pf->bundles))
		return error_set(err, -ENOMEM, "out of memory");
	ret = perfetto_scan(&pf->scan, &pf->file, &pf->bundles, err);
	if (!ret)
		ret = refuse(pf, f->name, err);
	if (ret)
		return ret;
	pf->src.clock = perfetto_clock_name(&pf->scan.clock, pf->scan.first_ns, &pf->less_ns);
	pf->src.source_clock = pf->scan.clock.ftrace ? pf->src.clock : "boot";
	if (!pf->scan.clock.ftrace && pf->scan.clock.has_real) {
		pf->src.has_real = true;
		pf->src.real_ns = pf->scan.clock.real_ns + pf->less_ns;
	}
	pf->src.symbols.find = perfetto_names_find;
	pf->src.symbols.ctx = &pf->bundles.names;
	pf->src.preempt_rt = strstr(pf->scan.release, "-rt");
	snprintf(pf->src.kind, sizeof(pf->src.kind), "trace of Perfetto");
	pf->src.nr_lanes = 1;
	pf->src.behind = &pf->behind;
	choose_events(pf);
	note_limits(pf);
	return 0;
}

static int perfetto_source_open(struct source **srcp, const struct source_file *f,
				struct error *err)
{
	struct perfetto_source *pf = calloc(1, sizeof(*pf));
	int ret;

	if (!pf) {
		close(f->fd);
		return error_set(err, -ENOMEM, "out of memory");
	}
	pf->src.ops = &perfetto_source_ops;
	ret = open_source(pf, f, err);
	if (ret)
		perfetto_source_close(&pf->src);
	else
		*srcp = &pf->src;
	return ret;
}

const struct source_opener perfetto_opener = { .probe = perfetto_probe,
					       .open = perfetto_source_open };
