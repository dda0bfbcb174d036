/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A process to be watched: forked before the collector's threads, let go
 * once tracing is on.
 */
#ifndef RMAPSCOPE_CHILD_H
#define RMAPSCOPE_CHILD_H

#include <sys/types.h>

#include "lib/error.h"

struct child {
	pid_t pid;
	int go_fd;     /* write a byte to start the child; close to cancel it */
	int status_fd; /* read: errno of a failed exec; closed on success */
	int done_fd;   /* pidfd: readable once it has ended */
	int status;    /* as of waitpid(2), after child_reap() */
	int exec_ret;  /* why its program cannot be executed, a negative errno; 0: it can */
};

/* Fork; the child waits and then executes @argv. */
int child_fork_exec(struct child *c, char *const *argv, struct error *err);

/* Fork; the child, named @name, waits and then exits with what @fn returns. */
int child_fork_fn(struct child *c, const char *name, int (*fn)(void *ctx), void *ctx,
		  struct error *err);

/* Let it go. Fails when its program cannot be executed. */
int child_go(struct child *c, const char *what, struct error *err);

/* Send @sig unless it has ended. */
void child_kill(struct child *c, int sig);

/* Wait for its end and take its status. */
void child_wait(struct child *c);

/* Take its status if it has ended. Returns 0, or -EAGAIN while it runs. */
int child_reap(struct child *c);

/* End it when it never went, reap it when it has ended; close. */
void child_close(struct child *c);

#endif
