/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Slices that programs record by Perfetto: TrackEvents of the tracks of threads
 * (protos/perfetto/trace/track_event), one inside the other.
 *
 * A program gives its packets away when it has some, which may be minutes after events of
 * the kernel of the same time. So a first reading of the file keeps the begins and ends of
 * slices, and sorts them.
 *
 * An end is that of the slice that was begun last. Where one of either is left out or
 * missing, the slices that the thread was in by then are not known any more.
 */
#ifndef RMAPSCOPE_PERFETTO_TRACKS_H
#define RMAPSCOPE_PERFETTO_TRACKS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/perfetto_clock.h"
#include "collector/perfetto_names.h"
#include "collector/perfetto_packet.h"

struct perfetto_track;
struct perfetto_slice;
struct perfetto_writer;

/* Why a begin or an end of a slice is left out. */
enum perfetto_left {
	PERFETTO_NO_THREAD, /* of a track that is not known to be that of a thread */
	PERFETTO_NO_TIME,   /* in a clock that no ClockSnapshot has */
	PERFETTO_NO_STATE,  /* damaged, or it refers to packets that are missing */
	PERFETTO_OLD_FORM,  /* TrackEvent.legacy_event, or a time in microseconds */
	PERFETTO_TOO_MANY,
	PERFETTO_NR_LEFT,
};

struct perfetto_tracks {
	struct perfetto_track *by_uuid;
	struct perfetto_writer *by_sequence;
	struct perfetto_writer *live;	/* those with live tracks; utlist */
	struct perfetto_writer *shared; /* stands for several: for their tracks */
	struct perfetto_names names;
	struct perfetto_slice *slice; /* [nr] */
	uint32_t nr, room;
	uint32_t nr_live; /* tracks */
	bool full;
	uint64_t nr_told; /* begins and ends of slices in the file */
	uint64_t nr_left[PERFETTO_NR_LEFT];
};

/* Returns 0 or -ENOMEM. */
int perfetto_tracks_init(struct perfetto_tracks *t);
void perfetto_tracks_free(struct perfetto_tracks *t);

/* One more packet of the file, of any kind, in its order. Returns 0 or -ENOMEM. */
int perfetto_tracks_packet(struct perfetto_tracks *t, const struct perfetto_packet *p);

/* Packets of any sequence may be missing here. Returns 0 or -ENOMEM. */
int perfetto_tracks_gap(struct perfetto_tracks *t);

/* What is known of the trace as a whole. */
struct perfetto_whole {
	const struct perfetto_clock *clock;
	uint64_t first_ns, last_ns; /* of the kernel's events */
	/* whether thread @tid may be one of process @tgid; 0: not told */
	bool (*may_be)(void *ctx, int32_t tid, int32_t tgid);
	void *ctx;
};

/*
 * perfetto_tracks_end - there are no more packets: keep the slices of threads, in the order of time
 *
 * Those before the first event of the kernel are moved to it; later ones than the last are
 * of no use.
 */
void perfetto_tracks_end(struct perfetto_tracks *t, const struct perfetto_whole *whole);

/* Then: number @nr of @t->nr: its boot time; the whole as an event in boot time. */
uint64_t perfetto_tracks_ns(const struct perfetto_tracks *t, uint32_t nr);
void perfetto_tracks_event(const struct perfetto_tracks *t, uint32_t nr, struct event *ev);

#endif
