/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads that wait for each other in a circle. */
#ifndef RMAPSCOPE_WAIT_CYCLE_H
#define RMAPSCOPE_WAIT_CYCLE_H

struct wait_graph;

/*
 * wait_cycles_mark - mark the waits that are part of a circle
 *
 * A wait that got its lock in the end was never in one: where one seems to be,
 * the least certain holders of that circle are taken back. Returns 0 or -ENOMEM.
 */
int wait_cycles_mark(struct wait_graph *g);

#endif
