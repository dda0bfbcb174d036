// SPDX-License-Identifier: GPL-2.0-only
#include "collector/tracedat_source.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <trace-cmd/trace-cmd.h>
#include <unistd.h>

#include "collector/continuity.h"
#include "collector/decode.h"
#include "collector/page_watch.h"
#include "collector/tracedat_head.h"
#include "lib/clock.h"

/*
 * Exported by the library for its own programs, in no header that Debian
 * installs: the bytes of a CPU's pages (uncompressed), and of one page; how many
 * CPUs a buffer has; and uname(1) of the machine that recorded.
 */
unsigned long long tracecmd_get_cpu_file_size(struct tracecmd_input *handle, int cpu);
int tracecmd_page_size(struct tracecmd_input *handle);
int tracecmd_cpus(struct tracecmd_input *handle);
const char *tracecmd_get_uname(struct tracecmd_input *handle);

/* Records that one call of next_batch reads at most. */
#define MAX_RECORDS 4096

/* Records that are read ahead: of all lanes together, and of each lane at least. */
#define SURVEY_RECORDS	   200000
#define SURVEY_RECORDS_MIN 256
/* Three times what kcompactd sleeps, by which survey_silence_ns() knows that all is there. */
#define SURVEY_NS	   (1500 * NSEC_PER_MSEC)
/* Unless these are fewer. */
#define SURVEY_RECORDS_FEW 10000

/* An event has 16 bits for its CPU. */
#define MAX_CPUS 65536

/* One CPU of one buffer of the file. */
struct file_lane {
	struct tracecmd_input *handle; /* of the buffer; several lanes share it */
	int cpu;
	bool started, ended;
	bool damaged; /* the records after last_ns made no sense */
	uint64_t last_ns;
	struct page_watch pages;
	struct chain chain;
	bool whole; /* the buffer has all sched_switch events */
	/* file offsets of the first page and of the newest record, as the library counts */
	uint64_t first_page, last_offset;
	uint64_t first_at, at; /* file position, for progress */
	int failure;	       /* errno of the library where it gave no more records */
	/* a record that was read, but a loss event is delivered before it */
	struct page_record pending;
	struct event held; /* likewise; id EVENT_LOSS: none */
};

struct tracedat_source {
	struct source src;
	struct tep_handle *tep; /* of the handle */
	struct decoder dec;
	struct tracecmd_input *handle;
	struct tracecmd_input **buffers; /* without the top-level buffer */
	unsigned int nr_buffers;
	struct file_lane *lane;
	struct kstack_table stacks; /* one reader serves all lanes */
	bool surveyed;
	struct tids seen; /* threads with events in the part of the file that was read */
	int fd;
	int stderr_fd;	    /* -1: not watched */
	off_t stderr_bytes; /* seen so far */
	uint64_t file_bytes;
	_Atomic uint64_t done_bytes, data_bytes;
};

static struct tracedat_source *to_tracedat(const struct source *s)
{
	return (struct tracedat_source *)s;
}

static void free_record(void *record)
{
	tracecmd_free_record(record);
}

static struct tep_record *read_record(struct file_lane *lane)
{
	errno = 0; /* where the library fails, only errno says so */
	if (lane->started)
		return tracecmd_read_data(lane->handle, lane->cpu);
	lane->started = true;
	return tracecmd_read_cpu_first(lane->handle, lane->cpu);
}

/*
 * The next record whose time can be. Returns 1; 0 at the end, with lane->failure set when
 * the library failed; or -ENOMEM.
 */
static int next_record(struct file_lane *lane, struct page_record *r)
{
	if (lane->pending.record) {
		*r = lane->pending;
		lane->pending.record = NULL;
		return 1;
	}
	while (!page_watch_take(&lane->pages, r)) {
		struct tep_record *rec;

		if (lane->ended)
			return 0;
		rec = read_record(lane);
		if (!rec) {
			lane->failure = errno;
			lane->ended = true;
			page_watch_end(&lane->pages);
			continue;
		}
		lane->last_offset = rec->offset;
		if (page_watch_add(&lane->pages, rec->offset, rec->ts, rec))
			return -ENOMEM;
	}
	return 1;
}

static void make_loss(struct file_lane *lane, int64_t nr_lost, enum stored_value reason,
		      uint64_t end_ns, struct event *ev)
{
	memset(ev, 0, sizeof(*ev));
	ev->id = EVENT_LOSS;
	ev->cpu = lane->cpu;
	/* before a CPU's first event: the gap begins with the capture, at 0 */
	ev->time_ns = lane->last_ns;
	ev->loss.end_ns = end_ns;
	ev->loss.nr_lost = nr_lost;
	ev->loss.reason = reason;
}

/*
 * The library reads chunks of a lane's part of the file one after the other:
 * where the file stands after a batch is how far this lane has come.
 */
static void note_progress(struct tracedat_source *td, struct file_lane *lane)
{
	off_t at = lseek(td->fd, 0, SEEK_CUR);
	uint64_t done = 0;
	unsigned int i;

	if (at < 0)
		return;
	if (!lane->first_at)
		lane->first_at = at;
	lane->at = at;
	for (i = 0; i < td->src.nr_lanes; i++)
		done += td->lane[i].at - td->lane[i].first_at;
	atomic_store_explicit(&td->done_bytes, done, memory_order_relaxed);
}

/* Whether the library has written to stderr since the last call. */
static bool library_complained(struct tracedat_source *td)
{
	off_t bytes = td->stderr_fd < 0 ? 0 : lseek(td->stderr_fd, 0, SEEK_END);
	bool more = bytes > td->stderr_bytes;

	td->stderr_bytes = bytes;
	return more;
}

/*
 * Whether a lane that has ended by itself ended before its last page: the
 * library gives up in silence where a page that it uncompressed makes no sense.
 * Without any record, all of its pages are damaged: each begins with one, see page_watch.h.
 */
static bool ended_early(struct file_lane *lane)
{
	uint64_t size = tracecmd_get_cpu_file_size(lane->handle, lane->cpu);
	uint64_t page = tracecmd_page_size(lane->handle);
	/* -1: the file has no such CPU in this buffer */
	if (size == -1ULL || !size)
		return false;
	return !lane->pages.begun ||
	       (size > page && lane->last_offset < lane->first_page + size - page);
}

/* The lane ends here. */
static unsigned int end_lane(struct tracedat_source *td, struct file_lane *lane, struct event *ev)
{
	bool complained = library_complained(td);

	if (!complained && !lane->failure && !lane->pages.missing && !lane->damaged &&
	    !ended_early(lane))
		return 0;
	/* the rest of this CPU is unknown */
	make_loss(lane, LOST_UNKNOWN, LOSS_DAMAGED_INPUT, LOSS_TO_END_NS, ev);
	return 1;
}

/* Whether a loss goes before @r; it is in @ev then. */
static bool loss_before(struct file_lane *lane, struct page_record *r, struct event *ev)
{
	struct tep_record *rec = r->record;

	if (rec->missed_events)
		make_loss(lane, rec->missed_events > 0 ? rec->missed_events : LOST_UNKNOWN,
			  LOSS_OVERRUN, rec->ts, ev);
	else if (r->after_gap)
		make_loss(lane, LOST_UNKNOWN, LOSS_DAMAGED_INPUT, rec->ts, ev);
	else
		return false;
	rec->missed_events = 0;
	r->after_gap = false;
	lane->damaged = lane->chain.known = false;
	return true;
}

/* The CPU of the buffer that has the page before @page; -1: none. */
static int owner_before(struct file_lane *lane, uint64_t page)
{
	int cpu = -1;

	if (page >= lane->pages.page_bytes)
		tracecmd_free_record(
			tracecmd_read_at(lane->handle, page - lane->pages.page_bytes, &cpu));
	return cpu;
}

/*
 * Where the lane's pages begin: before the first record's page there may be some
 * that give none.
 */
static void find_first_page(struct file_lane *lane, uint64_t offset)
{
	uint64_t bytes = lane->pages.page_bytes, page = offset / bytes * bytes;
	uint64_t size = tracecmd_get_cpu_file_size(lane->handle, lane->cpu), first = page;

	while (page - first < size && owner_before(lane, first) == lane->cpu)
		first -= bytes;
	lane->first_page = first;
	lane->pages.begun = true;
	lane->pages.page = first / bytes - 1;
}

/* Read the first @max records of the lane, then rewind it. Returns 0 or -ENOMEM. */
static int survey_lane(struct tracedat_source *td, struct file_lane *lane, struct survey *sv,
		       unsigned int max)
{
	struct tep_record *rec = tracecmd_read_cpu_first(lane->handle, lane->cpu);
	struct chain chain = { 0 };
	uint64_t offset = rec ? rec->offset : 0;
	const uint64_t begin_ns = rec ? rec->ts : 0;
	unsigned int nr = 0;
	bool any = rec;
	int ret = 0;
	struct event ev;

	for (; rec && nr < max && !ret; nr++) {
		if (nr >= SURVEY_RECORDS_FEW && rec->ts - begin_ns > SURVEY_NS)
			break;
		if (rec->missed_events)
			chain.known = false;
		if (rec->size >= 0 && decode(&td->dec, &td->stacks, rec->data, rec->size, rec->ts,
					     lane->cpu, &ev) == 1)
			ret = survey_event(sv, &chain, &td->seen, &ev);
		tracecmd_free_record(rec);
		rec = tracecmd_read_data(lane->handle, lane->cpu);
	}
	tracecmd_free_record(rec);
	if (any)
		find_first_page(lane, offset);
	return ret;
}

/*
 * What was recorded, as far as the beginning shows, each buffer by itself: they
 * are filtered one by one.
 */
static int survey(struct tracedat_source *td)
{
	unsigned int nr = td->src.nr_lanes, max = SURVEY_RECORDS / (nr ?: 1), i, first;
	uint64_t silence_ns;
	int ret = 0;

	if (max < SURVEY_RECORDS_MIN)
		max = SURVEY_RECORDS_MIN;
	for (first = 0; first < nr; first = i) {
		struct survey sv = { 0 };

		for (i = first; i < nr && td->lane[i].handle == td->lane[first].handle; i++)
			ret = ret ?: survey_lane(td, &td->lane[i], &sv, max);
		silence_ns = survey_silence_ns(&sv);
		for (; first < i; first++)
			td->lane[first].whole = survey_is_whole(&sv);
		/* the file has all switches if one of its buffers has */
		if (silence_ns && (!td->src.max_silence_ns || silence_ns < td->src.max_silence_ns))
			td->src.max_silence_ns = silence_ns;
	}
	td->surveyed = true;
	return ret;
}

/*
 * Whether events are missing before @ev, which nothing marks: then that goes
 * first, in place of @ev, which is held. Returns 1, 0, or -ENOMEM.
 */
static int hold_for_gap(struct tracedat_source *td, struct file_lane *lane, struct event *ev)
{
	uint64_t gap_ns;
	int broken = lane->whole ? chain_event(&lane->chain, &td->seen, ev, &gap_ns) : 0;

	if (broken <= 0)
		return broken;
	lane->held = *ev;
	make_loss(lane, LOST_UNKNOWN, LOSS_UNMARKED, lane->held.time_ns, ev);
	ev->time_ns = gap_ns;
	return 1;
}

/*
 * Records before @ev made no sense: a loss goes first, in place of @ev, which is held. How
 * many they were is not known: a damaged length makes several out of one.
 */
static void hold_for_damage(struct file_lane *lane, struct event *ev)
{
	lane->held = *ev;
	make_loss(lane, LOST_UNKNOWN, LOSS_DAMAGED_INPUT, lane->held.time_ns, ev);
	lane->damaged = false;
	lane->chain.known = false;
}

static int tracedat_next_batch(struct source *s, unsigned int i, struct event *ev, unsigned int max,
			       uint64_t *complete_ns, struct error *err)
{
	struct tracedat_source *td = to_tracedat(s);
	struct file_lane *lane = &td->lane[i];
	unsigned int nr = 0, nr_read;

	if (!td->surveyed && survey(td))
		return error_set(err, -ENOMEM, "out of memory");
	if (lane->held.id != EVENT_LOSS && max) {
		ev[nr++] = lane->held;
		lane->held.id = EVENT_LOSS;
	}
	/* records of other events count, too, so that the caller can stop in time */
	for (nr_read = 0; nr < max && nr_read < MAX_RECORDS; nr_read++) {
		struct page_record next;
		struct tep_record *rec;
		int ret = next_record(lane, &next);

		if (ret < 0)
			return error_set(err, ret, "out of memory");
		if (!ret) {
			*complete_ns = LANE_ENDED;
			return nr + end_lane(td, lane, &ev[nr]);
		}
		if (loss_before(lane, &next, &ev[nr])) {
			lane->pending = next;
			nr++;
			continue;
		}
		rec = next.record;
		ret = rec->size < 0 ? -EBADMSG
				    : decode(&td->dec, &td->stacks, rec->data, rec->size, rec->ts,
					     lane->cpu, &ev[nr]);
		if (ret == -EBADMSG)
			lane->damaged = true;
		else if (ret == 1 && lane->damaged)
			hold_for_damage(lane, &ev[nr]);
		if (!lane->damaged)
			lane->last_ns = rec->ts;
		tracecmd_free_record(rec);
		if (ret == -EBADMSG)
			continue;
		if (ret < 0)
			return error_set(err, ret, "cannot decode: %s", strerror(-ret));
		nr += ret;
		if (lane->held.id != EVENT_LOSS)
			break;
		ret = ret ? hold_for_gap(td, lane, &ev[nr - 1]) : 0;
		if (ret < 0)
			return error_set(err, ret, "out of memory");
		if (ret)
			break;
	}
	*complete_ns = lane->last_ns;
	note_progress(td, lane);
	return nr;
}

static void tracedat_progress(const struct source *s, uint64_t *done, uint64_t *total)
{
	struct tracedat_source *td = to_tracedat(s);

	*done = atomic_load_explicit(&td->done_bytes, memory_order_relaxed);
	*total = td->file_bytes;
}

static const char *tracedat_comm(struct source *s, int32_t tid)
{
	const char *comm = tep_data_comm_from_pid(to_tracedat(s)->tep, tid);

	return comm && strcmp(comm, "<...>") ? comm : NULL;
}

static void tracedat_stop(struct source *s)
{
	(void)s;
}

static void free_lane(struct file_lane *lane)
{
	if (lane->pending.record)
		tracecmd_free_record(lane->pending.record);
	page_watch_free(&lane->pages);
}

static void tracedat_close(struct source *s)
{
	struct tracedat_source *td = to_tracedat(s);
	unsigned int i;

	for (i = 0; i < s->nr_lanes; i++)
		free_lane(&td->lane[i]);
	for (i = 0; i < td->nr_buffers; i++)
		tracecmd_close(td->buffers[i]);
	decoder_free(&td->dec);
	if (td->handle)
		tracecmd_close(td->handle);
	else if (td->fd >= 0)
		close(td->fd);
	kstack_table_free(&td->stacks);
	tids_free(&td->seen);
	free(td->buffers);
	free(td->lane);
	free(s->behind);
	free(s->lane_buffer);
	free(td);
}

static const struct source_ops tracedat_source_ops = {
	.name = "trace.dat",
	.next_batch = tracedat_next_batch,
	.stop = tracedat_stop,
	.progress = tracedat_progress,
	.comm = tracedat_comm,
	.close = tracedat_close,
};

static int add_lanes(struct tracedat_source *td, struct tracecmd_input *handle)
{
	int nr_cpus = tracecmd_cpus(handle), cpu;
	struct file_lane *grown;

	if (nr_cpus < 0 || nr_cpus > MAX_CPUS)
		return -EBADMSG;
	if (!nr_cpus)
		return 0;
	grown = realloc(td->lane, (td->src.nr_lanes + nr_cpus) * sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	td->lane = grown;
	for (cpu = 0; cpu < nr_cpus; cpu++)
		td->lane[td->src.nr_lanes++] = (struct file_lane){
			.handle = handle,
			.cpu = cpu,
			.held.id = EVENT_LOSS,
			.pages = { .page_bytes = tracecmd_page_size(handle), .drop = free_record },
		};
	return 0;
}

/* What the file's header has about named buffer @nr, -1: the top-level one; NULL: nothing. */
static const struct tracedat_buffer *told_of(const struct tracedat_head *head, int nr)
{
	unsigned int i;

	for (i = 0; i < head->nr_buffers; i++) {
		const struct tracedat_buffer *buf = &head->buffer[i];

		if (buf->name[0] ? !nr-- : nr < 0)
			return buf;
	}
	return NULL;
}

/* Whether buffer @nr uses the clock of the file, as far as the file shows. */
static bool on_clock(struct tracedat_source *td, const struct tracedat_head *head, int nr)
{
	const struct tracedat_buffer *buf = told_of(head, nr);

	if (!buf || !buf->has_data || !strcmp(buf->clock, head->clock))
		return true;
	source_note(&td->src, "buffer %s is left out: its clock is %s, that of the others is %s",
		    buf->name[0] ? buf->name : "(top)", buf->clock, head->clock);
	return false;
}

static bool has_data(const struct file_lane *lane)
{
	uint64_t size = tracecmd_get_cpu_file_size(lane->handle, lane->cpu);

	return size && size != -1ULL;
}

/* The number of buffers with events. With several, an event may be in two of them. */
static unsigned int count_buffers(struct tracedat_source *td)
{
	const struct tracecmd_input *last = NULL;
	unsigned int i, nr = 0;

	for (i = 0; i < td->src.nr_lanes; i++) {
		if (last == td->lane[i].handle || !has_data(&td->lane[i]))
			continue;
		last = td->lane[i].handle;
		nr++;
	}
	return nr;
}

/*
 * A file does not say which CPUs were recorded. A CPU without events was idle, or was
 * not recorded; then its events are missing, and no loss shows it.
 */
static int note_empty_cpus(struct tracedat_source *td)
{
	const int nr_cpus = tracecmd_cpus(td->handle);
	unsigned int i;
	int nr = 0, cpu;
	bool *has_events;

	if (nr_cpus <= 0 || nr_cpus > MAX_CPUS)
		return 0;
	has_events = calloc(nr_cpus, sizeof(*has_events));
	if (!has_events)
		return -ENOMEM;
	/* buffers have a lane for each CPU */
	for (i = 0; i < td->src.nr_lanes; i++)
		if (td->lane[i].cpu < nr_cpus)
			has_events[td->lane[i].cpu] |= has_data(&td->lane[i]);
	for (cpu = 0; cpu < nr_cpus; cpu++)
		nr += !has_events[cpu];
	free(has_events);
	if (nr && nr < nr_cpus)
		source_note(&td->src,
			    "%d of %d CPUs have no events: if they were not recorded (trace-cmd "
			    "record -M), waits that ended there are shown longer than they were",
			    nr, nr_cpus);
	return 0;
}

static int number_buffers(struct tracedat_source *td)
{
	uint16_t nr = 0;
	unsigned int i;

	td->src.lane_buffer = calloc(td->src.nr_lanes, sizeof(*td->src.lane_buffer));
	if (!td->src.lane_buffer)
		return -ENOMEM;
	for (i = 0; i < td->src.nr_lanes; i++) {
		nr += i && td->lane[i].handle != td->lane[i - 1].handle;
		td->src.lane_buffer[i] = nr;
	}
	return 0;
}

/*
 * A buffer that cannot be read does not take the others with it, unless they
 * are empty.
 */
static int open_lanes(struct tracedat_source *td, const struct tracedat_head *head)
{
	unsigned int nr_used;
	bool damaged = false;
	int nr_buffers = tracecmd_buffer_instances(td->handle);
	int i, ret = 0;

	td->buffers = calloc(nr_buffers + 1, sizeof(*td->buffers));
	if (!td->buffers)
		return -ENOMEM;
	if (on_clock(td, head, -1))
		ret = add_lanes(td, td->handle);
	for (i = 0; !ret && i < nr_buffers; i++) {
		struct tracecmd_input *buffer;

		if (!on_clock(td, head, i))
			continue;
		buffer = tracecmd_buffer_instance_handle(td->handle, i);
		if (!buffer) {
			damaged = true;
			source_note(
				&td->src,
				"buffer %s is left out: its part of the file is damaged or missing",
				tracecmd_buffer_instance_name(td->handle, i));
			continue;
		}
		td->buffers[td->nr_buffers++] = buffer;
		ret = add_lanes(td, buffer);
	}
	nr_used = ret ? 0 : count_buffers(td);
	if (nr_used)
		ret = note_empty_cpus(td);
	if (!ret && (!td->src.nr_lanes || (damaged && !nr_used)))
		return -EBADMSG;
	if (!ret && nr_used > 1)
		ret = number_buffers(td);
	td->src.behind = calloc(td->src.nr_lanes + 1, sizeof(*td->src.behind));
	return !ret && !td->src.behind ? -ENOMEM : ret;
}

static int open_file(struct tracedat_source *td, const struct source_file *f,
		     struct tracedat_head *head, struct error *err)
{
	const char *path = f->name;
	int ret;

	td->fd = f->fd;
	td->file_bytes = f->nr_bytes;
	ret = tracedat_head_read(head, td->fd, path, err);
	if (ret)
		return ret;
	if (head->is_text)
		return error_set(err, -ENOTSUP,
				 "%s holds the text of a latency tracer, no events; record with "
				 "trace-cmd record -e lock -e sched",
				 path);
	ret = tracedat_head_clock(head, &td->src.clock, path, err);
	if (ret)
		return ret;
	if (!td->src.clock)
		source_note(&td->src,
			    "the file does not name its clock: times are taken as nanoseconds");
	errno = 0;
	td->handle = tracecmd_open_fd(td->fd, TRACECMD_FL_LOAD_NO_PLUGINS);
	if (!td->handle && (errno == ENOMEM || errno == EMFILE))
		return error_set(err, -errno, "cannot read %s: %s", path, strerror(errno));
	if (!td->handle)
		return error_set(err, -EBADMSG,
				 "%s is damaged or cut short: trace-cmd's library finds no complete "
				 "trace in it; copy it again from where it was recorded",
				 path);
	return 0;
}

static void describe(struct tracedat_source *td, const struct tracedat_head *head)
{
	bool packed = head->compression[0] && strcmp(head->compression, "none");

	snprintf(td->src.kind, sizeof(td->src.kind), "trace.dat, version %u%s%s%s", head->version,
		 packed ? ", compressed with " : "", packed ? head->compression : "",
		 head->big_endian ? ", big-endian" : "");
}

static void watch_stderr(struct tracedat_source *td, int fd)
{
	td->stderr_fd = fd;
	td->stderr_bytes = lseek(fd, 0, SEEK_END);
}

static int open_source(struct source **srcp, const struct source_file *f, struct error *err)
{
	struct tracedat_source *td = calloc(1, sizeof(*td));
	const char *path = f->name;
	struct tracedat_head head;
	int ret;

	if (!td) {
		close(f->fd);
		return error_set(err, -ENOMEM, "out of memory");
	}
	/* the library prints to stderr; we report the failure once, in our words */
	tracecmd_set_loglevel(TEP_LOG_NONE);
	tep_set_loglevel(TEP_LOG_NONE);
	td->src.ops = &tracedat_source_ops;
	td->fd = td->stderr_fd = -1;
	ret = open_file(td, f, &head, err);
	if (ret)
		goto fail;
	describe(td, &head);
	td->tep = td->src.symbols.tep = tracecmd_get_tep(td->handle);
	td->src.preempt_rt = strstr(tracecmd_get_uname(td->handle) ?: "", "PREEMPT_RT");
	ret = decoder_init(&td->dec, td->tep, err);
	if (ret)
		goto fail;
	memcpy(td->src.has, td->dec.has, sizeof(td->dec.has));
	ret = open_lanes(td, &head);
	if (ret == -EBADMSG)
		error_set(
			err, ret,
			"%s is damaged or cut short: no buffer with events in it can be read; copy "
			"it again from where it was recorded",
			path);
	else if (ret)
		error_set(err, ret, "cannot open the buffers of %s: %s", path, strerror(-ret));
	if (ret)
		goto fail;
	if (f->stderr_fd)
		watch_stderr(td, f->stderr_fd);
	*srcp = &td->src;
	return 0;
fail:
	tracedat_close(&td->src);
	return ret;
}

int tracedat_source_open(struct source **src, const char *path, struct error *err)
{
	struct source_file f;
	int ret = source_file_regular(&f, path, err);

	return ret ?: open_source(src, &f, err);
}

static bool probe(const void *head, size_t size)
{
	return size >= TRACEDAT_MAGIC_BYTES && !memcmp(head, TRACEDAT_MAGIC, TRACEDAT_MAGIC_BYTES);
}

const struct source_opener tracedat_opener = { .probe = probe, .open = open_source };
