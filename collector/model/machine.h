/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A state machine as model.c sees it: how it starts, which events it hears, and what
 * is called as time passes. One small machine per file.
 */
#ifndef RMAPSCOPE_MODEL_MACHINE_H
#define RMAPSCOPE_MODEL_MACHINE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/model/gap.h"
#include "collector/model/task.h"
#include "collector/symbols.h"
#include "schema/sink.h"

struct model_options {
	const struct sink *sink;	  /* copied */
	const struct task_lookup *lookup; /* copied; NULL: none */
	const struct symbols *symbols;	  /* copied; NULL: none */
	const bool *has;		  /* [NR_EVENTS]: events that the input may hold */
	bool may_lack;			  /* a file: some may not have been recorded */
	bool stacks_inside;		  /* a stack is part of its event */
	const bool *traced;		  /* [NR_EVENTS]: of those, enabled; NULL: not known */
	bool keep_all;			  /* every span is a row */
	bool keep_stalls;		  /* every uninterruptible sleep is a row */
	bool one_process;		  /* not all events of other processes */
	bool threads_known; /* tasks_seed() is called for all threads before the first event */
	int32_t self_tgid;  /* of the collector; 0: not among the watched */
};

/* All parts of one model: a machine's init() takes those that the machine uses. */
struct machines {
	const struct sink *sink;
	const struct gap *gap;
	struct tasks *tasks;
	struct locks *locks;
	struct sites *sites;
	struct rollups *rollups;
	struct vmas *vmas;
	struct linkage *linkage;
	struct attribution *attribution;
	struct slices *slices;
	struct stalls *stalls;
	struct activities *activities;
	struct mms *mms;
	struct waits *waits;
	struct walks *walks;
};

/* An event that a machine hears. */
struct hearing {
	unsigned int id; /* enum event_id; NR_EVENTS ends the list */
	/* NULL: the event is not passed to hear_others() either */
	int (*hear)(void *machine, const struct event *ev);
};

/*
 * The operations on a machine. @machine is its own struct, as struct model has it.
 * All but init() may be NULL; those that return int return 0 or a negative errno.
 */
struct machine {
	/*
	 * init - the state before the first event
	 *
	 * Cannot fail. Returns whether the machine hears events of this capture at all.
	 */
	bool (*init)(void *machine, const struct machines *all, const struct model_options *opt);

	const struct hearing *hears;
	/* an event that is not in @hears */
	int (*hear_others)(void *machine, const struct event *ev);
	/* events from within a gap are not passed to it */
	bool deaf_in_gaps;

	/* Book the time before @until_ns, the end of a second, of all spans that go on. */
	int (*book)(void *machine, int64_t until_ns);
	/* Give the sink all that has changed. @complete_ns: see struct consumer. */
	int (*flush)(void *machine, uint64_t complete_ns);
	/* The capture is over at @end_ns: what is still open is stored as open. */
	int (*finish)(void *machine, int64_t end_ns);
	void (*free)(void *machine);
};

#endif
