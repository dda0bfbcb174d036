// SPDX-License-Identifier: GPL-2.0-only
#include "cli/stdio.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/*
 * Files that a subcommand may open: database and log, trace files, pipes, and those of
 * libraries.
 */
#define NEEDED_FDS 32

static const int ignored[] = { SIGPIPE, SIGXFSZ };

#define NR_IGNORED (sizeof(ignored) / sizeof(*ignored))

static struct sigaction before[NR_IGNORED];

void stdio_prepare(void)
{
	struct sigaction sa = { .sa_handler = SIG_IGN };
	unsigned int i;
	int fd;

	/* open() takes the lowest free number; a write to a read-only /dev/null fails */
	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
	for (i = 0; i < NR_IGNORED; i++)
		sigaction(ignored[i], &sa, &before[i]);
}

int stdio_check_room(struct error *err)
{
	int fd[NEEDED_FDS], nr = 0, ret = 0;

	while (!ret && nr < NEEDED_FDS) {
		fd[nr] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
		if (fd[nr] < 0)
			ret = -errno;
		else
			nr++;
	}
	while (nr)
		close(fd[--nr]);
	return ret ? error_set(err, ret, "cannot open enough files: %s; allow %d more (ulimit -n)",
			       strerror(-ret), NEEDED_FDS)
		   : 0;
}

void stdio_restore(void)
{
	unsigned int i;

	for (i = 0; i < NR_IGNORED; i++)
		sigaction(ignored[i], &before[i], NULL);
}
