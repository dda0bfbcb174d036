// SPDX-License-Identifier: GPL-2.0-only
#include "lib/crash.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/text.h"

/* The kernel gives an instance up once no thread reads it any more; readers wait 100 ms. */
#define TRIES	 200
#define PAUSE_NS (10 * 1000000L)

/* Enough for a handler that makes a few system calls. */
#define STACK_BYTES 65536

/* The capture's, and that of our threads' ids. */
#define MAX_INSTANCES 4
#define DIR_LEN	      512
#define FILE_LEN      512
#define SWITCH	      "/tracing_on"

#define COMMITTED "what was committed to a database is in it\n"
#define CRASHED                                                                                    \
	"crashed (SIGSEGV or the like): is there enough memory? If so, please report "             \
	"it\n"
#define ENDED "ended by a signal (SIGUSR1 or the like); " COMMITTED

static const struct {
	int sig;
	bool crash; /* taken even where it was ignored: the kernel does not ignore a fault */
	const char *why;
} taken[] = {
	{ SIGBUS, true,
	  "another program cut a file short that is in use (SIGBUS), or its disk is "
	  "full; " COMMITTED },
/* a sanitizer says more about those than we do */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	{ SIGSEGV, true, CRASHED },
	{ SIGFPE, true, CRASHED },
	{ SIGILL, true, CRASHED },
	{ SIGABRT, true,
	  "a library gave up (SIGABRT): is there enough memory? If so, please report "
	  "it\n" },
#endif
	/* no crash, but they end a process that does not ask for them: signal(7) */
	{ SIGXCPU, false, "the limit of CPU time is reached (SIGXCPU, ulimit -t); " COMMITTED },
	{ SIGALRM, false, ENDED },
	{ SIGVTALRM, false, ENDED },
	{ SIGPROF, false, ENDED },
	{ SIGUSR1, false, ENDED },
	{ SIGUSR2, false, ENDED },
	{ SIGPOLL, false, ENDED },
	{ SIGPWR, false, ENDED },
	{ SIGSTKFLT, false, ENDED },
	{ SIGSYS, false, ENDED },
	{ SIGTRAP, false, ENDED },
};

#define NR_TAKEN (sizeof(taken) / sizeof(*taken))

/* What the handler needs; a handler gets no argument of ours. */
static struct {
	struct instance {
		char dir[DIR_LEN], switch_file[DIR_LEN + sizeof(SWITCH)];
		atomic_bool used;
	} instance[MAX_INSTANCES];
	char file[FILE_LEN]; /* the database in use; "" */
	atomic_flag ending;
	_Alignas(16) char stack[STACK_BYTES]; /* sanitizers want it aligned */
} state;

/* All functions below are async-signal-safe. */
static void say(const char *text)
{
	ssize_t written = write(STDERR_FILENO, text, strlen(text));

	(void)written;
}

static void switch_off(const struct instance *inst)
{
	int fd = open(inst->switch_file, O_WRONLY | O_CLOEXEC);
	ssize_t written;

	if (fd < 0)
		return;
	written = write(fd, "0", 1);
	(void)written;
	close(fd);
}

static void remove_instances(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct instance *inst;
	int i;

	for (inst = state.instance; inst < state.instance + MAX_INSTANCES; inst++)
		if (atomic_load(&inst->used))
			switch_off(inst);
	/* an instance of which a file is open cannot be removed */
	close_range(STDERR_FILENO + 1, UINT_MAX, 0);
	for (inst = state.instance; inst < state.instance + MAX_INSTANCES; inst++)
		for (i = 0;
		     i < TRIES && atomic_load(&inst->used) && rmdir(inst->dir) && errno == EBUSY;
		     i++)
			nanosleep(&pause, NULL);
}

static void end(const char *why) __attribute__((noreturn));

static void end(const char *why)
{
	/* another thread that crashes now waits here until the process ends */
	while (atomic_flag_test_and_set(&state.ending))
		pause();
	say("rmapscope: ");
	if (state.file[0]) {
		say(state.file);
		say(": ");
	}
	say(why);
	remove_instances();
	_exit(1);
}

static void on_signal(int sig)
{
	unsigned int i = 0;

	while (taken[i].sig != sig)
		i++;
	end(taken[i].why);
}

void crash_out_of_memory(void)
{
	end("out of memory\n");
}

void crash_take_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };
	/* a stack overflow is a crash, too */
	const stack_t stack = { .ss_sp = state.stack, .ss_size = sizeof(state.stack) };
	unsigned int i;

	sigaltstack(&stack, NULL);
	sigemptyset(&sa.sa_mask);
	for (i = 0; i < NR_TAKEN; i++) {
		struct sigaction before;

		/* whoever started us may have it ignored: execve(2) */
		if (taken[i].crash || sigaction(taken[i].sig, NULL, &before) ||
		    before.sa_handler != SIG_IGN)
			sigaction(taken[i].sig, &sa, NULL);
	}
}

void crash_let_through(sigset_t *set)
{
	unsigned int i;

	for (i = 0; i < NR_TAKEN; i++)
		sigdelset(set, taken[i].sig);
}

void crash_leave_signals(void)
{
	unsigned int i;

	for (i = 0; i < NR_TAKEN; i++)
		signal(taken[i].sig, SIG_DFL);
}

void crash_set_file(const char *path)
{
	text_shown(state.file, sizeof(state.file), path);
}

void crash_add_instance(const char *dir)
{
	struct instance *inst = state.instance;

	while (inst < state.instance + MAX_INSTANCES && atomic_load(&inst->used))
		inst++;
	if (inst == state.instance + MAX_INSTANCES || strlen(dir) >= DIR_LEN)
		return;
	snprintf(inst->dir, sizeof(inst->dir), "%s", dir);
	snprintf(inst->switch_file, sizeof(inst->switch_file), "%s" SWITCH, inst->dir);
	atomic_store(&inst->used, true);
}

int crash_remove_instance(const char *dir)
{
	struct instance *inst = state.instance;
	int ret;

	while (inst < state.instance + MAX_INSTANCES &&
	       (!atomic_load(&inst->used) || strcmp(inst->dir, dir)))
		inst++;
	if (inst == state.instance + MAX_INSTANCES)
		return -ENOENT;
	switch_off(inst);
	ret = rmdir(dir) ? -errno : 0;
	atomic_store(&inst->used, false);
	return ret;
}
