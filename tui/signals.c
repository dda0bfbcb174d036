// SPDX-License-Identifier: GPL-2.0-only
#include "tui/signals.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/crash.h"

/* Enough for a handler that makes a few system calls. */
#define STACK_BYTES 65536

/* Signals that the screens handle. lib/crash.h has those that end the process. */
static bool is_obeyed(int sig)
{
	return sig == SIGINT || sig == SIGTERM || sig == SIGHUP || sig == SIGWINCH;
}

/* Restore the terminal after a crash, also when a sanitizer reports it. */
static bool is_taken(int sig)
{
	return is_obeyed(sig) || crash_takes(sig) || sig == SIGSEGV || sig == SIGFPE ||
	       sig == SIGILL || sig == SIGABRT;
}

/* What the handlers need; a handler gets no argument of ours. */
static struct {
	struct termios termios;
	char restore[256];
	size_t restore_bytes;
	int wake[2]; /* a pipe: another thread than the waiting one may get the signal */
	volatile sig_atomic_t quit, resized;
	struct sigaction old[_NSIG];
	sigset_t old_mask;
	stack_t old_stack;
	char stack[STACK_BYTES];
} state;

/* Async-signal-safe: restore the terminal, then raise the signal with its default action. */
static void restore_and_raise(int sig)
{
	ssize_t written;

	written = write(STDOUT_FILENO, state.restore, state.restore_bytes);
	(void)written;
	tcsetattr(STDIN_FILENO, TCSANOW, &state.termios);
	sigaction(sig, &state.old[sig], NULL);
	raise(sig);
}

static void wake(void)
{
	int saved = errno;
	ssize_t written = write(state.wake[1], "", 1);

	(void)written;
	errno = saved;
}

static void on_signal(int sig)
{
	switch (sig) {
	case SIGWINCH:
		state.resized = 1;
		wake();
		return;
	case SIGINT:
	case SIGTERM:
	case SIGHUP:
		/* a second signal kills, in case the first had no effect */
		if (state.quit)
			break;
		state.quit = 1;
		wake();
		return;
	}
	restore_and_raise(sig);
}

static void unblock(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGWINCH);
	pthread_sigmask(SIG_UNBLOCK, &set, &state.old_mask);
}

int signals_start(const char *restore)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = SA_ONSTACK };
	/* a stack overflow is a crash, too */
	stack_t stack = { .ss_sp = state.stack, .ss_size = sizeof(state.stack) };
	int sig;

	state.quit = state.resized = 0;
	state.restore_bytes = snprintf(state.restore, sizeof(state.restore), "%s", restore);
	if (state.restore_bytes >= sizeof(state.restore))
		state.restore_bytes = sizeof(state.restore) - 1;
	if (tcgetattr(STDIN_FILENO, &state.termios) || pipe2(state.wake, O_NONBLOCK | O_CLOEXEC))
		return -errno;
	sigaltstack(&stack, &state.old_stack);
	sigemptyset(&sa.sa_mask);
	for (sig = 1; sig < _NSIG; sig++) {
		if (!is_taken(sig))
			continue;
		sigaction(sig, NULL, &state.old[sig]);
		/* signals that are not crashes stay ignored if they were ignored before */
		if (is_obeyed(sig) || state.old[sig].sa_handler != SIG_IGN)
			sigaction(sig, &sa, NULL);
	}
	unblock();
	return 0;
}

void signals_stop(void)
{
	int sig;

	pthread_sigmask(SIG_SETMASK, &state.old_mask, NULL);
	for (sig = 1; sig < _NSIG; sig++)
		if (is_taken(sig))
			sigaction(sig, &state.old[sig], NULL);
	sigaltstack(&state.old_stack, NULL);
	close(state.wake[0]);
	close(state.wake[1]);
}

bool signals_wait(int timeout_ms)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = state.wake[0], .events = POLLIN },
	};
	char drained[64];

	if (poll(fds, 2, timeout_ms) < 0)
		return errno == EINTR;
	if (fds[1].revents)
		while (read(state.wake[0], drained, sizeof(drained)) > 0)
			;
	return !(fds[0].revents & (POLLHUP | POLLERR | POLLNVAL));
}

bool signals_quit(void)
{
	return state.quit;
}

bool signals_resized(void)
{
	bool resized = state.resized;

	state.resized = 0;
	return resized;
}
