// SPDX-License-Identifier: GPL-2.0-only
#include "collector/tracefs_source.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <traceevent/event-parse.h>
#include <traceevent/kbuffer.h>
#include <tracefs/tracefs.h>
#include <unistd.h>

#include "collector/instance.h"
#include "lib/clock.h"

#define WAIT_MS 100

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
	uint64_t complete_ns; /* everything before was delivered */
	uint64_t nr_lost;     /* told by EVENT_LOSS */
	struct kstack_table stacks;
};

struct tracefs_source {
	struct source src;
	struct tracefs_instance *inst;
	struct cpu_lane *lane;
	int page_bytes;
	atomic_bool stopping;
};

static struct tracefs_source *to_tracefs(const struct source *s)
{
	return (struct tracefs_source *)s;
}

int64_t tracefs_overrun(struct tracefs_instance *inst, unsigned int cpu)
{
	char path[64], *stats, *line;
	int64_t overrun = -EIO;

	snprintf(path, sizeof(path), "per_cpu/cpu%u/stats", cpu);
	stats = tracefs_instance_file_read(inst, path, NULL);
	if (!stats)
		return -errno;
	line = strstr(stats, "overrun: ");
	if (line)
		sscanf(line, "overrun: %" SCNd64, &overrun);
	free(stats);
	return overrun;
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
	lane->nr_lost += nr_lost;
}

/* What the kernel counted beyond what the pages told. */
static int64_t untold_loss(struct tracefs_source *ts, const struct cpu_lane *lane)
{
	int64_t overrun = tracefs_overrun(ts->inst, lane->cpu);

	return overrun > (int64_t)lane->nr_lost ? overrun - (int64_t)lane->nr_lost : 0;
}

/* The next page. 1: loaded, 0: nothing there now, or a negative errno. */
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
		ret = decode(&ts->src.dec, &lane->stacks, data, kbuffer_event_size(lane->kbuf),
			     time_ns, lane->cpu, &ev[nr]);
		kbuffer_next_event(lane->kbuf, NULL);
		if (ret < 0)
			return ret;
		nr += ret;
		if (time_ns > lane->last_ns)
			lane->last_ns = time_ns;
	}
	return nr;
}

/* Events lost before the page just loaded, as an event. Returns 0 or 1. */
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

static int end_lane(struct tracefs_source *ts, struct cpu_lane *lane, struct event *ev,
		    uint64_t *complete_ns)
{
	int64_t nr_lost = untold_loss(ts, lane);

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

	while (!lane->ended && nr < max) {
		bool stopping = atomic_load(&ts->stopping);
		uint64_t asked_ns = now_ns();

		if (!lane->loaded) {
			ret = load_page(ts, lane);
			if (ret < 0)
				break;
			if (!ret && stopping)
				return nr + end_lane(ts, lane, &ev[nr], complete_ns);
			if (!ret) {
				lane->complete_ns = asked_ns - COMMIT_SLACK_NS;
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

	tracefs_trace_off(ts->inst);
	atomic_store(&ts->stopping, true);
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
	decoder_free(&s->dec);
	tep_free(s->tep);
	free(ts->lane);
	free(s->behind);
	free(ts);
}

static const struct source_ops tracefs_source_ops = {
	.name = "tracefs",
	.next_batch = tracefs_next_batch,
	.wait = tracefs_wait,
	.stop = tracefs_stop,
	.close = tracefs_close,
};

static int open_lane(struct tracefs_source *ts, struct cpu_lane *lane, unsigned int cpu)
{
	char path[64];

	lane->cpu = cpu;
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

/* Only the systems of events.def: all of a kernel's formats take a while. */
static struct tep_handle *load_formats(void)
{
	const char *systems[NR_EVENTS + 1] = { 0 };
	unsigned int id, i, nr = 0;

	for (id = 0; id < NR_EVENTS; id++) {
		if (!event_system(id))
			continue;
		for (i = 0; i < nr && strcmp(systems[i], event_system(id)); i++)
			;
		if (i == nr)
			systems[nr++] = event_system(id);
	}
	return tracefs_local_events_system(NULL, systems);
}

/* libtracefs leaves out in silence what it cannot read. */
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
	errno = 0;
	ts->src.tep = load_formats();
	if (!ts->src.tep) {
		ret = error_set(err, -errno ?: -ENOMEM,
				"cannot read the kernel's event formats in %s: %s",
				tracefs_tracing_dir(), strerror(errno ?: ENOMEM));
		goto fail;
	}
	ret = check_formats(ts->src.tep, err);
	if (!ret)
		ret = decoder_init(&ts->src.dec, ts->src.tep, err);
	if (ret)
		goto fail;

	ts->page_bytes = tep_get_sub_buffer_size(ts->src.tep);
	ts->src.nr_lanes = count_cpus(inst);
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
