/* SPDX-License-Identifier: GPL-2.0-only */
/* Find threads that wait for each other in a cycle. */
#ifndef RMAPSCOPE_WAIT_CYCLE_H
#define RMAPSCOPE_WAIT_CYCLE_H

struct wait_graph;

/*
 * wait_cycles_mark - mark the waits that are part of a cycle
 *
 * A wait that got its lock was never part of a cycle. If it seems to be, the least
 * certain holds of that cycle are removed. Returns 0 or -ENOMEM.
 */
int wait_cycles_mark(struct wait_graph *g);

#endif
