/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The events of an FtraceEventBundle, which are of one CPU:
 * protos/perfetto/trace/ftrace/ftrace_event_bundle.proto of Perfetto.
 *
 * A part of sched_switch and sched_waking may be in columns (CompactSched), which leave
 * out the thread that was running: it is the one that was switched to before.
 */
#ifndef RMAPSCOPE_PERFETTO_BUNDLE_H
#define RMAPSCOPE_PERFETTO_BUNDLE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/perfetto_events.h"
#include "collector/perfetto_locks.h"
#include "collector/perfetto_names.h"
#include "collector/perfetto_packet.h"

/* A bundle of a higher CPU is damaged. */
#define PERFETTO_MAX_CPUS 4096

struct perfetto_running;
struct perfetto_passes;

/* What is known from one bundle to the next. */
struct perfetto_bundles {
	struct perfetto_typed typed;
	struct perfetto_described described;
	struct perfetto_names names;
	struct perfetto_running *cpu; /* [PERFETTO_MAX_CPUS] */
	struct perfetto_passes *passes;
	uint64_t nr_passes;
	struct cursor *comm; /* [nr_comms] */
	uint32_t nr_comms, room;
};

/* What a bundle has apart from its events. */
struct perfetto_bundle {
	uint32_t cpu;
	uint32_t clock;		    /* FtraceClock; 0: boot time */
	uint64_t prev_end_ns;	    /* of the last event that was recorded before; 0: unknown */
	uint64_t first_ns, last_ns; /* of its events, also those that are none of ours; 0: none */
	uint64_t nr_typed_wakings;  /* which do not show whether an interrupt woke */
	uint64_t nr_hidden_locks;   /* events whose lock has a number instead of an address */
	uint64_t nr_unnamed;	    /* functions without a name */
	uint64_t nr_unknown_sleeps; /* of threads whose switch from the idle thread is missing */
	bool lost;		    /* events are missing before the first */
	bool damaged;		    /* events of it are missing */
};

/* Returns 0 or -ENOMEM. */
int perfetto_bundles_init(struct perfetto_bundles *b);
void perfetto_bundles_free(struct perfetto_bundles *b);

/* The file is read from the beginning again. */
void perfetto_bundles_rewind(struct perfetto_bundles *b);

/* Events are missing on @cpu: which thread runs is not known. */
void perfetto_bundles_gap(struct perfetto_bundles *b, uint32_t cpu);

/*
 * perfetto_bundle - give the events of packet @p to @fn
 *
 * Fills @out. Returns 0, or the first non-zero result of @fn, or -ENOMEM.
 */
int perfetto_bundle(struct perfetto_bundles *b, const struct perfetto_packet *p,
		    struct perfetto_bundle *out, int (*fn)(void *ctx, const struct event *ev),
		    void *ctx);

#endif
