// SPDX-License-Identifier: GPL-2.0-only
#include "cli/watch.h"

#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cli/child.h"
#include "cli/progress.h"
#include "lib/clock.h"

#define PROGRESS_MS 250

static void ending_signals(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

void watch_block_signals(void)
{
	sigset_t set;

	ending_signals(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

/* Milliseconds to sleep now; 0 when @until_ns has come. */
static int nap(uint64_t until_ns, bool with_progress)
{
	uint64_t now = now_ns(), left_ms;

	if (now >= until_ns)
		return 0;
	left_ms = (until_ns - now + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
	if (with_progress && left_ms > PROGRESS_MS)
		return PROGRESS_MS;
	return left_ms > 3600000 ? 3600000 : left_ms;
}

enum watch_end watch(const struct recording *rec, const struct child *child, double seconds,
		     struct progress *progress)
{
	const uint64_t until_ns = seconds > 0 ? now_ns() + seconds * NSEC_PER_SEC : UINT64_MAX;
	enum watch_end end = WATCH_TIMEOUT;
	struct pollfd fds[3];
	sigset_t set;
	int ms;

	ending_signals(&set);
	fds[0] = (struct pollfd){ recording_done_fd(rec), POLLIN, 0 };
	fds[1] = (struct pollfd){ signalfd(-1, &set, SFD_CLOEXEC), POLLIN, 0 };
	fds[2] = (struct pollfd){ child ? child->done_fd : -1, POLLIN, 0 };
	while ((ms = nap(until_ns, progress))) {
		if (poll(fds, 3, ms) < 0)
			continue;
		if (progress)
			progress_update(progress, rec);
		if (fds[1].revents)
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
