// SPDX-License-Identifier: GPL-2.0-only
#include "cli/watch.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/child.h"
#include "cli/progress.h"
#include "lib/clock.h"

/* How often progress is shown, and the recording is checked for trouble. */
#define LOOK_MS 250

static void ending_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

void watch_block_signals(bool asks)
{
	sigset_t set;

	ending_signals(&set);
	if (asks)
		sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Milliseconds to sleep now; 0: it is @until_ns or later. */
static int nap(uint64_t until_ns)
{
	uint64_t now = now_ns(), left_ms;

	if (now >= until_ns)
		return 0;
	left_ms = (until_ns - now + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
	return left_ms > LOOK_MS ? LOOK_MS : left_ms;
}

/* Why the recording has a gap now, as recording_trouble() says. */
struct trouble {
	const char *what; /* NULL: nothing */
	uint64_t since_ns;
};

/* Print a line when the trouble begins, changes or ends. */
static void print_trouble(struct trouble *t, const struct recording *rec, struct progress *progress)
{
	const char *what = recording_trouble(rec);
	char text[256];

	if (what == t->what)
		return;
	if (what)
		snprintf(text, sizeof(text),
			 "%s by somebody else; rmapscope does not undo it, and the database has a "
			 "gap until it is over",
			 what);
	else
		snprintf(text, sizeof(text), "recording again, after a gap of %.1f s",
			 (now_ns() - t->since_ns) / 1e9);
	if (!t->what)
		t->since_ns = now_ns();
	t->what = what;
	progress_say(progress, text);
}

/* Take the signal that has arrived. */
static bool is_asking(int fd)
{
	struct signalfd_siginfo info;

	return read(fd, &info, sizeof(info)) == sizeof(info) && info.ssi_signo == SIGUSR1;
}

enum watch_end watch(const struct recording *rec, const struct child *child, double seconds,
		     struct progress *progress, const struct watch_tick *tick)
{
	const uint64_t until_ns = seconds > 0 ? now_ns() + seconds * NSEC_PER_SEC : UINT64_MAX;
	enum watch_end end = WATCH_TIMEOUT;
	struct trouble trouble = { 0 };
	struct pollfd fds[3];
	sigset_t set;
	bool asked;
	int ms;

	ending_signals(&set);
	if (tick)
		sigaddset(&set, SIGUSR1);
	fds[0] = (struct pollfd){ recording_done_fd(rec), POLLIN, 0 };
	fds[1] = (struct pollfd){ signalfd(-1, &set, SFD_CLOEXEC), POLLIN, 0 };
	fds[2] = (struct pollfd){ child ? child->done_fd : -1, POLLIN, 0 };
	while ((ms = nap(until_ns))) {
		if (poll(fds, 3, ms) < 0)
			continue;
		print_trouble(&trouble, rec, progress);
		if (progress)
			progress_update(progress, rec);
		asked = fds[1].revents && is_asking(fds[1].fd);
		if (tick)
			tick->tick(tick->ctx, asked);
		if (fds[1].revents && !asked)
			end = WATCH_SIGNAL;
		else if (fds[0].revents)
			end = WATCH_DONE;
		else if (fds[2].revents)
			end = WATCH_CHILD;
		else
			continue;
		break;
	}
	close(fds[1].fd);
	return end;
}

bool watch_child(const struct child *child)
{
	struct pollfd fds[2];
	sigset_t set;

	ending_signals(&set);
	fds[0] = (struct pollfd){ signalfd(-1, &set, SFD_CLOEXEC), POLLIN, 0 };
	fds[1] = (struct pollfd){ child->done_fd, POLLIN, 0 };
	while (poll(fds, 2, -1) < 0)
		;
	close(fds[0].fd);
	return !fds[1].revents;
}

bool watch_sleep(unsigned int ms)
{
	struct timespec span = { ms / 1000, ms % 1000 * (long)NSEC_PER_MSEC };
	sigset_t set;

	ending_signals(&set);
	return sigtimedwait(&set, NULL, &span) > 0;
}
