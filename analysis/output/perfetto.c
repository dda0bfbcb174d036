// SPDX-License-Identifier: GPL-2.0-only
/*
 * A trace of Perfetto: the tables of perfetto_tables.h, a row of which is a thread or a slice.
 *
 * Slices of a track end in the reverse order in which they begin, but holds of a thread need
 * not, and a damaged file may have anything. So slices that overlap are put on lanes: tracks
 * of the same name, which Perfetto shows as one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/capture.h"
#include "analysis/output/output.h"
#include "analysis/output/perfetto_packets.h"
#include "analysis/perfetto_tables.h"
#include "lib/saturate.h"
#include "lib/text.h"

/* What a uuid is of, since rows of different tables have the same ids. */
enum kind {
	KIND_PROCESS = 1,
	KIND_THREAD,
	KIND_FLOW,
	KIND_LANE, /* and the slice table's number */
};

/* The slices of one table. The tracks of threads are children of these. */
static const struct slices {
	const struct table_def *def;
	const char *category;
	bool of_thread; /* column track_id is a task.id */
	bool on_thread; /* the first lane is the track of the thread itself */
} slices[] = {
	{ &perfetto_waits, "wait", true, true },
	{ &perfetto_holds, "hold", true, false },
	{ &perfetto_storms, "storm", false, false },
	{ &perfetto_losses, "loss", false, false },
};

#define NR_SLICES (sizeof(slices) / sizeof(*slices))

/* Slices that overlap on one track in a file that is not damaged: far fewer. */
#define MAX_LANES 256

struct trace {
	struct packets out;
	const struct slices *of; /* the present table; NULL: another one */
	bool any_track;		 /* track_id is one of this table */
	int64_t track_id;
	int64_t process_id;	     /* that was described last */
	int64_t end_ns[MAX_LANES];   /* of the last slice of each lane */
	unsigned int nr_lanes, lost; /* @lost: slices that did not fit */
};

/* A number of 64 bits that is as good as random (the finalizer of SplitMix64). */
static uint64_t mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15;
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* The id of a row, among those of all kinds and of all traces that lie beside this one. */
static uint64_t uuid_of(unsigned int kind, int64_t id, unsigned int lane)
{
	static const uint64_t ours = 0x726d617073636f70; /* "rmapscop" */

	return mix(mix(ours ^ ((uint64_t)kind << 32 | lane)) ^ (uint64_t)id);
}

static const struct {
	const char *name;
	enum packet_clock clock;
} clocks[] = {
	{ "mono", PACKET_CLOCK_MONOTONIC },    { "boot", PACKET_CLOCK_BOOTTIME },
	{ "perf", PACKET_CLOCK_PERF },	       { "mono_raw", PACKET_CLOCK_MONOTONIC_RAW },
	{ "realtime", PACKET_CLOCK_REALTIME },
};

/* The number of the capture's clock. One that has none is said, and taken for monotonic. */
static enum packet_clock find_clock(const struct capture_info *info)
{
	/* earlier versions did not write it, but recorded by this clock */
	const char *name = info->clock[0]		      ? info->clock
			   : !strcmp(info->source, "tracefs") ? "mono"
							      : "unknown";
	char shown[sizeof(info->clock)];
	unsigned int i;

	for (i = 0; i < sizeof(clocks) / sizeof(*clocks); i++)
		if (!strcmp(clocks[i].name, name))
			return clocks[i].clock;
	fprintf(stderr,
		"rmapscope: the clock of this capture (%s) has no number in Perfetto: its times "
		"are written as CLOCK_MONOTONIC; do not join it with other traces\n",
		text_shown(shown, sizeof(shown), name));
	return PACKET_CLOCK_MONOTONIC;
}

static int begin(struct output *o, const struct output_head *head)
{
	const struct capture_info *info = head->info;
	struct trace *tr = calloc(1, sizeof(*tr));

	o->state = tr;
	if (!tr)
		return -ENOMEM;
	tr->out.f = o->f;
	tr->out.clock = find_clock(info);
	/* traces of phones are in boot time */
	packets_clock(&tr->out, info->first_ns,
		      info->clock_offset_ns ? sat_add(info->first_ns, info->clock_offset_ns) : 0,
		      info->boot_offset_ns >= 0 ? sat_add(info->first_ns, info->boot_offset_ns)
						: 0);
	return 0;
}

static int begin_table(struct output *o, const struct table *t, const struct table_notes *notes)
{
	struct trace *tr = o->state;
	unsigned int i;

	(void)notes;
	if (!tr)
		return -EINVAL;
	tr->of = NULL;
	tr->any_track = false;
	tr->process_id = 0;
	for (i = 0; i < NR_SLICES; i++)
		if (t->def == slices[i].def)
			tr->of = &slices[i];
	return 0;
}

static void add_thread(struct trace *tr, const struct cell *row)
{
	const int64_t tid = cell_int(&row[THREAD_TID], 0), pid = cell_int(&row[THREAD_TGID], tid),
		      process_id = cell_int(&row[THREAD_PROCESS_ID], 0);

	if (process_id && process_id != tr->process_id)
		packets_process(&tr->out, uuid_of(KIND_PROCESS, process_id, 0), pid,
				cell_text(&row[THREAD_PROCESS]));
	tr->process_id = process_id;
	packets_thread(&tr->out, uuid_of(KIND_THREAD, cell_int(&row[THREAD_ID], 0), 0), pid, tid,
		       cell_text(&row[THREAD_COMM]));
}

static uint64_t lane_uuid(const struct trace *tr, unsigned int lane)
{
	if (tr->of->on_thread && !lane)
		return uuid_of(KIND_THREAD, tr->track_id, 0);
	return uuid_of(KIND_LANE + (tr->of - slices), tr->track_id, lane);
}

/* The first lane that is free at @start_ns, until @end_ns; -1: there are too many. */
static int take_lane(struct trace *tr, int64_t start_ns, int64_t end_ns, const char *name)
{
	const uint64_t parent = tr->of->of_thread ? uuid_of(KIND_THREAD, tr->track_id, 0) : 0;
	unsigned int lane = 0;

	while (lane < tr->nr_lanes && tr->end_ns[lane] > start_ns)
		lane++;
	if (lane == MAX_LANES)
		return -1;
	tr->end_ns[lane] = end_ns;
	if (lane < tr->nr_lanes)
		return lane;
	tr->nr_lanes++;
	if (lane || !tr->of->on_thread)
		packets_track(&tr->out, lane_uuid(tr, lane), parent, name);
	return lane;
}

static void add_event(struct trace *tr, const struct table *t, const struct cell *row,
		      const struct packet_event *event, bool all)
{
	unsigned int i;

	packets_event(&tr->out, event);
	for (i = SLICE_ID; i < t->nr_columns; i++)
		/* a column that is a detail is written at both ends of a flow */
		if (all || t->def->columns[i].detail)
			packets_annotate(&tr->out, &t->def->columns[i], &row[i]);
	packets_event_end(&tr->out);
}

/* Where the flow of a wait ends: an instant of the thread that held the lock. */
static void add_holder(struct trace *tr, const struct table *t, const struct cell *row,
		       int64_t holder_id, uint64_t flow)
{
	const struct packet_event end = {
		.type = PACKET_INSTANT,
		.track = uuid_of(KIND_THREAD, holder_id, 0),
		.time_ns = cell_int(&row[SLICE_HELD_NS], 0),
		.name = "held the lock",
		.category = "holder",
		.flow_end = flow,
	};

	add_event(tr, t, row, &end, false);
}

static void add_slice(struct trace *tr, const struct table *t, const struct cell *row)
{
	const int64_t start_ns = cell_int(&row[SLICE_START_NS], 0),
		      holder_id = cell_int(&row[SLICE_HOLDER_ID], 0);
	const bool known = row[SLICE_DURATION_NS].type != CELL_NULL,
		   open = !known && cell_int(&row[SLICE_OPEN], 0);
	const int64_t end_ns = known  ? sat_add(start_ns, cell_int(&row[SLICE_DURATION_NS], 0))
			       : open ? INT64_MAX
				      : start_ns;
	struct packet_event event = {
		/* without a duration, all that is known is the beginning */
		.type = known || open ? PACKET_BEGIN : PACKET_INSTANT,
		.time_ns = start_ns,
		.name = cell_text(&row[SLICE_NAME]),
		.category = tr->of->category,
	};
	int lane = take_lane(tr, start_ns, end_ns, cell_text(&row[SLICE_TRACK_NAME]));

	if (lane < 0) {
		tr->lost++;
		return;
	}
	event.track = lane_uuid(tr, lane);
	if (holder_id)
		event.flow = uuid_of(KIND_FLOW, cell_int(&row[SLICE_ID], 0), 0);
	add_event(tr, t, row, &event, true);
	if (known) {
		packets_event(&tr->out, &(struct packet_event){ .type = PACKET_END,
								.track = event.track,
								.time_ns = end_ns });
		packets_event_end(&tr->out);
	}
	if (holder_id)
		add_holder(tr, t, row, holder_id, event.flow);
}

static int add_row(struct output *o, const struct table *t, size_t row)
{
	const struct cell *cell = t->rows[row];
	struct trace *tr = o->state;

	if (t->def == &perfetto_threads) {
		add_thread(tr, cell);
	} else if (tr->of) {
		const int64_t track_id = cell_int(&cell[SLICE_TRACK_ID], 0);

		if (!tr->any_track || track_id != tr->track_id)
			tr->nr_lanes = 0;
		tr->any_track = true;
		tr->track_id = track_id;
		add_slice(tr, t, cell);
	}
	return tr->out.out.failed ? -ENOMEM : 0;
}

static int end(struct output *o, int ret)
{
	struct trace *tr = o->state;
	int failed;

	if (!tr)
		return ret;
	if (tr->lost && !fflush(o->f))
		fprintf(stderr,
			"rmapscope: %u slices are missing: over %d overlap on one track; the "
			"database may be damaged\n",
			tr->lost, MAX_LANES);
	failed = packets_free(&tr->out);
	free(tr);
	return ret ? ret : failed;
}

const struct output_ops perfetto_ops = {
	.binary = true,
	.begin = begin,
	.begin_table = begin_table,
	.row = add_row,
	.end_table = output_unseen,
	.end = end,
};
