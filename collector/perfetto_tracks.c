// SPDX-License-Identifier: GPL-2.0-only
#include "collector/perfetto_tracks.h"

#include <errno.h>
#include <stdlib.h>
#include <utlist.h>

#include "collector/atrace.h"
#include "collector/perfetto_sequence.h"
#include "lib/hash.h"

/* A file that claims more gets no slices for the rest. */
#define MAX_SLICES  (1U << 20)
#define MAX_TRACKS  (1U << 17)
#define MAX_WRITERS (1U << 14)

/* Phases of TrackEvent.legacy_event that begin or end slices. */
#define OLD_PHASES "BEX"

struct perfetto_track {
	UT_hash_handle hh;
	struct perfetto_track *prev, *next; /* live ones of the writer; utlist */
	struct perfetto_writer *writer;	    /* NULL: none yet */
	uint64_t uuid;
	uint64_t last_ns; /* of the last slice that is kept, in the clock of that */
	int32_t tid;	  /* 0: it is not known to be that of a thread */
	int32_t tgid;
	bool described;	  /* else that may come later in the file */
	bool other_clock; /* which has no boot time */
	bool live;	  /* its thread may be in slices */
	bool last_mono;
};

/* A writer of packets, or several. */
struct perfetto_writer {
	UT_hash_handle hh;
	struct perfetto_writer *prev, *next; /* of live ones; utlist */
	struct perfetto_track *tracks;	     /* live ones; utlist */
	struct perfetto_track own; /* of old programs, which have one thread's without an uuid */
	struct perfetto_sequence of;
	uint32_t sequence;
};

struct perfetto_slice {
	uint64_t time_ns;
	struct perfetto_track *track;
	uint32_t nr;	    /* in the file */
	uint32_t name : 24; /* in names; 0: not told */
	uint32_t mono : 1;  /* in CLOCK_MONOTONIC, else boot time */
	uint32_t kind : 7;  /* EVENT_TRACK_* */
};

_Static_assert(NR_EVENTS < 1 << 7, "perfetto_slice.kind is too narrow");

/* TrackEvent.type */
enum { SLICE_BEGIN = 1, SLICE_END = 2 };

/* A TrackEvent. */
struct told {
	uint64_t type, phase, uuid, name_iid;
	struct proto_field name;
	bool has_uuid, old_time, damaged;
};

/* Names are kept once each; see slice_name(). */
static void read_name(char to[SYMBOL_LEN], const struct proto_field *f)
{
	_Static_assert(SLICE_NAME_LEN <= SYMBOL_LEN, "a name of a slice fits");
	slice_name(to, f->bytes.at, cursor_left(&f->bytes));
}

/* InternedData.event_names */
static const struct perfetto_names_kind event_names = { .field = 2, .read = read_name };

int perfetto_tracks_init(struct perfetto_tracks *t)
{
	*t = (struct perfetto_tracks){ .names.kind = &event_names };
	t->shared = calloc(1, sizeof(*t->shared));
	return t->shared ? 0 : -ENOMEM;
}

void perfetto_tracks_free(struct perfetto_tracks *t)
{
	hash_free_all(struct perfetto_track, t->by_uuid);
	hash_free_all(struct perfetto_writer, t->by_sequence);
	perfetto_names_free(&t->names);
	free(t->shared);
	free(t->slice);
}

static int add(struct perfetto_tracks *t, const struct perfetto_slice *slice)
{
	if (t->nr == t->room) {
		const uint32_t room = t->room ? 2 * t->room : 1024;
		struct perfetto_slice *grown = realloc(t->slice, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		t->slice = grown;
		t->room = room;
	}
	t->slice[t->nr] = *slice;
	t->slice[t->nr].nr = t->nr;
	t->nr++;
	return 0;
}

/* After the last slice that is kept, the slices that the thread is in are unknown. */
static int lose(struct perfetto_tracks *t, struct perfetto_track *track)
{
	if (!track->live)
		return 0;
	track->live = false;
	t->nr_live--;
	DL_DELETE(track->writer->tracks, track);
	if (!track->writer->tracks)
		DL_DELETE(t->live, track->writer);
	return add(t, &(struct perfetto_slice){
			      .time_ns = track->last_ns,
			      .track = track,
			      .mono = track->last_mono,
			      .kind = EVENT_TRACK_LOST,
		      });
}

static void set_live(struct perfetto_tracks *t, struct perfetto_track *track)
{
	struct perfetto_writer *writer = track->writer;

	track->live = true;
	t->nr_live++;
	if (!writer->tracks)
		DL_APPEND(t->live, writer);
	DL_APPEND(writer->tracks, track);
}

static int lose_tracks_of(struct perfetto_tracks *t, struct perfetto_writer *writer)
{
	int ret = 0;

	while (writer->tracks && !ret)
		ret = lose(t, writer->tracks);
	return ret;
}

int perfetto_tracks_gap(struct perfetto_tracks *t)
{
	int ret = 0;

	while (t->live && !ret)
		ret = lose_tracks_of(t, t->live);
	return ret;
}

/* Of a track that another writer has written to before, either may miss packets. */
static int set_writer(struct perfetto_tracks *t, struct perfetto_track *track,
		      struct perfetto_writer *writer)
{
	int ret = 0;

	if (track->writer && track->writer != writer && track->writer != t->shared) {
		ret = lose(t, track);
		track->writer = t->shared;
	}
	if (!track->writer)
		track->writer = writer;
	return ret;
}

/* NULL: there are too many, or no memory, which is @ret. */
static struct perfetto_track *track_of(struct perfetto_tracks *t, uint64_t uuid, int *ret)
{
	struct perfetto_track *track;

	HASH_FIND(hh, t->by_uuid, &uuid, sizeof(uuid), track);
	if (track || HASH_COUNT(t->by_uuid) == MAX_TRACKS)
		return track;
	track = hash_get(struct perfetto_track, t->by_uuid, uuid, &uuid);
	if (!track)
		*ret = -ENOMEM;
	return track;
}

/* Likewise; NULL also: the packet is none that matters here. */
static struct perfetto_writer *writer_of(struct perfetto_tracks *t, const struct perfetto_packet *p,
					 int *ret)
{
	const bool matters = p->cleared || cursor_left(&p->defaults) ||
			     p->what == PERFETTO_CLOCKS || p->what == PERFETTO_TRACK_EVENT ||
			     p->what == PERFETTO_THREAD;
	struct perfetto_writer *writer;

	HASH_FIND(hh, t->by_sequence, &p->sequence, sizeof(p->sequence), writer);
	if (writer || !matters || HASH_COUNT(t->by_sequence) == MAX_WRITERS)
		return writer;
	writer = hash_get(struct perfetto_writer, t->by_sequence, sequence, &p->sequence);
	if (!writer)
		*ret = -ENOMEM;
	return writer;
}

/* ThreadDescriptor: pid 1, tid 2 */
static void describe_thread(struct perfetto_track *track, struct cursor c, int32_t writer_pid)
{
	uint64_t pid = 0, tid = 0;
	struct proto_field f;

	track->described = true;
	while (proto_next(&c, &f)) {
		if (f.number == 1)
			pid = f.value;
		else if (f.number == 2)
			tid = f.value;
	}
	if (track->tid || !tid || tid > INT32_MAX || pid > INT32_MAX)
		return;
	/* a process in a container may know itself and its threads by other numbers */
	if (writer_pid && pid && pid != (uint64_t)writer_pid)
		return;
	track->tid = tid;
	track->tgid = pid;
}

/* TrackDescriptor: uuid 1, thread 4 */
static int describe(struct perfetto_tracks *t, const struct perfetto_packet *p)
{
	struct cursor c = p->body, thread = { 0 };
	struct perfetto_track *track;
	struct proto_field f;
	uint64_t uuid = 0;
	int ret = 0;

	while (proto_next(&c, &f)) {
		if (f.number == 1)
			uuid = f.value;
		else if (f.number == 4)
			thread = f.bytes;
	}
	track = uuid ? track_of(t, uuid, &ret) : NULL;
	if (!track)
		return ret;
	describe_thread(track, thread, p->pid);
	return 0;
}

/* TrackEvent: type 9, track_uuid 11, name 23 or name_iid 10, legacy_event 6, old times 1 and 16 */
static void read_told(struct told *told, struct cursor c)
{
	struct proto_field f, of;

	*told = (struct told){ 0 };
	while (proto_next(&c, &f)) {
		if (f.number == 9) {
			told->type = f.value;
		} else if (f.number == 11) {
			told->uuid = f.value;
			told->has_uuid = true;
		} else if (f.number == 10) {
			told->name_iid = f.value;
		} else if (f.number == 23) {
			told->name = f;
		} else if (f.number == 1 || f.number == 16) {
			told->old_time = true;
		}
		while (f.number == 6 && proto_next(&f.bytes, &of))
			if (of.number == 2)
				told->phase = of.value;
	}
	told->damaged = c.bad;
}

static bool is_slice(const struct told *told)
{
	return told->type ? told->type <= SLICE_END
			  : told->phase && told->phase < 0x80 && strchr(OLD_PHASES, told->phase);
}

/* Where a begin or an end belongs, and when it was. */
struct place {
	struct perfetto_writer *writer;
	uint64_t uuid;		      /* 0: not told */
	struct perfetto_track *track; /* NULL: that of the whole trace, or there are too many */
	bool refers;		      /* to packets before */
	bool has_time;
	uint32_t clock_id;
	uint64_t time_ns;
};

static bool is_time(const struct place *at)
{
	return at->has_time && at->time_ns && at->time_ns <= INT64_MAX &&
	       (!at->clock_id || at->clock_id == PERFETTO_CLOCK_BOOT ||
		at->clock_id == PERFETTO_CLOCK_MONO);
}

/* PERFETTO_NR_LEFT: it is kept. */
static enum perfetto_left why_left(const struct perfetto_tracks *t, const struct told *told,
				   const struct place *at)
{
	if (told->damaged || (at->refers && !at->writer->of.began))
		return PERFETTO_NO_STATE;
	if ((!at->uuid && !at->track) || (at->track && at->track->described && !at->track->tid))
		return PERFETTO_NO_THREAD;
	if (!told->type || told->old_time)
		return PERFETTO_OLD_FORM;
	if (!is_time(at))
		return PERFETTO_NO_TIME;
	return t->full || !at->track ? PERFETTO_TOO_MANY : PERFETTO_NR_LEFT;
}

static int leave_out(struct perfetto_tracks *t, enum perfetto_left why,
		     struct perfetto_track *track)
{
	t->nr_left[why]++;
	return track ? lose(t, track) : 0;
}

static int keep(struct perfetto_tracks *t, const struct place *at, unsigned int kind, uint32_t name)
{
	struct perfetto_track *track = at->track;

	/* each live track may need one more */
	if (t->nr + t->nr_live + 2 > MAX_SLICES) {
		t->full = true;
		return perfetto_tracks_gap(t) ?: leave_out(t, PERFETTO_TOO_MANY, track);
	}
	if (!track->live)
		set_live(t, track);
	track->last_ns = at->time_ns;
	track->last_mono = at->clock_id == PERFETTO_CLOCK_MONO;
	return add(t, &(struct perfetto_slice){
			      .time_ns = at->time_ns,
			      .track = track,
			      .name = name,
			      .mono = track->last_mono,
			      .kind = kind,
		      });
}

/* The number of its name; 0: not told, or @why says that it is left out. */
static uint32_t name_of(struct perfetto_tracks *t, const struct told *told, uint32_t sequence,
			enum perfetto_left *why, int *ret)
{
	uint32_t name;

	if (!cursor_left(&told->name.bytes))
		return perfetto_names_nr(&t->names, sequence, told->name_iid);
	name = perfetto_names_add(&t->names, &told->name, ret);
	if (!name)
		*why = PERFETTO_TOO_MANY;
	return name;
}

static int add_told(struct perfetto_tracks *t, const struct told *told, struct place *at)
{
	const bool begins = told->type == SLICE_BEGIN;
	enum perfetto_left why;
	uint32_t name = 0;
	int ret = 0;

	at->uuid = told->has_uuid ? told->uuid : at->writer->of.track;
	if (at->uuid)
		at->track = track_of(t, at->uuid, &ret);
	else if (at->writer->own.described)
		at->track = &at->writer->own;
	if (at->track && !ret)
		ret = set_writer(t, at->track, at->writer);
	why = why_left(t, told, at);
	if (!ret && why == PERFETTO_NR_LEFT && begins)
		name = name_of(t, told, at->writer->sequence, &why, &ret);
	if (ret)
		return ret;
	if (why != PERFETTO_NR_LEFT)
		return leave_out(t, why, at->track);
	return keep(t, at, begins ? EVENT_TRACK_BEGIN : EVENT_TRACK_END, name);
}

static int add_event(struct perfetto_tracks *t, struct cursor c, struct place *at)
{
	struct told told;
	int ret = 0;

	read_told(&told, c);
	if (!is_slice(&told) && !told.damaged)
		return 0;
	t->nr_told++;
	if (!at->writer && told.has_uuid)
		at->track = track_of(t, told.uuid, &ret);
	if (!at->writer)
		return ret ?: leave_out(t, PERFETTO_TOO_MANY, at->track);
	/* its track may be another than it seems */
	if (told.damaged)
		ret = lose_tracks_of(t, at->writer);
	return ret ?: add_told(t, &told, at);
}

int perfetto_tracks_packet(struct perfetto_tracks *t, const struct perfetto_packet *p)
{
	struct place at = { .refers = p->refers };
	int ret;

	ret = perfetto_names_learn(&t->names, p);
	if (!ret)
		at.writer = writer_of(t, p, &ret);
	if (at.writer && p->dropped)
		ret = lose_tracks_of(t, at.writer) ?: lose_tracks_of(t, t->shared);
	if (ret)
		return ret;
	if (at.writer) {
		perfetto_sequence_packet(&at.writer->of, p);
		at.has_time = perfetto_sequence_time(&at.writer->of, p, &at.clock_id, &at.time_ns);
	}
	if (p->what == PERFETTO_TRACK)
		return describe(t, p);
	if (p->what == PERFETTO_THREAD && at.writer)
		describe_thread(&at.writer->own, p->body, p->pid);
	return p->what == PERFETTO_TRACK_EVENT ? add_event(t, p->body, &at) : 0;
}

static bool is_of_thread(const struct perfetto_track *track, const struct perfetto_whole *whole)
{
	return track->tid && whole->may_be(whole->ctx, track->tid, track->tgid);
}

/* All times become boot time. Of a track with any that cannot, none are kept. */
static void to_boot_time(struct perfetto_tracks *t, const struct perfetto_clock *clock)
{
	uint32_t i;

	for (i = 0; i < t->nr; i++) {
		struct perfetto_slice *slice = &t->slice[i];
		const uint32_t id = slice->mono ? PERFETTO_CLOCK_MONO : PERFETTO_CLOCK_BOOT;

		if (!perfetto_clock_boot(clock, id, slice->time_ns, &slice->time_ns))
			slice->track->other_clock = true;
	}
}

static int by_time(const void *a, const void *b)
{
	const struct perfetto_slice *sa = a, *sb = b;

	if (sa->time_ns != sb->time_ns)
		return sa->time_ns < sb->time_ns ? -1 : 1;
	return sa->nr < sb->nr ? -1 : sa->nr > sb->nr;
}

void perfetto_tracks_end(struct perfetto_tracks *t, const struct perfetto_whole *whole)
{
	uint32_t i, nr = 0;

	to_boot_time(t, whole->clock);
	for (i = 0; i < t->nr; i++) {
		struct perfetto_slice *slice = &t->slice[i];
		const bool of_thread = is_of_thread(slice->track, whole);

		if (of_thread && !slice->track->other_clock) {
			if (slice->time_ns < whole->first_ns)
				slice->time_ns = whole->first_ns;
			t->slice[nr++] = *slice;
		} else if (slice->kind != EVENT_TRACK_LOST) {
			t->nr_left[of_thread ? PERFETTO_NO_TIME : PERFETTO_NO_THREAD]++;
		}
	}
	if (nr)
		qsort(t->slice, nr, sizeof(*t->slice), by_time);
	while (nr && t->slice[nr - 1].time_ns > whole->last_ns)
		nr--;
	t->nr = nr;
}

uint64_t perfetto_tracks_ns(const struct perfetto_tracks *t, uint32_t nr)
{
	return t->slice[nr].time_ns;
}

void perfetto_tracks_event(const struct perfetto_tracks *t, uint32_t nr, struct event *ev)
{
	const struct perfetto_slice *slice = &t->slice[nr];
	const char *name = perfetto_names_text(&t->names, slice->name) ?: "-";

	*ev = (struct event){
		.id = slice->kind,
		.time_ns = slice->time_ns,
		.tid = slice->track->tid,
	};
	if (slice->kind == EVENT_TRACK_BEGIN)
		slice_name(ev->slice_begin.name, name, strlen(name));
}
