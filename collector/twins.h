/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Recognize one event that several buffers of a file have recorded.
 *
 * Each buffer in which an event is enabled makes its own record of it, with its own
 * time: on the same CPU, by the same thread, with the same content, a moment later.
 * These records are twins. A record has at most one twin in each other buffer, paired
 * in order: two equal records in one buffer are two events.
 */
#ifndef RMAPSCOPE_TWINS_H
#define RMAPSCOPE_TWINS_H

#include <stdbool.h>
#include <stdint.h>

#include "collector/event.h"

/*
 * How far back a twin may be. Between the two, a CPU records only interrupts, but a
 * virtual CPU may stand still for a while.
 */
#define TWINS_RECENT	64
#define TWINS_WITHIN_NS 10000000

/* Buffers above this number count as the last one. */
#define TWINS_MAX_BUFFERS 64

struct twins_recent {
	uint64_t content, time_ns;
	uint64_t buffers; /* a bit for each that had it */
};

struct twins_cpu {
	struct twins_recent recent[TWINS_RECENT];
	unsigned int next; /* the oldest, which is replaced */
};

struct twins {
	struct twins_cpu *cpu;
	unsigned int nr_cpus;
};

/* Whether @a and @b say the same, but for their times and stacks. */
bool twins_same(const struct event *a, const struct event *b);

/*
 * twins_come_again - whether another buffer has given @ev before
 * @buffer: that gives it now
 *
 * Events of one CPU in the order of their times. Returns 1, 0, or -ENOMEM.
 */
int twins_come_again(struct twins *tw, const struct event *ev, unsigned int buffer);
void twins_free(struct twins *tw);

#endif
