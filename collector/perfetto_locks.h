/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which lock a Perfetto trace means.
 *
 * Perfetto hides the addresses of the kernel: a field of type void * has a number, given
 * in the order of appearance, which counts from 1 again each time that all buffers were
 * read (src/traced/probes/ftrace: CpuReader::ReadSymbolAddr, FtraceMetadata::Clear). So a
 * number names a lock during one such pass only. Here a lock is the pass and the number:
 * in the next pass it is another lock. Never are two locks taken for one.
 *
 * A wait may begin in one pass and end in a later one, under another number. The end is
 * then known by the thread: waits of a thread are nested.
 */
#ifndef RMAPSCOPE_PERFETTO_LOCKS_H
#define RMAPSCOPE_PERFETTO_LOCKS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"

/* How far the pass over the buffers is. */
struct perfetto_pass {
	uint64_t nr;	 /* of the pass; 0: none yet */
	uint64_t max_ns; /* latest event in it */
	uint32_t cpu;	 /* whose buffer was read last */
};

/*
 * perfetto_pass_is_over - whether the next bundle may be of another pass
 * @cleared: its packet says that names begin anew
 *
 * A pass reads each CPU once, in their order, and what is older than an event of the
 * same pass was in its buffer then. Without that proof it may be another pass.
 */
static inline bool perfetto_pass_is_over(const struct perfetto_pass *p, uint32_t cpu,
					 uint64_t first_ns, bool cleared)
{
	return !p->nr || cleared || cpu <= p->cpu || first_ns > p->max_ns;
}

/* The address that stands for a lock; a true one, of an old recorder, stays. */
static inline uint64_t perfetto_lock(const struct perfetto_pass *p, uint64_t nr)
{
	return nr > UINT32_MAX ? nr : (p->nr & INT32_MAX) << 32 | nr;
}

struct perfetto_waiter;

struct perfetto_locks {
	struct perfetto_waiter *waiters; /* threads in a wait */
};

/*
 * perfetto_locks_event - give the end of a wait the lock that it began with
 *
 * To be called with all events, in the order of time. Returns 0 or -ENOMEM.
 */
int perfetto_locks_event(struct perfetto_locks *l, struct event *ev);
void perfetto_locks_free(struct perfetto_locks *l);

#endif
