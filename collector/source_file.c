// SPDX-License-Identifier: GPL-2.0-only
/* The kinds of files that events are imported from, and which of them a file is. */
#include <fcntl.h>
#include <unistd.h>

#include "collector/perfdata_source.h"
#include "collector/perfetto_source.h"
#include "collector/source.h"
#include "collector/tracedat_source.h"

/* Enough to tell one from another. */
#define HEAD_BYTES 64

static const struct source_opener *const openers[] = {
	&tracedat_opener,
	&perfdata_opener,
	&perfetto_opener,
};

/* The first bytes of a file; a pipe gives none without a wait. */
static size_t read_head(const char *path, char head[HEAD_BYTES])
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	ssize_t nr = fd < 0 ? 0 : pread(fd, head, HEAD_BYTES, 0);

	if (fd >= 0)
		close(fd);
	return nr > 0 ? nr : 0;
}

int source_open_file(struct source **src, const char *path, int stderr_fd, struct error *err)
{
	char head[HEAD_BYTES];
	const size_t size = read_head(path, head);
	unsigned int i;

	for (i = 0; i < sizeof(openers) / sizeof(*openers); i++)
		if (openers[i]->probe(head, size))
			return openers[i]->open(src, path, stderr_fd, err);
	return openers[0]->open(src, path, stderr_fd, err);
}
