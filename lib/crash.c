// SPDX-License-Identifier: GPL-2.0-only
#include "lib/crash.h"

#include <dirent.h>
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

/* Of a database that is not in place yet, within that of a flight recorder; of two for diff. */
#define MAX_SCRATCH 8

/* Another thread may still make files in a scratch directory. */
#define PASSES 10

#define DIR_LEN	 512
#define FILE_LEN 512
#define SWITCH	 "/tracing_on"

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
/* a sanitizer reports more about those */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	{ SIGSEGV, true, CRASHED },
	{ SIGFPE, true, CRASHED },
	{ SIGILL, true, CRASHED },
	{ SIGABRT, true,
	  "a library gave up (SIGABRT): is there enough memory? If so, please report "
	  "it\n" },
#endif
	/* not crashes, but they end a process that does not handle them: signal(7) */
	{ SIGXCPU, false, "the limit of CPU time is reached (SIGXCPU, ulimit -t); " COMMITTED },
	{ SIGQUIT, false, ENDED },
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
		pid_t pid; /* the process that it belongs to: a child has inherited this state */
		atomic_bool used;
	} instance[MAX_INSTANCES];
	struct scratch_dir {
		char path[PATH_MAX];
		pid_t pid;
		atomic_bool used;
	} scratch[MAX_SCRATCH];
	_Alignas(struct dirent64) char entries[8192];
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

/* Unlink the files in @fd. Returns how many there were. */
static int unlink_files(int fd)
{
	ssize_t len, at;
	int nr = 0;

	lseek(fd, 0, SEEK_SET);
	while ((len = getdents64(fd, state.entries, sizeof(state.entries))) > 0)
		for (at = 0; at < len;) {
			const struct dirent64 *e = (void *)(state.entries + at);

			nr += !unlinkat(fd, e->d_name, 0);
			at += e->d_reclen;
		}
	return nr;
}

static void remove_dir(const char *path)
{
	int passes, fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	for (passes = 0; fd >= 0 && passes < PASSES; passes++)
		if (!unlink_files(fd) && !rmdir(path))
			break;
	if (fd >= 0)
		close(fd);
}

/* One may be within another: run this twice. */
static void remove_scratch(void)
{
	struct scratch_dir *s;
	int round;

	for (round = 0; round < 2; round++)
		for (s = state.scratch; s < state.scratch + MAX_SCRATCH; s++)
			if (atomic_load(&s->used) && s->pid == getpid())
				remove_dir(s->path);
}

static bool is_ours(const struct instance *inst)
{
	return atomic_load(&inst->used) && inst->pid == getpid();
}

static void remove_instances(void)
{
	const struct timespec pause = { .tv_nsec = PAUSE_NS };
	struct instance *inst;
	int i;

	for (inst = state.instance; inst < state.instance + MAX_INSTANCES; inst++)
		if (is_ours(inst))
			switch_off(inst);
	/* an instance of which a file is open cannot be removed */
	close_range(STDERR_FILENO + 1, UINT_MAX, 0);
	for (inst = state.instance; inst < state.instance + MAX_INSTANCES; inst++)
		for (i = 0; i < TRIES && is_ours(inst) && rmdir(inst->dir) && errno == EBUSY; i++)
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
	remove_scratch();
	remove_instances();
	_exit(1);
}

/* The message for @sig; NULL: it is not handled. @crash: it is handled even if it was ignored. */
static const char *why_of(int sig, bool *crash)
{
	unsigned int i;

	*crash = false;
	for (i = 0; i < NR_TAKEN; i++) {
		if (taken[i].sig != sig)
			continue;
		*crash = taken[i].crash;
		return taken[i].why;
	}
	return sig >= SIGRTMIN && sig <= SIGRTMAX ? ENDED : NULL;
}

bool crash_takes(int sig)
{
	bool crash;

	return why_of(sig, &crash);
}

static void on_signal(int sig)
{
	bool crash;

	end(why_of(sig, &crash));
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
	bool crash;
	int sig;

	sigaltstack(&stack, NULL);
	sigemptyset(&sa.sa_mask);
	for (sig = 1; sig <= SIGRTMAX; sig++) {
		struct sigaction before;

		if (!why_of(sig, &crash))
			continue;
		/* the parent may have set it to be ignored: execve(2) */
		if (crash || sigaction(sig, NULL, &before) || before.sa_handler != SIG_IGN)
			sigaction(sig, &sa, NULL);
	}
}

void crash_let_through(sigset_t *set)
{
	int sig;

	for (sig = 1; sig <= SIGRTMAX; sig++)
		if (crash_takes(sig))
			sigdelset(set, sig);
}

void crash_leave_signals(void)
{
	int sig;

	for (sig = 1; sig <= SIGRTMAX; sig++)
		if (crash_takes(sig))
			signal(sig, SIG_DFL);
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
	inst->pid = getpid();
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

void crash_add_scratch(const char *path)
{
	struct scratch_dir *s = state.scratch;

	while (s < state.scratch + MAX_SCRATCH && atomic_load(&s->used))
		s++;
	if (s == state.scratch + MAX_SCRATCH || strlen(path) >= sizeof(s->path))
		return;
	snprintf(s->path, sizeof(s->path), "%s", path);
	s->pid = getpid();
	atomic_store(&s->used, true);
}

void crash_forget_scratch(const char *path)
{
	struct scratch_dir *s;

	for (s = state.scratch; s < state.scratch + MAX_SCRATCH; s++)
		if (atomic_load(&s->used) && !strcmp(s->path, path))
			atomic_store(&s->used, false);
}
