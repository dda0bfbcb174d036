// SPDX-License-Identifier: GPL-2.0-only
#include "collector/tracefs_source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#include "collector/decode.h"
#include "collector/instance.h"
#include "collector/trace_watch.h"
#include "lib/clock.h"

#define WAIT_MS 50

/* How often to check the instance's settings. A change undone in between is missed. */
#define LOOK_NS		 (250 * NSEC_PER_MSEC)
#define LOOK_AT_LEAST_NS (750 * NSEC_PER_MSEC)
/* How often to check the read counter of each CPU. */
#define COUNT_NS	 (500 * NSEC_PER_MSEC)

/*
 * An event gets its timestamp before it is committed and readable. On a
 * virtual machine the CPU may be taken away in between.
 */
#define COMMIT_SLACK_NS (10 * NSEC_PER_MSEC)

/* One CPU's buffer. */
struct cpu_lane {
	int fd;
	unsigned int cpu;
	struct kbuffer *kbuf;
	void *page;
	bool loaded; /* @page has unread events */
	bool ended;
	uint64_t last_ns;     /* of the last event delivered */
	uint64_t complete_ns; /* all events before this time were delivered */
	uint64_t nr_lost;     /* reported by EVENT_LOSS */
	int64_t nr_read; /* events of any kind that we read since the kernel reset its counter */
	uint64_t counted_ns;	       /* time of the last check of the counter */
	_Atomic(const char *) touched; /* what another program did before it; NULL: nothing */
	struct kstack_table stacks;
};

/* Whether the instance still has our settings. */
struct lookout {
	struct trace_watch *watch; /* NULL: not yet */
	pthread_mutex_t lock;	   /* protects all fields below */
	bool over;		   /* we are stopping the capture ourselves */
	uint64_t looked_ns;	   /* time of the last check; 0: never */
	uint64_t good_ns;	   /* time of the last check that found our settings */
	uint64_t gap_ns;	   /* time since when they are changed; 0: they are not */
	_Atomic(const char *) trouble;
};

struct tracefs_source {
	struct source src;
	struct tep_handle *tep;
	struct decoder dec;
	struct tracefs_instance *inst;
	struct cpu_lane *lane;
	int page_bytes;
	atomic_bool stopping;
	struct lookout lookout;
};

static struct tracefs_source *to_tracefs(const struct source *s)
{
	return (struct tracefs_source *)s;
}

/* A number of per_cpu/cpuN/stats, or a negative errno. */
static int64_t cpu_stat(struct tracefs_instance *inst, unsigned int cpu, const char *key)
{
	char path[64], *stats, *line;
	int64_t value = -EIO;

	snprintf(path, sizeof(path), "per_cpu/cpu%u/stats", cpu);
	stats = tracefs_instance_file_read(inst, path, NULL);
	if (!stats)
		return -errno;
	line = strstr(stats, key);
	if (line)
		sscanf(line + strlen(key), "%" SCNd64, &value);
	free(stats);
	return value;
}

int64_t tracefs_overrun(struct tracefs_instance *inst, unsigned int cpu)
{
	return cpu_stat(inst, cpu, "overrun: ");
}

/* EVENT_LOSS for @nr_lost events somewhere before @end_ns. */
static void make_loss(struct tracefs_source *ts, struct cpu_lane *lane, int64_t nr_lost,
		      uint64_t end_ns, struct event *ev)
{
	bool *behind = &ts->src.behind[lane - ts->lane];
	uint64_t start_ns = lane->last_ns > lane->complete_ns ? lane->last_ns : lane->complete_ns;

	memset(ev, 0, sizeof(*ev));
	ev->id = EVENT_LOSS;
	ev->cpu = lane->cpu;
	ev->time_ns = start_ns < end_ns ? start_ns : end_ns;
	ev->loss.end_ns = end_ns;
	ev->loss.nr_lost = nr_lost;
	ev->loss.reason = *behind ? LOSS_BACK_PRESSURE : LOSS_OVERRUN;
	*behind = false;
	if (nr_lost > 0)
		lane->nr_lost += nr_lost;
}

/* Lost events in the counter of the kernel that no page reported. */
static int64_t untold_loss(struct tracefs_source *ts, const struct cpu_lane *lane)
{
	int64_t overrun = tracefs_overrun(ts->inst, lane->cpu);

	return overrun > (int64_t)lane->nr_lost ? overrun - (int64_t)lane->nr_lost : 0;
}

/* Load the next page. Returns 1: loaded, 0: none there now, or a negative errno. */
static int load_page(struct tracefs_source *ts, struct cpu_lane *lane)
{
	ssize_t n = read(lane->fd, lane->page, ts->page_bytes);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (n == 0)
		return 0;
	if (kbuffer_load_subbuffer(lane->kbuf, lane->page) < 0)
		return -EBADMSG;
	lane->loaded = true;
	return 1;
}

/*
 * Turn the loaded page into events. Leaves the page loaded when @max is
 * reached first.
 */
static int read_page(struct tracefs_source *ts, struct cpu_lane *lane, struct event *ev,
		     unsigned int max)
{
	unsigned int nr = 0;

	while (nr < max) {
		unsigned long long time_ns;
		void *data = kbuffer_read_event(lane->kbuf, &time_ns);
		int ret;

		if (!data) {
			lane->loaded = false;
			break;
		}
		ret = decode(&ts->dec, &lane->stacks, data, kbuffer_event_size(lane->kbuf), time_ns,
			     lane->cpu, &ev[nr]);
		kbuffer_next_event(lane->kbuf, NULL);
		lane->nr_read++;
		if (ret < 0)
			return ret;
		nr += ret;
		if (time_ns > lane->last_ns)
			lane->last_ns = time_ns;
	}
	return nr;
}

/* Make an event of the events lost before the page just loaded. Returns 0 or 1. */
static unsigned int page_loss(struct tracefs_source *ts, struct cpu_lane *lane, struct event *ev)
{
	int missed = kbuffer_missed_events(lane->kbuf);
	unsigned long long first_ns;
	int64_t nr_lost = missed;

	if (!missed)
		return 0;
	if (missed < 0)
		/* the page had no room for the number: the kernel's counter has it */
		nr_lost = untold_loss(ts, lane);
	if (!nr_lost)
		return 0;
	if (!kbuffer_read_event(lane->kbuf, &first_ns))
		first_ns = kbuffer_timestamp(lane->kbuf);
	make_loss(ts, lane, nr_lost, first_ns, ev);
	return 1;
}

/* The caller holds the lock. */
static void look_now(struct lookout *lo)
{
	uint64_t begin_ns = now_ns();
	const char *trouble = trace_watch_look(lo->watch);

	if (trouble && !lo->gap_ns)
		lo->gap_ns = lo->good_ns;
	if (!trouble)
		lo->good_ns = begin_ns;
	lo->looked_ns = begin_ns;
	atomic_store(&lo->trouble, trouble);
}

/* Make an event of the gap so far, after the events that @lane has delivered. */
static void make_gap(const struct lookout *lo, const struct cpu_lane *lane, struct event *ev)
{
	memset(ev, 0, sizeof(*ev));
	ev->id = EVENT_LOSS;
	ev->cpu = ALL_CPUS;
	ev->time_ns = lane->last_ns > lane->complete_ns ? lane->last_ns : lane->complete_ns;
	ev->loss.start_ns = lo->gap_ns;
	ev->loss.end_ns = now_ns();
	ev->loss.nr_lost = LOST_UNKNOWN;
	ev->loss.reason = LOSS_NOT_RECORDED;
	ev->loss.all_off = trace_watch_is_off(lo->watch);
}

/*
 * Look if the last time is @every_ns ago. Fills @ev and returns 1 while the settings
 * of the instance are changed, and once when they are restored; else 0. Only the
 * first lane reports this.
 */
static unsigned int look(struct tracefs_source *ts, struct cpu_lane *lane, uint64_t every_ns,
			 struct event *ev)
{
	struct lookout *lo = &ts->lookout;
	unsigned int nr = 0;

	if (lane != ts->lane || !lo->watch)
		return 0;
	pthread_mutex_lock(&lo->lock);
	if (!lo->over && now_ns() >= lo->looked_ns + every_ns) {
		look_now(lo);
		nr = lo->gap_ns != 0;
		if (nr)
			make_gap(lo, lane, ev);
		if (!lo->trouble)
			lo->gap_ns = 0;
	}
	pthread_mutex_unlock(&lo->lock);
	return nr;
}

/* Report once that nothing, or not all, was recorded up to the end. */
static unsigned int last_gap(struct tracefs_source *ts, struct cpu_lane *lane, struct event *ev)
{
	struct lookout *lo = &ts->lookout;
	unsigned int nr;

	if (lane != ts->lane)
		return 0;
	pthread_mutex_lock(&lo->lock);
	nr = lo->gap_ns != 0;
	if (nr) {
		make_gap(lo, lane, ev);
		ev->loss.end_ns = LOSS_TO_END_NS;
	}
	lo->gap_ns = 0;
	pthread_mutex_unlock(&lo->lock);
	return nr;
}

/*
 * Compare the kernel's count of events that were read with ours, at a time when we have read all.
 * The count is higher if another program reads trace_pipe, which removes what it reads, and
 * restarts if another program empties the buffer, as a write to trace does (rb_advance_reader()
 * and rb_reset_cpu() in kernel/trace/ring_buffer.c). Fills @ev and returns true if so.
 */
static bool was_touched(struct tracefs_source *ts, struct cpu_lane *lane, uint64_t asked_ns,
			struct event *ev)
{
	int64_t nr_read = cpu_stat(ts->inst, lane->cpu, "read events: ");
	int64_t nr_taken = nr_read - lane->nr_read;
	uint64_t since_ns = lane->counted_ns - COMMIT_SLACK_NS;

	lane->counted_ns = asked_ns;
	if (nr_read < 0 || !nr_taken) {
		atomic_store(&lane->touched, NULL);
		return false;
	}
	lane->nr_read = nr_read;
	make_loss(ts, lane, nr_taken > 0 ? nr_taken : LOST_UNKNOWN, asked_ns, ev);
	ev->loss.start_ns = since_ns;
	ev->loss.reason = LOSS_NOT_RECORDED;
	/* not among those that were overwritten, whose count starts again, too, with the buffer */
	lane->nr_lost = nr_taken > 0 ? lane->nr_lost - nr_taken : 0;
	atomic_store(&lane->touched, nr_taken > 0 ? "its events were read (trace_pipe)"
						  : "its buffer was emptied (trace)");
	return true;
}

static int end_lane(struct tracefs_source *ts, struct cpu_lane *lane, struct event *ev,
		    uint64_t *complete_ns)
{
	int64_t nr_lost = untold_loss(ts, lane);

	/* only one event fits: report the others in the next rounds */
	if (was_touched(ts, lane, now_ns(), ev) || last_gap(ts, lane, ev))
		return 1;
	lane->ended = true;
	*complete_ns = LANE_ENDED;
	if (!nr_lost)
		return 0;
	make_loss(ts, lane, nr_lost, now_ns(), ev);
	return 1;
}

static int tracefs_next_batch(struct source *s, unsigned int i, struct event *ev, unsigned int max,
			      uint64_t *complete_ns, struct error *err)
{
	struct tracefs_source *ts = to_tracefs(s);
	struct cpu_lane *lane = &ts->lane[i];
	unsigned int nr = 0;
	int ret = 0;

	/* usually after the buffer is drained; under a flood of events, at intervals */
	if (!lane->ended && max)
		nr = look(ts, lane, LOOK_AT_LEAST_NS, ev);
	while (!lane->ended && nr < max) {
		bool stopping = atomic_load(&ts->stopping);
		uint64_t asked_ns = now_ns();

		if (!lane->loaded) {
			ret = load_page(ts, lane);
			if (ret < 0)
				break;
			if (!ret && stopping)
				return nr + end_lane(ts, lane, &ev[nr], complete_ns);
			if (!ret && asked_ns >= lane->counted_ns + COUNT_NS)
				nr += was_touched(ts, lane, asked_ns, &ev[nr]);
			if (!ret) {
				lane->complete_ns = asked_ns - COMMIT_SLACK_NS;
				if (nr < max)
					nr += look(ts, lane, LOOK_NS, &ev[nr]);
				if (lane->complete_ns > *complete_ns)
					*complete_ns = lane->complete_ns;
				break;
			}
			nr += page_loss(ts, lane, &ev[nr]);
			continue;
		}
		ret = read_page(ts, lane, &ev[nr], max - nr);
		if (ret < 0)
			break;
		nr += ret;
	}
	if (ret < 0)
		return error_set(err, ret, "cannot read the ring buffer of cpu %u: %s", lane->cpu,
				 strerror(-ret));
	if (lane->last_ns > *complete_ns)
		*complete_ns = lane->last_ns;
	return nr;
}

static void tracefs_wait(struct source *s, unsigned int first, unsigned int step)
{
	struct tracefs_source *ts = to_tracefs(s);
	struct pollfd fds[s->nr_lanes];
	unsigned int i, nr = 0;

	for (i = first; i < s->nr_lanes; i += step)
		if (!ts->lane[i].ended)
			fds[nr++] = (struct pollfd){ .fd = ts->lane[i].fd, .events = POLLIN };
	poll(fds, nr, WAIT_MS);
}

static void tracefs_stop(struct source *s)
{
	struct tracefs_source *ts = to_tracefs(s);

	/* check a last time: what we change from here on is no gap */
	pthread_mutex_lock(&ts->lookout.lock);
	if (ts->lookout.watch)
		look_now(&ts->lookout);
	ts->lookout.over = true;
	pthread_mutex_unlock(&ts->lookout.lock);
	tracefs_trace_off(ts->inst);
	atomic_store(&ts->stopping, true);
}

static const char *tracefs_trouble(const struct source *s)
{
	const struct tracefs_source *ts = to_tracefs(s);
	const char *trouble = atomic_load(&ts->lookout.trouble);
	unsigned int i;

	for (i = 0; !trouble && i < s->nr_lanes; i++)
		trouble = atomic_load(&ts->lane[i].touched);
	return trouble;
}

static void tracefs_close(struct source *s)
{
	struct tracefs_source *ts = to_tracefs(s);
	unsigned int i;

	for (i = 0; ts->lane && i < s->nr_lanes; i++) {
		struct cpu_lane *lane = &ts->lane[i];

		if (lane->fd >= 0)
			close(lane->fd);
		if (lane->kbuf)
			kbuffer_free(lane->kbuf);
		free(lane->page);
		kstack_table_free(&lane->stacks);
	}
	trace_watch_close(ts->lookout.watch);
	pthread_mutex_destroy(&ts->lookout.lock);
	decoder_free(&ts->dec);
	tep_free(ts->tep);
	free(ts->lane);
	free(s->behind);
	free(ts);
}

static const struct source_ops tracefs_source_ops = {
	.name = "tracefs",
	.next_batch = tracefs_next_batch,
	.wait = tracefs_wait,
	.stop = tracefs_stop,
	.trouble = tracefs_trouble,
	.close = tracefs_close,
};

static int open_lane(struct tracefs_source *ts, struct cpu_lane *lane, unsigned int cpu)
{
	char path[64];

	lane->cpu = cpu;
	/* tracing is still off: no events exist before this time */
	lane->complete_ns = lane->counted_ns = now_ns();
	snprintf(path, sizeof(path), "per_cpu/cpu%u/trace_pipe_raw", cpu);
	errno = 0;
	lane->fd = tracefs_instance_file_open(ts->inst, path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (lane->fd < 0)
		return -errno ?: -ENOMEM;
	lane->page = malloc(ts->page_bytes);
	lane->kbuf = kbuffer_alloc(KBUFFER_LSIZE_SAME_AS_HOST, KBUFFER_ENDIAN_SAME_AS_HOST);
	return lane->page && lane->kbuf ? 0 : -ENOMEM;
}

/* CPUs that are possible but have no buffer are left out: stop at the first gap. */
static unsigned int count_cpus(struct tracefs_instance *inst)
{
	char path[64];
	unsigned int cpu;

	for (cpu = 0;; cpu++) {
		snprintf(path, sizeof(path), "per_cpu/cpu%u", cpu);
		if (!tracefs_dir_exists(inst, path))
			return cpu;
	}
}

/*
 * Only the formats of events.def: all of a kernel's take a while, and
 * tracefs_local_events_system() reads every kernel symbol besides, which
 * symbols.c does when the first stack is there.
 */
static struct tep_handle *load_formats(void)
{
	struct tep_handle *tep = tep_alloc();
	unsigned int id;
	char *text;
	int size;

	if (!tep)
		return NULL;
	text = tracefs_instance_file_read(NULL, "events/header_page", &size);
	if (!text || tep_parse_header_page(tep, text, size, sizeof(long))) {
		free(text);
		tep_free(tep);
		return NULL;
	}
	free(text);
	/* the page header's count is a long of the kernel */
	tep_set_long_size(tep, tep_get_header_page_size(tep));
	for (id = 0; id < NR_EVENTS; id++) {
		const char *system = event_system(id);

		if (!system)
			continue;
		text = tracefs_event_file_read(NULL, system, event_name(id), "format", &size);
		if (text)
			tep_parse_event(tep, text, size, system);
		free(text);
	}
	return tep;
}

/* Formats that could not be read were left out above. */
static int check_formats(struct tep_handle *tep, struct error *err)
{
	unsigned int id;
	int ret;

	for (id = 0; id < NR_EVENTS; id++) {
		const char *system = event_system(id), *name = event_name(id);

		if (!system || tep_find_event_by_name(tep, system, name))
			continue;
		ret = tracefs_has_event(system, name);
		if (ret > 0)
			ret = -ENOMEM;
		if (ret)
			return error_set(err, ret, "cannot read the format of %s:%s: %s", system,
					 name, strerror(-ret));
	}
	return 0;
}

int tracefs_source_open(struct source **srcp, struct tracefs_instance *inst, struct error *err)
{
	struct tracefs_source *ts = calloc(1, sizeof(*ts));
	struct utsname uts;
	unsigned int i;
	int ret;

	if (!ts)
		return error_set(err, -ENOMEM, "out of memory");
	ts->src.ops = &tracefs_source_ops;
	ts->src.live = true;
	ts->src.clock = "mono";
	ts->src.preempt_rt = !uname(&uts) && strstr(uts.version, "PREEMPT_RT");
	ts->inst = inst;
	pthread_mutex_init(&ts->lookout.lock, NULL);
	errno = 0;
	ts->tep = load_formats();
	if (!ts->tep) {
		ret = error_set(err, -errno ?: -ENOMEM,
				"cannot read the kernel's event formats in %s: %s", tracing_dir(),
				strerror(errno ?: ENOMEM));
		goto fail;
	}
	ret = check_formats(ts->tep, err);
	if (!ret)
		ret = decoder_init(&ts->dec, ts->tep, err);
	if (ret)
		goto fail;
	memcpy(ts->src.has, ts->dec.has, sizeof(ts->dec.has));
	ts->src.symbols = (struct symbols){ .tep = ts->tep, .load_live = true };

	ts->page_bytes = tep_get_sub_buffer_size(ts->tep);
	ts->src.nr_lanes = ts->src.nr_cpus = count_cpus(inst);
	ts->lane = calloc(ts->src.nr_lanes, sizeof(*ts->lane));
	ts->src.behind = calloc(ts->src.nr_lanes, sizeof(*ts->src.behind));
	ret = ts->lane && ts->src.behind ? 0 : -ENOMEM;
	for (i = 0; ts->lane && i < ts->src.nr_lanes; i++)
		ts->lane[i].fd = -1;
	for (i = 0; !ret && i < ts->src.nr_lanes; i++)
		ret = open_lane(ts, &ts->lane[i], i);
	if (ret) {
		error_set(err, ret, "cannot open the per-CPU ring buffers: %s", strerror(-ret));
		goto fail;
	}
	*srcp = &ts->src;
	return 0;
fail:
	tracefs_close(&ts->src);
	return ret;
}

int tracefs_source_watch(struct source *src, struct error *err)
{
	struct lookout *lo = &to_tracefs(src)->lookout;

	lo->good_ns = now_ns();
	return trace_watch_open(&lo->watch, to_tracefs(src)->inst, err);
}
