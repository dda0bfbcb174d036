/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that sleep uninterruptibly where an rwsem is taken already when tracing
 * begins. No event tells that they do: /proc is asked before tracing is on, and once
 * more when those that slept for a short time have gone on. That a thread has not been
 * switched since then proves that it was asleep all the time; that it is the rwsem
 * which it waits for, is likely only: the kernel leaves the lock's own functions out
 * of /proc/PID/stack (stack_trace_consume_entry_nosched() in kernel/stacktrace.c).
 */
#ifndef RMAPSCOPE_ASLEEP_H
#define RMAPSCOPE_ASLEEP_H

#include <stddef.h>

struct asleep;

/* Those that sleep now. NULL: there are none, or no memory. To be freed. */
struct asleep *asleep_now(void);

/*
 * asleep_since - those that have slept since asleep_now()
 *
 * "b/1234 in vm_mmap_pgoff, ..., 3 others", or "". The names of threads may hold any
 * bytes, but no newline.
 */
void asleep_since(const struct asleep *before, char *text, size_t room);
void asleep_free(struct asleep *before);

#endif
