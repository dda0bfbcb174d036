/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The end of a process that cannot go on: it prints a line, removes its scratch
 * directories and tracefs instances, and exits with 1.
 *
 * It handles what no return value reports: a mapped file that another program cut short
 * (SIGBUS), memory that a library used although the allocation failed (SIGSEGV,
 * SIGABRT), a defect, the limit of CPU time (SIGXCPU), and other signals that end a
 * process by default. What was committed to a database is in it, as after a kill.
 */
#ifndef RMAPSCOPE_CRASH_H
#define RMAPSCOPE_CRASH_H

#include <signal.h>
#include <stdbool.h>

/*
 * Install the handlers, in all threads. Signals that are not crashes stay ignored if they were
 * ignored before.
 */
void crash_take_signals(void);

/* Whether @sig is one of these signals. */
bool crash_takes(int sig);

/*
 * Remove them from @set, the signals that a thread is going to block: a blocked crash would end it
 * without a message.
 */
void crash_let_through(sigset_t *set);

/* Restore their default actions, for a child whose parent reports how it ended. */
void crash_leave_signals(void);

/* Set the name of the database in use for the message at the end; the latest one counts. */
void crash_set_file(const char *path);

/* Register a tracefs instance, by its directory, to be removed at the end. */
void crash_add_instance(const char *dir);

/*
 * crash_remove_instance - turn the tracing of one that was added off, and remove it now
 *
 * Takes no memory. Returns 0 or a negative errno; the end of the process then leaves it alone.
 */
int crash_remove_instance(const char *dir);

/*
 * Register a scratch directory, to be removed at the end with the files in it, and forget it. One
 * may hold another.
 */
void crash_add_scratch(const char *path);
void crash_forget_scratch(const char *path);

/* End the process in this way because there is no memory. */
void crash_out_of_memory(void) __attribute__((noreturn));

#endif
