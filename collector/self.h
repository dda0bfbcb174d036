/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Our own ids in trace events. The kernel's tracing always uses the thread ids of the
 * initial PID namespace, in events and in the files that filter them. In another PID
 * namespace, gettid() and /proc use other ids.
 */
#ifndef RMAPSCOPE_SELF_H
#define RMAPSCOPE_SELF_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/error.h"

struct tracefs_instance;

struct self {
	bool initial; /* our ids are those of the initial namespace */
	bool proc;    /* and so are those of /proc: it can be asked for threads of events */
	int32_t tgid; /* of this process, as in events; 0: not known */
	struct tracefs_instance *marks; /* NULL: not needed */
	pthread_mutex_t lock;		/* of marks */
};

/* What follows "processes: " where @proc is false. */
#define SELF_NO_PROC                                                                                \
	"unknown: this PID namespace is not the one that the kernel's tracing counts in, so /proc " \
	"is of no use; record outside of the container, as with nsenter -t 1 -p"

/*
 * self_init - call it in the main thread, where tracefs can be used
 *
 * Makes a tracefs instance of its own where that is needed to learn our ids.
 * self_free() removes it: once every thread knows its own.
 */
int self_init(struct self *self, struct error *err);
void self_free(struct self *self);

/* The calling thread's id as in events; 0: not known. Any thread may ask. */
int32_t self_tid(struct self *self);

#endif
