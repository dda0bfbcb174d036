/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Threads that already sleep uninterruptibly in a function that takes an rwsem when
 * tracing begins. No event shows these waits, so /proc is read twice: before tracing
 * is on, and later, when short waits have ended. A thread without a context switch
 * between the two reads slept all the time. That it waits for the rwsem is likely,
 * not certain: the kernel leaves the lock functions out of /proc/PID/stack
 * (stack_trace_consume_entry_nosched() in kernel/stacktrace.c).
 */
#ifndef RMAPSCOPE_ASLEEP_H
#define RMAPSCOPE_ASLEEP_H

#include <stddef.h>

struct asleep;
struct proc_workers;

/* The threads that sleep in this way now; free with asleep_free(). NULL: none, or out of memory. */
struct asleep *asleep_now(struct proc_workers *w);

/*
 * asleep_since - write the threads that have slept ever since asleep_now() to @text
 *
 * "b/1234 in vm_mmap_pgoff, ..., 3 others"; "" if there are none. The names of threads may
 * hold any byte except a newline.
 */
void asleep_since(const struct asleep *before, char *text, size_t room);
void asleep_free(struct asleep *before);

#endif
