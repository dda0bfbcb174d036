/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The command that is recorded: forked before the collector's threads exist,
 * started once tracing is on.
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
	int exec_ret;  /* 0, or the negative errno of why its program cannot be executed */
};

/* Fork; the child waits and then executes @argv. */
int child_fork_exec(struct child *c, char *const *argv, struct error *err);

/* Fork; the child, named @name, waits and then exits with what @fn returns. */
int child_fork_fn(struct child *c, const char *name, int (*fn)(void *ctx), void *ctx,
		  struct error *err);

/* Start the child. Fails if its program cannot be executed. */
int child_go(struct child *c, const char *what, struct error *err);

/* Send @sig unless it has ended. */
void child_kill(struct child *c, int sig);

/* Wait until it has ended, and store its status. */
void child_wait(struct child *c);

/* Store its status if it has ended. Returns 0, or -EAGAIN while it runs. */
int child_reap(struct child *c);

/* Close the file descriptors; ends it if it was not started, reaps it if it has ended. */
void child_close(struct child *c);

#endif
