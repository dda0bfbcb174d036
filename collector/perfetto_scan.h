/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The first pass over a Perfetto trace, for what must be known before its first event
 * is given. Clocks, threads and statistics of a trace may be behind its events, and a
 * loss is behind events that are later than its beginning.
 */
#ifndef RMAPSCOPE_PERFETTO_SCAN_H
#define RMAPSCOPE_PERFETTO_SCAN_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/losses.h"
#include "collector/perfetto_bundle.h"
#include "collector/perfetto_clock.h"
#include "collector/perfetto_config.h"
#include "collector/perfetto_file.h"
#include "collector/perfetto_frames.h"
#include "collector/perfetto_tracks.h"
#include "lib/hash.h"

struct perfetto_cpu {
	uint64_t last_ns;	       /* of its events; 0: none yet */
	bool gap;		       /* events are missing before its next one */
	uint8_t reason;		       /* with gap: LOSS_* */
	uint32_t nr_gaps;	       /* that have no number of events */
	uint32_t gap_nr;	       /* the last of them, in losses */
	bool has_stats;		       /* lost_* are from FtraceStats */
	uint64_t lost_start, lost_end; /* events that its buffer had lost by then */
};

struct perfetto_task {
	UT_hash_handle hh;
	int32_t tid, tgid;
	char comm[COMM_LEN];
};

/* SurfaceFlinger uses one clock; further ones count as the last. */
#define PERFETTO_FRAME_CLOCKS 3

struct perfetto_scan {
	struct perfetto_cpu *cpu;    /* [PERFETTO_MAX_CPUS] */
	struct perfetto_task *tasks; /* the first facts about each thread */
	struct losses losses;	     /* in the clock of the file */
	struct perfetto_clock clock;
	struct perfetto_config config;
	bool seen[NR_EVENTS];
	uint64_t first_ns, last_ns; /* of all events; 0: none */
	uint64_t nr_bundles, nr_other_clock;
	/* as in struct perfetto_bundle */
	uint64_t nr_typed_wakings, nr_hidden_locks, nr_unnamed, nr_unknown_sleeps;
	struct { /* packets of frames */
		uint32_t clock_id;
		uint64_t nr;
	} frames_of[PERFETTO_FRAME_CLOCKS];
	struct perfetto_tracks tracks;
	uint64_t nr_discarded; /* pieces that the recorder's buffer had no room for */
	bool starts_told;      /* the recorder marks the first packet of a sequence */
	bool cut, damaged;
	uint64_t end_at;  /* in the file; with cut or damaged */
	char release[64]; /* of the kernel; "": unknown */
};

/*
 * perfetto_scan - read all of @f; @b learns the names
 *
 * Both are left at the beginning. Returns 0, or a negative errno with @err filled.
 */
int perfetto_scan(struct perfetto_scan *sc, struct perfetto_file *f, struct perfetto_bundles *b,
		  struct error *err);
void perfetto_scan_free(struct perfetto_scan *sc);

/* What is known of thread @tid; NULL: nothing. */
const struct perfetto_task *perfetto_scan_task(const struct perfetto_scan *sc, int32_t tid);

#endif
