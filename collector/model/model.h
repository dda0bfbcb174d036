/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Turns typed events in time order into spans, which go to a sink.
 *
 * One small state machine per file; this one gives each event to those that hear it.
 */
#ifndef RMAPSCOPE_MODEL_H
#define RMAPSCOPE_MODEL_H

#include <stdint.h>

#include "collector/event.h"
#include "collector/model/activity.h"
#include "collector/model/attribute.h"
#include "collector/model/frame.h"
#include "collector/model/hold.h"
#include "collector/model/life.h"
#include "collector/model/linkage.h"
#include "collector/model/lock.h"
#include "collector/model/machine.h"
#include "collector/model/mm.h"
#include "collector/model/move.h"
#include "collector/model/order.h"
#include "collector/model/rollup.h"
#include "collector/model/sample.h"
#include "collector/model/site.h"
#include "collector/model/slice.h"
#include "collector/model/stall.h"
#include "collector/model/storm.h"
#include "collector/model/straggler.h"
#include "collector/model/task.h"
#include "collector/model/vma.h"
#include "collector/model/wait.h"
#include "collector/model/walk.h"
#include "schema/sink.h"

/* The most machines that hear one event. */
#define MAX_HEARERS 24

struct hearer {
	int (*hear)(void *machine, const struct event *ev);
	void *machine;
	bool deaf_in_gaps;
};

struct model {
	struct sink sink;
	struct gap gap;
	struct hearer hearers[NR_EVENTS][MAX_HEARERS + 1]; /* in order; the last has no hear() */
	/* what the machines share */
	struct tasks tasks;
	struct locks locks;
	struct sites sites;
	struct rollups rollups;
	struct vmas vmas;
	/* the machines; model.c has their orders */
	struct linkage linkage;
	struct attribution attribution;
	struct slices slices;
	struct stalls stalls;
	struct activities activities;
	struct waits waits;
	struct holds holds;
	struct walks walks;
	struct moves moves;
	struct storms storms;
	struct stragglers stragglers;
	struct orders orders;
	struct frames frames;
	struct samples samples;
	struct names names;
	struct mms mms;
	struct lives lives;
	int64_t first_ns, last_ns; /* of events, and of model_covers(); NO_TIME: none yet */
	uint64_t next_second_ns;   /* when the second of the latest event is over */
	uint64_t nr_events;
	bool stacks_inside;
	int64_t loss_id;	 /* id of the last gap */
	struct loss_row lasting; /* gap of all CPUs that may be reported again; id 0: none */
	uint64_t lasting_gap_ns; /* its start as the source reports it */
};

/*
 * model_init - the state before the first event; cannot fail
 */
void model_init(struct model *m, const struct model_options *opt);

/* The input covers @time_ns: an event then would have been recorded. */
void model_covers(struct model *m, int64_t time_ns);

/* One event; time may step back a little. Returns 0 or a negative errno. */
int model_event(struct model *m, const struct event *ev);

/* Pass all changed rows to the sink. @complete_ns: see struct consumer. */
int model_flush(struct model *m, uint64_t complete_ns);

/* The input has ended: store what is open, flush. */
int model_finish(struct model *m);
void model_free(struct model *m);

#endif
