/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The VMA that a wait was for.
 *
 * A VMA lock is of one VMA. One anon_vma lock serves many: a writer's wait is
 * for the VMA that the thread links, unlinks or moves a folio to once it has
 * the lock. So a wait is stored at its end, as any other, but the roll-ups count
 * it only when an event of the thread has named the VMA, or the thread has
 * released the lock without one. A walk visits all VMAs of a lock: a reader's
 * wait has no VMA unless the lock has exactly one. Any other lock: the VMA of
 * the page fault that the thread is in. An event that ends a wait may name the VMA
 * itself.
 */
#ifndef RMAPSCOPE_MODEL_ATTRIBUTE_H
#define RMAPSCOPE_MODEL_ATTRIBUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"
#include "collector/model/linkage.h"
#include "collector/model/lock.h"
#include "collector/model/machine.h"
#include "collector/model/rollup.h"
#include "collector/model/site.h"
#include "collector/model/task.h"
#include "collector/model/vma.h"
#include "lib/hash.h"
#include "schema/sink.h"

/* Facts about a wait that has ended which its row does not have. */
struct wait_end {
	int32_t tid;
	struct lock_key key;
	uint64_t vm_end;  /* VMA locks only */
	bool from_series; /* an rmap event began it, not a stock event */
	const struct site *site;
	uint64_t fault;	   /* address of the page fault that it was in; 0 not known */
	struct vma_at vma; /* as given by its last event; end 0: not given */
	int64_t process_id;
	uint64_t time_ns;
	struct wait_so_far booked; /* in the roll-ups */
};

struct unattributed;

struct attribution {
	struct unattributed *by_tid; /* waits whose VMA their thread may still name, oldest first */
	struct tasks *tasks;
	struct locks *locks;
	struct vmas *vmas;
	struct linkage *linkage;
	struct rollups *rollups;
	const struct sink *sink;
	bool watch;	    /* the input has events that name the VMA of a wait */
	bool sees_releases; /* the input has events of releases */
};

/* Fill @row->vma_id if it is known by now. To be called before the sink gets the row. */
int attribution_ending(struct attribution *at, struct wait_row *row, const struct wait_end *end);

/* The sink got @row: sum it up now, or when its VMA is known. */
int attribution_ended(struct attribution *at, const struct wait_row *row,
		      const struct wait_end *end);

/*
 * attribution_lasts - book the time of a wait that goes on
 * @end: as if the wait ended now; its member booked is updated
 */
int attribution_lasts(struct attribution *at, const struct wait_row *row, struct wait_end *end,
		      const struct wait_so_far *now);

/*
 * attribution_pass - sum up the waits whose VMA no event will name any more
 * @now_ns: the time that the events have reached
 *
 * Called before any machine hears the next event. Returns 0 or a negative errno.
 */
int attribution_pass(struct attribution *at, uint64_t now_ns);

extern const struct machine attribution_machine;

#endif
